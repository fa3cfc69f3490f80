#include "connection.hpp"

#include "error.hpp"
#include "kept_state.hpp"

#include <databased/detail/sinks.hpp>
#include <databased/error.hpp>

#include <chrono>

namespace databased::postgresql {

namespace {

constexpr std::chrono::seconds connect_timeout{10};

std::string_view name_of(Isolation isolation) noexcept {
    switch (isolation) {
        case Isolation::read_uncommitted:
            return "READ UNCOMMITTED";
        case Isolation::read_committed:
            return "READ COMMITTED";
        case Isolation::repeatable_read:
            return "REPEATABLE READ";
        case Isolation::serializable:
            return "SERIALIZABLE";
    }
    return {};
}

}  // namespace

Connection::Connection(EventLoop& loop, ConnectionHandle connection, const PostgresqlOptions& options,
                       TypeCatalog& catalog, Proofs& proofs)
    : options_(options), pipeline_(loop, std::move(connection), catalog, proofs) {}

Task<> Connection::prepare() {
    PipelineSettings settings;
    settings.cancel_timeout = options_.cancel_timeout;
    settings.spin = options_.spin;
    settings.statement_cache = 0;
    settings.gives_up_at_once = true;
    pipeline_.configure(settings);
    co_await find_out();
    const auto own = own_settings();
    if (!own.empty()) co_await run_verbs(own);
    const bool prepares = !is_pooled_ && options_.prepared_statements != PreparedStatements::off;
    settings.gives_up_at_once = false;
    settings.statement_cache = prepares ? options_.statement_cache : 0;
    settings.is_pooled = is_pooled_;
    pipeline_.configure(settings);
    if (is_pooled_) pipeline_.accept_state(pooled_state());
}

/// Who is at the other end: a pooler names a process of its own making, the server's function the real one. And how
/// values come as text.
Task<> Connection::find_out() {
    detail::StoreSink sink;
    Request request;
    request.statement = Statement::make(StatementRules{.dialect = &postgresql_dialect},
                                        "SELECT pg_catalog.pg_backend_pid(), "
                                        "CAST(pg_catalog.current_setting('extra_float_digits') AS int)");
    request.sink = &sink;
    const auto limit = options_.connect_timeout.value_or(connect_timeout);
    if (limit.count() != 0) request.deadline = detail::Clock::now() + limit;
    request.stop = (co_await detail::this_context()).stop;
    Operation operation{pipeline_, std::move(request), true};
    const Outcome outcome = co_await operation;
    try {
        sink.rethrow(outcome.error);
    } catch (const TimeoutError&) {
        throw_unreachable("cannot connect to PostgreSQL: the new connection does not answer");
    }
    const Rows rows = std::move(sink).rows();
    const bool is_other = rows[0][0].as<int>() != PQbackendPID(pipeline_.native());
    is_pooled_ = is_other && options_.prepared_statements == PreparedStatements::automatic;
    rounds_doubles_ = rows[0][1].as<int>() < 1;
    const char* date_style = PQparameterStatus(pipeline_.native(), "DateStyle");
    writes_dates_otherwise_ = date_style != nullptr && !std::string_view{date_style}.starts_with("ISO");
}

/// Settings that every user of the connection finds.
std::vector<std::string> Connection::own_settings() const {
    std::vector<std::string> verbs;
    if (writes_dates_otherwise_) verbs.emplace_back("SET DateStyle = ISO");
    if (rounds_doubles_ && !is_pooled_) verbs.emplace_back("SET extra_float_digits = 1");
    return verbs;
}

Task<Outcome> Connection::run(Request request) {
    if (request.makes_ready && request.statement != nullptr) hook_names_.note(*request.statement);
    Operation operation{pipeline_, std::move(request)};
    co_return co_await operation;
}

Task<> Connection::run_verbs(std::vector<std::string> verbs) {
    Request request;
    request.before = std::move(verbs);
    request.shielded = true;
    Operation operation{pipeline_, std::move(request)};
    const Outcome outcome = co_await operation;
    if (outcome.error) std::rethrow_exception(outcome.error);
}

// Between two users

bool Connection::needs_tidying() const noexcept {
    if (pipeline_.is_lost()) return false;
    const bool may_change = pipeline_.has_abandoned() || pipeline_.is_cancelling();
    const bool is_open = pipeline_.is_quiet() && pipeline_.is_in_transaction();
    return may_change || is_open || (pipeline_.reset().is_owed() && pipeline_.is_quiet());
}

Task<> Connection::keep() {
    if (is_pooled_) co_return;
    KeptState state;
    if (pipeline_.reset().is_owed()) state = co_await look_around();
    if (rounds_doubles_) state.settings.emplace(state.settings.begin(), "extra_float_digits", "1");
    if (writes_dates_otherwise_) state.settings.emplace(state.settings.begin(), "DateStyle", "ISO");
    pipeline_.accept_state(std::move(state));
}

/// What the connect hook has left. The server does not list settings of one's own: those are asked for by what looks
/// like their names in the hook's statements and in the functions of the database.
Task<KeptState> Connection::look_around() {
    detail::StoreSink sink;
    Request request;
    request.statement =
        Statement::make(StatementRules{.dialect = &postgresql_dialect}, kept_state_query, hook_names_.names());
    request.sink = &sink;
    request.stop = (co_await detail::this_context()).stop;
    Operation operation{pipeline_, std::move(request), true};
    const Outcome outcome = co_await operation;
    if (outcome.error) std::rethrow_exception(outcome.error);
    KeptState state;
    const Rows rows = std::move(sink).rows();
    for (const Row& row : rows) add_to(state, row);
    co_return state;
}

/// A pooler sets these on the server's connection before it is used for us.
KeptState Connection::pooled_state() const {
    KeptState state;
    for (const char* name : {"client_encoding", "DateStyle", "TimeZone", "application_name"}) {
        const char* value = PQparameterStatus(pipeline_.native(), name);
        if (value != nullptr) state.settings.emplace_back(name, value);
    }
    return state;
}

Task<> Connection::tidy() {
    try {
        while (pipeline_.has_abandoned() || pipeline_.is_cancelling()) co_await ping();  // behind all that runs
        if (pipeline_.is_in_transaction()) co_await run_verbs({1, "ROLLBACK"});
        if (pipeline_.reset().is_owed()) co_await reset();
    } catch (const NotConnectedError&) {
        co_return;  // this was destroyed meanwhile
    } catch (const Error&) {
        pipeline_.lose("the connection could not be made as good as new");
    }
}

Task<> Connection::reset() {
    Request request;
    request.shielded = true;
    Operation operation{pipeline_, std::move(request)};
    operation.is_reset = true;
    const Outcome outcome = co_await operation;
    if (outcome.error) std::rethrow_exception(outcome.error);
}

// Life and death

Task<> Connection::ping() {
    Request request;
    request.deadline = detail::Clock::now() + options_.cancel_timeout;
    request.stop = (co_await detail::this_context()).stop;
    Operation operation{pipeline_, std::move(request)};
    const Outcome outcome = co_await operation;
    if (outcome.error) std::rethrow_exception(outcome.error);
}

Task<> Connection::close() {
    pipeline_.lose("the connection was closed");
    co_return;
}

/// As COMMIT does it: afterwards constraints are as at the beginning of a transaction.
/// https://www.postgresql.org/docs/current/sql-set-constraints.html
std::string Connection::check_sql() const {
    return "DO $$ DECLARE deferred text; BEGIN SET CONSTRAINTS ALL IMMEDIATE; "
           "SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ') INTO deferred "
           "FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace "
           "WHERE c.condeferred; "
           "IF deferred IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || deferred || ' DEFERRED'; END IF; END $$";
}

std::string Connection::begin_sql(const TransactionOptions& options) const {
    std::string sql = "BEGIN";
    if (options.isolation) sql += " ISOLATION LEVEL " + std::string{name_of(*options.isolation)};
    if (options.access == Access::read) sql += " READ ONLY";
    if (options.deferrable) sql += " DEFERRABLE";
    return sql;
}

}  // namespace databased::postgresql

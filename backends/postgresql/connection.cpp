#include "connection.hpp"

#include "error.hpp"
#include "kept_state.hpp"

#include <databased/backend/coroutine_session.hpp>
#include <databased/detail/store_sink.hpp>
#include <databased/error.hpp>

#include <chrono>

namespace databased::postgresql {

namespace {

constexpr std::chrono::seconds connect_timeout{10};

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
    for (const auto* setting : own_settings()) co_await run_own(setting);
    const bool prepares = !is_pooled_ && options_.prepared_statements != PreparedStatements::off;
    settings.gives_up_at_once = false;
    settings.statement_cache = prepares ? options_.statement_cache : 0;
    settings.is_pooled = is_pooled_;
    settings.rounds_doubles = is_pooled_ && rounds_doubles_;
    pipeline_.configure(settings);
    if (is_pooled_) pipeline_.accept_state(pooled_state());
}

detail::Clock::time_point Connection::connect_deadline() const {
    const auto limit = options_.connect_timeout.value_or(connect_timeout);
    return limit.count() != 0 ? detail::Clock::now() + limit : detail::Clock::time_point::max();
}

/// Who is at the other end: a pooler names a process of its own making, the server's function the real one. And how
/// values come as text.
Task<> Connection::find_out() {
    Statement::Pointer statement = Statement::make(StatementRules{.dialect = &postgresql_dialect},
                                                   "SELECT pg_catalog.pg_backend_pid(), "
                                                   "CAST(pg_catalog.current_setting('extra_float_digits') AS int), "
                                                   "pg_catalog.version() LIKE '%PGlite%'");
    Rows rows;
    try {
        rows = co_await ask(std::move(statement));
    } catch (const TimeoutError&) {
        throw_unreachable("cannot connect to PostgreSQL: the new connection does not answer");
    }
    is_indirect_ = rows[0][0].as<int>() != PQbackendPID(pipeline_.state().connection());
    is_pooled_ = is_indirect_ && options_.prepared_statements == PreparedStatements::automatic;
    rounds_doubles_ = rows[0][1].as<int>() < 1;
    outlives_clients_ = rows[0][2].as<bool>();
    const char* date_style = PQparameterStatus(pipeline_.state().connection(), "DateStyle");
    writes_dates_otherwise_ = date_style != nullptr && !std::string_view{date_style}.starts_with("ISO");
}

/// Who says that statements can be prepared says that they will be found again, on the same connection of the server's.
bool Connection::may_change_sessions() const noexcept {
    return is_indirect_ && options_.prepared_statements != PreparedStatements::on;
}

/// Settings that every user of the connection finds.
std::vector<const char*> Connection::own_settings() const {
    std::vector<const char*> settings;
    if (outlives_clients_) settings.push_back("DISCARD ALL");
    if (writes_dates_otherwise_) settings.push_back("SET DateStyle = ISO");
    if (rounds_doubles_ && !is_pooled_) settings.push_back("SET extra_float_digits = 1");
    return settings;
}

void Connection::start(backend::Exchange& exchange) noexcept {
    const backend::VerbSet verbs = exchange.verbs();
    if (verbs.has(backend::Verb::reset)) {
        return backend::serve(pipeline_.loop(), exchange, serve(&Connection::reset));
    }
    if (verbs.has(backend::Verb::keep)) return backend::serve(pipeline_.loop(), exchange, serve(&Connection::keep));
    if (verbs.are_bulk()) return pipeline_.start_bulk(exchange);
    if (exchange.makes_ready && exchange.statement != nullptr) hook_names_.note(*exchange.statement);
    if (verbs.has(backend::Verb::ping)) exchange.deadline = detail::Clock::now() + options_.cancel_timeout;
    Operation::begin(pipeline_, exchange);
}

Task<Outcome> Connection::serve(Task<> (Connection::*verb)()) {
    co_await (this->*verb)();
    Outcome outcome;
    outcome.done = 1;
    outcome.delivery = backend::Delivery::answered;
    outcome.transaction = backend::Transaction::none;
    co_return outcome;
}

Task<> Connection::run_own(const char* sql) {
    co_await ask(Statement::make(StatementRules{.dialect = &postgresql_dialect}, sql));
}

Task<Rows> Connection::ask(Statement::Pointer statement) {
    detail::StoreSink sink;
    Request request;
    request.commands.push_back({backend::Verb::run});
    request.statement = std::move(statement);
    request.sink = &sink;
    request.deadline = connect_deadline();
    request.stop = (co_await detail::this_context()).stop;
    Operation operation{pipeline_, std::move(request), true};
    const Outcome outcome = co_await operation;
    sink.rethrow(outcome.error);
    co_return std::move(sink).rows();
}

Task<> Connection::run_verb(backend::Verb verb) {
    Request request;
    request.commands.push_back({verb});
    request.expected = backend::Transaction::unknown;
    if (verb == backend::Verb::ping) request.deadline = detail::Clock::now() + options_.cancel_timeout;
    Operation operation{pipeline_, std::move(request)};
    operation.is_reset = verb == backend::Verb::reset;
    const Outcome outcome = co_await operation;
    if (outcome.error) std::rethrow_exception(outcome.error);
}

// Between two users

bool Connection::is_clean() const noexcept {
    if (pipeline_.state().is_lost) return true;
    if (pipeline_.state().has_abandoned || pipeline_.is_cancelling() || pipeline_.is_copying()) return false;
    return !pipeline_.is_quiet() || (!pipeline_.state().is_in_transaction() && !pipeline_.state().reset.is_owed());
}

Task<> Connection::keep() {
    if (is_pooled_) co_return;
    KeptState state;
    if (pipeline_.state().reset.is_owed()) state = co_await look_around();
    if (rounds_doubles_) state.settings.emplace(state.settings.begin(), "extra_float_digits", "1");
    if (writes_dates_otherwise_) state.settings.emplace(state.settings.begin(), "DateStyle", "ISO");
    pipeline_.accept_state(std::move(state));
}

/// What the connect hook has left. The server does not list settings of one's own: those are asked for by what looks
/// like their names in the hook's statements and in the functions of the database.
Task<KeptState> Connection::look_around() {
    Statement::Pointer statement =
        Statement::make(StatementRules{.dialect = &postgresql_dialect}, kept_state_query, hook_names_.names());
    const Rows rows = co_await ask(std::move(statement));
    KeptState state;
    for (const Row& row : rows) add_to(state, row);
    co_return state;
}

/// A pooler sets these on the server's connection before it is used for us.
KeptState Connection::pooled_state() const {
    KeptState state;
    for (const char* name : {"client_encoding", "DateStyle", "TimeZone", "application_name"}) {
        const char* value = PQparameterStatus(pipeline_.state().connection(), name);
        if (value != nullptr) state.settings.emplace_back(name, value);
    }
    return state;
}

Task<> Connection::reset() {
    try {
        while (pipeline_.state().has_abandoned || pipeline_.is_cancelling() || pipeline_.is_copying())
            co_await run_verb(backend::Verb::ping);  // behind all that runs
        if (pipeline_.state().is_in_transaction()) co_await run_verb(backend::Verb::rollback);
        if (pipeline_.state().reset.is_owed()) co_await run_verb(backend::Verb::reset);
    } catch (const NotConnectedError&) {
        co_return;  // this was destroyed meanwhile
    } catch (const Error&) {
        pipeline_.lose("the connection could not be made as good as new");
    }
}

// Life and death

Task<> Connection::close() {
    pipeline_.lose("the connection was closed");
    co_return;
}

}  // namespace databased::postgresql

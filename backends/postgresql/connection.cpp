#include "connection.hpp"

#include "error.hpp"

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

/// Of a value that the server itself has told.
std::string in_quotes(std::string_view value) {
    std::string quoted = "'";
    for (const char character : value) quoted += character == '\'' ? "''" : std::string(1, character);
    return quoted + "'";
}

}  // namespace

Connection::Connection(EventLoop& loop, ConnectionHandle connection, const PostgresqlOptions& options,
                       TypeCatalog& catalog)
    : options_(options), pipeline_(loop, std::move(connection), catalog) {}

Task<> Connection::prepare() {
    PipelineSettings settings;
    settings.cancel_timeout = options_.cancel_timeout;
    settings.spin = options_.spin;
    settings.statement_cache = 0;
    settings.gives_up_at_once = true;
    pipeline_.configure(settings);
    is_pooled_ = options_.prepared_statements == PreparedStatements::automatic ? co_await is_behind_pooler() : false;
    const char* date_style = PQparameterStatus(pipeline_.native(), "DateStyle");
    sets_date_style_ = date_style != nullptr && !std::string_view{date_style}.starts_with("ISO");
    if (sets_date_style_) co_await run_verbs(own_settings());
    const bool prepares = !is_pooled_ && options_.prepared_statements != PreparedStatements::off;
    settings.gives_up_at_once = false;
    settings.statement_cache = prepares ? options_.statement_cache : 0;
    settings.refuses_session_state = is_pooled_;
    if (is_pooled_) settings.clean_up = clean_up();
    pipeline_.configure(settings);
    pipeline_.forget_effects();
}

/// A pooler names a process of its own making, the server's function the real one.
Task<bool> Connection::is_behind_pooler() {
    std::optional<int> process;
    detail::TypedSink sink{&process, detail::first_row<int, detail::ByName<int>>};
    Request request;
    request.statement =
        Statement::make(StatementRules{.dialect = &postgresql_dialect}, "SELECT pg_catalog.pg_backend_pid()");
    request.sink = &sink;
    const auto limit = options_.connect_timeout.value_or(connect_timeout);
    if (limit.count() != 0) request.deadline = detail::Clock::now() + limit;
    request.stop = (co_await detail::this_context()).stop;
    Operation operation{pipeline_, std::move(request)};
    const Outcome outcome = co_await operation;
    try {
        sink.rethrow(outcome.error);
    } catch (const TimeoutError&) {
        throw_unreachable("cannot connect to PostgreSQL: the new connection does not answer");
    }
    co_return process.value_or(0) != PQbackendPID(pipeline_.native());
}

/// Settings that every user of the connection finds.
std::vector<std::string> Connection::own_settings() const {
    std::vector<std::string> verbs;
    if (sets_date_style_) verbs.emplace_back("SET DateStyle = ISO");
    return verbs;
}

Task<Outcome> Connection::run(Request request) {
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
    const bool left_state = pipeline_.effects() != Effect::none && !is_pooled_;
    const bool may_change = pipeline_.has_abandoned() || pipeline_.is_cancelling();
    return left_state || may_change || (pipeline_.is_quiet() && pipeline_.is_in_transaction());
}

Task<> Connection::keep() {
    kept_ = pipeline_.effects();
    pipeline_.forget_effects();
    co_return;
}

Task<> Connection::tidy() {
    try {
        while (pipeline_.has_abandoned() || pipeline_.is_cancelling()) co_await ping();  // behind all that runs
        std::vector<std::string> verbs;
        if (pipeline_.is_in_transaction()) verbs.push_back("ROLLBACK");
        if (includes(pipeline_.effects(), kept_)) {
            pipeline_.lose("the session's state cannot be taken back to what the connect hook has made");
            co_return;
        }
        for (auto& reset : resets()) verbs.push_back(std::move(reset));
        const bool drops_statements = includes(pipeline_.effects(), Effect::statements);
        pipeline_.forget_effects();
        if (!verbs.empty()) co_await run_verbs(std::move(verbs));
        if (drops_statements) pipeline_.forget_statements();
    } catch (const NotConnectedError&) {
        co_return;  // this was destroyed meanwhile
    } catch (const Error&) {
        pipeline_.lose("the connection could not be made as good as new");
    }
}

std::vector<std::string> Connection::resets() const {
    const Effect effects = pipeline_.effects();
    std::vector<std::string> verbs;
    if (is_pooled_) return verbs;
    if (includes(effects, Effect::locks)) verbs.push_back("SELECT pg_catalog.pg_advisory_unlock_all()");
    if (includes(effects, Effect::cursors)) verbs.push_back("CLOSE ALL");
    if (includes(effects, Effect::listening)) verbs.push_back("UNLISTEN *");
    if (includes(effects, Effect::temporary)) verbs.push_back("DISCARD TEMP");
    if (includes(effects, Effect::statements)) verbs.push_back("DEALLOCATE ALL");
    if (includes(effects, Effect::settings)) {
        verbs.push_back("SET SESSION AUTHORIZATION DEFAULT");
        verbs.push_back("RESET ALL");
        for (auto& setting : own_settings()) verbs.push_back(std::move(setting));
    }
    return verbs;
}

/// What a pooler has set for us on the server's connection is set again. Prepared statements are the pooler's.
std::vector<std::string> Connection::clean_up() const {
    std::vector<std::string> verbs{
        "SELECT pg_catalog.pg_advisory_unlock_all()", "CLOSE ALL", "UNLISTEN *", "DISCARD TEMP",
        "SET SESSION AUTHORIZATION DEFAULT",          "RESET ALL"};
    for (const char* name : {"client_encoding", "DateStyle", "TimeZone", "application_name"}) {
        const char* value = PQparameterStatus(pipeline_.native(), name);
        if (value != nullptr) verbs.push_back("SET " + std::string{name} + " = " + in_quotes(value));
    }
    return verbs;
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

std::string Connection::begin_sql(const TransactionOptions& options) const {
    std::string sql = "BEGIN";
    if (options.isolation) sql += " ISOLATION LEVEL " + std::string{name_of(*options.isolation)};
    if (options.access == Access::read) sql += " READ ONLY";
    if (options.deferrable) sql += " DEFERRABLE";
    return sql;
}

}  // namespace databased::postgresql

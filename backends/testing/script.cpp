#include <databased/testing/script.hpp>

#include "numbered.hpp"
#include "pause.hpp"
#include "script_lines.hpp"

#include <databased/backend/coroutine_session.hpp>
#include <databased/event_loop.hpp>
#include <databased/parameters.hpp>
#include <databased/testing/failure.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace databased::test {

namespace {

using backend::Command;
using backend::Delivery;
using backend::Transaction;
using backend::Verb;
using State = Script::State;
using Line = State::Line;

constexpr std::string_view dialect_name = "script";

std::unique_ptr<DatabaseBackend> make_scripted_backend(const Url& url);

Numbered<State>& states() {
    static Numbered<State> instance{dialect_name, make_scripted_backend};
    return instance;
}

/// For those that may be on a connection when it is closed.
struct Connection {
    explicit Connection(std::shared_ptr<State> of_it) noexcept : script(std::move(of_it)) {}

    std::shared_ptr<State> script;
    Transaction transaction = Transaction::none;
    bool is_lost = false;
    Closing closing{};
};

void give_rows(const Line& line, RowSink& sink) {
    if (line.columns.empty()) return;
    const auto columns = std::make_shared<detail::ColumnSet>();
    for (const std::string& name : line.columns) columns->columns.push_back({.name = name});
    sink.on_columns(columns);
    if (line.rows.empty()) return;
    auto batch = std::make_unique<RowBatch>(columns);
    for (const auto& row : line.rows) {
        detail::ParameterBuffer values;
        for (const Value& value : row) detail::Native<Value>::write(values, value);
        detail::Cell* cell = batch->add_row();
        for (std::size_t i = 0; i < row.size(); ++i) {
            cell[i] = values[i];
            if (cell[i].has_data()) cell[i].data = batch->arena().keep(cell[i].text()).data();
        }
    }
    sink.on_rows(std::move(batch));
}

[[noreturn]] void throw_lost() {
    throw_database_error({.message = "the connection was lost, as the script says", .sqlstate = "08006"});
}

/// Waits and fails as the line says.
Task<> play(Connection& connection, const Line& line) {
    if (line.time.count() > 0) co_await connection.closing.outwait(line.time);
    if (line.is_lost) {
        connection.is_lost = true;
        connection.transaction = Transaction::none;
        throw_lost();
    }
    if (line.error) throw_database_error(*line.error);
}

Task<> run(Connection& connection, Request& request, Result& result) {
    const Statement& statement = *request.statement;
    std::shared_ptr<Line> line;
    try {
        line = connection.script->take_for(statement);
        co_await play(connection, *line);
    } catch (...) {
        if (connection.transaction == Transaction::open) connection.transaction = Transaction::failed;
        throw;
    }
    if (request.sink != nullptr) give_rows(*line, *request.sink);
    result.rows_affected = line->affected;
    result.last_insert_id = line->last_insert_id;
    result.command = statement.text().command;
}

Task<> commit(Connection& connection) {
    const auto line = connection.script->take(connection.script->transactions);
    const Transaction before = std::exchange(connection.transaction, Transaction::none);
    if (line != nullptr) co_await play(connection, *line);
    if (before == Transaction::failed) {
        connection.script->count(connection.script->rollbacks);
        throw_database_error({.message = "the transaction had failed, and was rolled back", .sqlstate = "40000"});
    }
    connection.script->count(connection.script->commits);
}

Task<> carry_out(Connection& connection, const Command& command, Request& request, Result& result) {
    switch (command.verb) {
        case Verb::run:
            co_await run(connection, request, result);
            break;
        case Verb::commit:
            co_await commit(connection);
            break;
        case Verb::begin:
            connection.transaction = Transaction::open;
            break;
        case Verb::rollback_to:
            connection.transaction = Transaction::open;
            break;
        case Verb::rollback:
            connection.transaction = Transaction::none;
            connection.script->count(connection.script->rollbacks);
            break;
        default:  // nothing that a script can tell
            break;
    }
}

Task<Outcome> serve(std::shared_ptr<Connection> connection, Request request) {
    Outcome outcome;
    try {
        if (connection->closing.has_happened()) throw NotConnectedError("the connection was closed");
        for (const Command& command : request.commands) {
            co_await carry_out(*connection, command, request, outcome.result);
            ++outcome.done;
        }
    } catch (...) {
        outcome.error = std::current_exception();
        if (!connection->is_lost) outcome.delivery = Delivery::answered;
    }
    outcome.transaction = connection->transaction;
    co_return outcome;
}

class ScriptedSession final : public CoroutineSession {
  public:
    explicit ScriptedSession(std::shared_ptr<State> state)
        : CoroutineSession(*EventLoop::current()), connection_(std::make_shared<Connection>(std::move(state))) {}
    ~ScriptedSession() override { connection_->closing.happen(); }

    bool is_usable() const noexcept override { return !connection_->is_lost; }
    bool is_clean() const noexcept override { return connection_->transaction == Transaction::none; }
    Task<> close() override { co_return; }

  private:
    Task<Outcome> run(Request request) override { return serve(connection_, std::move(request)); }

    std::shared_ptr<Connection> connection_;
};

class ScriptedBackend final : public DatabaseBackend {
  public:
    explicit ScriptedBackend(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

    const Dialect& dialect() const noexcept override { return state_->dialect; }
    Capabilities capabilities() const noexcept override {
        Capabilities capabilities;
        capabilities.connections_can_be_lost = false;
        return capabilities;
    }
    Task<std::unique_ptr<SessionBackend>> open(backend::Opening) override {
        const auto line = state_->take(state_->connections);
        Connection connection{state_};
        if (line != nullptr) co_await play(connection, *line);
        co_return std::make_unique<ScriptedSession>(state_);
    }

  private:
    std::shared_ptr<State> state_;
};

std::unique_ptr<DatabaseBackend> make_scripted_backend(const Url& url) {
    return std::make_unique<ScriptedBackend>(states().find(url));
}

}  // namespace

Script::Script(const Dialect& dialect) : state_(std::make_shared<State>(dialect)) {
    const std::string name{dialect_name};
    url_ = name + "://?" + name + '=' + states().add(state_);
}

Script::~Script() {
    if (std::uncaught_exceptions() > 0) return;
    const std::string rest = state_->rest();
    if (!rest.empty()) report_failure(rest);
}

StatementRules Script::rules() const noexcept {
    return {.dialect = &state_->dialect, .max_parameters = state_->dialect.features().max_parameters};
}

Script::Answer Script::add(Statement::Pointer statement) {
    statement->check();
    auto line = std::make_shared<Line>();
    line->statement = std::move(statement);
    const std::lock_guard lock{state_->mutex};
    state_->statements.push_back(line);
    return Answer{std::move(line)};
}

Script::Answer Script::expect_connection() {
    const std::lock_guard lock{state_->mutex};
    return Answer{state_->connections.emplace_back(std::make_shared<Line>())};
}

Script::Answer Script::expect_commit() {
    const std::lock_guard lock{state_->mutex};
    return Answer{state_->transactions.emplace_back(std::make_shared<Line>())};
}

int Script::commits() const noexcept { return state_->counted(state_->commits); }
int Script::rollbacks() const noexcept { return state_->counted(state_->rollbacks); }

Script::Answer::Answer(std::shared_ptr<Line> line) noexcept : line_(std::move(line)) {}

Script::Answer& Script::Answer::rows(std::vector<std::string> columns, std::vector<std::vector<Value>> rows) {
    for (const auto& row : rows) {
        if (row.size() == columns.size()) continue;
        throw UsageError("a row of the script has " + std::to_string(row.size()) + " values, for " +
                         std::to_string(columns.size()) + " columns");
    }
    line_->columns = std::move(columns);
    line_->rows = std::move(rows);
    return *this;
}

Script::Answer& Script::Answer::affects(std::int64_t rows) {
    line_->affected = rows;
    return *this;
}

Script::Answer& Script::Answer::inserts(std::int64_t last_insert_id) {
    line_->last_insert_id = last_insert_id;
    return *this;
}

Script::Answer& Script::Answer::fails(std::string_view sqlstate, std::string_view message) {
    line_->error = ErrorDetails{.message = std::string{message}, .sqlstate = std::string{sqlstate}};
    return *this;
}

Script::Answer& Script::Answer::loses_connection() {
    line_->is_lost = true;
    return *this;
}

Script::Answer& Script::Answer::takes(std::chrono::milliseconds time) {
    line_->time = time;
    return *this;
}

}  // namespace databased::test

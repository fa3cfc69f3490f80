#include "sender.hpp"

#include "error.hpp"
#include "libpq_features.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>

namespace databased::postgresql {

Sender::Sender(EventLoop& loop, PGconn* connection, ExpectedMessages& expected, ServerStatements& prepared,
               SocketListener& socket, SenderListener& listener)
    : loop_(loop),
      connection_(connection),
      expected_(expected),
      prepared_(prepared),
      listener_(listener),
      watch_(std::make_unique<SocketWatch>(loop, PQsocket(connection), socket)) {}

void Sender::send_run(Operation& operation) {
    if (operation.cursor != nullptr) return send_fetch(operation);
    try {
        if (operation.sent_runs != 0) {  // the first was filled in to find its statement
            operation.prepared = prepared_.find(*operation.statement(), operation.sent_runs);
        }
    } catch (...) {
        operation.done_runs = operation.sent_runs;
        return operation.fail(std::current_exception());
    }
    PreparedStatement& statement = *operation.prepared;
    const ParameterList& parameters = prepared_.parameters();
    const int format = statement.columns != nullptr && statement.is_binary ? 1 : 0;
    ++operation.sent_runs;
    if (statement.name.empty()) {
        sent(PQsendQueryParams(connection_, statement.text->text.c_str(), parameters.size(), statement.types.data(),
                               parameters.values(), parameters.lengths(), parameters.formats(), format),
             {Sent::Kind::execute, &operation, operation.prepared});
        return;
    }
    if (!statement.is_prepared) {
        prepared_.prepared(statement);
        sent(PQsendPrepare(connection_, statement.name.c_str(), statement.text->text.c_str(), parameters.size(),
                           statement.types.data()),
             {Sent::Kind::prepare, &operation, operation.prepared});
    }
    sent(PQsendQueryPrepared(connection_, statement.name.c_str(), parameters.size(), parameters.values(),
                             parameters.lengths(), parameters.formats(), format),
         {Sent::Kind::execute, &operation, operation.prepared});
}

/// Parsed without the types of its values, so that the server says those of the columns. That takes the lock, too.
void Sender::send_questions(Operation& operation) {
    sent(PQsendPrepare(connection_, "", operation.statement()->text().text.c_str(), 0, nullptr),
         {Sent::Kind::describe, &operation});
    sent(PQsendDescribePrepared(connection_, ""), {Sent::Kind::describe, &operation});
    send_command(&operation, {ArrayInsert::question(), {operation.arrays->table()}}, Sent::Kind::question);
    send_sync(Sent::Kind::halt, &operation);
}

void Sender::send_runs(Operation& operation) {
    ArrayInsert& arrays = *operation.arrays;
    std::size_t runs = 0;
    try {
        runs = arrays.fill(operation.sent_runs);
    } catch (...) {
        arrays.refused(false);
        return operation.fail(std::current_exception());
    }
    operation.sent_runs += runs;
    sent(PQsendQueryParams(connection_, arrays.text().c_str(), arrays.size(), arrays.types(), arrays.values(),
                           arrays.lengths(), arrays.formats(), 0),
         {.kind = Sent::Kind::insert, .operation = &operation, .runs = static_cast<std::uint32_t>(runs)});
}

/// Not prepared: its plan is for the cursor alone. The values go with it, as those of the statement.
void Sender::send_declare(Operation& operation) {
    const PreparedStatement& statement = *operation.prepared;
    const ParameterList& parameters = prepared_.parameters();
    const std::string sql = declaration(*operation.cursor) + statement.text->text;
    sent(PQsendQueryParams(connection_, sql.c_str(), parameters.size(), statement.types.data(), parameters.values(),
                           parameters.lengths(), parameters.formats(), 0),
         {Sent::Kind::declare, &operation});
}

/// All rows in one result, which is no larger than what is handed on.
void Sender::send_fetch(Operation& operation) {
    Cursor& cursor = *operation.cursor;
    if (operation.statement() != nullptr) send_declare(operation);
    const int format = cursor.statement->columns != nullptr && cursor.statement->is_binary ? 1 : 0;
    ++operation.sent_runs;
    operation.rows_asked_for = cursor.size.rows();
    const std::string sql =
        "FETCH FORWARD " + std::to_string(operation.rows_asked_for) + " FROM " + backend::name_of_cursor(cursor.number);
    sent(PQsendQueryParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, format),
         {Sent::Kind::fetch, &operation, cursor.statement});
}

void Sender::send_command(Operation* operation, const SessionReset::Command& command, Sent::Kind kind,
                          bool may_prepare) {
    const std::string& sql = command.sql;
    values_.clear();
    for (const std::string& value : command.values) values_.push_back(value.c_str());
    const int count = static_cast<int>(values_.size());
    // Held: a connection that is lost while it is sent forgets them all.
    const auto verb = may_prepare ? prepared_.find_verb(sql) : nullptr;
    if (verb == nullptr) {
        sent(PQsendQueryParams(connection_, sql.c_str(), count, nullptr, values_.data(), nullptr, nullptr, 0),
             {kind, operation});
        return;
    }
    if (!verb->is_prepared) {
        prepared_.prepared(*verb);
        sent(PQsendPrepare(connection_, verb->name.c_str(), sql.c_str(), count, nullptr),
             {Sent::Kind::prepare, operation, verb});
    }
    sent(PQsendQueryPrepared(connection_, verb->name.c_str(), count, values_.data(), nullptr, nullptr, 0),
         {kind, operation, verb});
}

void Sender::send_text(Operation* operation, const std::string& sql, Sent::Kind kind) {
    send_command(operation, {sql}, kind, false);
}

void Sender::send_sync(Sent::Kind kind, Operation* operation) {
    sent(postgresql::send_sync(connection_), {kind, operation});
}

void Sender::send_evictions() {
    for (const auto& name : prepared_.take_evicted()) {
        send_text(nullptr, "DEALLOCATE " + name, Sent::Kind::housekeeping);
        send_sync(Sent::Kind::sync, nullptr);
    }
}

/// Notes what libpq has accepted. It refuses nothing but what cannot be sent any more.
void Sender::sent(int accepted, Sent command) {
    if (watch_ == nullptr) return;
    const bool was_empty = expected_.empty();
    command.sent_at = loop_.now();
    expected_.push(std::move(command));
    if (accepted == 0) {
        listener_.on_broken("the statement could not be sent: " + one_line(PQerrorMessage(connection_)));
    } else if (was_empty) {
        listener_.on_head_began();
    }
}

void Sender::flush() {
    if (watch_ == nullptr) return;
    const int left = PQflush(connection_);
    if (left < 0) return listener_.on_broken("the connection was lost: " + one_line(PQerrorMessage(connection_)));
    is_blocked_ = left > 0;
    if (is_blocked_) {
        watch_->start_writing();
    } else {
        watch_->stop_writing();
    }
}

}  // namespace databased::postgresql

#include "listening.hpp"

#include "quoted_name.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::postgresql {

namespace {

Statement::Pointer statement(const std::string& sql) {
    return Statement::make(StatementRules{.dialect = &postgresql_dialect}, sql);
}

/// Not of the connection, which may be gone before this has ended.
Task<> run(Task<Rows> statement) { co_await std::move(statement); }

}  // namespace

Listening::Listening(std::unique_ptr<Connection> connection, backend::NotificationSink& sink)
    : connection_(std::move(connection)) {
    if (connection_->may_change_sessions()) {
        throw NotSupportedError(
            "a connection pooler is in between that may give every transaction another connection, so nothing can be "
            "heard through it: listen with a Database whose URL leads to the server itself or, if the pooler keeps one "
            "connection for each client (pool_mode=session), say so by ?prepared_statements=on");
    }
    connection_->tell(sink);
}

Task<> Listening::listen(std::string channel) {
    return run(connection_->ask(statement("LISTEN " + quoted_name(channel))));
}

Task<> Listening::unlisten(std::string channel) {
    return run(connection_->ask(statement("UNLISTEN " + quoted_name(channel))));
}

}  // namespace databased::postgresql

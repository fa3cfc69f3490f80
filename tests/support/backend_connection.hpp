// One connection of the test's backend, driven by hand: what the core builds upon, without the core.
#pragma once

#include "support/async.hpp"
#include "support/conformance.hpp"
#include "support/differences.hpp"

#include <databased/backend.hpp>
#include <databased/detail/store_sink.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace support {

/// Sees how often it was finished, and how. May be destroyed before that.
class WatchedExchange final : public databased::backend::Exchange {
  public:
    WatchedExchange(databased::SessionBackend& session, databased::Request request) : Exchange(std::move(request)) {
        session.start(*this);
    }
    ~WatchedExchange() override { let_go(); }

    void finish(databased::Outcome outcome) noexcept override {
        ++times_finished_;
        was_on_the_loop_ = was_on_the_loop_ && loop_->is_on_its_thread();
        outcome_ = std::move(outcome);
        finished_.set();
    }
    int times_finished() const noexcept { return times_finished_; }
    bool was_on_the_loop() const noexcept { return was_on_the_loop_; }
    const databased::Outcome& outcome() const noexcept { return outcome_; }
    databased::Task<databased::Outcome> end() {
        co_await finished_.wait();
        co_return std::move(outcome_);
    }

  private:
    databased::EventLoop* loop_ = databased::EventLoop::current();
    int times_finished_ = 0;
    bool was_on_the_loop_ = true;
    databased::Outcome outcome_;
    Event finished_;
};

/// Lets a test wait for the first row of a statement, which runs then, and forgets the rows.
class FirstRow final : public databased::RowSink {
  public:
    void on_columns(const std::shared_ptr<const databased::detail::ColumnSet>&) override {}
    void on_rows(std::unique_ptr<databased::RowBatch>) override { came_.set(); }
    void on_restart() override {}
    databased::Task<> wait() { return came_.wait(); }

  private:
    Event came_;
};

/// Gives rows for hours, the first of them at once.
inline constexpr std::string_view endless_rows =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT i FROM n";

template <class... Verb>
databased::backend::Commands told(Verb... verbs) {
    databased::backend::Commands commands;
    (commands.push_back({verbs, 1}), ...);  // all savepoints are number 1
    return commands;
}

class BackendConnection {
  public:
    /// Opened and kept, as the core does it.
    static databased::Task<BackendConnection> open() {
        BackendConnection connection{databased::make_backend(databased::Url::parse(fresh_url()))};
        databased::backend::Opening opening;
        connection.session_ = co_await connection.backend_->open(std::move(opening));
        const auto outcome = co_await connection.send(connection.request(told(databased::backend::Verb::keep)));
        if (outcome.error) std::rethrow_exception(outcome.error);
        co_return connection;
    }
    /// One with an empty table of films.
    static databased::Task<BackendConnection> with_films() {
        BackendConnection connection = co_await open();
        co_await connection.run("CREATE TABLE film (title TEXT UNIQUE)");
        co_return connection;
    }

    databased::SessionBackend& session() noexcept { return *session_; }
    databased::DatabaseBackend& backend() noexcept { return *backend_; }
    void destroy() noexcept { session_ = nullptr; }

    /// That begins where no transaction is.
    template <class... Args>
    databased::Request request(databased::backend::Commands commands, std::string_view sql = {}, const Args&... args) {
        databased::Request request;
        request.commands = std::move(commands);
        if (!sql.empty()) request.statement = databased::Statement::make(rules(), sql, args...);
        return request;
    }
    template <class Items>
    databased::Request request_of_many(std::string_view sql, const Items& items) {
        databased::Request request;
        request.commands = told(databased::backend::Verb::run);
        request.statement = databased::Statement::make_many(rules(), sql, items);
        return request;
    }
    databased::Request statement(std::string_view sql) { return request(told(databased::backend::Verb::run), sql); }

    databased::Task<databased::Outcome> send(databased::Request request) {
        WatchedExchange exchange{*session_, std::move(request)};
        co_return co_await exchange.end();
    }
    /// Autocommitted; throws its error.
    databased::Task<> run(std::string_view sql) {
        const auto outcome = co_await send(statement(sql));
        if (outcome.error) std::rethrow_exception(outcome.error);
    }
    /// What the first row says, as text; wherever it is asked.
    databased::Task<std::string> ask(std::string_view sql) {
        databased::detail::StoreSink sink;
        databased::Request question = statement(sql);
        question.sink = &sink;
        question.expected = databased::backend::Transaction::unknown;
        const auto outcome = co_await send(std::move(question));
        sink.rethrow(outcome.error);
        co_return std::move(sink).rows()[0][0].as<std::string>();
    }

  private:
    explicit BackendConnection(std::unique_ptr<databased::DatabaseBackend> backend) : backend_(std::move(backend)) {}
    databased::StatementRules rules() const { return {.dialect = &backend_->dialect()}; }

    std::unique_ptr<databased::DatabaseBackend> backend_;
    std::unique_ptr<databased::SessionBackend> session_;
};

/// The same inside an open transaction.
inline databased::Request inside(databased::Request request) {
    request.expected = databased::backend::Transaction::open;
    return request;
}
inline databased::Request anywhere(databased::Request request) {
    request.expected = databased::backend::Transaction::unknown;
    return request;
}

template <class E>
bool is_error(const databased::Outcome& outcome) {
    try {
        if (outcome.error) std::rethrow_exception(outcome.error);
    } catch (const E&) {
        return true;
    } catch (...) {
    }
    return false;
}

}  // namespace support

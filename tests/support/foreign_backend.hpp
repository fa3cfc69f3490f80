// A backend of a program's own without a database, whose connections do what a test has made of Obedient.
#pragma once

#include <databased/backend/coroutine_session.hpp>
#include <databased/databased.hpp>

#include <concepts>
#include <exception>
#include <map>
#include <memory>

namespace support {

using databased::Capabilities;
using databased::CoroutineSession;
using databased::Database;
using databased::DatabaseBackend;
using databased::Dialect;
using databased::EventLoop;
using databased::Outcome;
using databased::Request;
using databased::SessionBackend;
using databased::Task;
using databased::Url;
using databased::backend::Delivery;
using databased::backend::Transaction;
using databased::backend::Verb;

/// What all connections of one test were told, and how many of them there are.
struct Server {
    std::map<Verb, int> told;
    int connections = 0;
};

/// Does what it is told, and says so.
class Obedient : public CoroutineSession {
  public:
    Obedient(EventLoop& loop, Server& server) : CoroutineSession(loop), server_(server) { ++server_.connections; }
    ~Obedient() override { --server_.connections; }

    static Capabilities capabilities() noexcept { return {}; }
    bool is_usable() const noexcept override { return is_usable_; }
    bool is_clean() const noexcept override { return true; }
    Task<> close() override { co_return; }

  protected:
    Task<Outcome> run(Request request) override {
        Outcome outcome;
        outcome.transaction = transaction_;
        for (const auto& command : request.commands) {
            ++server_.told[command.verb];
            carry_out(command.verb, outcome);
            transaction_ = outcome.transaction;
            if (outcome.error) break;
            ++outcome.done;
        }
        co_return outcome;
    }
    virtual void carry_out(Verb verb, Outcome& outcome) {
        if (verb == Verb::begin) outcome.transaction = Transaction::open;
        if (verb == Verb::commit || verb == Verb::rollback) outcome.transaction = Transaction::none;
    }
    static bool is_work_of_a_user(const Request& request) {
        return request.has(Verb::run) || request.has(Verb::commit);
    }
    static void refuse(Outcome& outcome, Transaction transaction) {
        outcome.error = std::make_exception_ptr(databased::QueryError({.message = "no", .sqlstate = "42000"}));
        outcome.delivery = Delivery::answered;
        outcome.transaction = transaction;
    }
    void lose(Outcome& outcome) {
        outcome.error = std::make_exception_ptr(databased::ConnectionError({.message = "lost", .sqlstate = "08006"}));
        outcome.transaction = Transaction::none;
        is_usable_ = false;
    }

  private:
    Server& server_;
    bool is_usable_ = true;
    Transaction transaction_ = Transaction::none;
};

template <std::derived_from<Obedient> Connection>
class Foreign final : public DatabaseBackend {
  public:
    explicit Foreign(Server& server) : server_(server) {}
    const Dialect& dialect() const noexcept override { return databased::text_dialect; }
    Capabilities capabilities() const noexcept override { return Connection::capabilities(); }
    Task<std::unique_ptr<SessionBackend>> open(databased::backend::Opening) override {
        co_return std::make_unique<Connection>(*EventLoop::current(), server_);
    }

  private:
    Server& server_;
};

/// Of a backend whose connections are such ones.
template <std::derived_from<Obedient> Connection>
Database database_of(Server& server) {
    databased::register_backend("foreign",
                                [&server](const Url&) { return std::make_unique<Foreign<Connection>>(server); });
    return Database{"foreign://host/name"};
}

}  // namespace support

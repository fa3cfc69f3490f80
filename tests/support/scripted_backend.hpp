// A backend without a database: it writes down what it is told, and fails where the test says so.
#pragma once

#include "support/async.hpp"

#include <databased/backend/coroutine_session.hpp>
#include <databased/databased.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// What the connections of one test share.
struct Script {
    std::vector<std::string> log;                       ///< All SQL, savepoints renamed to s1, s2 …
    std::vector<std::vector<std::string>> exchanges{};  ///< The same by exchange, where they do not overlap.
    /// SQLSTATEs by the SQL that is to fail; "connect" and "ping" as well.
    std::map<std::string, std::string> failures;
    std::string lost_at;                   ///< The SQL during which the connection is lost.
    std::string silent_at{};               ///< The SQL that is never answered.
    std::string opens_at{};                ///< The SQL that leaves a transaction open.
    std::string ends_at;                   ///< The SQL that ends the transaction.
    int open_connections = 0;              ///< How many there are.
    std::vector<std::string> passwords{};  ///< With which connections were opened.
    std::vector<std::string> closed{};     ///< The hosts whose connections were closed in good order.

    static inline Script* current = nullptr;
    Script() { current = this; }
    ~Script() { current = nullptr; }
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;

    void fail_if_asked(const std::string& what) const {
        if (const auto found = failures.find(what); found != failures.end()) {
            databased::throw_database_error({.message = what + " failed", .sqlstate = found->second});
        }
    }
    /// databased_17 becomes s1 if it is the first name that is seen.
    std::string readable(std::string sql) {
        const auto begin = sql.find("databased_");
        if (begin == std::string::npos) return sql;
        const std::string name = sql.substr(begin);
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
        const auto place = std::find(names_.begin(), names_.end(), name) - names_.begin();
        return sql.substr(0, begin) + "s" + std::to_string(place + 1);
    }

  private:
    std::vector<std::string> names_;
};

class ScriptedConnection final : public databased::CoroutineSession {
  public:
    ScriptedConnection(databased::EventLoop& loop, std::string host) : CoroutineSession(loop), host_(std::move(host)) {
        ++Script::current->open_connections;
    }
    ~ScriptedConnection() override {
        if (Script::current != nullptr) --Script::current->open_connections;
        state_->closed.set();
    }

    databased::Task<databased::Outcome> run(databased::Request request) override {
        return run(state_, std::move(request));
    }
    bool is_usable() const noexcept override { return state_->is_usable; }
    bool is_clean() const noexcept override { return true; }
    databased::Task<> close() override {
        if (Script::current != nullptr) Script::current->closed.push_back(host_);
        co_return;
    }

  private:
    /// Outlives the connection, which may be closed while it runs something.
    struct State {
        bool is_usable = true;
        bool in_transaction = false;
        Event closed{};
    };

    static databased::Task<databased::Outcome> run(std::shared_ptr<State> state, databased::Request request) {
        databased::Outcome outcome;
        co_await Later{};
        if (is_silent_at(request)) co_await state->closed.wait_shielded();
        if (state->closed.is_set()) throw databased::NotConnectedError("closed");
        Script::current->exchanges.emplace_back();
        try {
            for (const auto& command : request.commands) {
                if (command.verb == databased::backend::Verb::ping) Script::current->fail_if_asked("ping");
                carry_out(*state, Script::current->readable(sql_of(request, command)));
                ++outcome.done;
            }
        } catch (const databased::DatabaseError&) {
            outcome.error = std::current_exception();
            if (state->is_usable) outcome.delivery = databased::backend::Delivery::answered;
        }
        using databased::backend::Transaction;
        outcome.transaction = state->in_transaction ? Transaction::open : Transaction::none;
        co_return outcome;
    }
    static std::string sql_of(const databased::Request& request, const databased::backend::Command& command) {
        using databased::backend::Verb;
        if (command.verb == Verb::run) return request.statement->text().source;
        if (command.verb == Verb::begin) return "BEGIN";
        std::string sql;
        databased::text_dialect.verb(sql, command, request.options);
        return sql;
    }
    static bool is_silent_at(const databased::Request& request) {
        const std::string& silent = Script::current->silent_at;
        return !silent.empty() && std::any_of(request.commands.begin(), request.commands.end(),
                                              [&](const auto& command) { return sql_of(request, command) == silent; });
    }
    static void carry_out(State& state, const std::string& sql) {
        if (sql.empty()) return;  // a verb without SQL
        Script& script = *Script::current;
        script.log.push_back(sql);
        script.exchanges.back().push_back(sql);
        if (sql == script.lost_at) {
            state.is_usable = state.in_transaction = false;
            databased::throw_database_error({.message = "lost", .sqlstate = "08006"});
        }
        script.fail_if_asked(sql);
        if (sql == "BEGIN" || sql == script.opens_at) state.in_transaction = true;
        if (sql == "COMMIT" || sql == "ROLLBACK" || sql == script.ends_at) state.in_transaction = false;
    }

    std::string host_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

class ScriptedBackend final : public databased::DatabaseBackend {
  public:
    explicit ScriptedBackend(const databased::Url& url) : host_(url.host().value_or("")) {}
    const databased::Dialect& dialect() const noexcept override { return databased::text_dialect; }
    databased::Capabilities capabilities() const noexcept override {
        databased::Capabilities capabilities;
        capabilities.takes_passwords = true;
        return capabilities;
    }
    databased::Task<std::unique_ptr<databased::SessionBackend>> open(databased::backend::Opening opening) override {
        co_await Later{};
        if (opening.password) Script::current->passwords.push_back(*opening.password);
        Script::current->fail_if_asked("connect");
        co_return std::make_unique<ScriptedConnection>(*databased::EventLoop::current(), host_);
    }

  private:
    std::string host_;
};

inline void register_scripted_backend() {
    databased::register_backend("scripted",
                                [](const databased::Url& url) { return std::make_unique<ScriptedBackend>(url); });
}

inline databased::Database scripted_database(databased::Options options = {}) {
    register_scripted_backend();
    return databased::Database{"scripted://host/name", options};
}
inline databased::Database scripted_database(databased::Config config) {
    register_scripted_backend();
    return databased::Database{config.url("scripted://host/name")};
}

using Log = std::vector<std::string>;
/// g++ 12 does not compile braced lists in expressions with co_await.
template <class... Sql>
Log log_of(Sql... sql) {
    return Log{sql...};
}

}  // namespace support

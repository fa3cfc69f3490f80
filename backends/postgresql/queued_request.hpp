// A request in a connection's queue, and what follows from it for how it travels. Without I/O.
#pragma once

#include <databased/backend.hpp>

#include <cstddef>

namespace databased::postgresql {

class QueuedRequest {
  public:
    /// `is_own`: asked by the backend itself, which knows that nothing is left behind.
    QueuedRequest(Request&& request, bool is_own);

    const Request& request() const noexcept { return request_; }
    const Statement* statement() const noexcept { return request_.statement.get(); }
    /// Those that give rows: of the statement, or of a cursor.
    std::size_t runs() const noexcept {
        if (statement() != nullptr) return statement()->runs();
        return verbs_.has(backend::Verb::fetch) ? 1 : 0;
    }
    /// Whether something among the commands gives rows.
    bool has_run() const noexcept { return place_of_run_ < request_.commands.size(); }
    /// Commands beside that.
    std::size_t verbs() const noexcept { return request_.commands.size() - (has_run() ? 1 : 0); }
    bool uses_cursor() const noexcept { return verbs_.has(backend::Verb::declare) || verbs_.has(backend::Verb::fetch); }
    /// The one that gives rows, among the commands; behind them all if there is none.
    std::size_t place_of_run() const noexcept { return place_of_run_; }
    bool is_ping() const noexcept { return verbs_.has(backend::Verb::ping); }
    bool is_in_unit() const noexcept { return is_in_unit_; }
    bool is_own() const noexcept { return is_own_; }
    bool may_be_stopped() const noexcept { return may_be_stopped_; }

    // Transactions

    /// Whether a transaction ends with it whose end must not be doubted.
    bool commits() const noexcept { return verbs_.has(backend::Verb::commit); }
    /// Whether it takes back what others have done: the server does that at once, or when the connection ends.
    bool cleans_up() const noexcept { return statement() == nullptr && !may_be_stopped_ && !commits(); }
    bool begins_transaction() const noexcept { return verbs_.has(backend::Verb::begin); }
    bool ends_transaction() const noexcept;
    /// Whether what gives rows can be undone, and nothing of anybody else with it.
    bool can_be_undone() const noexcept;
    /// Whether it is to find no transaction open: not what the backend asks in between, or what is begun once more.
    bool expects_none() const noexcept {
        return request_.expected == backend::Transaction::none && !is_own_ && !rolls_back_first_;
    }
    /// Its transaction has failed before anything was done in it: it is begun once more.
    void roll_back_first();
    bool rolls_back_first() const noexcept { return rolls_back_first_; }

    // Company

    /// Autocommitted.
    bool is_alone() const noexcept { return runs() != 0 && !is_in_unit_ && verbs() == 0; }
    /// Proved to change nothing: may be run a second time, and beside others.
    bool is_read() const noexcept { return is_alone() && nature == backend::Nature::read; }
    /// The same, or kept by the server from changing anything.
    bool changes_nothing() const noexcept { return is_read() || (is_alone() && request_.read_only); }
    /// May travel in one read-only transaction with others.
    bool may_join_burst() const noexcept;
    /// A statement in an open transaction, which may share its sync with others of it.
    bool may_join_flight() const noexcept { return is_in_unit_ && verbs() == 0 && runs() == 1 && !uses_cursor(); }

    backend::Nature nature;
    bool goes_alone = false;  // not in a burst any more

  private:
    Request request_;
    backend::VerbSet verbs_;  // of the request
    std::size_t place_of_run_;
    bool is_own_;
    bool is_in_unit_;
    bool may_be_stopped_;
    bool rolls_back_first_ = false;
};

}  // namespace databased::postgresql

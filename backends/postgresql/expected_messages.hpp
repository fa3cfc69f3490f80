// What was sent on a connection and has not been answered yet, in order.
#pragma once

#include "statement_cache.hpp"

#include <databased/detail/context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace databased::postgresql {

class Operation;

/// One command of a pipeline.
struct Sent {
    enum class Kind {
        verb,          ///< of Request::before
        prepare,       ///< makes `statement` known to the server
        execute,       ///< one run of a statement
        declare,       ///< a cursor over it
        fetch,         ///< rows of a cursor
        insert,        ///< several runs at once, in arrays
        describe,      ///< whether that may be: what the statement is
        question,      ///< the same: what its table is
        halt,          ///< the sync behind such questions; the flight of `operation` goes on
        sync,          ///< ends the flight of `operation`
        burst_end,     ///< the sync after plain reads that need no transaction around them
        housekeeping,  ///< what goes around an operation; its failure is the operation's, if there is one
        reset,         ///< takes away what a user has left
        reset_end,     ///< the sync after such commands
    };
    Kind kind;
    Operation* operation = nullptr;  ///< Null once it was abandoned.
    std::shared_ptr<PreparedStatement> statement{};
    bool ends_operation = false;  ///< The flight goes on with another one.
    bool is_abandoned = false;
    std::uint32_t runs = 1;
    detail::Clock::time_point sent_at{};

    bool gives_rows() const noexcept { return kind == Kind::execute || kind == Kind::fetch; }
    bool is_run() const noexcept { return gives_rows() || kind == Kind::insert; }
    /// It is a sync.
    bool ends_flight() const noexcept {
        return kind == Kind::sync || kind == Kind::burst_end || kind == Kind::reset_end || kind == Kind::halt;
    }
};

/// First in, first out; keeps its memory.
class ExpectedMessages {
  public:
    bool empty() const noexcept { return head_ == sent_.size(); }
    std::size_t size() const noexcept { return sent_.size() - head_; }
    Sent& front() noexcept { return sent_[head_]; }
    Sent& back() noexcept { return sent_.back(); }
    void push(Sent sent) {
        if (head_ > least_to_move && head_ > sent_.size() / 2) {
            sent_.erase(sent_.begin(), sent_.begin() + static_cast<std::ptrdiff_t>(head_));
            head_ = 0;
        }
        sent_.push_back(std::move(sent));
    }
    void pop() noexcept {
        sent_[head_++].statement = nullptr;
        if (!empty()) return;
        sent_.clear();
        head_ = 0;
    }
    auto begin() noexcept { return sent_.begin() + static_cast<std::ptrdiff_t>(head_); }
    auto end() noexcept { return sent_.end(); }

  private:
    static constexpr std::size_t least_to_move = 64;

    std::vector<Sent> sent_;
    std::size_t head_ = 0;
};

}  // namespace databased::postgresql

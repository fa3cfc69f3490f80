// How the connections of a pool come and go.
#pragma once

#include "pool/opener.hpp"
#include "pool/policy.hpp"
#include "pool/shelf.hpp"

#include <databased/event_loop.hpp>
#include <databased/options.hpp>
#include <databased/task.hpp>

#include <cstddef>
#include <memory>

namespace databased::detail {

/// Opens connections, within the limits, and closes them; who gets them is not decided here. Part of a pool, which
/// hears of each that was opened.
class Supply {
  public:
    Supply(Pool& pool, Shelf& shelf, EventLoop& loop, PoolLimits limits, Opener::Open open);
    ~Supply() { end_all(); }

    const PoolLimits& limits() const noexcept { return limits_; }
    Clock::time_point now() const noexcept { return loop_ != nullptr ? loop_->now() : Clock::now(); }
    /// Those that are open, and being opened.
    std::size_t size() const noexcept { return shelf_.size() + opening(); }
    std::size_t opening() const noexcept { return opener_.count(); }
    /// What is known here of the numbers.
    PoolStats stats() const noexcept;

    /// Begins to open one more, unless there are as many as there may be.
    void grow();
    /// Opens one for the caller, who adds it.
    Task<std::shared_ptr<Channel>> open() { return opener_.open(); }
    /// Neither used nor idle yet.
    PooledConnection& add(std::shared_ptr<Channel> channel);
    /// Closes one that nobody uses, in good order and behind the caller's back.
    void drop(PooledConnection& connection) noexcept;

    /// No more connections are opened.
    void end() noexcept { is_ending_ = true; }
    bool is_ending() const noexcept { return is_ending_; }
    /// After end(): closes idle connections in good order and the others at once.
    Task<> close();
    /// Closes all at once. The loop is not touched any more if `loop_is_gone`.
    void close_now(bool loop_is_gone) noexcept;

  private:
    void end_all() noexcept;

    Shelf& shelf_;
    EventLoop* loop_;  // null once it is gone
    PoolLimits limits_;
    Opener opener_;
    PoolStats counted_;
    bool is_ending_ = false;
};

}  // namespace databased::detail

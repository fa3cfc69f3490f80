// libuv's side of an EventLoop.
#pragma once

#include <databased/detail/context.hpp>

#include <uv.h>

#include <cstddef>
#include <memory>

namespace databased::detail {

/// Told what happens in the libuv loop.
class LoopEvents {
  public:
    virtual void on_before_poll() noexcept = 0;
    virtual void on_after_poll() noexcept = 0;
    virtual void on_signal() noexcept = 0;  ///< The watched descriptor is readable.
    virtual void on_clock() noexcept = 0;

  protected:
    ~LoopEvents() = default;
};

/// A libuv loop, the program's or one of its own, and the handles in it. On its thread only.
class LoopHandles {
  public:
    /// Makes a loop if `adopted` is null. Throws Error if the system refuses. `descriptor` is watched.
    LoopHandles(uv_loop_t* adopted, int descriptor, LoopEvents& events);
    /// A loop of the program's has to run once more, so that the handles can close. Nothing is told any more.
    ~LoopHandles();
    LoopHandles(const LoopHandles&) = delete;
    LoopHandles& operator=(const LoopHandles&) = delete;

    uv_loop_t& loop() const noexcept { return *loop_; }
    bool owns_loop() const noexcept { return own_loop_ != nullptr; }
    /// For as long as somebody holds the loop, uv_run() does not return by itself.
    void hold() noexcept;
    void release() noexcept;
    /// One poll, and what comes of it.
    void run_once() noexcept;
    /// Lets run_once() return before the loop sleeps.
    void stop_run() noexcept;
    bool is_run_stopped() const noexcept { return is_run_stopped_; }
    /// Whether the next poll waits until something happens.
    void let_poll_block(bool blocks) noexcept;
    bool poll_blocks() const noexcept;
    void set_clock(Clock::time_point when) noexcept;
    /// In a child process: nothing is told any more.
    void leave_to_parent() noexcept;

  private:
    struct Handles;

    void open(int descriptor);

    std::unique_ptr<uv_loop_t> own_loop_;
    uv_loop_t* loop_;
    Handles* handles_;  // freed by libuv's close callback
    std::size_t holders_ = 0;
    bool is_running_ = false;
    bool is_run_stopped_ = false;
    bool is_left_ = false;
};

}  // namespace databased::detail

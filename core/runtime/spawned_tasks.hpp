// What was spawned in a loop.
#pragma once

#include "runtime/loop_handles.hpp"
#include "runtime/root_task.hpp"

#include <cstddef>
#include <utility>

namespace databased::detail {

/// Owns the tasks from spawn() until the end of the turn in which they have finished; holds the loop meanwhile.
class SpawnedTasks {
  public:
    using ErrorHandler = EventLoop::ErrorHandler;

    SpawnedTasks(EventLoop& loop, LoopHandles& handles) noexcept : loop_(loop), handles_(handles) {}
    SpawnedTasks(const SpawnedTasks&) = delete;
    SpawnedTasks& operator=(const SpawnedTasks&) = delete;

    void spawn(Task<> task, ErrorHandler on_error);
    /// Those that run.
    std::size_t count() const noexcept { return count_; }
    bool is_empty() const noexcept { return running_.empty() && finished_.empty(); }
    EventLoop& loop() const noexcept { return loop_; }
    const ErrorHandler& handler() const noexcept { return handler_; }
    void on_unhandled_error(ErrorHandler handler) { handler_ = std::move(handler); }

    /// Asks all to stop, and whatever they spawn until end_stopping().
    void begin_stopping() noexcept;
    void end_stopping() noexcept { is_stopping_ = false; }

    /// For RootTask, from inside its coroutine.
    void finished(RootTask& task) noexcept;
    void destroy_finished() noexcept;
    /// With the loop, whatever they do.
    void destroy_all() noexcept;
    /// They may be in the middle of something with a connection of the parent's.
    void leave_to_parent();

  private:
    EventLoop& loop_;
    LoopHandles& handles_;
    IntrusiveList<RootTask> running_;
    IntrusiveList<RootTask> finished_;  // their frames end with the turn
    std::size_t count_ = 0;
    ErrorHandler handler_;
    bool is_stopping_ = false;
};

}  // namespace databased::detail

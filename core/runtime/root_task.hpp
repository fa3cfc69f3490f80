// The beginning of a line of execution: the frame and the context of run() or of one spawned task.
#pragma once

#include <databased/detail/context.hpp>
#include <databased/detail/stop.hpp>
#include <databased/event_loop.hpp>
#include <databased/task.hpp>

#include <exception>
#include <optional>

namespace databased::detail {

class SpawnedTasks;

class RootTask final : public ListNode<RootTask> {
  public:
    RootTask(SpawnedTasks& spawned, EventLoop::ErrorHandler on_error) noexcept;

    void start(Task<> task);
    void request_stop() noexcept { stop_.request(); }
    bool is_finished() const noexcept { return is_finished_; }
    void rethrow_error() const;
    /// Tells the handler, unless the task has only done what it was asked to: stop.
    void report_error() noexcept;

  private:
    static RootCoroutine run(RootTask& self, Task<> task);
    bool is_answer_to_stop() const noexcept;

    SpawnedTasks& spawned_;
    EventLoop::ErrorHandler on_error_;
    StopState stop_{nullptr};
    Branch branch_{nullptr};
    Context context_;
    std::exception_ptr error_;
    bool is_finished_ = false;
    std::optional<RootCoroutine> coroutine_;  // last: its frame goes first
};

}  // namespace databased::detail

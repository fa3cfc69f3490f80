// The turns of an EventLoop, between the polls of libuv.
#pragma once

#include "runtime/loop_handles.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/process.hpp"
#include "runtime/ready_queue.hpp"
#include "runtime/spawned_tasks.hpp"
#include "runtime/timer_heap.hpp"
#include "runtime/turn_clock.hpp"

#include <databased/detail/busy_wait.hpp>
#include <databased/event_loop.hpp>

namespace databased::detail {

/// What waits in a loop, and for what. On its thread only, but for Mailbox::push().
struct LoopQueues {
    Mailbox mailbox{};
    ReadyQueue ready{};
    TimerHeap timers{};
    BusyWait busy_wait{};
    TurnClock clock{};
    IntrusiveList<LoopUser> users{};
};

class LoopDriver final : private LoopEvents {
  public:
    LoopDriver(EventLoop& loop, uv_loop_t* adopted, LoopQueues& queues);

    /// The loop whose turn it is on this thread.
    static EventLoop* loop_in_turn() noexcept;
    LoopHandles& handles() noexcept { return handles_; }
    SpawnedTasks& tasks() noexcept { return tasks_; }

    template <class Condition>
    void run_until(Condition is_met) {
        while (!is_met() && !is_left_) handles_.run_once();
    }
    /// Sets libuv's clock if the earliest timer comes before what it is set for.
    void arm_clock() noexcept;

    bool is_inherited() const noexcept { return process_.is_left(); }
    bool is_left() const noexcept { return is_left_; }
    /// In a child process: the loop is not used any more, and who uses it is told.
    void leave_to_parent() noexcept;

  private:
    void take_turn() noexcept;
    bool wait_for_post() noexcept;
    bool stays_awake() noexcept;
    void ring_timers() noexcept;
    void on_before_poll() noexcept override;
    void on_after_poll() noexcept override { take_turn(); }
    void on_signal() noexcept override { queues_.mailbox.clear_signals(); }
    void on_clock() noexcept override;

    EventLoop& loop_;
    LoopQueues& queues_;
    LoopHandles handles_;
    SpawnedTasks tasks_;
    HomeProcess process_;
    bool is_left_ = false;
};

}  // namespace databased::detail

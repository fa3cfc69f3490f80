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

#include <chrono>
#include <thread>

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

    static LoopDriver& of(EventLoop& loop) noexcept;
    /// The loop whose turn it is on this thread.
    static EventLoop* loop_in_turn() noexcept;
    /// From now on this is the loop's thread, or none is.
    static void set_thread(EventLoop& loop, std::thread::id thread) noexcept;
    LoopHandles& handles() noexcept { return handles_; }
    SpawnedTasks& tasks() noexcept { return tasks_; }

    template <class Condition>
    void run_until(Condition is_met) {
        while (!is_met() && !is_left_) handles_.run_once();
    }
    /// The same, mostly without a poll where a turn is enough.
    template <class Condition>
    void take_turns_until(Condition is_met) {
        while (turns_since_poll_ < turns_before_poll && Clock::now() - polled_at_ < longest_without_poll) {
            take_turn();
            if (is_met()) return;
            if (handles_.poll_blocks() && !wait_for_post()) break;
        }
        run_until(is_met);
    }
    /// Lets a run look at its condition before it sleeps.
    void stop_run() noexcept { handles_.stop_run(); }
    /// Asks what was spawned to stop, and runs until it has.
    void stop_tasks() noexcept;
    /// Sets libuv's clock if the earliest timer comes before what it is set for.
    void arm_clock() noexcept;

    bool is_inherited() const noexcept { return process_.is_left(); }
    bool is_left() const noexcept { return is_left_; }
    /// In a child process: the loop is not used any more, and who uses it is told.
    void leave_to_parent() noexcept;

  private:
    static constexpr int turns_before_poll = 32;  // then sockets get their chance, whatever other threads post
    static constexpr std::chrono::milliseconds longest_without_poll{1};  // the resolution of timers

    void take_turn() noexcept;
    bool wait_for_post() noexcept;
    bool stays_awake() noexcept;
    void ring_timers() noexcept;
    void on_before_poll() noexcept override;
    void on_after_poll() noexcept override;
    void on_signal() noexcept override { queues_.mailbox.clear_signals(); }
    void on_clock() noexcept override;

    EventLoop& loop_;
    LoopQueues& queues_;
    LoopHandles handles_;
    SpawnedTasks tasks_;
    HomeProcess process_;
    int turns_since_poll_ = 0;
    Clock::time_point polled_at_{};
    bool is_left_ = false;
};

}  // namespace databased::detail

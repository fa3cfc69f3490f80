#include "runtime/loop_driver.hpp"

#include <databased/detail/pause.hpp>

#include <utility>

namespace databased::detail {

namespace {

thread_local EventLoop* in_turn = nullptr;

constexpr int looks_per_clock = 16;
constexpr std::size_t resumes_per_turn = 4096;  // then sockets and timers get their chance

}  // namespace

LoopDriver::LoopDriver(EventLoop& loop, uv_loop_t* adopted, LoopQueues& queues)
    : loop_(loop), queues_(queues), handles_(adopted, queues.mailbox.descriptor(), *this), tasks_(loop, handles_) {}

EventLoop* LoopDriver::loop_in_turn() noexcept { return in_turn; }

void LoopDriver::take_turn() noexcept {
    if (queues_.clock.is_in_turn()) return;  // a user's callback runs the loop within our turn
    queues_.clock.begin_turn();
    ++turns_since_poll_;
    EventLoop* outer = std::exchange(in_turn, &loop_);
    queues_.mailbox.deliver();  // before the timers: what has finished wins over its time limit
    ring_timers();
    queues_.ready.resume(resumes_per_turn);
    queues_.ready.end_turn();
    tasks_.destroy_finished();
    in_turn = outer;
    queues_.clock.end_turn();
    if (is_inherited()) return leave_to_parent();
    handles_.let_poll_block(queues_.ready.is_empty() && !queues_.timers.has_rung());
}

void LoopDriver::on_before_poll() noexcept {
    take_turn();
    for (int i = 0; i < turns_before_poll; ++i) {
        if (handles_.is_run_stopped()) return;
        if (!wait_for_post()) {
            if (stays_awake()) break;
            if (queues_.mailbox.fall_asleep()) return;
        }
        take_turn();
    }
    handles_.let_poll_block(false);
}

void LoopDriver::on_after_poll() noexcept {
    turns_since_poll_ = 0;
    polled_at_ = Clock::now();
    take_turn();
}

/// True if something came.
bool LoopDriver::wait_for_post() noexcept {
    if (!queues_.mailbox.is_empty()) return true;
    if (!handles_.poll_blocks()) return false;
    const auto patience = queues_.busy_wait.patience();
    if (patience.count() == 0) return false;
    const auto end = Clock::now() + patience;
    do {
        for (int i = 0; i < looks_per_clock; ++i) {
            if (!queues_.mailbox.is_empty()) return true;
            pause_thread();
        }
    } while (Clock::now() < end);
    queues_.busy_wait.waited_in_vain();
    return false;
}

bool LoopDriver::stays_awake() noexcept {
    return queues_.busy_wait.is_asked_to_stay_awake() && queues_.busy_wait.stays_awake(Clock::now());
}

void LoopDriver::on_clock() noexcept {
    queues_.timers.clock_rang();
    take_turn();
}

void LoopDriver::ring_timers() noexcept {
    if (!queues_.timers.has_rung()) return;
    queues_.timers.begin_ringing();
    const auto now = Clock::now();
    while (Timer* due = queues_.timers.take_due(now)) due->on_time();
    arm_clock();
}

void LoopDriver::arm_clock() noexcept {
    const auto when = queues_.timers.arm();
    if (when != TimerHeap::never) handles_.set_clock(when);
}

void LoopDriver::stop_tasks() noexcept {
    tasks_.begin_stopping();
    run_until([this] { return tasks_.count() == 0; });
    tasks_.end_stopping();
}

void LoopDriver::leave_to_parent() noexcept {
    if (std::exchange(is_left_, true)) return;
    handles_.leave_to_parent();
    queues_.mailbox.forget_signals();
    while (!queues_.users.empty()) queues_.users.pop_front().on_loop_inherited();
}

}  // namespace databased::detail

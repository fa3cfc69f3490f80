#include "blocking/call.hpp"

#include "runtime/loop_driver.hpp"
#include "runtime/process.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace databased::detail {

namespace {

/// Unlike std::thread::id, never used again.
std::uint64_t this_caller() noexcept {
    static std::atomic<std::uint64_t> count{0};
    thread_local const std::uint64_t number = ++count;
    return number;
}

/// Leaves what a task gives to who has made it.
struct UntilEnd : TaskAwaiter {
    explicit UntilEnd(const TaskAwaiter& task) noexcept : TaskAwaiter(task) {}
    void await_resume() const noexcept {}
};

}  // namespace

/// What one thread has opened, another may have ended, and threads come and go: now and then all are looked at.
void CallerLines::clean_up() {
    std::erase_if(lines_,
                  [](const auto& each) { return each.second.innermost == nullptr && each.second.branch.is_empty(); });
    many_ = std::max(least_that_are_many, 2 * lines_.size());
}

BlockingCall* CallerLines::call_in(const Branch& branch) noexcept {
    for (auto& [caller, line] : lines_) {
        if (branch.descends_from(&line.branch)) return line.innermost;
    }
    return nullptr;
}

BlockingCall::BlockingCall(CallerLines& lines, HandedOver& work) : lines_(lines), work_(work), caller_(this_caller()) {}

void BlockingCall::wait() {
    Gate::Reason reason = give_and_wait(*this);
    while (reason == Gate::Reason::body) {
        run_body();
        reason = give_and_wait(done_);
    }
    if (failure_) std::rethrow_exception(failure_);
}

Gate::Reason BlockingCall::give_and_wait(LoopWork& work) {
    EventLoop& loop = lines_.loop();
    Leadership& leadership = lines_.leadership();
    LoopDriver& driver = LoopDriver::of(loop);
    if (driver.is_inherited()) leave_to_parent();
    const bool leads = leadership.lead_or_follow(thread_);
    loop.post(work);
    if (!leads) {
        const Gate::Reason reason = thread_.wait();
        if (reason != Gate::Reason::lead) return reason;
        leadership.begin_to_lead();
    }
    LoopDriver::set_thread(loop, std::this_thread::get_id());
    driver.take_turns_until([this] { return thread_.is_called(); });
    if (!thread_.is_called()) leave_to_parent();
    const Gate::Reason reason = thread_.wait();
    LoopDriver::set_thread(loop, {});
    leadership.stop_leading();
    return reason;
}

/// In a child process that was made in a turn or in a body of this call: the threads that would go on with it are not
/// there, and what it holds is the parent's.
void BlockingCall::leave_to_parent() {
    if (coroutine_) detail::leave_to_parent(std::make_shared<RootCoroutine>(std::move(*coroutine_)));
    coroutine_.reset();
    if (is_started_) work_.leave();
    throw UsageError("this BlockingDatabase was used before fork(); make one of its own in the child process");
}

void BlockingCall::call_caller(Gate::Reason reason) noexcept {
    LoopDriver::of(lines_.loop()).stop_run();  // who leads looks whether this is what it waits for
    lines_.leadership().call(thread_, reason);
}

void BlockingCall::run_body() noexcept {
    try {
        (*body_)();
    } catch (...) {
        body_failure_ = std::current_exception();
    }
}

void BlockingCall::let_keeper_go() noexcept {
    if (lines_.leadership().is_keeper_disturbed()) LoopDriver::of(lines_.loop()).stop_run();
}

void BlockingCall::on_loop() noexcept {
    let_keeper_go();
    line_ = &lines_.line_of(caller_);
    around_ = std::exchange(line_->innermost, this);
    context_ = *line_->now;
    coroutine_.emplace(await_work(*this));
    coroutine_->bind(context_).resume();
}

RootCoroutine BlockingCall::await_work(BlockingCall& call) {
    try {
        const UntilEnd work{call.work_.start(call)};
        call.is_started_ = true;
        co_await work;
    } catch (...) {
        call.failure_ = std::current_exception();
    }
    call.lines_.loop().at_end_of_turn(call);
}

/// The frames are gone before the caller goes on.
void BlockingCall::on_end_of_turn() noexcept {
    coroutine_.reset();
    if (is_started_) work_.end();
    line_->innermost = around_;
    if (around_ == nullptr) lines_.release();
    call_caller(Gate::Reason::finished);
}

Task<> BlockingCall::run(detail::Callback<void()> body) {
    Context& here = co_await this_context();
    Waiter done;
    done.ignore_stop();  // nobody can stop what another thread does
    Context* const before = std::exchange(line_->now, &here);
    body_ = &body;
    body_done_ = &done;
    call_caller(Gate::Reason::body);
    co_await done;
    line_->now = before;
    if (body_failure_) std::rethrow_exception(std::exchange(body_failure_, nullptr));
}

}  // namespace databased::detail

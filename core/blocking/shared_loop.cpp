#include <databased/detail/shared_loop.hpp>
#include <databased/error.hpp>

#include "blocking/call.hpp"
#include "runtime/loop_driver.hpp"
#include "runtime/process.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace databased::detail {

namespace {

/// Long enough that the keeper rarely comes between two calls, short enough for what goes on without any.
constexpr std::chrono::milliseconds rest{2};

/// Wakes up the keeper.
class Nudge final : public LoopWork {
  public:
    explicit Nudge(EventLoop& loop) noexcept : loop_(loop) {}
    void on_loop() noexcept override { LoopDriver::of(loop_).stop_run(); }

  private:
    EventLoop& loop_;
};

/// What there is once somebody has called.
class RunningLoop {
  public:
    RunningLoop() { LoopDriver::of(loop_).handles().hold(); }

    CallerLines& lines() noexcept { return lines_; }
    bool is_left() noexcept { return LoopDriver::of(loop_).is_inherited(); }
    bool is_led_here() const noexcept { return leadership_.leads_here(); }

    /// Starts the thread that runs the loop whenever nobody who calls does.
    void start(std::shared_ptr<void> self);
    /// Ends it, and waits for that where it can.
    void end() noexcept;
    /// In a child process, where the thread does not exist.
    void leave() noexcept { keeper_.detach(); }

  private:
    void keep() noexcept;
    [[noreturn]] static void leave_to_parent();

    Nudge nudge_{loop_};  // before the loop, which may end with it undone
    EventLoop loop_{};
    Leadership leadership_{};
    CallerLines lines_{loop_, leadership_};
    std::thread keeper_{};
};

void RunningLoop::start(std::shared_ptr<void> self) {
    keeper_ = std::thread{[this, self = std::move(self)] { keep(); }};
}

void RunningLoop::keep() noexcept {
    LoopDriver& driver = LoopDriver::of(loop_);
    for (bool goes_on = true; goes_on;) {
        goes_on = leadership_.lead_after(rest);
        LoopDriver::set_thread(loop_, std::this_thread::get_id());
        driver.run_until([&] { return leadership_.is_keeper_disturbed(); });
        if (driver.is_inherited()) leave_to_parent();
        if (!goes_on) driver.stop_tasks();
        LoopDriver::set_thread(loop_, {});
        leadership_.stop_leading();
    }
}

/// In a child process that was made in a turn of this thread: who called is not there to be told, nor anybody else.
void RunningLoop::leave_to_parent() {
    throw UsageError(
        "a child process was made in a turn of a BlockingDatabase's own thread and has not ended there: "
        "call exec() or _exit() in that turn, or fork() outside of a task");
}

void RunningLoop::end() noexcept {
    leadership_.end_keeping();
    loop_.post(nudge_);
    if (is_led_here()) {
        keeper_.detach();
    } else {
        keeper_.join();
    }
}

}  // namespace

/// Kept by the threads that run the loop as well, in case that the SharedLoop is destroyed in a turn of it.
struct SharedLoop::State {
    RunningLoop& start(const std::shared_ptr<State>& self);

    std::mutex mutex{};
    std::optional<RunningLoop> loop{};
    std::atomic<RunningLoop*> running{nullptr};  // the same, once it runs
};

RunningLoop& SharedLoop::State::start(const std::shared_ptr<State>& self) {
    const std::lock_guard lock{mutex};
    if (RunningLoop* const others = running) return *others;
    if (!loop) loop.emplace();
    loop->start(self);
    running = &*loop;
    return *loop;
}

SharedLoop::SharedLoop() : state_(std::make_shared<State>()) {}

SharedLoop::~SharedLoop() {
    RunningLoop* const loop = state_->running;
    if (loop == nullptr) return;
    if (loop->is_left()) {
        loop->leave();
        leave_to_parent(std::move(state_));
    } else {
        loop->end();
    }
}

void SharedLoop::wait_for(HandedOver& work) {
    const std::shared_ptr<State> state = state_;
    RunningLoop* loop = state->running;
    if (loop == nullptr) loop = &state->start(state);
    if (loop->is_led_here() && !loop->is_left()) {
        throw WouldDeadlockError(
            "a blocking call within its own event loop would wait for itself: use the asynchronous Database there");
    }
    BlockingCall call{loop->lines(), work};
    call.wait();
}

void SharedLoop::finish(detail::Callback<void()> work) noexcept {
    RunningLoop* const loop = state_->running;
    if (loop == nullptr || loop->is_led_here()) return work();
    if (loop->is_left()) return;  // nothing of it works in a child process: it is left as it is
    try {
        hand_over(*this, [&](WaitingThread&) { return as_task([&] { work(); }); });
    } catch (...) {
        // it is being destroyed
    }
}

namespace {

Task<> run_hook(CallerLines& lines, detail::Callback<void()> hook) {
    const Context& context = co_await this_context();
    BlockingCall* call = lines.call_in(*context.branch);
    if (call == nullptr) {
        hook();
    } else {
        co_await call->run(std::move(hook));
    }
}

}  // namespace

/// It is called in a turn of the loop, so there is one.
detail::Callback<Task<>()> SharedLoop::hook_for_waiting_thread(detail::Callback<void()> hook) const {
    return [state = state_.get(), hook = std::move(hook)] { return run_hook(state->running.load()->lines(), hook); };
}

}  // namespace databased::detail

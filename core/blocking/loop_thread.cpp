#include <databased/detail/loop_thread.hpp>
#include <databased/error.hpp>

#include "blocking/call.hpp"
#include "runtime/process.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace databased::detail {

/// Kept by the thread as well, in case that the LoopThread is destroyed on it.
struct LoopThread::State {
    std::mutex mutex{};
    std::condition_variable started{};
    std::thread thread{};
    std::thread::id id{};           // of the thread, once it has started
    int generation = 0;             // of the process that started it
    std::shared_ptr<State> self{};  // as long as there is a LoopThread
    CallerLines* lines = nullptr;
    std::exception_ptr failure{};  // of the attempt to start
    Waiter* until_end = nullptr;   // on the loop's thread only

    static State* make();
    CallerLines& start();
    bool is_here();
    bool is_gone() const noexcept { return generation != process_generation(); }
    void run() noexcept;
    static Task<> serve(State& state, CallerLines& lines);
};

namespace {

/// Ends the loop.
class End final : public LoopWork {
  public:
    explicit End(Waiter*& until_end) noexcept : until_end_(until_end) {}
    void on_loop() noexcept override { until_end_->grant(); }

  private:
    Waiter*& until_end_;
};

}  // namespace

void LoopThread::State::run() noexcept {
    try {
        EventLoop loop;
        CallerLines callers{loop};
        loop.run(serve(*this, callers));
    } catch (...) {
        const std::lock_guard lock{mutex};
        failure = std::current_exception();
        started.notify_all();
    }
}

Task<> LoopThread::State::serve(State& state, CallerLines& lines) {
    Waiter end;
    state.until_end = &end;
    {
        const std::lock_guard lock{state.mutex};
        state.lines = &lines;
        state.started.notify_all();
    }
    co_await end;
}

LoopThread::State* LoopThread::State::make() {
    auto self = std::make_shared<State>();
    State* const state = self.get();
    state->self = std::move(self);
    return state;
}

CallerLines& LoopThread::State::start() {
    std::unique_lock lock{mutex};
    if (!thread.joinable()) {
        generation = process_generation();
        thread = std::thread{[self = self] { self->run(); }};
        id = thread.get_id();
    }
    started.wait(lock, [this] { return lines != nullptr || failure != nullptr; });
    if (failure) std::rethrow_exception(failure);
    if (is_gone())
        throw UsageError("this BlockingDatabase was used before fork(); make one of its own in the child process");
    if (id == std::this_thread::get_id()) {
        throw WouldDeadlockError(
            "a blocking call on the thread of its own loop would wait for itself: use the asynchronous Database there");
    }
    return *lines;
}

bool LoopThread::State::is_here() {
    const std::lock_guard lock{mutex};
    return lines == nullptr || id == std::this_thread::get_id();
}

LoopThread::LoopThread() : state_(State::make()) {}

LoopThread::~LoopThread() {
    const auto self = std::move(state_->self);
    State& state = *state_;
    if (!state.thread.joinable()) return;
    if (state.is_gone()) {
        state.thread.detach();
    } else if (state.is_here()) {
        if (state.until_end != nullptr) state.until_end->grant();
        state.thread.detach();
    } else {
        End end{state.until_end};
        state.lines->loop().post(end);
        state.thread.join();
    }
}

void LoopThread::wait_for(HandedOver& work) {
    BlockingCall call{state_->start(), work};
    call.wait();
}

void LoopThread::finish(detail::Callback<void()> work) noexcept {
    if (state_->is_here()) return work();
    if (state_->is_gone()) return;  // nothing of it works in a child process: it is left as it is
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

detail::Callback<Task<>()> LoopThread::hook_for_waiting_thread(detail::Callback<void()> hook) const {
    return [state = state_, hook = std::move(hook)] { return run_hook(*state->lines, hook); };
}

}  // namespace databased::detail

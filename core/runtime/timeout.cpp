#include "runtime/time_after.hpp"

#include <databased/detail/waiter.hpp>
#include <databased/timeout.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace databased {

namespace detail {

namespace {

std::string in_words(std::chrono::nanoseconds limit) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
    if (milliseconds > 0) return std::to_string(milliseconds) + " ms";
    return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(limit).count()) + " us";
}

}  // namespace

/// The loop's thread owns it; a foreign thread's stop request reaches it through one posted piece of work that keeps it
/// alive.
struct StopScope::State final : Timer {
    explicit State(Context& parent) : stop(parent.stop), context(parent) { context.stop = &stop; }

    void on_time() noexcept override {
        timed_out = !stop.requested();
        stop.request();
    }

    StopState stop;
    Context context;
    std::chrono::nanoseconds limit{};
    bool timed_out = false;

    /// Shared with the std::stop_callback, which may run on any thread and outlast the scope.
    struct Bridge {
        EventLoop* loop;
        StopState* stop;  // null once the scope has ended; touched on the loop's thread only
    };
    std::shared_ptr<Bridge> bridge;
    std::optional<std::stop_callback<detail::Callback<void()>>> callback;
};

StopScope::StopScope(Context& parent) : state_(new State(parent)) {}

StopScope::~StopScope() {
    state_->callback.reset();
    if (state_->bridge != nullptr) state_->bridge->stop = nullptr;
}

Context& StopScope::context() noexcept { return state_->context; }

bool StopScope::timed_out() const noexcept { return state_->timed_out; }

void StopScope::limit_to(Duration limit) {
    state_->limit = limit.nanoseconds();
    const auto end = time_after(state_->limit);
    state_->context.deadline = std::min(state_->context.deadline, end);
    if (state_->limit.count() <= 0) return state_->on_time();
    if (end != Clock::time_point::max()) state_->context.loop->start(*state_, end);
}

void StopScope::follow(std::stop_token token) {
    if (token.stop_requested()) return state_->stop.request();
    state_->bridge = std::make_shared<State::Bridge>(state_->context.loop, &state_->stop);
    state_->callback.emplace(std::move(token), [bridge = state_->bridge] {
        bridge->loop->post([bridge] {
            if (bridge->stop != nullptr) bridge->stop->request();
        });
    });
}

void StopScope::throw_timeout() const { throw TimeoutError("not finished within " + in_words(state_->limit)); }

Task<> sleep(Duration duration) {
    Context& context = co_await this_context();
    const auto end = time_after(duration.nanoseconds());
    Waiter waiter{end};
    const auto wake = co_await waiter;
    if (wake == Wake::stopped || Clock::now() < end) {
        throw_not_granted(context.stop != nullptr && context.stop->requested() ? Wake::stopped : wake,
                          "the time limit of the surrounding work has passed");
    }
}

namespace {

/// Goes on in the turn after this one.
class Yield final : private EndOfTurn {
  public:
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) noexcept {
        loop_ = caller.promise().context().loop;
        caller_ = caller;
        loop_->at_end_of_turn(*this);
    }
    void await_resume() const noexcept {}

  private:
    void on_end_of_turn() noexcept override { loop_->schedule(caller_); }

    EventLoop* loop_ = nullptr;
    std::coroutine_handle<> caller_;
};

}  // namespace

Task<> next_turn() {
    Yield turn;
    co_await turn;
}

Task<bool> is_stop_requested() {
    const StopState* stop = (co_await this_context()).stop;
    co_return stop != nullptr && stop->requested();
}

Task<std::stop_token> stop_token_here() {
    StopState* stop = (co_await this_context()).stop;
    co_return stop != nullptr ? stop->token() : std::stop_token{};
}

}  // namespace detail

template Task<> with_timeout(detail::Duration limit, Task<> task);

}  // namespace databased

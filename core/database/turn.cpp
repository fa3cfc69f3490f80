#include "database/turn.hpp"

#include <databased/error.hpp>

namespace databased::detail {

Task<TurnHold> Turn::take() {
    TurnHold hold = co_await take_until(Clock::time_point::max());
    if (!hold) throw TimeoutError("the time limit has passed while another statement of the session was running");
    co_return hold;
}

Task<TurnHold> Turn::take_shielded() {
    if (TurnHold at_once = try_take()) co_return at_once;
    Waiter waiter;
    waiter.ignore_stop();
    waiters_.add(waiter);
    co_await waiter;
    co_return TurnHold{*this};
}

Task<TurnHold> Turn::take_until(Clock::time_point limit) {
    if (TurnHold at_once = try_take()) co_return at_once;
    Waiter waiter{limit};
    waiters_.add(waiter);
    const auto wake = co_await waiter;
    if (wake == Wake::stopped) throw StoppedError("stopped on request while waiting for another session");
    if (wake == Wake::timed_out) co_return TurnHold{};
    co_return TurnHold{*this};
}

void Turn::give_back() noexcept {
    if (waiters_.empty()) {
        taken_ = false;
    } else {
        waiters_.grant_first();
    }
}

}  // namespace databased::detail

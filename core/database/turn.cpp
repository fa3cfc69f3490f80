#include "database/turn.hpp"

#include <databased/error.hpp>

namespace databased::detail {

Task<TurnHold> Turn::take(TurnKind kind) {
    TurnHold hold = co_await take_until(Clock::time_point::max(), kind);
    if (!hold) throw TimeoutError("the time limit has passed while another statement of the session was running");
    co_return hold;
}

Task<TurnHold> Turn::take_shielded() {
    if (TurnHold at_once = try_take()) co_return at_once;
    Asker asker{TurnKind::alone};
    asker.ignore_stop();
    waiters_.push_back(asker);
    co_await asker;
    co_return std::move(asker.hold);
}

Task<TurnHold> Turn::take_until(Clock::time_point limit, TurnKind kind) {
    if (TurnHold at_once = try_take(kind)) co_return at_once;
    Asker asker{kind, limit};
    waiters_.push_back(asker);
    const auto wake = co_await asker;
    if (wake == Wake::stopped) throw StoppedError("stopped on request while waiting for another session");
    co_return std::move(asker.hold);
}

void Turn::give_back() noexcept {
    --holders_;
    while (!waiters_.empty() && may_enter(static_cast<Asker&>(waiters_.front()).kind)) {
        auto& next = static_cast<Asker&>(waiters_.pop_front());
        next.hold = enter(next.kind);
        next.grant();
    }
}

}  // namespace databased::detail

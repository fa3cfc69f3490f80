#include "runtime/fair_lock.hpp"

#include <databased/error.hpp>

namespace databased::detail {

Task<FairLock::Hold> FairLock::lock(LockMode mode) {
    FairLock::Hold hold = co_await lock_until(Clock::time_point::max(), mode);
    if (!hold) throw TimeoutError("the time limit has passed while another statement of the session was running");
    co_return hold;
}

Task<FairLock::Hold> FairLock::lock_shielded() {
    if (FairLock::Hold at_once = try_lock()) co_return at_once;
    Asker asker{LockMode::exclusive};
    asker.ignore_stop();
    waiters_.push_back(asker);
    co_await asker;
    co_return std::move(asker.hold);
}

Task<FairLock::Hold> FairLock::lock_until(Clock::time_point limit, LockMode mode) {
    if (FairLock::Hold at_once = try_lock(mode)) co_return at_once;
    Asker asker{mode, limit};
    waiters_.push_back(asker);
    const auto wake = co_await asker;
    if (wake == Wake::stopped) throw StoppedError("stopped on request while waiting for another session");
    co_return std::move(asker.hold);
}

void FairLock::give_back() noexcept {
    --holders_;
    while (!waiters_.empty() && may_enter(static_cast<Asker&>(waiters_.front()).mode)) {
        auto& next = static_cast<Asker&>(waiters_.pop_front());
        next.hold = enter(next.mode);
        next.grant();
    }
}

}  // namespace databased::detail

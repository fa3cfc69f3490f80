#include <databased/detail/busy_wait.hpp>

#include <algorithm>

namespace databased::detail {

namespace {

constexpr int most_luck = 32;
constexpr int price_of_waiting_in_vain = 8;

}  // namespace

std::chrono::microseconds BusyWait::patience() noexcept {
    if (expected_ == 0 || patience_.count() == 0) return {};
    luck_ = std::min(luck_ + 1, most_luck);  // now and then it is tried again
    return luck_ > 0 ? patience_ : std::chrono::microseconds{};
}

void BusyWait::waited_in_vain() noexcept { luck_ -= price_of_waiting_in_vain; }

bool BusyWait::stays_awake(Clock::time_point now) noexcept {
    if (now < awake_until_) return true;
    awake_until_ = {};
    return false;
}

}  // namespace databased::detail

#include "session/session_limits.hpp"

#include "execution/admit.hpp"
#include "runtime/time_after.hpp"

#include <algorithm>

namespace databased::detail {

void SessionLimits::begin(StopState* stop, Clock::time_point deadline) {
    stop_.emplace(stop);
    around_ = deadline;
    if (lifetime_) own_ = time_after(*lifetime_);
}

StopState& SessionLimits::renewed_stop() {
    if (stop_->requested()) stop_.emplace(nullptr);
    return *stop_;
}

Clock::time_point SessionLimits::deadline(const Context& context) const noexcept {
    return std::min(own_, std::max(around_, context.deadline));
}

Clock::time_point SessionLimits::statement_deadline(const Context& context, std::chrono::milliseconds usual) const {
    return limit_of(timeout_.value_or(usual), deadline(context));
}

}  // namespace databased::detail

#include <databased/detail/waiter.hpp>

#include <algorithm>

namespace databased::detail {

bool Waiter::wait(std::coroutine_handle<> caller, Context& context) {
    const auto limit = shielded_ ? limit_ : std::min(limit_, context.deadline);
    if (!shielded_ && context.stop != nullptr && context.stop->requested()) {
        wake_ = Wake::stopped;
    } else if (limit != Clock::time_point::max() && limit <= Clock::now()) {
        wake_ = Wake::timed_out;
    }
    if (wake_ != Wake::pending) {
        ListNode<Waiter>::unlink();
        return false;
    }
    waiting_ = caller;
    loop_of_waiter_ = context.loop;
    if (!shielded_ && context.stop != nullptr) context.stop->add(*this);
    if (limit != Clock::time_point::max()) loop_of_waiter_->start(*this, limit);
    return true;
}

void Waiter::finish(Wake wake) noexcept {
    if (wake_ != Wake::pending) return;
    wake_ = wake;
    ListNode<Waiter>::unlink();
    StopListener::unlink();
    if (waiting_ == nullptr) return;
    loop_of_waiter_->stop(*this);
    loop_of_waiter_->schedule(waiting_);
}

void throw_not_granted(Wake wake, const char* what) {
    if (wake == Wake::timed_out) throw TimeoutError(what);
    throw StoppedError("stopped on request");
}

}  // namespace databased::detail

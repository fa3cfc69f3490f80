#include "stop_wish.hpp"

#include "operation.hpp"
#include "pipeline.hpp"

#include <databased/error.hpp>

namespace databased::postgresql {

using detail::Clock;

void StopWish::listen() {
    const Request& request = operation_.request();
    if (operation_.cleans_up()) pipeline_.loop().start(*this, Clock::now() + pipeline_.state().patience());
    if (!operation_.may_be_stopped()) return;
    if (request.deadline != Clock::time_point::max()) pipeline_.loop().start(*this, request.deadline);
    if (request.stop == nullptr) return;
    if (request.stop->requested()) {
        on_stop();
    } else {
        request.stop->add(*this);
    }
}

void StopWish::end() noexcept {
    StopListener::unlink();
    if (is_running()) pipeline_.loop().stop(*this);
}

bool StopWish::was_stopped() const noexcept {
    const Request& request = operation_.request();
    return was_stopped_ || (request.stop != nullptr && request.stop->requested());
}

bool StopWish::is_due() const noexcept {
    if (timed_out_ || was_stopped()) return true;
    const Clock::time_point deadline = operation_.request().deadline;
    return deadline != Clock::time_point::max() && deadline <= Clock::now();
}

std::exception_ptr StopWish::error() const {
    if (was_stopped()) return std::make_exception_ptr(StoppedError("the statement was stopped on request"));
    return std::make_exception_ptr(TimeoutError("the statement was stopped: its time limit has passed"));
}

void StopWish::on_stop() noexcept {
    was_stopped_ = true;
    pipeline_.stop(operation_);
}

void StopWish::on_time() noexcept {
    timed_out_ = true;
    pipeline_.stop(operation_);
}

}  // namespace databased::postgresql

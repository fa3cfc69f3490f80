#include "copy_step.hpp"

#include <databased/error.hpp>

namespace databased::postgresql {

using detail::Clock;

void CopyStep::begin(backend::Exchange& exchange) {
    exchange_ = &exchange;
    if (exchange.deadline != Clock::time_point::max()) loop_.start(*this, exchange.deadline);
    if (exchange.stop != nullptr && !exchange.stop->requested()) exchange.stop->add(*this);
}

void CopyStep::finish(Outcome outcome) noexcept {
    backend::Exchange* const exchange = exchange_;
    let_go();
    if (exchange == nullptr) return;
    exchange->release();
    exchange->finish(std::move(outcome));
}

void CopyStep::let_go() noexcept {
    exchange_ = nullptr;
    StopListener::unlink();
    if (is_running()) loop_.stop(*this);
}

bool CopyStep::was_asked_to_stop() const noexcept {
    return is_under_way() && exchange_->stop != nullptr && exchange_->stop->requested();
}

bool CopyStep::should_stop() const noexcept {
    if (!is_under_way()) return false;
    const Clock::time_point deadline = exchange_->deadline;
    return was_asked_to_stop() || (deadline != Clock::time_point::max() && deadline <= Clock::now());
}

std::exception_ptr CopyStep::stop_error() const {
    if (was_asked_to_stop()) return std::make_exception_ptr(StoppedError("the bulk insert was stopped on request"));
    return std::make_exception_ptr(TimeoutError("the bulk insert was stopped: its time limit has passed"));
}

}  // namespace databased::postgresql

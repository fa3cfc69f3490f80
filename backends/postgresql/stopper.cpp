#include "stopper.hpp"

#include "operation.hpp"

namespace databased::postgresql {

namespace {

bool is_unwanted(const Sent& sent) noexcept {
    if (sent.operation == nullptr) return sent.is_abandoned;
    return sent.operation->should_stop() || sent.operation->has_enough();
}

/// The server tells nothing of a flight before its sync: any of its statements may be the one that runs.
bool is_flight_unwanted(ExpectedMessages& expected) noexcept {
    for (const Sent& sent : expected) {
        if (is_unwanted(sent)) return true;
        if (sent.ends_flight()) return false;
    }
    return false;
}

}  // namespace

bool Stopper::is_head_unwanted(ExpectedMessages& expected) const noexcept {
    if (expected.empty()) return false;
    return is_unwanted(expected.front()) || (has_unwanted_ && is_flight_unwanted(expected));
}

Stopper::Next Stopper::look(ExpectedMessages& expected, bool is_asking, bool is_waiting) noexcept {
    if (is_asking) return Next::nothing;
    if (!is_head_unwanted(expected)) {
        since_ = {};
        return Next::rest;
    }
    if (is_waiting) return Next::nothing;
    return expected.front().operation == nullptr || !is_unwanted(expected.front()) ? Next::wait : Next::ask;
}

Stopper::Next Stopper::on_time(ExpectedMessages& expected, bool is_asking, Clock::time_point now) const noexcept {
    const bool is_unwanted = is_head_unwanted(expected);
    const bool is_late = since_ != Clock::time_point{} && now - since_ >= limit_;
    if (is_asking || (is_late && is_unwanted)) return Next::give_up;
    return is_unwanted ? Next::ask : Next::nothing;
}

Stopper::Clock::time_point Stopper::asked(ExpectedMessages& expected, Clock::time_point now) noexcept {
    if (since_ == Clock::time_point{}) since_ = now;
    for (Sent& sent : expected) {
        if (sent.operation != nullptr) sent.operation->may_be_hit = true;
    }
    return since_ + limit_;
}

}  // namespace databased::postgresql

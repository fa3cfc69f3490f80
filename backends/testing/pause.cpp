#include "pause.hpp"

#include <databased/error.hpp>

namespace databased::test {

Task<> Closing::wait() {
    detail::Waiter waiter;
    if (has_happened_) co_return;
    waiters_.add(waiter);
    const auto wake = co_await waiter;
    if (wake != detail::Wake::granted) detail::throw_not_granted(wake, "the test's delay");
}

Task<> Closing::outwait(std::chrono::milliseconds time) {
    const auto end = detail::Clock::now() + time;
    try {
        co_await with_timeout(time, wait());
    } catch (const TimeoutError&) {
        if (detail::Clock::now() < end) throw;  // somebody else's limit
        co_return;
    }
    throw NotConnectedError("the connection was closed");
}

}  // namespace databased::test

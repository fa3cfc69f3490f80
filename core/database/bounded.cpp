#include "database/bounded.hpp"

#include <databased/error.hpp>
#include <databased/timeout.hpp>

#include <utility>

namespace databased::detail {

Task<> bounded(std::chrono::milliseconds limit, Task<> hook, std::string what) {
    StopScope scope{co_await this_context()};
    scope.limit_to(limit);
    try {
        co_await std::move(hook).in(scope.context());
        co_return;
    } catch (const StoppedError&) {
        if (!scope.timed_out()) throw;
    } catch (const TimeoutError&) {
        if (!scope.timed_out()) throw;
    }
    throw TimeoutError(what + " was not finished within acquire_timeout, " + std::to_string(limit.count()) + " ms");
}

}  // namespace databased::detail

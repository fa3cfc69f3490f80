#include <databased/testing/run_test.hpp>

#include <databased/testing/failure.hpp>
#include <databased/timeout.hpp>

#include <charconv>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace databased::test {

namespace {

using namespace std::chrono_literals;

void report_exception(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        report_failure("an exception left a task that the test spawned: " + std::string{exception.what()});
    } catch (...) {
        report_failure("something that is no std::exception left a task that the test spawned");
    }
}

Task<> within(std::chrono::milliseconds limit, Task<> body) {
    const auto end = detail::Clock::now() + limit;
    try {
        co_await with_timeout(limit, std::move(body));
    } catch (const TimeoutError&) {
        if (detail::Clock::now() < end) throw;  // a limit of the test's own
        report_failure("the test took longer than " + std::to_string(limit.count()) +
                       " ms and was stopped; DATABASED_TEST_TIME_LIMIT gives it more seconds");
    }
}

}  // namespace

std::chrono::milliseconds time_limit() {
    const char* const text = std::getenv("DATABASED_TEST_TIME_LIMIT");
    if (text == nullptr) return 1min;
    const std::string_view digits{text};
    unsigned seconds = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (error != std::errc{} || end != digits.data() + digits.size() || seconds == 0) {
        report_failure("DATABASED_TEST_TIME_LIMIT has to be a number of seconds");
        return 1min;
    }
    return std::chrono::seconds{seconds};
}

void run_test(EventLoop& loop, Task<> body, std::chrono::milliseconds limit) {
    loop.on_unhandled_error(report_exception);
    loop.run(within(limit, std::move(body)));
}

Task<> expect_no_tasks() {
    const EventLoop& loop = *EventLoop::current();
    const auto end = detail::Clock::now() + 1s;
    while (loop.spawned_count() > 0 && detail::Clock::now() < end) co_await sleep_for(1ms);
    if (loop.spawned_count() > 0)
        report_failure("tasks that the test spawned are still running: " + std::to_string(loop.spawned_count()));
}

}  // namespace databased::test

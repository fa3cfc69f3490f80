#include <databased/testing/failure.hpp>

#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>
#include <utility>

namespace databased::test {

namespace {

void end_program(std::string_view message) {
    std::cerr << message << '\n';
    std::abort();
}

struct Handling {
    std::mutex mutex;
    FailureHandler handler = end_program;
};

Handling& handling() {
    static Handling instance;
    return instance;
}

}  // namespace

FailureHandler on_failure(FailureHandler handler) {
    const std::lock_guard lock{handling().mutex};
    return std::exchange(handling().handler, std::move(handler));
}

void report_failure(std::string_view message) {
    FailureHandler handler;
    {
        const std::lock_guard lock{handling().mutex};
        handler = handling().handler;
    }
    handler(message);
}

}  // namespace databased::test

// A test that is a coroutine, for any test framework.
#pragma once

#include <databased/event_loop.hpp>
#include <databased/task.hpp>

#include <chrono>

namespace databased::test {

/// How long a test may take: DATABASED_TEST_TIME_LIMIT in the environment, in seconds; a minute unless that is set.
std::chrono::milliseconds time_limit();

/// Runs `body` on `loop`; throws what leaves it. The test fails as well if it takes longer than `limit`, for which it
/// is asked to stop, and if an exception leaves a task that it spawned.
void run_test(EventLoop& loop, Task<> body, std::chrono::milliseconds limit = time_limit());

/// Fails the test if tasks that were spawned are still running in a second: at its end there is nobody who would wait.
Task<> expect_no_tasks();

}  // namespace databased::test

// How the test kit tells a test framework that a test has failed.
#pragma once

#include <functional>
#include <string_view>

namespace databased::test {

using FailureHandler = std::function<void(std::string_view message)>;

/// What is told from then on, on any thread; gives what was. <databased/testing.hpp> and its fellows call this;
/// without it a failure is written to stderr and ends the program.
FailureHandler on_failure(FailureHandler handler);
void report_failure(std::string_view message);

}  // namespace databased::test

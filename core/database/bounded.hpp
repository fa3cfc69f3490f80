// Hooks of the program, which may take as long as anybody waits for a connection.
#pragma once

#include <databased/task.hpp>

#include <chrono>
#include <string>

namespace databased::detail {

/// Gives `hook` at most `limit`: then it is asked to stop, waited for, and TimeoutError names it as `what`.
Task<> bounded(std::chrono::milliseconds limit, Task<> hook, std::string what);

}  // namespace databased::detail

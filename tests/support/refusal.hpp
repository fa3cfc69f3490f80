// What was said when something was refused.
#pragma once

#include <databased/task.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace support {

/// The message of the E that `action` throws. Other exceptions come through.
template <class E, class Action>
std::string refusal_of(Action action) {
    try {
        action();
        return "(nothing was thrown)";
    } catch (const E& error) {
        return error.what();
    }
}

/// The same for a task.
template <class E, class T>
databased::Task<std::string> refusal_by(databased::Task<T> task) {
    try {
        co_await std::move(task);
    } catch (const E& error) {
        co_return error.what();
    }
    co_return "(nothing was thrown)";
}

/// For EXPECT_PRED2, which shows both if it is not so.
inline bool mentions(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace support

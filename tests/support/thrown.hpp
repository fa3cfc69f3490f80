// The exception that an await ends with, to look at.
#pragma once

#include <databased/task.hpp>

#include <optional>
#include <stdexcept>
#include <utility>

namespace support {

/// Awaits `work`, which has to fail with an E, and gives that.
template <class E, class T>
databased::Task<E> thrown(databased::Task<T> work) {
    std::optional<E> error;
    try {
        co_await std::move(work);
    } catch (const E& caught) {
        error = caught;
    }
    if (!error) throw std::logic_error("nothing was thrown");
    co_return std::move(*error);
}

/// Awaits `work`; whether it failed with an E.
template <class E, class T>
databased::Task<bool> fails_with(databased::Task<T> work) {
    bool failed = false;
    try {
        co_await std::move(work);
    } catch (const E&) {
        failed = true;
    }
    co_return failed;
}

}  // namespace support

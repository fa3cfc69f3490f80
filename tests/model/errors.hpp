// How something ended, as those see it who asked for it.
#pragma once

#include <databased/databased.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace model {

/// What a body throws that has changed its mind.
struct ChangedMyMind : std::runtime_error {
    ChangedMyMind() : std::runtime_error("changed its mind") {}
};

enum class End { success, changed_mind, unknown, failed };

inline End end_of(const std::exception_ptr& error) {
    if (!error) return End::success;
    try {
        std::rethrow_exception(error);
    } catch (const ChangedMyMind&) {
        return End::changed_mind;
    } catch (const databased::CommitUnknownError&) {
        return End::unknown;
    } catch (...) {
        return End::failed;
    }
}

template <class E>
bool is(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const E&) {
        return true;
    } catch (...) {
    }
    return false;
}

inline std::string text_of(const std::exception_ptr& error) {
    if (!error) return "ok";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

/// What `task` throws, or null.
template <class T>
databased::Task<std::exception_ptr> error_of(databased::Task<T> task) {
    std::exception_ptr error;
    try {
        co_await std::move(task);
    } catch (...) {
        error = std::current_exception();
    }
    co_return error;
}

template <class T>
databased::Task<> drop(databased::Task<T> task) {
    co_await std::move(task);
}

}  // namespace model

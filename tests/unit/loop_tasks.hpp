// What the tests of the event loop run in it.
#pragma once

#include <databased/event_loop.hpp>
#include <databased/timeout.hpp>

#include <exception>
#include <stdexcept>
#include <string>

#include <support/async.hpp>

namespace support {

using databased::Task;

class SpecialError : public std::runtime_error {
  public:
    SpecialError() : std::runtime_error("special") {}
};

inline Task<> nothing() { co_return; }

inline Task<> hold_forever(int& alive) {
    const Counted local(alive);
    co_await forever();
}

inline Task<> fail() {
    co_await databased::yield();
    throw SpecialError();
}

inline Task<> fail_when_stopped() {
    try {
        co_await forever();
    } catch (const databased::StoppedError&) {
        throw SpecialError();
    }
}

inline Task<> turns(int count) {
    for (int i = 0; i < count; ++i) co_await databased::yield();
}

inline std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

}  // namespace support

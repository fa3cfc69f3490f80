// Waiting for a while on a connection that may be closed meanwhile.
#pragma once

#include <databased/backend.hpp>
#include <databased/detail/waiter.hpp>
#include <databased/timeout.hpp>

#include <chrono>

namespace databased::test {

/// Happens once.
class Closing {
  public:
    void happen() noexcept {
        has_happened_ = true;
        waiters_.grant_all();
    }
    bool has_happened() const noexcept { return has_happened_; }
    /// Ends after `time` by itself. Throws NotConnectedError if it happened, StoppedError, TimeoutError.
    Task<> outwait(std::chrono::milliseconds time);

  private:
    Task<> wait();

    bool has_happened_ = false;
    detail::WaitList waiters_;
};

}  // namespace databased::test

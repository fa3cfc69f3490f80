// Whether whoever asked for a job wants it to end.
#pragma once

#include <databased/backend.hpp>

#include <atomic>
#include <exception>

namespace databased::sqlite {

/// Part of a job: noted on the loop's thread, looked at by the worker.
class StopWish {
  public:
    explicit StopWish(const Request& request) noexcept
        : is_heeded_(request.may_be_stopped()), deadline_(request.deadline) {}

    void note() noexcept { was_stopped_.store(true, std::memory_order_relaxed); }
    /// False for what goes on whoever wants it to end.
    bool is_heeded() const noexcept { return is_heeded_; }
    /// Whether it is to end now.
    bool is_due() const noexcept {
        if (!is_heeded_) return false;
        return was_stopped() || (deadline_ != detail::Clock::time_point::max() && deadline_ <= detail::Clock::now());
    }
    /// StoppedError or TimeoutError, by what has happened.
    std::exception_ptr error() const;

  private:
    bool was_stopped() const noexcept { return was_stopped_.load(std::memory_order_relaxed); }

    bool is_heeded_;
    detail::Clock::time_point deadline_;
    std::atomic<bool> was_stopped_{false};
};

}  // namespace databased::sqlite

// Where a thread sleeps until another one tells it to go on.
#pragma once

#include <uv.h>

#include <new>
#include <utility>

namespace databased::detail {

/// Who was told to go on may destroy it at once. With a condition variable that would take telling under the lock, on
/// which who wakes up goes to sleep again.
class Gate {
  public:
    /// Why the thread is to go on.
    enum class Reason { none, body, finished, lead };

    Gate() {
        if (uv_sem_init(&opened_, 0) != 0) throw std::bad_alloc();
    }
    ~Gate() { uv_sem_destroy(&opened_); }
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    void open(Reason reason) noexcept {
        reason_ = reason;
        uv_sem_post(&opened_);
    }

    /// For the thread that opens it, if it is the one that waits.
    bool is_open() const noexcept { return reason_ != Reason::none; }

    Reason wait() noexcept {
        uv_sem_wait(&opened_);
        return std::exchange(reason_, Reason::none);
    }

  private:
    uv_sem_t opened_{};
    Reason reason_ = Reason::none;
};

}  // namespace databased::detail

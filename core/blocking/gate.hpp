// Where a thread sleeps until another one tells it to go on.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

namespace databased::detail {

class Gate {
  public:
    /// Why the thread is to go on.
    enum class Reason { none, body, finished };

    void open(Reason reason) noexcept {
        const std::lock_guard lock{mutex_};
        reason_ = reason;
        opened_.notify_one();  // under the lock: afterwards the gate may be gone
    }

    Reason wait() {
        std::unique_lock lock{mutex_};
        opened_.wait(lock, [this] { return reason_ != Reason::none; });
        return std::exchange(reason_, Reason::none);
    }

  private:
    std::mutex mutex_;
    std::condition_variable opened_;
    Reason reason_ = Reason::none;
};

}  // namespace databased::detail

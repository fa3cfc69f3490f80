// A lock for coroutines on the loop's thread: for one, or for several who may go together, first come first served.
#pragma once

#include <databased/detail/waiter.hpp>
#include <databased/task.hpp>

#include <cstddef>
#include <utility>

namespace databased::detail {

enum class LockMode { exclusive, shared };

class FairLock {
  public:
    /// Destroying it passes the lock on to the next.
    class Hold {
      public:
        Hold() = default;
        Hold(FairLock& lock, LockMode mode) noexcept : lock_(&lock), mode_(mode) {}
        Hold(Hold&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)), mode_(other.mode_) {}
        Hold& operator=(Hold&& other) noexcept {
            std::swap(lock_, other.lock_);
            std::swap(mode_, other.mode_);
            return *this;
        }
        ~Hold() { reset(); }

        explicit operator bool() const noexcept { return lock_ != nullptr; }
        LockMode mode() const noexcept { return mode_; }
        void reset() noexcept {
            if (lock_ != nullptr) std::exchange(lock_, nullptr)->give_back();
        }

      private:
        FairLock* lock_ = nullptr;
        LockMode mode_ = LockMode::exclusive;
    };

    FairLock() = default;
    FairLock(const FairLock&) = delete;
    FairLock& operator=(const FairLock&) = delete;

    bool is_locked() const noexcept { return holders_ != 0; }
    /// At once, or nothing.
    Hold try_lock(LockMode mode = LockMode::exclusive) noexcept {
        if (!may_enter(mode) || !waiters_.empty()) return {};
        return enter(mode);
    }
    /// Waits as long as the context allows. Throws StoppedError, TimeoutError.
    Task<Hold> lock(LockMode mode = LockMode::exclusive);
    /// Waits for as long as it takes: for clean-up.
    Task<Hold> lock_shielded();
    /// Waits until `limit`; nothing if that comes first.
    Task<Hold> lock_until(Clock::time_point limit, LockMode mode = LockMode::exclusive);

  private:
    /// Who waits. Destroyed before it has seen that it has the lock, it passes it on.
    struct Asker : Waiter {
        explicit Asker(LockMode wanted, Clock::time_point limit = Clock::time_point::max()) noexcept
            : Waiter(limit), mode(wanted) {}
        LockMode mode;
        Hold hold{};
    };
    bool may_enter(LockMode mode) const noexcept {
        return holders_ == 0 || (mode == LockMode::shared && mode_ == LockMode::shared);
    }
    Hold enter(LockMode mode) noexcept {
        ++holders_;
        mode_ = mode;
        return Hold{*this, mode};
    }
    void give_back() noexcept;

    std::size_t holders_ = 0;  // not 0 while the lock passes from one to the next
    LockMode mode_ = LockMode::exclusive;
    IntrusiveList<Waiter> waiters_;  // all of them Askers
};

}  // namespace databased::detail

// One at a time, first come first served, on the loop's thread.
#pragma once

#include <databased/detail/waiter.hpp>
#include <databased/task.hpp>

#include <utility>

namespace databased::detail {

class Turn;

/// Whoever has it has the turn; destroying it gives the turn to the next.
class TurnHold {
  public:
    TurnHold() = default;
    explicit TurnHold(Turn& turn) noexcept : turn_(&turn) {}
    TurnHold(TurnHold&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    TurnHold& operator=(TurnHold&& other) noexcept {
        std::swap(turn_, other.turn_);
        return *this;
    }
    ~TurnHold() { reset(); }

    explicit operator bool() const noexcept { return turn_ != nullptr; }
    void reset() noexcept;

  private:
    Turn* turn_ = nullptr;
};

class Turn {
  public:
    Turn() = default;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool is_taken() const noexcept { return taken_; }
    /// At once, or nothing.
    TurnHold try_take() noexcept {
        if (std::exchange(taken_, true)) return {};
        return TurnHold{*this};
    }
    /// Waits as long as the context allows. Throws StoppedError, TimeoutError.
    Task<TurnHold> take();
    /// Waits for as long as it takes: for clean-up.
    Task<TurnHold> take_shielded();
    /// Waits until `limit`; nothing if that comes first.
    Task<TurnHold> take_until(Clock::time_point limit);

  private:
    friend class TurnHold;
    /// Who waits. Destroyed before it has seen that its turn has come, it passes the turn on.
    struct Asker : Waiter {
        using Waiter::Waiter;
        TurnHold hold{};
    };
    void give_back() noexcept;

    bool taken_ = false;             // stays true while the turn passes from one to the next
    IntrusiveList<Waiter> waiters_;  // all of them Askers
};

inline void TurnHold::reset() noexcept {
    if (turn_ != nullptr) std::exchange(turn_, nullptr)->give_back();
}

}  // namespace databased::detail

// One at a time, or several who may go together, first come first served, on the loop's thread.
#pragma once

#include <databased/detail/waiter.hpp>
#include <databased/task.hpp>

#include <cstddef>
#include <utility>

namespace databased::detail {

class Turn;

/// Whether somebody wants the turn for himself.
enum class TurnKind { alone, together };

/// Whoever has it has the turn; destroying it gives the turn to the next.
class TurnHold {
  public:
    TurnHold() = default;
    TurnHold(Turn& turn, TurnKind kind) noexcept : turn_(&turn), kind_(kind) {}
    TurnHold(TurnHold&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)), kind_(other.kind_) {}
    TurnHold& operator=(TurnHold&& other) noexcept {
        std::swap(turn_, other.turn_);
        std::swap(kind_, other.kind_);
        return *this;
    }
    ~TurnHold() { reset(); }

    explicit operator bool() const noexcept { return turn_ != nullptr; }
    TurnKind kind() const noexcept { return kind_; }
    void reset() noexcept;

  private:
    Turn* turn_ = nullptr;
    TurnKind kind_ = TurnKind::alone;
};

class Turn {
  public:
    Turn() = default;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool is_taken() const noexcept { return holders_ != 0; }
    /// At once, or nothing.
    TurnHold try_take(TurnKind kind = TurnKind::alone) noexcept {
        if (!may_enter(kind) || !waiters_.empty()) return {};
        return enter(kind);
    }
    /// Waits as long as the context allows. Throws StoppedError, TimeoutError.
    Task<TurnHold> take(TurnKind kind = TurnKind::alone);
    /// Waits for as long as it takes: for clean-up.
    Task<TurnHold> take_shielded();
    /// Waits until `limit`; nothing if that comes first.
    Task<TurnHold> take_until(Clock::time_point limit, TurnKind kind = TurnKind::alone);

  private:
    friend class TurnHold;
    /// Who waits. Destroyed before it has seen that its turn has come, it passes the turn on.
    struct Asker : Waiter {
        explicit Asker(TurnKind wanted, Clock::time_point limit = Clock::time_point::max()) noexcept
            : Waiter(limit), kind(wanted) {}
        TurnKind kind;
        TurnHold hold{};
    };
    bool may_enter(TurnKind kind) const noexcept {
        return holders_ == 0 || (kind == TurnKind::together && kind_ == TurnKind::together);
    }
    TurnHold enter(TurnKind kind) noexcept {
        ++holders_;
        kind_ = kind;
        return TurnHold{*this, kind};
    }
    void give_back() noexcept;

    std::size_t holders_ = 0;  // not 0 while the turn passes from one to the next
    TurnKind kind_ = TurnKind::alone;
    IntrusiveList<Waiter> waiters_;  // all of them Askers
};

inline void TurnHold::reset() noexcept {
    if (turn_ != nullptr) std::exchange(turn_, nullptr)->give_back();
}

}  // namespace databased::detail

// What other threads give a loop to do, and how they wake it up.
#pragma once

#include "runtime/wake_up.hpp"

#include <databased/event_loop.hpp>

#include <atomic>

namespace databased::detail {

/// Any thread pushes, the owner's takes. A push is one atomic step that publishes the work and tells whether the owner
/// has to be woken up. The work may be to end the owner: who has pushed touches the mailbox again only to wake it up,
/// and for that the destructor waits.
class Mailbox {
  public:
    Mailbox() = default;
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    /// A chain that leads from its newest work to its oldest. From any thread.
    void push(LoopWork& newest, LoopWork& oldest) noexcept;
    /// The same for work that comes in order.
    void push(std::span<LoopWork* const> batch) noexcept;

    // On the owner's thread only.

    bool is_empty() const noexcept {
        const LoopWork* const newest = posted_.load(std::memory_order_relaxed);
        return newest == nullptr || newest == asleep();
    }
    /// Whoever pushes from now on makes descriptor() readable. False if there is something to do instead.
    bool fall_asleep() noexcept;
    /// Wakes up and runs what was pushed, in order.
    void deliver() noexcept;
    /// Becomes readable when somebody has pushed while the owner slept.
    int descriptor() const noexcept { return wake_up_.descriptor(); }
    /// Makes descriptor() unreadable again.
    void clear_signals() noexcept;
    /// In a child process: who was about to wake up the parent does not exist here.
    void forget_signals() noexcept;

  private:
    /// No piece of work: stands for "the owner sleeps".
    LoopWork* asleep() const noexcept {
        return reinterpret_cast<LoopWork*>(const_cast<Mailbox*>(this));  // never looked into
    }
    LoopWork* take() noexcept;

    std::atomic<LoopWork*> posted_{nullptr};  // newest first; asleep() while the owner sleeps and nobody has pushed
    WakeUp wake_up_{};           // not an uv_async_t: its receiver waits awake until the sender is back from write()
    bool is_asleep_ = false;     // since fall_asleep() nothing was taken
    long long signals_due_ = 0;  // pushes that ended a sleep, without those whose signal has come
};

}  // namespace databased::detail

// Which of several threads runs a loop: one leads, the others follow until what they wait for is done or they lead.
#pragma once

#include "blocking/gate.hpp"

#include <databased/detail/intrusive_list.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace databased::detail {

/// A thread that waits for the loop to do something.
class Follower : public ListNode<Follower> {
  public:
    /// The reason for which it is to go on.
    Gate::Reason wait() noexcept { return gate_.wait(); }
    /// For who leads, of itself.
    bool is_called() const noexcept { return gate_.is_open(); }

  private:
    friend class Leadership;
    Gate gate_;
    bool follows_ = false;  // set before its work is posted, then touched by who leads
};

/// The loop's things may be touched by who leads, and by nobody else. Who stops leading makes the next follower lead,
/// so that a thread that waits for the loop always runs it itself, or another one that waits does.
class Leadership {
  public:
    /// True if this thread leads now. If not, the follower's gate is opened when it does (Reason::lead) or when call()
    /// does. Ask before anything is posted for it.
    bool lead_or_follow(Follower& follower) noexcept;
    /// A follower's gate was opened with Reason::lead.
    void begin_to_lead() noexcept { leader_ = std::this_thread::get_id(); }
    void stop_leading() noexcept;
    /// On the leading thread: lets `follower`, perhaps itself, go on.
    void call(Follower& follower, Gate::Reason reason) noexcept;
    bool leads_here() const noexcept { return leader_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }

    // For the keeper, a thread that leads while nobody else does.

    /// Leads as soon as nobody has led for `rest`. False, and leads as soon as nobody does, if it is to end.
    bool lead_after(std::chrono::milliseconds rest) noexcept;
    /// True once it has to stop: somebody wants to lead, or end_keeping() was called.
    bool is_keeper_disturbed() const noexcept { return is_disturbed_.load(std::memory_order_relaxed); }
    void end_keeping() noexcept;

  private:
    void take() noexcept;

    std::mutex mutex_;
    std::condition_variable is_free_;
    IntrusiveList<Follower> followers_;
    bool is_led_ = false;
    bool is_kept_ = false;  // by the keeper
    bool is_keeper_waiting_ = false;
    bool is_ending_ = false;
    std::uint64_t times_led_ = 0;
    std::atomic<bool> is_disturbed_{false};
    std::atomic<std::thread::id> leader_{};
};

}  // namespace databased::detail

// One call from a thread that waits for it to the loop.
#pragma once

#include "blocking/leadership.hpp"

#include <databased/detail/context.hpp>
#include <databased/detail/shared_loop.hpp>
#include <databased/detail/waiter.hpp>
#include <databased/event_loop.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <unordered_map>

namespace databased::detail {

class BlockingCall;

/// A thread that calls, as the loop sees it: one branch.
struct CallerLine {
    explicit CallerLine(EventLoop& loop) : home{&loop, &branch} {}
    Branch branch{nullptr};
    Context home;
    Context* now = &home;               // what its next call is bound to
    BlockingCall* innermost = nullptr;  // the call that it waits for
};

/// Those that are in a call, have something open or have called lately. For who leads only.
class CallerLines {
  public:
    CallerLines(EventLoop& loop, Leadership& leadership) noexcept : loop_(loop), leadership_(leadership) {}
    CallerLine& line_of(std::uint64_t caller) { return lines_.try_emplace(caller, loop_).first->second; }
    /// A call of one has ended. Who calls again finds its line.
    void release() {
        if (lines_.size() > many_) clean_up();
    }
    /// The call that the thread with this branch waits for; null if there is none.
    BlockingCall* call_in(const Branch& branch) noexcept;
    EventLoop& loop() noexcept { return loop_; }
    Leadership& leadership() noexcept { return leadership_; }

  private:
    static constexpr std::size_t least_that_are_many = 64;

    void clean_up();

    EventLoop& loop_;
    Leadership& leadership_;
    std::unordered_map<std::uint64_t, CallerLine> lines_;
    std::size_t many_ = least_that_are_many;
};

class BlockingCall final : public WaitingThread, private LoopWork, private EndOfTurn {
  public:
    BlockingCall(CallerLines& lines, HandedOver& work);
    /// On the caller's thread: hands over, does what it is given to do meanwhile, and throws what the work has thrown.
    void wait();

    /// In a turn of the loop.
    Task<> run(detail::Callback<void()> body) override;

  private:
    /// The caller has done what it was given.
    struct BodyDone final : LoopWork {
        explicit BodyDone(BlockingCall& its_call) noexcept : call(its_call) {}
        void on_loop() noexcept override {
            call.let_keeper_go();
            call.body_done_->grant();
        }
        BlockingCall& call;
    };

    void on_loop() noexcept override;
    void on_end_of_turn() noexcept override;
    static RootCoroutine await_work(BlockingCall& call);
    Gate::Reason give_and_wait(LoopWork& work);
    void let_keeper_go() noexcept;
    [[noreturn]] void leave_to_parent();
    void call_caller(Gate::Reason reason) noexcept;
    void run_body() noexcept;

    CallerLines& lines_;
    HandedOver& work_;
    std::uint64_t caller_;
    Follower thread_;
    std::exception_ptr failure_;  // to make the task

    // For who leads only.
    CallerLine* line_ = nullptr;
    BlockingCall* around_ = nullptr;  // the call during which, on the same thread, this one was made
    Context context_;
    std::optional<RootCoroutine> coroutine_;
    bool is_started_ = false;

    // Of a body: written by one side while the other waits.
    detail::Callback<void()>* body_ = nullptr;
    std::exception_ptr body_failure_;
    Waiter* body_done_ = nullptr;
    BodyDone done_{*this};
};

}  // namespace databased::detail

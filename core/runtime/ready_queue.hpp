// What runs in a turn of the loop, and who is told when nothing is left to run.
#pragma once

#include <databased/event_loop.hpp>

#include <coroutine>
#include <cstddef>
#include <vector>

namespace databased::detail {

class ReadyQueue {
  public:
    /// First come, first served, never inside this call.
    void push(std::coroutine_handle<> waiting) { ready_.push_back(waiting); }
    /// Told once, by the next end_turn().
    void at_end_of_turn(EndOfTurn& listener) noexcept;
    /// Resumes what is ready, and what gets ready meanwhile, but no more than `most`.
    void resume(std::size_t most) noexcept;
    void end_turn() noexcept;
    /// Whether something waits behind what is being resumed.
    bool has_more() const noexcept { return head_ < ready_.size(); }
    bool is_empty() const noexcept { return ready_.empty() && listeners_.empty(); }

  private:
    std::vector<std::coroutine_handle<>> ready_;  // a ring would save nothing: it is drained to its end and reused
    std::size_t head_ = 0;
    IntrusiveList<EndOfTurn> listeners_;
};

}  // namespace databased::detail

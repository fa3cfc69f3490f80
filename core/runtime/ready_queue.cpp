#include "runtime/ready_queue.hpp"

namespace databased::detail {

void ReadyQueue::at_end_of_turn(EndOfTurn& listener) noexcept {
    if (!listener.is_linked()) listeners_.push_back(listener);
}

void ReadyQueue::resume(std::size_t most) noexcept {
    std::size_t resumed = 0;
    while (head_ < ready_.size() && resumed++ < most) ready_[head_++].resume();
    ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
}

/// Who asks again from within is told by the next end.
void ReadyQueue::end_turn() noexcept {
    IntrusiveList<EndOfTurn> told;
    while (!listeners_.empty()) told.push_back(listeners_.pop_front());
    while (!told.empty()) told.pop_front().on_end_of_turn();
}

}  // namespace databased::detail

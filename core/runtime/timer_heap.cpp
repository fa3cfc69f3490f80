#include "runtime/timer_heap.hpp"

#include <utility>

namespace databased {

Timer::~Timer() { detail::TimerHeap::stop(*this); }

namespace detail {

TimerHeap::~TimerHeap() {
    for (Timer* timer : heap_) timer->heap_ = nullptr;
}

void TimerHeap::start(Timer& timer, Clock::time_point when) {
    stop(timer);
    heap_.push_back(&timer);
    timer.heap_ = this;
    timer.when_ = when;
    place(heap_.size() - 1, &timer);
    sift(heap_.size() - 1);
}

void TimerHeap::stop(Timer& timer) noexcept {
    if (timer.heap_ == nullptr) return;
    TimerHeap& self = *std::exchange(timer.heap_, nullptr);
    const std::size_t position = timer.position_;
    Timer* last = self.heap_.back();
    self.heap_.pop_back();
    if (last == &timer) return;
    self.place(position, last);
    self.sift(position);
}

Clock::time_point TimerHeap::arm() noexcept {
    if (heap_.empty() || heap_.front()->when_ >= armed_for_) return never;
    return armed_for_ = heap_.front()->when_;
}

Timer* TimerHeap::take_due(Clock::time_point now) noexcept {
    if (heap_.empty() || heap_.front()->when_ > now) return nullptr;
    Timer* due = heap_.front();
    stop(*due);
    return due;
}

void TimerHeap::place(std::size_t position, Timer* timer) noexcept {
    heap_[position] = timer;
    timer->position_ = position;
}

/// Moves the timer at `position` up or down until the heap is in order again.
void TimerHeap::sift(std::size_t position) noexcept {
    Timer* moving = heap_[position];
    while (position > 0 && moving->when_ < heap_[(position - 1) / 2]->when_) {
        place(position, heap_[(position - 1) / 2]);
        position = (position - 1) / 2;
    }
    for (std::size_t child = 2 * position + 1; child < heap_.size(); child = 2 * position + 1) {
        if (child + 1 < heap_.size() && heap_[child + 1]->when_ < heap_[child]->when_) ++child;
        if (heap_[child]->when_ >= moving->when_) break;
        place(position, heap_[child]);
        position = child;
    }
    place(position, moving);
}

}  // namespace detail
}  // namespace databased

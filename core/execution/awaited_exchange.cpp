#include <databased/backend/awaited_exchange.hpp>

#include <databased/event_loop.hpp>

#include <utility>

namespace databased::backend {

bool AwaitedExchange::wait(EventLoop& loop, std::coroutine_handle<> caller) {
    send();
    if (is_finished_) return false;
    loop_ = &loop;
    caller_ = caller;
    return true;
}

void AwaitedExchange::finish(Outcome outcome) noexcept {
    is_finished_ = true;
    outcome_ = std::move(outcome);
    if (loop_ != nullptr) loop_->schedule(caller_);
}

}  // namespace databased::backend

#include "database/connectivity.hpp"

#include "runtime/process.hpp"

#include <databased/error.hpp>

namespace databased::detail {

bool Connectivity::is_inherited() const noexcept { return loop() != nullptr && generation_ != process_generation(); }

/// Whose turn it is cannot be closed by others meanwhile: that takes no lock.
bool Connectivity::call_on_loop(const Callback<void()>& work) const noexcept {
    EventLoop* const current = EventLoop::current();
    if (current == nullptr || current != loop()) {
        const std::lock_guard lock{changes_};
        EventLoop* const loop = this->loop();
        if (loop == nullptr) return false;
        if (!loop->is_on_its_thread()) {
            loop->post(work);
            return true;
        }
    }
    work();
    return true;
}

void Connectivity::refuse_ending() const {
    if (phase_ == Phase::disconnecting) throw NotConnectedError("the Database is still being disconnected");
    if (phase_ == Phase::gone) throw NotConnectedError("the Database was destroyed");
}

void Connectivity::begin(EventLoop& loop) {
    {
        const std::lock_guard lock{changes_};
        loop_ = &loop;
    }
    opening_.emplace(nullptr);
    generation_ = process_generation();
}

void Connectivity::disconnecting() noexcept {
    phase_ = Phase::disconnecting;
    opening_->request();
}

void Connectivity::end(Phase then) noexcept {
    phase_ = then;
    const std::lock_guard lock{changes_};
    loop_ = nullptr;
}

}  // namespace databased::detail

#include "database/connectivity.hpp"

#include "runtime/process.hpp"

#include <databased/error.hpp>

namespace databased::detail {

bool Connectivity::is_inherited() const noexcept { return loop_ != nullptr && generation_ != process_generation(); }

void Connectivity::refuse_ending() const {
    if (phase_ == Phase::disconnecting) throw NotConnectedError("the Database is still being disconnected");
    if (phase_ == Phase::gone) throw NotConnectedError("the Database was destroyed");
}

void Connectivity::begin(EventLoop& loop) {
    loop_ = &loop;
    opening_.emplace(nullptr);
    generation_ = process_generation();
}

void Connectivity::disconnecting() noexcept {
    phase_ = Phase::disconnecting;
    opening_->request();
}

void Connectivity::end(Phase then) noexcept {
    phase_ = then;
    loop_ = nullptr;
}

}  // namespace databased::detail

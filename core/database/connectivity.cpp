#include "database/connectivity.hpp"

#include "runtime/process.hpp"

namespace databased::detail {

bool Connectivity::is_inherited() const noexcept { return loop_ != nullptr && generation_ != process_generation(); }

void Connectivity::begin(EventLoop& loop) noexcept {
    loop_ = &loop;
    generation_ = process_generation();
}

void Connectivity::end(Phase then) noexcept {
    phase_ = then;
    loop_ = nullptr;
}

}  // namespace databased::detail

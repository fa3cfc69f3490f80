#include "runtime/process.hpp"

#include <pthread.h>

#include <atomic>
#include <vector>

namespace databased::detail {

namespace {

std::atomic<int> generation{0};

}  // namespace

int process_generation() noexcept {
    static const int registered = pthread_atfork(nullptr, nullptr, [] { ++generation; });
    static_cast<void>(registered);
    return generation.load(std::memory_order_relaxed);
}

/// Never destroyed, but reachable: nobody is to take it for a leak.
void leave_to_parent(std::shared_ptr<void> thing) {
    static auto& left = *new std::vector<std::shared_ptr<void>>;
    left.push_back(std::move(thing));
}

}  // namespace databased::detail

#include "runtime/process.hpp"

#include <pthread.h>

#include <atomic>

namespace databased::detail {

namespace {

std::atomic<int> generation{0};

}  // namespace

int process_generation() noexcept {
    static const int registered = pthread_atfork(nullptr, nullptr, [] { ++generation; });
    static_cast<void>(registered);
    return generation.load(std::memory_order_relaxed);
}

}  // namespace databased::detail

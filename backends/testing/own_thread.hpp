// For what waits, inside a running event loop too.
#pragma once

#include <exception>
#include <thread>

namespace databased::test {

/// Runs `work` on a thread of its own and waits for it; throws what it throws.
template <class Work>
void on_own_thread(Work work) {
    std::exception_ptr error;
    std::thread thread{[&] {
        try {
            work();
        } catch (...) {
            error = std::current_exception();
        }
    }};
    thread.join();
    if (error) std::rethrow_exception(error);
}

}  // namespace databased::test

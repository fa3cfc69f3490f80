#include "calm.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace {

constexpr auto long_enough = std::chrono::milliseconds{20};
constexpr std::int64_t slowness = 1'000;
constexpr std::int64_t nanoseconds_of_second = 1'000'000'000;
constexpr long size_of_mask = 8;  // the kernel's, not that of sigset_t

std::atomic<bool> lets_all_answer{false};
std::int64_t slow_since = 0;

int read_clock(clockid_t clock, timespec* time) { return static_cast<int>(syscall(SYS_clock_gettime, clock, time)); }

std::int64_t nanoseconds_of(const timespec& time) { return time.tv_sec * nanoseconds_of_second + time.tv_nsec; }

}  // namespace

void instructions::let_all_answer() {
    timespec now{};
    read_clock(CLOCK_MONOTONIC, &now);
    slow_since = nanoseconds_of(now);
    lets_all_answer = true;
}

// What libuv and the standard library call, as the program's functions go before those of libc.

extern "C" int epoll_pwait(int epoll, epoll_event* events, int most, int timeout, const sigset_t* mask) {
    if (lets_all_answer && timeout != 0) std::this_thread::sleep_for(long_enough);
    return static_cast<int>(syscall(SYS_epoll_pwait, epoll, events, most, timeout, mask, size_of_mask));
}

extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
    return epoll_pwait(epoll, events, most, timeout, nullptr);
}

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const int result = read_clock(clock, time);
    if (!lets_all_answer || (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE)) return result;
    const std::int64_t slow = slow_since + (nanoseconds_of(*time) - slow_since) / slowness;
    *time = {.tv_sec = slow / nanoseconds_of_second, .tv_nsec = slow % nanoseconds_of_second};
    return result;
}

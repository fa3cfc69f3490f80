// For loops that wait awake.
#pragma once

namespace databased::detail {

/// Leaves the processor's other thread, if it has one, more of it for a moment.
inline void pause_thread() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

}  // namespace databased::detail

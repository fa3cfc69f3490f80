// Whether this is still the process that it was.
#pragma once

namespace databased::detail {

/// Another number in each process that fork() has made. Threads do not survive a fork, so nothing that has some may be
/// used or destroyed in the child.
int process_generation() noexcept;

}  // namespace databased::detail

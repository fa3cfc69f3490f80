// Whether this is still the process that it was.
#pragma once

#include <memory>

namespace databased::detail {

/// Another number in each process that fork() has made. Threads do not survive a fork, so nothing that has some may be
/// used or destroyed in the child.
int process_generation() noexcept;

/// The process in which this was made.
class HomeProcess {
  public:
    bool is_left() const noexcept { return generation_ != process_generation(); }

  private:
    int generation_ = process_generation();
};

/// Keeps, for as long as the child process lives, what must not be destroyed there.
void leave_to_parent(std::shared_ptr<void> thing);

}  // namespace databased::detail

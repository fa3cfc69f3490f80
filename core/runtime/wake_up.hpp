// A file descriptor by which one thread wakes up another that polls it.
#pragma once

#include <cstdint>

namespace databased::detail {

class WakeUp {
  public:
    /// Throws Error if the system has no descriptor left.
    WakeUp();
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    /// Becomes readable with signal(), and stays it until clear().
    int descriptor() const noexcept { return reading_; }
    void signal() const noexcept;
    /// Takes the signals that have come, of many perhaps not all, and gives their number.
    std::uint64_t clear() const noexcept;
    /// Until there is a signal.
    void wait() const noexcept;

  private:
    int reading_ = -1;
    int writing_ = -1;  // the same descriptor where there are eventfds
};

}  // namespace databased::detail

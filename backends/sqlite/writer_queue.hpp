// The queue of all writers of one file in this process, whatever Database and loop they belong to.
#pragma once

#include <databased/detail/callback.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

namespace databased::sqlite {

/// First come, first served. Waited for on worker threads.
class WriterQueue {
  public:
    /// The queue of the file at `path`, found by its device and inode; a queue of its own if there is no such file.
    static std::shared_ptr<WriterQueue> of_file(const std::string& path);

    /// Waits for the turn. False if `gives_up`, which is asked every few milliseconds, says so before.
    bool enter(const void* writer, const detail::Callback<bool()>& gives_up);
    void leave(const void* writer) noexcept;

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<const void*> writers_;  // the first has the turn
};

}  // namespace databased::sqlite

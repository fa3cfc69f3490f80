// The turn of one connection among all writers of its file in this process.
#pragma once

#include "interrupts.hpp"
#include "writer_queue.hpp"

#include <exception>
#include <memory>

namespace databased::sqlite {

class WriteTurn {
  public:
    explicit WriteTurn(Watcher& watcher) : watcher_(watcher) {}

    void use(std::shared_ptr<WriterQueue> queue) noexcept { queue_ = std::move(queue); }
    /// Null in memory and for readers, whose turn it always is.
    const std::shared_ptr<WriterQueue>& queue() const noexcept { return queue_; }
    /// Waits until `limit`, and no longer than `job` wants to if there is one.
    bool wait(detail::Clock::time_point limit, const Job* job);
    /// For `job`: nothing, or why it has not come.
    std::exception_ptr take(const Job& job);
    void leave() noexcept;

  private:
    Watcher& watcher_;
    std::shared_ptr<WriterQueue> queue_;
    bool has_turn_ = false;
};

}  // namespace databased::sqlite

// One connection: a worker, and the jobs that go to it together at the end of the loop's turn.
#pragma once

#include "job.hpp"
#include "news_hub.hpp"
#include "options.hpp"
#include "worker.hpp"

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <memory>
#include <string>
#include <vector>

namespace databased::sqlite {

class Connection final : public SessionBackend, private EndOfTurn {
  public:
    Connection(EventLoop& loop, const SqliteOptions& options, Access access, std::shared_ptr<QuickReads> quick_reads,
               std::shared_ptr<NewsHub> memory_news);
    ~Connection() override;

    /// Throws why the database cannot be opened.
    Task<> open();
    /// Null in memory and for readers; to be asked once it is open.
    const std::shared_ptr<WriterQueue>& writer_queue() const noexcept { return worker_->writer_queue(); }

    void start(backend::Exchange& exchange) noexcept override;
    bool is_usable() const noexcept override { return !worker_->is_lost(); }
    bool is_clean() const noexcept override { return worker_->is_clean(); }
    Task<> close() override;

  private:
    class Wait;

    void begin(backend::Exchange& exchange, Job::Kind kind);
    bool run_at_once(Job& job);
    void submit(Job& job);
    void hand_over();
    void on_end_of_turn() noexcept override;

    EventLoop& loop_;
    std::chrono::microseconds spin_;
    std::unique_ptr<Worker> worker_;
    std::vector<Job*> outbox_;
    int runs_at_once_ = 0;  // in this turn
};

}  // namespace databased::sqlite

// What one connection tells others once it has committed.
#pragma once

#include "news_hub.hpp"
#include "pending_news.hpp"

#include <memory>

struct sqlite3;

namespace databased::sqlite {

/// Used by the thread that uses the connection.
class OutgoingNews {
  public:
    /// Of a connection that was opened: gives it the function by which messages are sent, and hears of each rollback,
    /// whoever has caused it. SQLite's result code.
    int install(sqlite3* database, std::shared_ptr<NewsHub> hub) noexcept;

    PendingNews& pending() noexcept { return pending_; }
    /// No transaction is open: what was not rolled back is committed. Before anybody else can commit.
    void publish();

  private:
    static void on_rollback(void* self) noexcept { static_cast<OutgoingNews*>(self)->pending_.clear(); }

    std::shared_ptr<NewsHub> hub_;
    PendingNews pending_;
};

}  // namespace databased::sqlite

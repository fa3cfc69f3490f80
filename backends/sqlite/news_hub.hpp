// Messages between the connections of this process to one database.
#pragma once

#include "pending_news.hpp"

#include <databased/backend/listening.hpp>
#include <databased/event_loop.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace databased::sqlite {

/// On which changes of a table are told; longer than any channel of the user's.
std::string channel_of_table(std::string_view lower_case_name);

/// What has come for one who listens, on its way to his loop. Used by any thread, unless something else is said.
class Inbox : public std::enable_shared_from_this<Inbox> {
  public:
    /// So many messages wait for a loop that is busy; then they are dropped, and a gap is told.
    static constexpr std::size_t capacity = 10'000;

    Inbox(EventLoop& loop, backend::NotificationSink& sink) noexcept : loop_(loop), sink_(&sink) {}

    void want(const std::string& channel);
    void want_no_more(const std::string& channel);
    /// The loop is alive: see NewsHub.
    void put(std::span<const Message> messages, const WrittenTables& written);
    /// All tables may have changed: somebody else has written. On the loop's thread, which is told at once.
    void put_all_tables();
    /// Whether changes of a table are wanted.
    bool wants_tables();
    /// On the loop's thread: nothing is told any more.
    void close() noexcept { sink_ = nullptr; }

  private:
    void deliver() noexcept;
    void add_changes(const WrittenTables& written);

    EventLoop& loop_;
    backend::NotificationSink* sink_;  // the loop's thread's
    std::mutex mutex_;
    std::set<std::string, std::less<>> wanted_;
    std::vector<Message> messages_;
    std::set<std::string, std::less<>> changes_;  // channels of tables
    bool has_dropped_ = false;
    bool is_posted_ = false;
};

class NewsHub {
  public:
    /// That of the file at `path`.
    static std::shared_ptr<NewsHub> of_file(const std::string& path);

    void join(std::shared_ptr<Inbox> inbox);
    /// When this has ended nothing is put into it any more, and its loop may end.
    void leave(const std::shared_ptr<Inbox>& inbox) noexcept;
    /// In this order, to all who are there.
    void publish(std::span<const Message> messages, const WrittenTables& written);
    /// False if nobody would hear it.
    bool is_heard() const noexcept { return count_.load(std::memory_order_acquire) != 0; }

  private:
    std::mutex mutex_;
    std::vector<std::shared_ptr<Inbox>> inboxes_;
    std::atomic<std::size_t> count_{0};
};

}  // namespace databased::sqlite

// Whether another process has written to a file.
#pragma once

#include "handle.hpp"
#include "news_hub.hpp"

#include <databased/event_loop.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace databased::sqlite {

/// Looks every tenth of a second, by PRAGMA data_version of a connection of its own, which takes a few microseconds and
/// waits for nothing. SQLite does not say whose commit it was, so those of this process are told once more; the rows
/// are the same then. On the loop's thread.
class ForeignCommits final : private Timer {
  public:
    static constexpr std::chrono::milliseconds interval{100};

    /// All outlive this. Throws why the file cannot be opened.
    ForeignCommits(EventLoop& loop, const SqliteOptions& options, Inbox& inbox);

  private:
    void on_time() noexcept override;
    void open();
    std::string version() const { return handle_->ask("PRAGMA data_version").value_or(version_); }

    EventLoop& loop_;
    Inbox& inbox_;
    const SqliteOptions& options_;
    std::optional<Handle> handle_;  // nothing as long as somebody has locked the whole file
    std::string version_;
};

}  // namespace databased::sqlite

// Hears what other connections of this process tell.
#pragma once

#include "foreign_commits.hpp"
#include "news_hub.hpp"

#include <databased/backend/listening.hpp>

#include <memory>
#include <optional>
#include <string>

namespace databased::sqlite {

class Listening final : public backend::ListeningBackend {
  public:
    /// To those who have `hub`, of a database as `options` say, which outlive this.
    Listening(EventLoop& loop, std::shared_ptr<NewsHub> hub, const SqliteOptions& options,
              backend::NotificationSink& sink);
    ~Listening() override;

    Task<> listen(std::string channel) override;
    Task<> unlisten(std::string channel) override;
    /// Throws ConnectionError if another file is there now.
    Task<> ping() override;
    bool is_usable() const noexcept override { return true; }

  private:
    EventLoop& loop_;
    std::shared_ptr<NewsHub> hub_;
    const SqliteOptions& options_;
    std::shared_ptr<Inbox> inbox_;
    std::optional<ForeignCommits> foreign_;  // while changes of tables are wanted
};

}  // namespace databased::sqlite

// Hears what other connections of this process tell.
#pragma once

#include "news_hub.hpp"

#include <databased/backend/listening.hpp>

#include <memory>
#include <string>

namespace databased::sqlite {

class Listening final : public backend::ListeningBackend {
  public:
    /// At the file at `path`; if that is empty, in memory.
    Listening(EventLoop& loop, std::shared_ptr<NewsHub> hub, std::string path, backend::NotificationSink& sink);
    ~Listening() override;

    Task<> listen(std::string channel) override;
    Task<> unlisten(std::string channel) override;
    /// Throws ConnectionError if another file is there now.
    Task<> ping() override;
    bool is_usable() const noexcept override { return true; }

  private:
    std::shared_ptr<NewsHub> hub_;
    std::string path_;
    std::shared_ptr<Inbox> inbox_;
};

}  // namespace databased::sqlite

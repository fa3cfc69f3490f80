// A connection over which notifications are heard.
#pragma once

#include "connection.hpp"

#include <databased/backend/listening.hpp>

#include <memory>
#include <string>

namespace databased::postgresql {

class Listening final : public backend::ListeningBackend {
  public:
    /// `connection` is ready. Throws NotSupportedError where a pooler is in between.
    Listening(std::unique_ptr<Connection> connection, backend::NotificationSink& sink);

    Task<> listen(std::string channel) override;
    Task<> unlisten(std::string channel) override;
    Task<> ping() override { return connection_->ping(); }
    bool is_usable() const noexcept override { return connection_->is_usable(); }

  private:
    std::unique_ptr<Connection> connection_;
};

}  // namespace databased::postgresql

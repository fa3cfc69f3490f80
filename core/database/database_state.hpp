// What a Database, its sessions and its readers share.
#pragma once

#include "database/connectivity.hpp"
#include "database/database_hooks.hpp"
#include "database/routes.hpp"
#include "listening/listening.hpp"

#include <databased/backend.hpp>

#include <memory>
#include <optional>

namespace databased::detail {

class SessionState;

/// What is done with it is in connecting.hpp, leasing.hpp, moving.cpp, health.cpp and autocommit.hpp.
class DatabaseState final : public std::enable_shared_from_this<DatabaseState>, private LoopUser {
  public:
    /// `passwords` may be empty.
    DatabaseState(const Url& url, const std::optional<Url>& read_url, const Options& options,
                  PasswordProvider passwords = {});

    const StatementRules& rules() const noexcept { return rules_; }
    /// Of where units of work go that may write.
    const Settings& settings() const noexcept { return routes.endpoint(Access::write)->settings(); }
    const Capabilities& capabilities() const noexcept { return routes.endpoint(Access::write)->capabilities(); }
    /// Whether all sessions share one connection and nest into each other.
    bool is_single_line() const noexcept { return routes.endpoint(Access::write)->is_single_line(); }
    /// The innermost session that is open in the context's branch or an ancestor of it; null if there is none.
    std::shared_ptr<SessionState> innermost(const Context& context) const;

    /// Belongs to `loop` until close_now().
    void begin(EventLoop& loop);
    /// Closes everything at once.
    void close_now(Connectivity::Phase then) noexcept;
    /// The same for good, from any thread.
    void shut_down() noexcept;

    Connectivity connectivity;
    Routes routes;
    DatabaseHooks hooks;
    Listening listening;
    std::shared_ptr<SessionState> hidden_root;  ///< Of force_rollback; null otherwise.

  private:
    void on_loop_destroyed() noexcept override;

    StatementRules rules_;
};

}  // namespace databased::detail

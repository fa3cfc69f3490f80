// What a Database, its sessions and its readers share.
#pragma once

#include "database/turn.hpp"
#include "pool/pool.hpp"

#include <databased/backend.hpp>
#include <databased/config.hpp>
#include <databased/database.hpp>

#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>

namespace databased::detail {

class SessionState;

/// What of Options and URL concerns the Database itself.
struct Settings {
    PoolLimits pool;
    bool force_rollback = false;
    bool force_rollback_hooks = false;
    bool parameters_in_errors = false;
    std::chrono::milliseconds disconnect_timeout{5'000};
    std::chrono::milliseconds statement_timeout{0};  // zero: none
};

/// Throws UrlError for values in the URL or in `options` that cannot be used.
Settings read_settings(const Url& url, const Options& options);

/// Throws SessionStateError for BEGIN, COMMIT and their kin.
void refuse_transaction_control(const Statement& statement);
/// When a statement that begins now has to end. Zero: without limit.
Clock::time_point limit_of(std::chrono::milliseconds statement_timeout, Clock::time_point deadline);
/// Throws StoppedError or TimeoutError if the work was asked to stop.
void throw_if_stopped(const Context& context);

class DatabaseState final : public StatementTarget,
                            public std::enable_shared_from_this<DatabaseState>,
                            private LoopUser {
  public:
    using ConnectHook = std::function<Task<>(Connection&)>;
    using WarningHook = std::function<void(std::string_view)>;

    /// `passwords` may be empty.
    DatabaseState(const Url& url, const Options& options, PasswordProvider passwords);

    const StatementRules& rules() const noexcept override { return backend_->rules(); }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink) override {
        return run(std::move(statement), sink, Access::write);
    }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink, Access access);
    Task<Result> run_many(Statement::Pointer statement) override;

    Task<> connect();
    Task<> disconnect();
    Task<> ensure_connected();
    /// Opens the pool if nobody has yet; throws NotConnectedError after disconnect().
    Task<> require_connected();
    bool is_connected() const noexcept { return phase_ == Phase::connected; }
    /// Closes everything at once; from any thread.
    void shut_down() noexcept;

    const Url& url() const noexcept { return url_; }
    const Settings& settings() const noexcept { return settings_; }
    const Capabilities& capabilities() const noexcept { return capabilities_; }
    const DatabaseBackend& backend() const noexcept { return *backend_; }
    PoolStats stats() const noexcept;
    void set_connect_hook(ConnectHook hook) { connect_hook_ = std::move(hook); }
    void set_warning_hook(WarningHook hook) { warning_hook_ = std::move(hook); }
    void warn(std::string_view message) const noexcept;

    // For sessions.

    EventLoop* loop() const noexcept { return loop_; }
    /// Throws WrongThreadError.
    void check_thread(const Context& context) const;
    /// Whether all sessions share one connection and nest into each other.
    bool is_single_line() const noexcept { return capabilities_.single_connection || settings_.force_rollback; }
    /// What a session of this access really gets.
    Access effective(Access access) const noexcept { return capabilities_.read_only ? Access::read : access; }
    Task<Lease> lease(Use use, Access access, std::source_location where);
    const std::shared_ptr<Pool>& pool(Access access) const noexcept {
        return access == Access::read ? readers_ : writers_;
    }
    /// The innermost session that is open in the context's branch or an ancestor of it; null if there is none.
    std::shared_ptr<SessionState> innermost(const Context& context) const;
    /// Of force_rollback; null otherwise.
    const std::shared_ptr<SessionState>& hidden_root() const noexcept { return hidden_root_; }

  private:
    enum class Phase { fresh, connected, disconnecting, disconnected };

    Task<> open_pools();
    void drop_pools(bool loop_is_gone) noexcept;
    void check_would_deadlock(const Context& context) const;
    Use use_of(const Statement& statement, const Context& context) const noexcept;
    Task<Outcome> run_in_unit(Statement::Pointer statement, RowSink* sink, Access access);
    void on_loop_destroyed() noexcept override;
    static Task<std::unique_ptr<SessionBackend>> open_connection(std::shared_ptr<DatabaseState> self, Access access);
    Task<std::unique_ptr<SessionBackend>> open_physical(Access access);

    Url url_;
    Settings settings_;
    std::unique_ptr<DatabaseBackend> backend_;
    Capabilities capabilities_;
    PasswordProvider passwords_;
    ConnectHook connect_hook_;
    WarningHook warning_hook_;
    EventLoop* loop_ = nullptr;  // from connect() on
    int generation_ = 0;         // of the process that connected
    Phase phase_ = Phase::fresh;
    Turn connecting_;
    std::shared_ptr<Pool> writers_;
    std::shared_ptr<Pool> readers_;  // the same pool where one serves both
    std::shared_ptr<SessionState> hidden_root_;
};

}  // namespace databased::detail

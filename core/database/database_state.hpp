// What a Database, its sessions and its readers share.
#pragma once

#include "database/endpoint.hpp"
#include "execution/admit.hpp"
#include "runtime/fair_lock.hpp"

#include <databased/backend.hpp>
#include <databased/config.hpp>
#include <databased/database.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace databased::detail {

class SessionState;

/// What somebody wants a connection for.
struct ConnectionWish {
    Sharing sharing = Sharing::exclusive;
    Access access = Access::write;
    /// A plain read of who could write as well: it does not wait for the one writer.
    bool reads_only = false;
    std::source_location where{};
};

/// A connection, where it is, and what may be done with it.
struct RoutedLease {
    std::shared_ptr<Endpoint> endpoint;
    Access access = Access::write;
    Lease lease;
};

class DatabaseState final : public StatementTarget,
                            public std::enable_shared_from_this<DatabaseState>,
                            private LoopUser {
  public:
    using ConnectHook = detail::Callback<Task<>(Connection&)>;
    using WarningHook = detail::Callback<void(std::string_view)>;
    using BeforeSession = detail::Callback<Task<>(NewSession&)>;

    /// `passwords` may be empty; it is not asked for a URL that has one.
    DatabaseState(const Url& url, const std::optional<Url>& read_url, const Options& options,
                  PasswordProvider passwords = {});

    const StatementRules& rules() const noexcept override { return rules_; }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink) override {
        return run(std::move(statement), sink, Access::write);
    }
    Task<Outcome> run(Statement::Pointer statement, RowSink* sink, Access access);
    Task<Result> run_many(Statement::Pointer statement) override;

    Task<> connect();
    /// Waits for what is open for as long as the settings say, unless it is told.
    Task<> disconnect(std::optional<std::chrono::nanoseconds> patience = {});
    Task<> ensure_connected();
    Task<> close();
    /// Opens the pools if nobody has yet, and a connection for `access`; throws NotConnectedError after disconnect().
    Task<> require_connected(Access access);
    bool is_connected() const noexcept { return phase_ == Phase::connected; }
    /// Closes everything at once; from any thread.
    void shut_down() noexcept;

    Task<> switch_to(std::string url, Access access);
    Task<> switch_host(std::string host, Access access);
    /// Where what is asked for by `access` goes now.
    const std::shared_ptr<Endpoint>& endpoint(Access access) const noexcept {
        return access == Access::read ? reads_ : writes_;
    }
    /// Whether reads have an endpoint of their own.
    bool is_split() const noexcept { return reads_ != writes_; }

    Task<HealthReport> health(std::chrono::nanoseconds limit);
    Task<> wait_until_ready(int tries, std::chrono::nanoseconds pause);

    /// The same of where units of work go that may write.
    const Url& url() const noexcept { return writes_->url(); }
    const Settings& settings() const noexcept { return writes_->settings(); }
    const Capabilities& capabilities() const noexcept { return writes_->capabilities(); }
    /// Of all endpoints, those included that are being left.
    PoolStats stats() const noexcept;
    void set_connect_hook(ConnectHook hook) { connect_hook_ = std::move(hook); }
    void set_warning_hook(WarningHook hook) { warning_hook_ = std::move(hook); }
    void set_before_session(BeforeSession hook) { before_session_ = std::move(hook); }
    void warn(std::string_view message) const noexcept;

    // For sessions.

    EventLoop* loop() const noexcept { return loop_; }
    /// Whether this is a child process of the one that connected.
    bool is_inherited() const noexcept;
    Home home() const noexcept { return {loop_, is_inherited()}; }
    /// Throws WrongThreadError.
    void check_thread(const Context& context) const { detail::check_thread(context, home()); }
    /// Whether all sessions share one connection and nest into each other.
    bool is_single_line() const noexcept { return writes_->is_single_line(); }
    /// Awaits the hook before_session(). With one line there is nothing to decide.
    Task<> announce_session(Access access);
    /// Waits for a connection where work goes now, or went to while this waited.
    Task<RoutedLease> lease(ConnectionWish wish);
    /// The innermost session that is open in the context's branch or an ancestor of it; null if there is none.
    std::shared_ptr<SessionState> innermost(const Context& context) const;
    /// Of force_rollback; null otherwise.
    const std::shared_ptr<SessionState>& hidden_root() const noexcept { return hidden_root_; }

  private:
    enum class Phase { fresh, connected, disconnecting, disconnected };

    /// Which endpoints must answer for the Database to be connected.
    enum class Reach { all, writes, reads };

    std::vector<std::shared_ptr<Endpoint>> endpoints() const;
    Endpoint::Opener opener();
    Task<> connect_if_needed(Reach reach);
    Task<> open_endpoints(Reach reach);
    Task<> fill_endpoints(Reach reach);
    Task<> end(std::chrono::nanoseconds patience);
    Task<> close_endpoints(std::vector<std::shared_ptr<Endpoint>> endpoints, Clock::time_point limit);
    void drop_endpoints(bool loop_is_gone) noexcept;
    Task<> move_to(Url url, Access access);
    std::shared_ptr<Endpoint> endpoint_for(const Url& url, Access access) const;
    Task<> open_beside(std::shared_ptr<Endpoint> endpoint);
    void leave(std::shared_ptr<Endpoint> endpoint);
    Task<Health> health_of(Access access, Clock::time_point limit);
    Task<Health> connect_for_health(Access access, Clock::time_point limit);
    Task<Health> look_at(std::shared_ptr<Endpoint> endpoint, Clock::time_point limit);
    static Task<> probe(std::shared_ptr<DatabaseState> self, std::shared_ptr<Endpoint> endpoint,
                        std::shared_ptr<Probe> running, std::chrono::nanoseconds limit);
    Task<std::chrono::nanoseconds> ping(std::shared_ptr<Endpoint> endpoint);
    Task<std::string> reason_against();
    static void check_would_deadlock(const Endpoint& endpoint, const Context& context);
    RoutedLease try_lease(const ConnectionWish& wish, const Context& context) const;
    Sharing sharing_of(const Statement& statement, Access access, const Context& context) const noexcept;
    Task<Outcome> run_in_unit(Statement::Pointer statement, RowSink* sink, Access access);
    void on_loop_destroyed() noexcept override;
    static Task<std::shared_ptr<Channel>> open_connection(std::shared_ptr<DatabaseState> self, ConnectRequest request);
    Task<std::unique_ptr<SessionBackend>> open_physical(const ConnectRequest& request);
    Task<> make_ready(Channel& channel, std::chrono::milliseconds patience);

    Options options_;
    PasswordProvider passwords_;
    StatementRules rules_;
    ConnectHook connect_hook_;
    WarningHook warning_hook_;
    BeforeSession before_session_;
    EventLoop* loop_ = nullptr;  // from connect() on
    int generation_ = 0;         // of the process that connected
    Phase phase_ = Phase::fresh;
    FairLock connecting_;  // or moving
    FairLock ending_;
    std::shared_ptr<Endpoint> writes_;
    std::shared_ptr<Endpoint> reads_;                // the same endpoint where one serves both
    std::vector<std::shared_ptr<Endpoint>> others_;  // on their way in or out
    std::shared_ptr<SessionState> hidden_root_;
};

}  // namespace databased::detail

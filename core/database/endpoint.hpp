// One database as a URL names it, with its pools: where a Database's work goes, or went before the Database was moved.
#pragma once

#include "database/settings.hpp"
#include "pool/pool.hpp"

#include <databased/backend.hpp>
#include <databased/health.hpp>

#include <memory>

namespace databased::detail {

/// What an endpoint is for.
enum class Serves { everything, reads };

/// A look at an endpoint, whether it answers; shared by all who want to know at the same time.
struct Probe {
    Health result{};
    WaitList waiters{};
};

/// How a connection is to be opened.
struct ConnectRequest {
    std::shared_ptr<DatabaseBackend> backend{};
    Access access = Access::write;
    bool has_password = false;             ///< In the URL.
    std::chrono::milliseconds patience{};  ///< With the hook that makes it ready.
};

/// Belongs to one Database and its thread. Its pools are made by each connect(); it keeps its settings beyond that.
class Endpoint : public std::enable_shared_from_this<Endpoint> {
  public:
    /// Opens a connection and makes it ready, hooks included.
    using Opener = detail::Callback<Task<std::shared_ptr<Channel>>(ConnectRequest request)>;

    /// Does no I/O. Throws UrlError, ConfigError.
    Endpoint(const Url& url, const Options& options, Serves serves);

    const Url& url() const noexcept { return url_; }
    const Settings& settings() const noexcept { return settings_; }
    const Capabilities& capabilities() const noexcept { return capabilities_; }
    const DatabaseBackend& backend() const noexcept { return *backend_; }
    /// How a connection that is opened now is.
    ConnectRequest connect_request(Access access) const;
    /// Whether all sessions share one connection and nest into each other.
    bool is_single_line() const noexcept { return capabilities_.single_connection || settings_.force_rollback; }
    /// What is given to who asks for `access`.
    Access effective(Access access) const noexcept { return capabilities_.read_only ? Access::read : access; }
    /// Throws ConfigError if the two cannot take turns, or stand beside each other, in one Database.
    void check_goes_with(const Endpoint& other) const;

    void make_pools(EventLoop& loop, const Opener& opener);
    const std::shared_ptr<Pool>& pool(Access access) const noexcept {
        return access == Access::read ? readers_ : writers_;
    }
    /// Opens the first connections. Throws why the database cannot be reached.
    Task<> fill();
    PoolStats stats() const noexcept;

    /// The Database has moved away: what runs ends here, what waits goes there, what is idle is closed.
    void retire() noexcept;
    /// Whether nobody has a connection of it or is about to.
    bool is_unused() const noexcept;

    // The end; in this order.

    void refuse() noexcept;
    Task<> wait_until_unused(Clock::time_point limit);
    Task<> close();
    void close_now(bool loop_is_gone) noexcept;

    std::shared_ptr<Probe> probe;  ///< The one that is going on, or null.

  private:
    Url url_;
    Settings settings_;
    Serves serves_;
    std::shared_ptr<DatabaseBackend> backend_;  // kept by the pools as well
    Capabilities capabilities_;
    std::shared_ptr<Pool> writers_;
    std::shared_ptr<Pool> readers_;  // the same pool where one serves both
};

/// The sum of two pools.
PoolStats operator+(PoolStats left, const PoolStats& right) noexcept;

}  // namespace databased::detail

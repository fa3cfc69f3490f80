// Where the work of a Database goes.
#pragma once

#include "database/endpoint.hpp"

#include <databased/options.hpp>
#include <databased/url.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace databased::detail {

class Routes {
  public:
    /// Does no I/O. Throws UrlError, ConfigError.
    Routes(const Url& url, const std::optional<Url>& read_url, const Options& options);

    /// Where what is asked for by `access` goes now.
    const std::shared_ptr<Endpoint>& endpoint(Access access) const noexcept {
        return access == Access::read ? reads_ : writes_;
    }
    /// Whether reads have an endpoint of their own.
    bool is_split() const noexcept { return reads_ != writes_; }
    /// Those on their way in or out included.
    std::vector<std::shared_ptr<Endpoint>> all() const;
    PoolStats stats() const noexcept;

    /// For a move to `url`: reads can go back to where writes go, and share that endpoint again. Throws ConfigError.
    std::shared_ptr<Endpoint> endpoint_for(const Url& url, Access access) const;
    /// Is closed with the others from now on, though no work goes there.
    void add_beside(std::shared_ptr<Endpoint> endpoint) { beside_.push_back(std::move(endpoint)); }
    void remove_beside(const std::shared_ptr<Endpoint>& endpoint) { std::erase(beside_, endpoint); }
    void redirect(Access access, const std::shared_ptr<Endpoint>& endpoint);
    /// Lets an endpoint finish what it has if no work goes there any more.
    void leave(const std::shared_ptr<Endpoint>& endpoint);

    void close_now(bool loop_is_gone) noexcept;

  private:
    Options options_;
    std::shared_ptr<Endpoint> writes_;
    std::shared_ptr<Endpoint> reads_;                // the same endpoint where one serves both
    std::vector<std::shared_ptr<Endpoint>> beside_;  // on their way in or out
};

}  // namespace databased::detail

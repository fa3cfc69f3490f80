// A server at the other end of a network that tests can slow down, stop and cut.
#pragma once

#include "faults.hpp"

#include "support/tcp_proxy.hpp"

#include <cstdint>
#include <string>

namespace faults {

/// A database behind a network.
class Far {
  public:
    Url url(const std::string& query = {}) const {
        return Url::parse(place_.url(query)).with_host("127.0.0.1").with_port(proxy_.port());
    }
    Place& place() noexcept { return place_; }
    support::TcpProxy& network() noexcept { return proxy_; }
    void stall() {
        proxy_.stall(support::Direction::to_client);
        proxy_.stall(support::Direction::to_server);
    }
    void heal() {
        proxy_.cut_all();
        proxy_.pass(support::Direction::to_client);
        proxy_.pass(support::Direction::to_server);
    }

  private:
    Place place_;
    Url server_ = Url::parse(place_.url());
    support::TcpProxy proxy_{server_.host().value(), static_cast<std::uint16_t>(server_.port().value_or(5432))};
};

}  // namespace faults

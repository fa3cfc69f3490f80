// How work gets a connection of a Database.
#pragma once

#include "database/database_state.hpp"

#include <memory>
#include <source_location>

namespace databased::detail {

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
    Endpoint* endpoint = nullptr;  ///< It may be gone once its user has waited for something, unless it is kept.
    Access access = Access::write;
    Lease lease{};
    std::shared_ptr<Endpoint> kept{};
};

/// Without a lease if that takes waiting. Throws WouldDeadlockError, NotConnectedError.
RoutedLease try_lease(const DatabaseState& database, const ConnectionWish& wish, const Context& context);
/// Waits for a connection where work goes now, or went to while this waited. `held`: what try_lease() has just given.
Task<RoutedLease> lease(std::shared_ptr<DatabaseState> database, ConnectionWish wish, RoutedLease held);

}  // namespace databased::detail

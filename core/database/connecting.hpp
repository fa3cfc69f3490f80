// How a Database is connected and disconnected.
#pragma once

#include "database/database_state.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace databased::detail {

Task<> connect_database(std::shared_ptr<DatabaseState> database);
/// Waits for what is open for as long as the settings say, unless it is told.
Task<> disconnect_database(std::shared_ptr<DatabaseState> database,
                           std::optional<std::chrono::nanoseconds> patience = {});
Task<> ensure_connected(std::shared_ptr<DatabaseState> database);
Task<> close_database(std::shared_ptr<DatabaseState> database);

/// Opens the pools if nobody has yet, and a connection for `access`; throws NotConnectedError after disconnect().
Task<> require_connected(std::shared_ptr<DatabaseState> database, Access access);

/// How the endpoints of `database`, which is not kept, get their connections.
Endpoint::Opener opener_of(const std::shared_ptr<DatabaseState>& database);

/// A connection beside those of the pools, over which `sink` hears messages.
Task<std::unique_ptr<backend::ListeningBackend>> open_listening(std::shared_ptr<DatabaseState> database,
                                                                std::shared_ptr<Endpoint> endpoint,
                                                                backend::NotificationSink& sink);

}  // namespace databased::detail

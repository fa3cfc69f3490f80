// Opens a physical connection on the loop, without ever blocking it.
#pragma once

#include "connection_handle.hpp"
#include "options.hpp"

#include <databased/event_loop.hpp>

namespace databased::postgresql {

/// A connection in non-blocking pipeline mode, to the first server that takes us and is what target_session_attrs asks
/// for. One address of one host after the other is tried, each for connect_timeout, until one does or refuses us in a
/// way that others would repeat (a wrong password, an unknown database). What the URL does not say is taken from
/// libpq's service files and environment, then from our defaults.
///
/// Throws the class that belongs to the SQLSTATE: 08001 if there was no answer or no PostgreSQL, else what the server
/// said (28P01, 3D000, 53300, 57P03 …). The message tells the reasons of all that were tried. Throws ConfigError if the
/// environment's hosts cannot be used. The task can be destroyed at any time.
Task<ConnectionHandle> open_connection(EventLoop& loop, const PostgresqlOptions& options);

}  // namespace databased::postgresql

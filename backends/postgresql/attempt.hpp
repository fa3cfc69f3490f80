// One attempt of libpq to connect, driven by the loop.
#pragma once

#include <databased/detail/waiter.hpp>

#include <libpq-fe.h>

namespace databased::postgresql {

/// Goes on with what PQconnectStartParams() began until libpq has a connection or gives up, which PQstatus() tells;
/// then it is `granted`. `timed_out` if `limit` came first. Throws StoppedError, TimeoutError if the work around has to
/// end before `limit`, and ConnectionError if the socket cannot be watched. `connection` must outlive the task.
Task<detail::Wake> finish_connecting(EventLoop& loop, PGconn* connection, detail::Clock::time_point limit);

}  // namespace databased::postgresql

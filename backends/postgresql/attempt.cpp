#include "attempt.hpp"

#include "socket_watch.hpp"

namespace databased::postgresql {

namespace {

using detail::Wake;

constexpr const char* too_late = "the time limit has passed while a connection was being opened";

/// Waits for a socket once.
class SocketWait final : private SocketListener {
  public:
    SocketWait(EventLoop& loop, int socket, PostgresPollingStatusType wanted, detail::Clock::time_point limit)
        : wanted_(wanted), ready_(limit), watch_(loop, socket, *this) {
        if (wanted == PGRES_POLLING_WRITING) watch_.start_writing();
    }
    /// To be awaited.
    detail::Waiter& ready() noexcept { return ready_; }

  private:
    void on_socket(SocketEvents events) noexcept override {
        if (wanted_ == PGRES_POLLING_WRITING ? events.writable : events.readable) ready_.grant();
    }

    PostgresPollingStatusType wanted_;
    detail::Waiter ready_;
    SocketWatch watch_;
};

Task<Wake> wait_for_socket(EventLoop& loop, int socket, PostgresPollingStatusType wanted,
                           detail::Clock::time_point limit) {
    SocketWait wait{loop, socket, wanted, limit};
    detail::Waiter& ready = wait.ready();
    co_return co_await ready;
}

}  // namespace

Task<Wake> finish_connecting(EventLoop& loop, PGconn* connection, detail::Clock::time_point limit) {
    auto wanted = PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
        // The watch ends before libpq goes on, which may close this socket and open another with the same number.
        const Wake wake = co_await wait_for_socket(loop, PQsocket(connection), wanted, limit);
        if (wake == Wake::stopped) detail::throw_not_granted(wake, "");
        if (wake == Wake::timed_out) {
            const detail::Context& context = co_await detail::this_context();
            if (context.deadline < limit) detail::throw_not_granted(wake, too_late);
            co_return wake;
        }
        wanted = PQconnectPoll(connection);
    }
    co_return Wake::granted;
}

}  // namespace databased::postgresql

// What newer versions of libpq can do, and what takes its place where their headers are not there. No other file asks
// for a version of libpq.
#pragma once

#include <libpq-fe.h>
#include <memory>
#include <string>

namespace databased::postgresql {

/// Ends a flight. From libpq 17 on it stays in libpq's buffer until PQflush(), and all flights of a turn of the loop
/// are one write; older ones write at once.
inline int send_sync(PGconn* connection) noexcept {
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
    return PQsendPipelineSync(connection);
#else
    return PQpipelineSync(connection);
#endif
}

/// Has the rows of the command that is answered next come as they arrive: `at_once` in a result from libpq 17 on, else
/// one.
inline void take_rows_in_parts(PGconn* connection, [[maybe_unused]] int at_once) noexcept {
#ifdef LIBPQ_HAS_CHUNK_MODE
    PQsetChunkedRowsMode(connection, at_once);
#else
    PQsetSingleRowMode(connection);
#endif
}

/// Whether a result is a part of the rows, and more results of the same command follow.
inline bool is_part_of_rows(ExecStatusType status) noexcept {
#ifdef LIBPQ_HAS_CHUNK_MODE
    if (status == PGRES_TUPLES_CHUNK) return true;
#endif
    return status == PGRES_SINGLE_TUPLE;
}

/// What it takes to have the server stop what a connection runs; outlives that connection.
class CancelKey {
  public:
    explicit CancelKey(PGconn* connection);

    /// Tells the server, and returns why that failed, or nothing. Blocks until the server has taken it. From libpq 17
    /// on the request is encrypted where the connection is; older ones send it as it is.
    std::string send() const;

  private:
#ifdef LIBPQ_HAS_ASYNC_CANCEL
    struct Finish {
        void operator()(PGcancelConn* cancel) const noexcept { PQcancelFinish(cancel); }
    };
    std::unique_ptr<PGcancelConn, Finish> cancel_;
#else
    struct Free {
        void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
    };
    std::unique_ptr<PGcancel, Free> cancel_;
#endif
};

}  // namespace databased::postgresql

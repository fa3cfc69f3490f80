// Plain libpq, written as fast as it can be: what databased is measured against.
#pragma once

#include <libpq-fe.h>
#include <poll.h>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace benchmarks {

inline std::uint32_t in_network_order(std::uint32_t value) { return __builtin_bswap32(value); }
inline std::uint64_t in_network_order(std::uint64_t value) { return __builtin_bswap64(value); }

template <class Number>
Number number_at(const PGresult* result, int row, int column) {
    using Bits = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
    Bits bits;
    std::memcpy(&bits, PQgetvalue(result, row, column), sizeof bits);
    bits = in_network_order(bits);
    Number number;
    std::memcpy(&number, &bits, sizeof number);
    return number;
}

class RawPostgresql {
  public:
    explicit RawPostgresql(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
        if (PQstatus(connection_) != CONNECTION_OK) fail();
        PQsetNoticeProcessor(
            connection_, [](void*, const char*) {}, nullptr);
    }
    ~RawPostgresql() { PQfinish(connection_); }
    RawPostgresql(const RawPostgresql&) = delete;
    RawPostgresql& operator=(const RawPostgresql&) = delete;

    PGconn* get() const { return connection_; }
    void run(const std::string& sql) const { clear(PQexec(connection_, sql.c_str())); }
    void prepare(const char* name, const char* sql, std::span<const Oid> types = {}) const {
        clear(PQprepare(connection_, name, sql, static_cast<int>(types.size()), types.data()));
    }
    int backend_pid() const { return PQbackendPID(connection_); }

    void enter_pipeline() const {
        PQsetnonblocking(connection_, 1);
        PQenterPipelineMode(connection_);
    }
    void leave_pipeline() const {
        PQexitPipelineMode(connection_);
        PQsetnonblocking(connection_, 0);
    }

    /// One run of a statement with a single int4.
    void send(const char* name, std::int32_t argument) const {
        const std::uint32_t bits = in_network_order(static_cast<std::uint32_t>(argument));
        const char* value = reinterpret_cast<const char*>(&bits);
        const int length = sizeof bits;
        const int format = 1;
        if (PQsendQueryPrepared(connection_, name, 1, &value, &length, &format, 1) == 0) fail();
    }
    void send(const char* name) const {
        if (PQsendQueryPrepared(connection_, name, 0, nullptr, nullptr, nullptr, 1) == 0) fail();
    }
    void sync() const {
        if (PQpipelineSync(connection_) == 0) fail();
    }

    /// Waits until there is something to read, and reads it.
    void wait() const {
        pollfd socket{PQsocket(connection_), POLLIN, 0};
        poll(&socket, 1, -1);
        if (PQconsumeInput(connection_) == 0) fail();
    }
    /// The next result, waited for. Null after the last of a command.
    PGresult* next() const {
        while (PQisBusy(connection_) != 0) wait();
        return PQgetResult(connection_);
    }
    /// Drops results until `syncs` syncs have come.
    void drain(int syncs) const {
        while (syncs > 0) {
            PGresult* result = next();
            if (result == nullptr) continue;
            if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) --syncs;
            clear(result);
        }
    }

    void clear(PGresult* result) const {
        const auto status = PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED) fail();
        PQclear(result);
    }

  private:
    [[noreturn]] void fail() const {
        std::cerr << PQerrorMessage(connection_);
        std::exit(1);
    }

    PGconn* connection_;
};

/// Waits until one of the connections has something to read, and reads what there is.
inline void wait_for_any(std::span<const RawPostgresql* const> connections) {
    std::vector<pollfd> sockets;
    for (const auto* connection : connections) sockets.push_back({PQsocket(connection->get()), POLLIN, 0});
    poll(sockets.data(), sockets.size(), -1);
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        if (sockets[i].revents != 0) PQconsumeInput(connections[i]->get());
    }
}

}  // namespace benchmarks

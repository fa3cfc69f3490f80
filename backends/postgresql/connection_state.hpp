// What the parts of one connection's pipeline share.
#pragma once

#include "connection_handle.hpp"
#include "cursors.hpp"
#include "expected_messages.hpp"
#include "outbox.hpp"
#include "round_trip.hpp"
#include "server_statements.hpp"
#include "session_reset.hpp"

#include <databased/backend.hpp>
#include <databased/backend/listening.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

#include <libpq-fe.h>

namespace databased::postgresql {

struct PipelineSettings {
    std::size_t statement_cache = 256;
    std::chrono::milliseconds cancel_timeout{5'000};
    std::chrono::microseconds spin{};  ///< How long the loop waits awake for an answer.
    bool gives_up_at_once = false;     ///< While it is opened: who does not answer in time is not asked to stop.
    bool is_pooled = false;            ///< Behind a pooler that gives every transaction another server connection.
    bool rounds_doubles = false;       ///< The server does, in each of them, where doubles come as text.
};

struct ConnectionState {
    ConnectionState(ConnectionHandle connection, TypeCatalog& types, Proofs& proofs)
        : handle(std::move(connection)), catalog(types), statements(types, proofs) {}

    PGconn* connection() const noexcept { return handle.get(); }
    backend::Transaction transaction() const noexcept {
        switch (PQtransactionStatus(handle.get())) {
            case PQTRANS_IDLE:
                return backend::Transaction::none;
            case PQTRANS_INTRANS:
                return backend::Transaction::open;
            case PQTRANS_INERROR:
                return backend::Transaction::failed;
            default:
                return backend::Transaction::unknown;
        }
    }
    /// How long the server may take for what it should do at once.
    std::chrono::milliseconds patience() const noexcept { return 2 * settings.cancel_timeout; }
    bool is_in_transaction() const noexcept {
        const auto status = transaction();
        return status == backend::Transaction::open || status == backend::Transaction::failed;
    }

    ConnectionHandle handle;
    TypeCatalog& catalog;
    PipelineSettings settings{};
    ExpectedMessages expected{};
    Outbox outbox{};
    ServerStatements statements;
    SessionReset reset{};
    detail::Callback<void(const Notice&)> on_notice{};  ///< To be told what the server says beside its answers.
    RoundTrip round_trip{};
    Cursors cursors{};
    backend::NotificationSink* hears = nullptr;  ///< What the server tells unasked; null: nobody.
    bool is_lost = false;
    bool has_abandoned = false;  ///< Something runs that nobody waits for.
};

}  // namespace databased::postgresql

// What Database::health() tells.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/value.hpp>

#include <chrono>
#include <string>

namespace databased {

/// How one database does.
struct Health {
    bool ok() const noexcept { return error.empty(); }

    /// From the question to the answer, without waiting for a connection; zero if there was no answer.
    std::chrono::nanoseconds latency{0};
    std::string error{};  ///< Why it is not ok; never a secret.
};

/// Where one database serves both, both are the same.
struct DATABASED_API HealthReport {
    bool ok() const noexcept { return write.ok() && read.ok(); }
    /// {"ok": true, "write": {"ok": true, "latency_ms": 0.21}, "read": {"ok": false, "error": "…"}} and the like.
    Json to_json() const;

    Health write{};
    Health read{};
};

}  // namespace databased

// Why no connection came about: what libpq tells in words, sorted out.
#pragma once

#include <databased/error.hpp>

#include <libpq-fe.h>
#include <string>
#include <string_view>
#include <vector>

namespace databased::postgresql {

/// Why one place gave no connection.
struct OpeningFailure {
    std::string place{};  ///< "db.example:5432 (10.0.0.1)"
    std::string sqlstate{};
    std::string reason{};  ///< One line.
};

/// Reads libpq's message, in which the server's SQLSTATE is only found if its verbosity is PQERRORS_VERBOSE.
OpeningFailure failure_of(const PGconn* connection, std::string place);

/// Whether another server may answer differently.
bool is_worth_another_try(std::string_view sqlstate) noexcept;

/// Of all failures together; there is at least one.
ErrorDetails summary_of(const std::vector<OpeningFailure>& failures);

}  // namespace databased::postgresql

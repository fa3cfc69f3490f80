// Where databases differ by nature: what tests of all of them ask before they say what they expect.
#pragma once

#include "support/conformance.hpp"

#include <string_view>

namespace support {

inline bool on_sqlite() { return Conformance::current().backend() == "sqlite"; }

/// The one of two texts that the test's database understands, where no text is for both.
inline std::string_view sql(std::string_view sqlite, std::string_view postgresql) {
    return on_sqlite() ? sqlite : postgresql;
}

/// The type of columns for Bytes.
inline std::string_view bytes_type() { return sql("BLOB", "BYTEA"); }
/// The type of columns for Decimal that keeps every digit.
inline std::string_view decimal_type() { return sql("TEXT", "NUMERIC"); }

/// Writers exclude each other, whatever they write: who writes beside his own session would wait for himself.
inline bool has_single_writer() { return on_sqlite(); }
/// A statement that fails or is stopped takes the rest of its transaction with it, up to a rollback.
inline bool fails_transactions_as_a_whole() { return !on_sqlite(); }
/// Connections lead to a server, and can be lost.
inline bool has_server() { return !on_sqlite(); }
/// Result::last_insert_id is known after an INSERT.
inline bool has_row_ids() { return on_sqlite(); }
/// There are instants before and after all others.
inline bool keeps_infinite_times() { return !on_sqlite(); }
/// Text may contain the character NUL.
inline bool keeps_nul_in_text() { return on_sqlite(); }

}  // namespace support

// What PostgreSQL and libpq say, as errors of this library.
#pragma once

#include <databased/error.hpp>
#include <databased/sql_text.hpp>

#include <libpq-fe.h>
#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <string_view>

namespace databased::postgresql {

/// A failed result as an exception of the class that belongs to its SQLSTATE. what() has the server's message, the
/// place in the statement and the hint, and no values: where the server puts a value into its message, only detail()
/// has it. Of a result that libpq itself has made the SQLSTATE is HY000: whether the connection is lost is asked of
/// PQstatus() first.
///
/// `statement` may be null; `parameters` are its values as text, empty unless they are wanted; `item` begins the
/// message; `bound` are the texts among the values, in lower case; `ahead` characters of ours were sent in front of the
/// statement.
std::exception_ptr error_of(const PGresult* result, const SqlText* statement, std::string parameters = {},
                            std::string_view item = {}, std::span<const std::string> bound = {}, std::size_t ahead = 0);

/// For a connection that is lost: `sqlstate` is 08006, or 08007 if that happened during COMMIT. `statement` may be
/// null.
std::exception_ptr connection_error(const PGconn* connection, std::string_view sqlstate,
                                    const SqlText* statement = nullptr);

/// As an exception of the class that belongs to its SQLSTATE.
std::exception_ptr as_exception(ErrorDetails details);

/// Throws ConnectionError, 08001.
[[noreturn]] void throw_unreachable(std::string reason);

/// Without line breaks and other control characters.
std::string one_line(std::string_view text);

}  // namespace databased::postgresql

// SQLite's result codes and messages as errors of this library.
#pragma once

#include <databased/error.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>

struct sqlite3;

namespace databased::sqlite {

/// The SQLSTATE for an extended result code (https://www.sqlite.org/rescode.html) and the message that came with it.
std::string_view sqlstate_of(int code, std::string_view message) noexcept;

/// What `message` of a violated constraint names.
void read_constraint(std::string_view message, ErrorDetails& details);

/// The last error of `database`, which failed in `sql`.
ErrorDetails details_of(sqlite3* database, int code, std::string_view sql);

/// As an exception of the class that belongs to it.
std::exception_ptr as_exception(ErrorDetails details);

/// Of another process that has held a lock for so long.
std::exception_ptr locked(ErrorDetails details, std::chrono::milliseconds waited);

}  // namespace databased::sqlite

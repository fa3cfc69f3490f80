// Functions that SQLite lacks for queries to mean the same on all databases, and such as would tell one user of others.
#pragma once

#include <cstdint>

struct sqlite3;

namespace databased::sqlite {

/// Makes them known to a connection; answers a result code of SQLite:
///   databased_integer(x)   x; an error (22003) if it is no integer any more, because 64 bits were too few for it
///   databased_truncate(x)  x without its fraction, as an integer; an error (22003) if 64 bits are too few
///   changes(), total_changes()  as SQLite has them, counted from when there were `others` in all
/// `others` outlives the connection.
int add_functions(sqlite3* database, std::int64_t& others) noexcept;

}  // namespace databased::sqlite

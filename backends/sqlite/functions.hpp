// Functions that SQLite lacks for queries to mean the same on all databases.
#pragma once

struct sqlite3;

namespace databased::sqlite {

/// Makes them known to a connection; answers a result code of SQLite:
///   databased_integer(x)   x; an error (22003) if it is no integer any more, because 64 bits were too few for it
///   databased_truncate(x)  x without its fraction, as an integer; an error (22003) if 64 bits are too few
int add_functions(sqlite3* database) noexcept;

}  // namespace databased::sqlite

// Values between this library and SQLite.
#pragma once

#include <databased/detail/fields.hpp>
#include <databased/statement.hpp>

#include <cstddef>
#include <exception>

struct sqlite3;
struct sqlite3_stmt;

namespace databased::sqlite {

/// Binds the values of one run. Nothing, or why one of them cannot be stored.
std::exception_ptr bind(sqlite3* database, const Statement& values, sqlite3_stmt* statement, std::size_t run);

/// The row at which `statement` stands becomes the next one of `batch`.
void read_row(RowBatch& batch, sqlite3_stmt* statement, int columns);

}  // namespace databased::sqlite

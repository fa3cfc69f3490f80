// The statements of the model's table: rows with an owner, each of whom looks at his own only.
#pragma once

namespace model::sql {

/// `parent` stays empty.
inline constexpr const char* create_tables[] = {
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    ("CREATE TABLE ledger (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, parent INTEGER REFERENCES parent (id) "
     "DEFERRABLE INITIALLY DEFERRED)"),
    "CREATE INDEX ledger_owner ON ledger (owner)"};

inline constexpr const char* insert_row = "INSERT INTO ledger (id, owner) VALUES (?, ?)";
/// COMMIT is what fails.
inline constexpr const char* insert_orphan = "INSERT INTO ledger (id, owner, parent) VALUES (?, ?, 1)";
/// From the first id to the last.
inline constexpr const char* insert_range =
    "INSERT INTO ledger (id, owner) WITH RECURSIVE n(i) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT i + 1 FROM n "
    "WHERE i < CAST(? AS INTEGER)) SELECT i, CAST(? AS INTEGER) FROM n RETURNING id";
/// In PostgreSQL: what adds one looks like a read, and goes on for long after it has given its first row.
inline constexpr const char* create_function =
    "CREATE FUNCTION add_row(id INTEGER, owner INTEGER) RETURNS INTEGER LANGUAGE sql AS 'INSERT INTO ledger (id, "
    "owner) "
    "VALUES ($1, $2) RETURNING id'";
inline constexpr const char* insert_by_function =
    "SELECT CASE WHEN i = 1 THEN add_row(?, ?) ELSE i END FROM generate_series(1, 20000) AS i";
inline constexpr const char* count_rows = "SELECT count(*) FROM ledger WHERE owner = ?";
/// Takes some tenths of a millisecond: long enough to be met by a stop.
inline constexpr const char* count_rows_slowly =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) SELECT count(*) FROM ledger, "
    "(SELECT max(i) AS most FROM n) AS counted WHERE owner = ? AND most > 1";

}  // namespace model::sql

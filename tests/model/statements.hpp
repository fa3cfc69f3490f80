// The statements of the model's table: rows with an owner, each of whom looks at his own only.
#pragma once

namespace model::sql {

/// `parent` stays empty.
inline constexpr const char* create_tables[] = {
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE ledger (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, parent INTEGER REFERENCES parent (id) "
    "DEFERRABLE INITIALLY DEFERRED)",
    "CREATE INDEX ledger_owner ON ledger (owner)"};

inline constexpr const char* insert_row = "INSERT INTO ledger (id, owner) VALUES (?, ?)";
/// COMMIT is what fails.
inline constexpr const char* insert_orphan = "INSERT INTO ledger (id, owner, parent) VALUES (?, ?, 1)";
/// From the first id to the last.
inline constexpr const char* insert_range =
    "INSERT INTO ledger (id, owner) WITH RECURSIVE n(i) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT i + 1 FROM n "
    "WHERE i < CAST(? AS INTEGER)) SELECT i, CAST(? AS INTEGER) FROM n RETURNING id";
/// The same, which goes on for long after it has given its first row.
inline constexpr const char* insert_range_in_postgresql =
    "WITH added AS (INSERT INTO ledger (id, owner) SELECT i, owner FROM generate_series(CAST(? AS INTEGER), CAST(? AS "
    "INTEGER)) AS i, (SELECT CAST(? AS INTEGER) AS owner) AS given RETURNING id) SELECT id FROM added, "
    "generate_series(1, "
    "20000)";
inline constexpr const char* count_rows = "SELECT count(*) FROM ledger WHERE owner = ?";

}  // namespace model::sql

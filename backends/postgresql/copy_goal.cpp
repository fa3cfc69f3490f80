#include "copy_goal.hpp"

#include <databased/error.hpp>

#include <cstddef>
#include <utility>

namespace databased::postgresql {

namespace {

std::string in_quotes(std::string_view name) { return '"' + std::string{name} + '"'; }

}  // namespace

/// A trigger that fires behind rows or once for a statement, and a foreign key to the table itself, see where a COPY
/// ends. (tgtype: 1 for each row, 2 before, 4 INSERT, 64 instead: the server's catalog/pg_trigger.h.)
const char* CopyGoal::lookup() noexcept {
    return "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relname, "
           "pg_catalog.array_to_string(a.names, ', '), pg_catalog.cardinality(a.names), "
           "c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = ANY (f.family) "
           "AND NOT tgisinternal AND tgtype & 4 <> 0 AND (tgtype & 1 = 0 OR tgtype & 66 = 0)) AND NOT EXISTS (SELECT "
           "FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = ANY (f.family) AND confrelid = ANY "
           "(f.family)) "
           "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, "
           "LATERAL (SELECT ARRAY(SELECT pg_catalog.quote_ident(attname) FROM pg_catalog.pg_attribute "
           "WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum) AS "
           "names) a, "
           "LATERAL (SELECT ARRAY(SELECT c.oid UNION SELECT CAST(relid AS pg_catalog.oid) FROM "
           "pg_catalog.pg_partition_tree(pg_catalog.pg_partition_root(c.oid))) AS family) f "
           "WHERE c.oid = CAST($1 AS pg_catalog.regclass)";
}

std::string CopyGoal::name() const {
    return table_.schema.empty() ? in_quotes(table_.name) : in_quotes(table_.schema) + '.' + in_quotes(table_.name);
}

void CopyGoal::found(const PGresult* result) {
    if (PQntuples(result) != 1) {
        throw_database_error({.message = "the table " + name() + " was dropped just now", .sqlstate = "42P01"});
    }
    qualified_ = PQgetvalue(result, 0, 0);
    relation_ = PQgetvalue(result, 0, 1);
    may_be_several_ = *PQgetvalue(result, 0, 4) == 't';
    if (table_.columns.empty()) {
        columns_ = PQgetvalue(result, 0, 2);
        const std::string count = PQgetvalue(result, 0, 3);
        if (count == std::to_string(table_.width)) return;
        throw_database_error({.message = "the rows of bulk_insert() have " + std::to_string(table_.width) +
                                         " values, but the table " + relation_ + " has " + count +
                                         " columns that can be given; name those that are meant",
                              .sqlstate = "42601"});
    }
    for (const std::string& column : table_.columns) columns_ += (columns_.empty() ? "" : ", ") + in_quotes(column);
}

std::string CopyGoal::insert() const {
    std::string text = "INSERT INTO " + qualified_ + " (" + columns_ + ") OVERRIDING SYSTEM VALUE VALUES (";
    for (std::size_t i = 1; i <= table_.width; ++i) text += (i == 1 ? "$" : ", $") + std::to_string(i);
    return text + ')';
}

std::string CopyGoal::copy(CopyFormat format) const {
    const char* const with =
        format == CopyFormat::binary ? " WITH (FORMAT binary)" : " WITH (FORMAT text, ENCODING 'UTF8')";
    return "COPY " + qualified_ + " (" + columns_ + ") FROM STDIN" + with;
}

}  // namespace databased::postgresql

#include "array_insert.hpp"

#include <databased/backend/dialect.hpp>

#include <string_view>
#include <utility>

namespace databased::postgresql {

namespace {

constexpr std::size_t least_runs = 64;
constexpr std::chrono::nanoseconds saved_by_each{2'000};
constexpr std::size_t most_runs_at_once = 16'384;
constexpr std::size_t most_bytes_at_once = std::size_t{1024} * 1024;  // about
constexpr std::size_t largest_value = std::size_t{1024} * 1024;       // an array has at most a gigabyte

bool is_true(const PGresult* result, int column) { return *PQgetvalue(result, 0, column) == 't'; }

/// Arrays cannot be elements of an array: unnest() would take both apart.
bool can_be_elements(const Statement& statement) noexcept {
    for (std::size_t run = 0; run < statement.runs(); ++run) {
        for (std::size_t i = 0; i < statement.text().parameter_count; ++i) {
            const detail::Cell cell = statement.parameter(i, run);
            const bool has_text =
                cell.kind == ValueKind::text || cell.kind == ValueKind::bytes || cell.kind == ValueKind::json;
            if (cell.kind == ValueKind::array || (has_text && cell.text().size() > largest_value)) return false;
        }
    }
    return true;
}

std::string select_from(const std::vector<std::size_t>& parameters) {
    std::string text = "SELECT * FROM ROWS FROM (";
    for (const std::size_t& parameter : parameters) {
        text += &parameter == parameters.data() ? "" : ", ";
        text.append("pg_catalog.unnest($").append(std::to_string(parameter + 1)) += ')';
    }
    return text + ')';
}

}  // namespace

std::unique_ptr<ArrayInsert> ArrayInsert::of(const Statement& statement, std::chrono::nanoseconds round_trip) {
    const auto runs = static_cast<std::int64_t>(statement.runs());
    if (statement.runs() < least_runs || runs * saved_by_each < round_trip) return nullptr;
    if (statement.text().command != "INSERT") return nullptr;
    auto insert = backend::plain_insert(statement.sql(), postgresql_dialect.lexicon());
    if (!insert || insert->parameters.size() != statement.text().parameter_count) return nullptr;
    if (!can_be_elements(statement)) return nullptr;
    return std::unique_ptr<ArrayInsert>{new ArrayInsert{statement, std::move(*insert)}};
}

// One statement differs from many by when triggers and what rules make of it run, and by what functions see of its own
// rows: so there is none of those. now() does not change, statement_timestamp() does. A foreign key into the table
// itself is checked once all rows are there. The lock keeps others from changing any of that, and that it is there
// tells that the table is the INSERT's; a snapshot older than it could be of what was before. What users have made has
// an OID from 16384 on.
const char* ArrayInsert::question() noexcept {
    return R"(
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
  c.relkind = 'r' AND c.oid >= 16384 AND NOT c.relispartition AND NOT c.relrowsecurity AND NOT c.relhasrules
  AND pg_catalog.current_setting('transaction_isolation') IN ('read committed', 'read uncommitted')
  AND EXISTS (
    SELECT FROM pg_catalog.pg_locks WHERE locktype = 'relation' AND relation = c.oid
      AND database IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
      AND pid = pg_catalog.pg_backend_pid() AND mode = 'RowExclusiveLock' AND granted)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = c.oid AND confrelid = c.oid)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND (t.oid >= 16384 AND t.typtype NOT IN ('b', 'e') OR e.oid >= 16384 AND e.typtype NOT IN ('b', 'e')))
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d WHERE d.refobjid >= 16384
      AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass,
        'pg_catalog.pg_opclass'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
      AND (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
          AND d.objid IN (SELECT a.oid FROM pg_catalog.pg_attrdef a WHERE a.adrelid = c.oid)
        OR d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
          AND d.objid IN (SELECT k.oid FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid)
        OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.objid IN (SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid)))
  AND NOT EXISTS (
    SELECT FROM (
      SELECT pg_catalog.pg_get_expr(a.adbin, a.adrelid) AS expression FROM pg_catalog.pg_attrdef a
        WHERE a.adrelid = c.oid
      UNION ALL
      SELECT pg_catalog.pg_get_expr(k.conbin, k.conrelid) FROM pg_catalog.pg_constraint k
        WHERE k.conrelid = c.oid AND k.conbin IS NOT NULL) AS expressions,
      LATERAL pg_catalog.regexp_matches(expression, '([a-z_][a-z0-9_]*)\(', 'g') AS called
      JOIN pg_catalog.pg_proc f ON f.proname = called[1]
    WHERE f.oid < 16384 AND (f.proname = 'statement_timestamp' OR f.proname ~ '_to_xml' OR f.provolatile = 'v'
      AND f.proname <> ALL ('{random,clock_timestamp,gen_random_uuid,timeofday,nextval}'))),
  pg_catalog.current_setting('statement_timeout') <> '0'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = CAST($1 AS pg_catalog.regclass))";
}

void ArrayInsert::described(const PGresult* result) {
    const int count = PQnparams(result);  // 0: it is the answer to parsing
    for (int i = 0; i < count; ++i) {
        auto column = ArrayColumn::of(statement_, static_cast<std::size_t>(i), PQparamtype(result, i));
        if (!column) return columns_.clear();
        columns_.push_back(std::move(*column));
    }
}

void ArrayInsert::told(const PGresult* result) {
    if (PQntuples(result) != 1 || !is_true(result, 1)) return;
    has_time_limit_ = is_true(result, 2);
    text_ = "INSERT INTO ";
    text_ += PQgetvalue(result, 0, 0);
    text_ += insert_.columns;
    text_ += select_from(insert_.parameters);
}

/// The server's time limit is for one statement, and this one takes longer.
void ArrayInsert::refused(bool is_cancelled) noexcept { goes_singly_now_ = !is_cancelled || has_time_limit_; }

std::size_t ArrayInsert::fill(std::size_t first) {
    for (ArrayColumn& column : columns_) column.clear();
    std::size_t run = first;
    std::size_t bytes = 0;
    while (run < statement_.runs() && run - first < most_runs_at_once && bytes < most_bytes_at_once) {
        bytes = 0;
        for (ArrayColumn& column : columns_) {
            column.add(statement_, run);
            bytes += column.data().size();
        }
        ++run;
    }
    types_.clear();
    values_.clear();
    lengths_.clear();
    formats_.clear();
    for (ArrayColumn& column : columns_) {
        column.finish();
        types_.push_back(column.array_type());
        values_.push_back(column.data().c_str());
        lengths_.push_back(static_cast<int>(column.data().size()));
        formats_.push_back(column.is_binary() ? 1 : 0);
    }
    return run - first;
}

}  // namespace databased::postgresql

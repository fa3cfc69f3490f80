// Database::create_tables() and drop_tables().
#include "query/declaration.hpp"
#include "query/dialect.hpp"
#include "query/written_text.hpp"

#include <databased/database.hpp>
#include <databased/query/schema.hpp>
#include <databased/statement.hpp>

#include <optional>
#include <string>
#include <utility>

namespace databased {

namespace {

// Programs that start at the same time on PostgreSQL would collide in its catalogue.
constexpr std::string_view lock_catalogue = "SELECT pg_advisory_xact_lock(7233174018635461477)";

Statement declaration(const std::string& sql, const SqlDialect& dialect) {
    return Statement::of_text(detail::make_text(sql, dialect));
}

std::string quoted_name(const detail::TableDefinition& table, const SqlDialect& dialect) {
    std::string name;
    if (!table.schema.empty()) {
        detail::append_name(name, table.schema, dialect);
        name += '.';
    }
    detail::append_name(name, table.name, dialect);
    return name;
}

std::string catalogue_of(const detail::TableDefinition& table, const SqlDialect& dialect) {
    if (table.schema.empty()) return "sqlite_master";
    std::string name;
    detail::append_name(name, table.schema, dialect);
    return name + ".sqlite_master";
}

Task<std::optional<bool>> exists(Session& session, const detail::TableDefinition& table, const SqlDialect& dialect) {
    if (detail::is_postgresql(dialect)) {
        return session.fetch_val<bool>("SELECT to_regclass(?) IS NOT NULL", quoted_name(table, dialect));
    }
    const std::string sql =
        "SELECT count(*) > 0 FROM " + catalogue_of(table, dialect) + " WHERE type = 'table' AND name = ?";
    return session.fetch_val<bool>(sql, table.name);
}

/// The body of a session.
class MakeTables {
  public:
    MakeTables(Schema schema, const SqlDialect& dialect) : schema_(std::move(schema)), dialect_(dialect) {}

    Task<> operator()(Session& session) const {
        const auto tables = detail::by_dependency(schema_.tables());
        if (detail::is_postgresql(dialect_)) co_await session.execute(lock_catalogue);
        for (const auto* table : tables) {
            const auto statements = detail::create_table_sql(*table, dialect_);
            const bool is_there = (co_await exists(session, *table, dialect_)).value();
            if (is_there) continue;
            for (const auto& sql : statements) co_await session.execute(declaration(sql, dialect_));
        }
    }

  private:
    Schema schema_;
    SqlDialect dialect_;
};

class DropTables {
  public:
    DropTables(Schema schema, const SqlDialect& dialect) : schema_(std::move(schema)), dialect_(dialect) {}

    Task<> operator()(Session& session) const {
        const auto statements = schema_.drop_sql(dialect_);
        for (const auto& sql : statements) co_await session.execute(declaration(sql, dialect_));
    }

  private:
    Schema schema_;
    SqlDialect dialect_;
};

}  // namespace

Task<> Database::create_tables(Schema schema) { return session(MakeTables{std::move(schema), dialect()}); }

Task<> Database::drop_tables(Schema schema) { return session(DropTables{std::move(schema), dialect()}); }

}  // namespace databased

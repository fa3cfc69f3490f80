// Database::create_tables() and drop_tables().
#include "query/declaration.hpp"
#include "query/written_text.hpp"

#include <databased/database.hpp>
#include <databased/query/schema.hpp>
#include <databased/statement.hpp>

#include <string>
#include <utility>

namespace databased {

namespace {

Statement declaration(const std::string& sql, const Dialect& dialect) {
    return Statement::of_text(detail::make_text(sql, dialect));
}

/// The body of a session.
class MakeTables {
  public:
    MakeTables(Schema schema, const Dialect& dialect) : schema_(std::move(schema)), dialect_(dialect) {}

    Task<> operator()(Session& session) const {
        const auto tables = detail::by_dependency(schema_.tables());
        if (!dialect_.lock_catalogue().empty()) co_await session.execute(dialect_.lock_catalogue());
        for (const auto* table : tables) {
            const auto statements = detail::create_table_sql(*table, dialect_);
            const auto there = dialect_.table_exists(table->schema, table->name);
            if ((co_await session.fetch_val<bool>(there.sql, there.parameter)).value()) continue;
            for (const auto& sql : statements) co_await session.execute(declaration(sql, dialect_));
        }
    }

  private:
    Schema schema_;
    const Dialect& dialect_;
};

class DropTables {
  public:
    DropTables(Schema schema, const Dialect& dialect) : schema_(std::move(schema)), dialect_(dialect) {}

    Task<> operator()(Session& session) const {
        const auto statements = schema_.drop_sql(dialect_);
        for (const auto& sql : statements) co_await session.execute(declaration(sql, dialect_));
    }

  private:
    Schema schema_;
    const Dialect& dialect_;
};

}  // namespace

Task<> Database::create_tables(Schema schema) { return session(MakeTables{std::move(schema), dialect()}); }

Task<> Database::drop_tables(Schema schema) { return session(DropTables{std::move(schema), dialect()}); }

}  // namespace databased

// Groups of tables, and the statements that make and drop them.
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/detail/export.hpp>
#include <databased/query/table.hpp>
#include <databased/query/table_options.hpp>

#include <concepts>
#include <string>
#include <vector>

namespace databased {

/// The tables of one database. Tables are remembered by their addresses: they outlive it.
///
///     const Schema cinema{directors, movies};
///     co_await database.create_tables(cinema);
class DATABASED_API Schema {
  public:
    template <class... T>
    explicit Schema(const Table<T>&... tables) : tables_{detail::reference_to(tables)...} {}

    template <class T>
    Schema& add(const Table<T>& table) {
        tables_.push_back(detail::reference_to(table));
        return *this;
    }

    /// What create_tables() executes where none of them exists: each table after those that it refers to. Throws
    /// UsageError for tables that refer to each other in a circle and for names that cannot be quoted.
    std::vector<std::string> create_sql(const Dialect& dialect) const;
    /// The other way round.
    std::vector<std::string> drop_sql(const Dialect& dialect) const;

    const std::vector<detail::TableReference>& tables() const noexcept { return tables_; }

  private:
    std::vector<detail::TableReference> tables_;
};

}  // namespace databased

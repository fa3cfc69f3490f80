// Live queries: the rows of a query, and its rows again when they have changed.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/sinks.hpp>
#include <databased/query/position_reader.hpp>
#include <databased/query/table.hpp>
#include <databased/statement.hpp>
#include <databased/task.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased {

/// A table by its name; an empty schema is the usual one.
struct DATABASED_API TableName {
    TableName(std::string_view its_schema, std::string_view its_name) : schema(its_schema), name(its_name) {}
    explicit TableName(std::string_view its_name) : TableName(std::string_view{}, its_name) {}
    explicit TableName(const detail::TableDefinition& table);
    template <class T, class Alias>
    explicit TableName(const Table<T, Alias>& table) : TableName(table.definition()) {}

    std::string schema;
    std::string name;
};

/// The tables that a query in SQL looks at: see watching().
class WatchedTables {
  public:
    explicit WatchedTables(std::vector<TableName> names) noexcept : names_(std::move(names)) {}
    std::vector<TableName> names() && noexcept { return std::move(names_); }

  private:
    std::vector<TableName> names_;
};

/// For Database::watch() of SQL: tables as table() has made them, as TableName, or by their names.
template <class... Tables>
WatchedTables watching(const Tables&... tables) {
    std::vector<TableName> names;
    names.reserve(sizeof...(tables));
    (names.push_back(TableName(tables)), ...);
    return WatchedTables{std::move(names)};
}

namespace detail {

class DatabaseState;
class StatementTarget;
class WatchState;

/// The tables of a query, and of the queries in it. Throws UsageError where raw() could name others.
DATABASED_API std::vector<TableName> tables_of(const Shape& query);

/// What Watch<T> does for every T.
class DATABASED_API AnyWatch {
  public:
    AnyWatch(std::shared_ptr<DatabaseState> database, std::shared_ptr<StatementTarget> target,
             std::vector<TableName> tables, Statement::Pointer query);
    AnyWatch(AnyWatch&& other) noexcept;
    AnyWatch& operator=(AnyWatch&& other) noexcept;
    AnyWatch(const AnyWatch&) = delete;
    AnyWatch& operator=(const AnyWatch&) = delete;
    ~AnyWatch();

    /// Makes `rows`, which outlive the task, as `taker` says; whether something before them may have gone unseen.
    Task<bool> next(void* rows, const RowTaker& taker) const;
    Task<> close() const;

  private:
    void leave() noexcept;

    std::shared_ptr<WatchState> state_;
};

}  // namespace detail

template <class T>
class BlockingWatch;

/// What a query gives at one time.
template <class T>
struct Snapshot {
    std::vector<T> rows{};
    /// Other rows before these may have gone unseen, because the connection was lost that tells of changes.
    bool may_have_missed = false;
};

/// A query that is asked again when its tables have changed: Database::watch(). It belongs to its Database's thread,
/// may outlive it and then throws NotConnectedError; so it does after disconnect().
template <class T>
class Watch {
  public:
    Watch(detail::AnyWatch watch, const detail::RowTaker& taker) noexcept : watch_(std::move(watch)), taker_(&taker) {}

    /// The first one at once; another when a commit has touched the tables and the rows are others now. It is the
    /// newest: however many commits there were, nothing piles up. Who stops waiting loses nothing. Throws what the
    /// query throws, and may be called again then; UsageError for a table whose changes nobody tells, and for what does
    /// not only read; SessionClosedError behind close().
    Task<Snapshot<T>> next() { return next_of(watch_, *taker_); }
    /// Sees nothing any more. A second call does nothing.
    Task<> close() { return watch_.close(); }

  private:
    template <class>
    friend class BlockingWatch;
    static Task<Snapshot<T>> next_of(const detail::AnyWatch& watch, const detail::RowTaker& taker) {
        Snapshot<T> snapshot;
        snapshot.may_have_missed = co_await watch.next(&snapshot.rows, taker);
        co_return snapshot;
    }

    detail::AnyWatch watch_;
    const detail::RowTaker* taker_;
};

}  // namespace databased

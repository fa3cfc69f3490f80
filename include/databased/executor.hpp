// The verbs that Database, its reader() and Session share.
#pragma once

#include <databased/bulk.hpp>
#include <databased/csv.hpp>
#include <databased/detail/fetch.hpp>
#include <databased/detail/range.hpp>
#include <databased/detail/temporary_guard.hpp>
#include <databased/query/query.hpp>
#include <databased/row.hpp>
#include <databased/statement.hpp>
#include <databased/stream.hpp>
#include <databased/task.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace databased {

class Batch;

namespace detail {

template <class Q>
consteval void check_is_ready() {
    static_assert(std::remove_cvref_t<Q>::is_ready,
                  "databased: this statement is not complete: update() and delete_from() need where() or all_rows(), "
                  "insert_into() needs values");
}
template <class Q>
consteval void check_gives_rows() {
    check_is_ready<Q>();
    static_assert(
        requires { typename std::remove_cvref_t<Q>::Row; },
        "databased: this statement gives no rows: add returning(), or execute() it");
}

}  // namespace detail

/// Statements: SQL with `?` or `:name` (or `$1` where the database has it) and one argument for each. Arguments are
/// copied before the call returns. Only one statement per call; no BEGIN, COMMIT and their kin, which are what sessions
/// are for (SessionStateError). Errors come from the await.
class Executor {
  public:
    /// Runs a statement and drops its rows.
    template <class... Args>
    Task<Result> execute(std::string_view sql, Args&&... args) {
        check_arguments<Args&&...>();
        return detail::run_execute(target_, make(sql, args...));
    }

    /// Runs a statement once for each item of `items`, in one transaction: all or none. Items are tuples (by position),
    /// plain structs (by the names of their members), Parameters, or single values. The first item that fails ends it;
    /// the error's message names its index. No item: nothing happens.
    template <detail::Range R>
    Task<Result> execute_many(std::string_view sql, R&& items) {
        static_assert(detail::safe_argument<R&&>, DATABASED_UNSAFE_TEMPORARY);
        return detail::run_many(target_, Statement::make_many(target_->rules(), sql, items));
    }

    /// Runs many statements, separated by semicolons, in their order and in one transaction: all or none. They take no
    /// arguments: `?` and `:name` are left as they are. The message of an error says which statement it was, and its
    /// line. Throws SessionStateError for BEGIN, COMMIT and their kin, before anything is run. (In a connect hook there
    /// is no transaction around them.)
    Task<ScriptResult> execute_script(std::string_view script) {
        return detail::run_script(target_, std::string{script});
    }
    /// The same with the text of a file, which is read when this is awaited. Throws ParameterError if it cannot be
    /// read.
    Task<ScriptResult> execute_file(std::string_view path) {
        return detail::run_script_file(target_, std::string{path});
    }

    /// Statements that are to be sent together; include <databased/batch.hpp>.
    Batch batch() const;

    /// Inserts many rows into a table by the fastest way that its database has: COPY, or one prepared INSERT in one
    /// transaction. All or none; a row that is refused is named in the error's message by its index, as far as the
    /// database tells it. No row: nothing happens.
    ///
    /// `rows` is a range of plain structs (columns are named as their members: leave out what the database fills in),
    /// tuples or single values (in the order of the table's columns, or of BulkOptions::columns()), or a producer:
    /// `Task<std::optional<T>> producer()`. A named object is not copied: it must stay as it is until the task has
    /// ended. `table` is a name, perhaps with a schema and a dot before it. A statement_timeout is for each part of the
    /// rows that is handed over; with_timeout() is for all of them.
    template <detail::BulkRowSource S>
    Task<Result> bulk_insert(std::string_view table, S&& rows, BulkOptions options = BulkOptions()) {
        static_assert(detail::safe_argument<S&&>, DATABASED_UNSAFE_TEMPORARY);
        return detail::run_bulk(
            target_, detail::make_bulk<S>(table, std::forward<S>(rows), std::move(options), {}, detail::no_place));
    }
    /// Structs of the table are inserted with all of their members but an identity.
    template <class T, detail::BulkRowSource S>
    Task<Result> bulk_insert(const Table<T>& table, S&& rows, BulkOptions options = BulkOptions()) {
        static_assert(detail::safe_argument<S&&>, DATABASED_UNSAFE_TEMPORARY);
        return detail::run_bulk(target_, detail::make_bulk_of<T, S>(table, std::forward<S>(rows), std::move(options)));
    }

    /// Writes CSV: of a table by its name, perhaps with a schema and a dot before it, of a Table, of a query as
    /// expression, or of a SqlQuery. Memory does not grow with the rows: they come as those of stream().
    ///
    /// `sink` is a CsvFile, or `consumer(std::string_view)`, a coroutine perhaps, which gets one part after the other,
    /// and ends all by an exception; a named one is not copied. Without a sink the text is given. What is written
    /// copy_in() reads on any database (README). rows_affected is the number of records.
    template <class What, detail::CsvDestination S>
    Task<Result> copy_out(const What& what, S&& sink, CsvOptions options = CsvOptions()) {
        static_assert(detail::safe_argument<S&&>, DATABASED_UNSAFE_TEMPORARY);
        return detail::run_copy_out(target_, copied(what), detail::make_csv_sink<S>(std::forward<S>(sink)),
                                    std::move(options));
    }
    template <class What>
    Task<std::string> copy_out(const What& what, CsvOptions options = CsvOptions()) {
        return detail::run_copy_out(target_, copied(what), std::move(options));
    }

    /// Inserts the records of CSV into a table, as bulk_insert() does it: all or none, by COPY where there is that. An
    /// error names the line and the record. Without a header, or columns(), each has a field for each column of the
    /// table, but generated ones.
    ///
    /// `source` is text, a CsvFile, or a producer, a coroutine perhaps: `std::optional<std::string> producer()`, whose
    /// parts may end anywhere. A named one is not copied: it must stay as it is until the task has ended.
    template <detail::CsvOrigin S>
    Task<Result> copy_in(std::string_view table, S&& source, CsvOptions options = CsvOptions()) {
        static_assert(detail::safe_argument<S&&>, DATABASED_UNSAFE_TEMPORARY);
        return detail::run_copy_in(target_, detail::CsvTable{table},
                                   detail::make_csv_source<S>(std::forward<S>(source)), std::move(options));
    }
    template <class T, detail::CsvOrigin S>
    Task<Result> copy_in(const Table<T>& table, S&& source, CsvOptions options = CsvOptions()) {
        static_assert(detail::safe_argument<S&&>, DATABASED_UNSAFE_TEMPORARY);
        return detail::run_copy_in(target_, detail::CsvTable{table.shared_definition()},
                                   detail::make_csv_source<S>(std::forward<S>(source)), std::move(options));
    }

    /// All rows: Rows, or a std::vector of what T is read as (a struct, a tuple, a single value).
    template <class T = Row, class... Args>
    auto fetch_all(std::string_view sql, Args&&... args) {
        check_arguments<Args&&...>();
        if constexpr (std::same_as<T, Row>) {
            return detail::run_fetch_rows(target_, make(sql, args...));
        } else {
            return detail::run_fetch_all<T>(target_, make(sql, args...));
        }
    }

    /// The first row, or nothing if there is none.
    template <class T = Row, class... Args>
    Task<std::optional<T>> fetch_one(std::string_view sql, Args&&... args) {
        check_arguments<Args&&...>();
        return fetch_first<T>(make(sql, args...));
    }

    /// The one column of the first row, or nothing if there is no row. NULL needs Value, or a std::optional as T.
    template <class T = Value, class... Args>
    Task<std::optional<T>> fetch_val(std::string_view sql, Args&&... args) {
        static_assert(
            detail::Readable<T>,
            "databased: fetch_val gives one value; use fetch_one for rows, and include <databased/json.hpp> for Json");
        check_arguments<Args&&...>();
        return detail::run_fetch_one<T>(target_, make(sql, args...));
    }

    /// All rows, one after the other or in batches, however many there are: see RowStream. For what only reads; outside
    /// of a session it is refused whatever would write (ReadOnlyError).
    template <class T = Row, class... Args>
    RowStream<T> stream(std::string_view sql, Args&&... args) {
        check_arguments<Args&&...>();
        return open_stream<T, detail::ByName<T>>(make(sql, args...));
    }

    // The same for queries as expressions (databased/query/): typed by what they select.

    /// Several rows of an INSERT are one unit: all or none.
    template <detail::AnyQuery Q>
    Task<Result> execute(Q&& query) {
        detail::check_is_ready<Q>();
        return detail::run_query(target_, prepare(std::forward<Q>(query)));
    }
    /// A statement that was compiled for the dialect of this database.
    Task<Result> execute(const Statement& statement) { return detail::run_query(target_, statement.copy()); }
    /// All rows: a whole table gives its structs, columns give tuples, one column its type.
    template <detail::AnyQuery Q>
    auto fetch_all(Q&& query) {
        detail::check_gives_rows<Q>();
        using T = typename std::remove_cvref_t<Q>::Row;
        return detail::run_fetch_all<T, detail::ByPosition<T>>(target_, prepare(std::forward<Q>(query)));
    }
    template <detail::AnyQuery Q>
    auto fetch_one(Q&& query) {
        detail::check_gives_rows<Q>();
        using T = typename std::remove_cvref_t<Q>::Row;
        return detail::run_fetch_one<T, detail::ByPosition<T>>(target_, prepare(std::forward<Q>(query)));
    }
    template <detail::AnyQuery Q>
    auto fetch_val(Q&& query) {
        detail::check_gives_rows<Q>();
        using T = typename std::remove_cvref_t<Q>::Row;
        static_assert(detail::Readable<T>, "databased: fetch_val gives one value; use fetch_one for rows");
        return detail::run_fetch_one<T, detail::ByPosition<T>>(target_, prepare(std::forward<Q>(query)));
    }
    template <detail::AnyQuery Q>
    auto stream(Q&& query) {
        detail::check_gives_rows<Q>();
        using T = typename std::remove_cvref_t<Q>::Row;
        return open_stream<T, detail::ByPosition<T>>(prepare(std::forward<Q>(query)));
    }
    /// As another type than the query's own: a struct by the names of its members, Row.
    template <class T, detail::AnyQuery Q>
    auto fetch_all(Q&& query) {
        detail::check_gives_rows<Q>();
        if constexpr (std::same_as<T, Row>) {
            return detail::run_fetch_rows(target_, prepare(std::forward<Q>(query)));
        } else {
            return detail::run_fetch_all<T>(target_, prepare(std::forward<Q>(query)));
        }
    }
    template <class T, detail::AnyQuery Q>
    Task<std::optional<T>> fetch_one(Q&& query) {
        detail::check_gives_rows<Q>();
        return fetch_first<T>(prepare(std::forward<Q>(query)));
    }

    template <class T, detail::AnyQuery Q>
    RowStream<T> stream(Q&& query) {
        detail::check_gives_rows<Q>();
        return open_stream<T, detail::ByName<T>>(prepare(std::forward<Q>(query)));
    }

  protected:
    explicit Executor(detail::Target target) noexcept : target_(std::move(target)) {}
    ~Executor() = default;
    Executor(const Executor&) = default;
    Executor(Executor&&) noexcept = default;
    Executor& operator=(const Executor&) = default;
    Executor& operator=(Executor&&) noexcept = default;

    const detail::Target& target() const noexcept { return target_; }
    void set_target(detail::Target target) noexcept { target_ = std::move(target); }

  private:
    template <class... Args>
    static constexpr void check_arguments() {
        static_assert((detail::safe_argument<Args> && ...), DATABASED_UNSAFE_TEMPORARY);
    }
    template <class... Args>
    Statement::Pointer make(std::string_view sql, const Args&... args) const {
        return Statement::make(target_->rules(), sql, args...);
    }
    template <class T>
    Task<std::optional<T>> fetch_first(Statement::Pointer statement) const {
        if constexpr (std::same_as<T, Row>) {
            return detail::run_fetch_row(target_, std::move(statement));
        } else {
            return detail::run_fetch_one<T>(target_, std::move(statement));
        }
    }
    template <class T, class Form>
    RowStream<T> open_stream(Statement::Pointer statement) const {
        if constexpr (std::same_as<T, Row>) {
            return RowStream<Row>{target_->stream(std::move(statement)), detail::StreamRows<Row>{}};
        } else {
            static_assert(!detail::holds_view<T>(), DATABASED_VIEW_OF_A_ROW);
            return RowStream<T>{target_->stream(std::move(statement)),
                                detail::StreamRows<T>{detail::stream_reader<T, Form>}};
        }
    }
    /// What copy_out() writes.
    template <class What>
    auto copied(const What& what) const {
        if constexpr (std::same_as<What, SqlQuery>) {
            return Statement::make(target_->rules(), what.sql(), what.parameters());
        } else if constexpr (detail::AnyQuery<What>) {
            detail::check_gives_rows<What>();
            return prepare(what);
        } else if constexpr (requires { what.shared_definition(); }) {
            return detail::CsvTable{what.shared_definition()};
        } else {
            return detail::CsvTable{std::string_view{what}};
        }
    }
    template <class Q>
    Statement::Pointer prepare(Q&& query) const {
        return std::forward<Q>(query).prepare(target_->rules());
    }

    detail::Target target_;
};

}  // namespace databased

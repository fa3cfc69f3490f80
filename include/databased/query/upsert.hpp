// Rows that are inserted or updated by their primary key, in one call.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/temporary_guard.hpp>
#include <databased/query/insert.hpp>

#include <cstddef>
#include <utility>

namespace databased {

/// What upsert() does with a row.
enum class UpsertMode {
    insert_or_update,  ///< Inserts it; if its key is there, the other columns are updated.
    insert_only,       ///< Inserts it; if its key is there, nothing happens.
    update_only,       ///< Updates the row with its key; if there is none, nothing happens.
};

/// Made by upsert().
class Upsert : public detail::RowsQuery {
  public:
    using RowsQuery::RowsQuery;
};

namespace detail {
/// Throws UsageError if the table has no primary key.
DATABASED_API Shape upsert_shape(const TableDefinition& table, Shape begin, UpsertMode mode);
}  // namespace detail

/// Brings `rows`, one struct or a range of them, into a table by its primary key: all or none. The rows give all
/// columns, an identity, too. Throws UsageError for a table without primary key.
template <class T, class R>
Upsert upsert(const Table<T>& table, R&& rows, UpsertMode mode = UpsertMode::insert_or_update) {
    static_assert(detail::safe_argument<R&&>, DATABASED_UNSAFE_TEMPORARY);
    detail::Shape shape;
    shape.op(mode == UpsertMode::update_only ? detail::Op::update : detail::Op::insert);
    table.append_source(shape);
    detail::RowValues values{.width = detail::column_count(table.definition()),
                             .form = detail::RowValues::Form::one_run_each};
    if constexpr (detail::Range<R>) {
        for (const T& row : rows) detail::append_row(values, row, detail::no_place);
    } else {
        detail::append_row<T>(values, rows, detail::no_place);
    }
    return Upsert{detail::upsert_shape(table.definition(), std::move(shape.op(detail::Op::into)), mode),
                  std::move(values)};
}

}  // namespace databased

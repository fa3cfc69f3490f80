// What INSERT, UPDATE and DELETE have in common: assignments, and the rows that they give back.
#pragma once

#include <databased/query/query.hpp>
#include <databased/query/select.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

namespace detail {

/// A value or an expression on its way into a column of type T.
template <class T, class V>
void append_assigned(Shape& out, V&& value) {
    using From = operand_type<V>;
    if constexpr (is_null_literal<From>) {
        static_assert(is_optional<T>, "databased: this column cannot be NULL: its member is no std::optional");
    } else {
        static_assert(is_storable<T, From>(), "databased: a value of this type cannot be stored in this column");
        static_assert(is_optional<T> || !is_optional<From> || std::same_as<not_null<From>, Value>,
                      "databased: this may be NULL, but the column may not; use coalesce()");
    }
    append_operand<T>(out, std::forward<V>(value));
}

/// column = value.
template <class Target, class T, class S, class V>
void append_assignment(Shape& out, Op op, const ColumnExpression<T, S>& column, V&& value) {
    static_assert(std::same_as<S, Target>, "databased: set() takes a column of the table that is written");
    append_assigned<T>(out, std::forward<V>(value));
    out.op(op).text(column.name());
}

}  // namespace detail

/// A statement that writes and gives back something of each row that it has written. Made by returning().
template <class... Items>
class Returning : public detail::RowsQuery {
  public:
    using Row = detail::RowOf<Items...>;
    using RowsQuery::RowsQuery;
};

namespace detail {

template <class... What>
auto make_returning(Shape shape, RowValues rows, const What&... what) {
    static_assert(sizeof...(What) > 0, "databased: returning() needs something to return");
    (append_item(shape, what), ...);
    if (rows.form != RowValues::Form::none) rows.form = RowValues::Form::one_statement;
    return Returning<item_of<What>...>{std::move(shape), std::move(rows)};
}

}  // namespace detail
}  // namespace databased

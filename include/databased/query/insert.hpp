// INSERT.
#pragma once

#include <databased/detail/temporary_guard.hpp>
#include <databased/query/assign.hpp>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace databased {

template <class T>
class OnConflict;

/// An INSERT that knows what it inserts.
///
/// Several rows are run one after another, all or none, by one short text. With returning() they are one statement, for
/// which a database has limits (ParameterError). No rows: nothing is sent.
template <class T>
class Insert : public detail::RowsQuery {
  public:
    using Definition = std::shared_ptr<const detail::TableDefinition>;

    Insert(Definition definition, detail::Shape shape, detail::RowValues rows = {}) noexcept
        : RowsQuery(std::move(shape), std::move(rows)), definition_(std::move(definition)) {}

    /// One more column of the one row that set() makes.
    template <class C, class S, class V>
    Insert set(const ColumnExpression<C, S>& column, V&& value) const& {
        return Insert{*this}.set(column, std::forward<V>(value));
    }
    template <class C, class S, class V>
    Insert set(const ColumnExpression<C, S>& column, V&& value) && {
        detail::append_assignment<Table<T>>(shape_, detail::Op::insert_value, column, std::forward<V>(value));
        return std::move(*this);
    }

    /// What happens where a row exists already with the same values in these members, of which a primary key or
    /// unique() is made; without members, any key: then do_nothing() only.
    template <class... M>
    OnConflict<T> on_conflict(M T::*... members) const& {
        return Insert{*this}.on_conflict(members...);
    }
    template <class... M>
    OnConflict<T> on_conflict(M T::*... members) && {
        shape_.op(detail::Op::conflict);
        (shape_.op(detail::Op::conflict_column).text(name_of(members)), ...);
        return OnConflict<T>{std::move(*this)};
    }
    /// Of do_update(): else the row stays as it is.
    Insert where(const Condition& condition) const& { return Insert{*this}.where(condition); }
    Insert where(const Condition& condition) && {
        shape_.append(condition.shape()).op(detail::Op::where);
        return std::move(*this);
    }

    /// What it gives back of each row that was inserted or updated: the table (with its identity), columns,
    /// expressions.
    template <class... What>
    auto returning(const What&... what) const& {
        return detail::make_returning(shape_, rows_, what...);
    }
    template <class... What>
    auto returning(const What&... what) && {
        return detail::make_returning(std::move(shape_), std::move(rows_), what...);
    }

  private:
    friend class OnConflict<T>;
    template <class M>
    std::string_view name_of(M T::*member) const {
        return detail::column_name(*definition_, detail::place_of(member));
    }

    Definition definition_;
};

/// What is to happen where a row exists already. Made by on_conflict().
template <class T>
class OnConflict {
  public:
    explicit OnConflict(Insert<T>&& insert) noexcept : insert_(std::move(insert)) {}

    /// The row stays as it is.
    Insert<T> do_nothing() && {
        insert_.shape_.op(detail::Op::do_nothing);
        return std::move(insert_);
    }
    /// These members are taken from the row that could not be inserted.
    template <class... M>
    Insert<T> do_update(M T::*... members) && {
        static_assert(sizeof...(M) > 0, "databased: do_update() needs a member; use do_nothing()");
        insert_.shape_.op(detail::Op::do_update);
        (insert_.shape_.op(detail::Op::assign_excluded).text(insert_.name_of(members)), ...);
        return std::move(insert_);
    }
    /// do_update_set(column, value, column, value …): expressions see the row that exists and excluded(column).
    template <class... ColumnsAndValues>
    Insert<T> do_update_set(const ColumnsAndValues&... pairs) && {
        static_assert(sizeof...(pairs) > 0 && sizeof...(pairs) % 2 == 0,
                      "databased: do_update_set() takes pairs: a column and its value, and so on");
        insert_.shape_.op(detail::Op::do_update);
        assign(pairs...);
        return std::move(insert_);
    }

  private:
    void assign() {}
    template <class C, class S, class V, class... More>
    void assign(const ColumnExpression<C, S>& column, const V& value, const More&... more) {
        detail::append_assignment<Table<T>>(insert_.shape_, detail::Op::assign, column, value);
        assign(more...);
    }

    Insert<T> insert_;
};

namespace detail {

/// Appends the members of `row` in the given places.
template <class T>
void append_row(RowValues& out, const T& row, std::size_t left_out) {
    std::size_t place = 0;
    const auto append = [&](const auto& value) {
        if (place++ != left_out) Native<std::remove_cvref_t<decltype(value)>>::write(out.cells, value);
    };
    tie_members(row).apply([&](const auto&... member) { (append(member), ...); });
    ++out.rows;
}

template <class Row, std::size_t Count>
concept TupleOf = ItemTuple<Row> && std::tuple_size_v<Row> == Count;

/// Whether rows of type Row can be stored in columns of types M.
template <class Row, class... M>
consteval bool is_row_of() {
    if constexpr (sizeof...(M) == 1) {
        return (is_storable<M, Row>() && ...);
    } else if constexpr (TupleOf<Row, sizeof...(M)>) {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (is_storable<M, std::tuple_element_t<I, Row>>() && ...);
        }(std::index_sequence_for<M...>{});
    } else {
        return false;
    }
}

}  // namespace detail

/// Some columns of new rows. Made by InsertInto::columns().
template <class T, class... M>
class InsertColumns : public detail::QueryBase {
  public:
    static constexpr bool is_ready = false;

    InsertColumns(typename Insert<T>::Definition definition, detail::Shape shape) noexcept
        : definition_(std::move(definition)), shape_(std::move(shape)) {}

    /// One row: a value for each column. Or a range of std::tuples, one for each row.
    template <class... V>
    Insert<T> values(V&&... values) const {
        static_assert((detail::safe_argument<V&&> && ...), DATABASED_UNSAFE_TEMPORARY);
        detail::RowValues rows{.width = sizeof...(M), .form = detail::RowValues::Form::one_run_each};
        if constexpr (sizeof...(V) == 1 && (detail::ValueRange<std::remove_cvref_t<V>> && ...)) {
            (append_range(rows, values), ...);
        } else {
            append_values(rows, values...);
        }
        return {definition_, shape_, std::move(rows)};
    }
    /// The rows of a query with the same columns.
    template <class... Items>
    Insert<T> from(const Select<Items...>& query) const {
        static_assert(detail::is_row_of<typename Select<Items...>::Row, M...>(),
                      "databased: the query has other columns than those that are inserted");
        detail::Shape shape = shape_;
        query.append_query(shape);
        return {definition_, std::move(shape.op(detail::Op::insert_query))};
    }

  private:
    template <class... V>
    static void append_values(detail::RowValues& rows, const V&... values) {
        static_assert(sizeof...(V) == sizeof...(M), "databased: a row has a value for each column");
        if constexpr (sizeof...(V) == sizeof...(M)) (append_value<M>(rows, values), ...);
        ++rows.rows;
    }
    template <class C, class V>
    static void append_value(detail::RowValues& rows, const V& value) {
        static_assert(detail::is_storable<C, V>(), "databased: a value of this type cannot be stored in this column");
        detail::write_beside<C>(rows.cells, value);
    }
    template <class R>
    static void append_range(detail::RowValues& rows, const R& range) {
        for (const auto& tuple : range) {
            std::apply([&](const auto&... value) { append_values(rows, value...); }, tuple);
        }
    }

    typename Insert<T>::Definition definition_;
    detail::Shape shape_;
};

/// insert_into(movies).values(movie). Made by insert_into().
template <class T>
class InsertInto : public detail::QueryBase {
  public:
    static constexpr bool is_ready = false;

    explicit InsertInto(typename Insert<T>::Definition definition, detail::Shape shape) noexcept
        : definition_(std::move(definition)), shape_(std::move(shape)) {}

    /// Structs, or ranges of them, with all of their members but an identity.
    template <class... R>
    Insert<T> values(R&&... rows) const {
        static_assert((detail::safe_argument<R&&> && ...), DATABASED_UNSAFE_TEMPORARY);
        detail::Shape shape = shape_;
        detail::append_inserted_columns(*definition_, shape);
        detail::RowValues values{.width = detail::inserted_count(*definition_),
                                 .form = detail::RowValues::Form::one_run_each};
        (append(values, rows), ...);
        return {definition_, std::move(shape), std::move(values)};
    }
    /// One row with values, or expressions without columns, for some columns: set(a, 1).set(b, 2).
    template <class C, class S, class V>
    Insert<T> set(const ColumnExpression<C, S>& column, V&& value) const {
        return Insert<T>{definition_, shape_}.set(column, std::forward<V>(value));
    }
    /// For rows with some columns only: columns(&Movie::title, &Movie::year).values("Alien", 1979).
    template <class... M>
    InsertColumns<T, std::remove_cv_t<M>...> columns(M T::*... members) const {
        detail::Shape shape = shape_;
        (shape.op(detail::Op::insert_column).text(detail::column_name(*definition_, detail::place_of(members))), ...);
        return {definition_, std::move(shape)};
    }
    /// The rows of a query with all columns of the table but an identity, in their order.
    template <class... Items>
    Insert<T> from(const Select<Items...>& query) const {
        detail::Shape shape = shape_;
        detail::append_inserted_columns(*definition_, shape);
        query.append_query(shape);
        return {definition_, std::move(shape.op(detail::Op::insert_query))};
    }
    /// One row of nothing but defaults.
    Insert<T> default_values() const {
        detail::Shape shape = shape_;
        return {definition_, std::move(shape.op(detail::Op::default_values))};
    }

  private:
    template <class R>
    void append(detail::RowValues& values, const R& row) const {
        const std::size_t left_out = detail::identity_place(*definition_);
        if constexpr (std::same_as<R, T>) {
            detail::append_row(values, row, left_out);
        } else if constexpr (!detail::Range<const R>) {
            static_assert(std::same_as<R, T>, "databased: values() takes rows of the table's struct");
        } else {
            values.cells.reserve(values.width * (values.rows + detail::size_of_range(row, 1)));
            for (const auto& one : row) {
                static_assert(std::same_as<std::remove_cvref_t<decltype(one)>, T>,
                              "databased: values() takes rows of the table's struct");
                detail::append_row(values, one, left_out);
            }
        }
    }

    typename Insert<T>::Definition definition_;
    detail::Shape shape_;
};

/// Adds rows to a table.
template <class T>
InsertInto<T> insert_into(const Table<T>& table) {
    detail::Shape shape;
    table.append_source(shape.op(detail::Op::insert));
    return InsertInto<T>{table.shared_definition(), std::move(shape.op(detail::Op::into))};
}

}  // namespace databased

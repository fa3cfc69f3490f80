// UPDATE and DELETE.
#pragma once

#include <databased/query/assign.hpp>

#include <utility>

namespace databased {

/// An UPDATE or DELETE that knows which rows it is about.
class Change : public detail::Query {
  public:
    using Query::Query;

    /// A second condition must hold as well.
    Change where(const Condition& condition) const {
        detail::Shape shape = shape_;
        return Change{std::move(shape.append(condition.shape()).op(detail::Op::where))};
    }
    /// What it gives back of each row: the table, its columns, expressions.
    template <class... What>
    auto returning(const What&... what) const {
        return detail::make_returning(shape_, {}, what...);
    }
};

namespace detail {

/// Not complete before it says which rows it is about.
class UnlimitedChange : public QueryBase {
  public:
    static constexpr bool is_ready = false;
    using Row = void;

    explicit UnlimitedChange(Shape&& shape) noexcept : shape_(std::move(shape)) {}

    Change where(const Condition& condition) const& {
        Shape shape = shape_;
        return Change{std::move(shape.append(condition.shape()).op(Op::where))};
    }
    Change where(const Condition& condition) && {
        return Change{std::move(shape_.append(condition.shape()).op(Op::where))};
    }
    /// The whole table.
    Change all_rows() const {
        Shape shape = shape_;
        return Change{std::move(shape.op(Op::all_rows))};
    }

  protected:
    Shape shape_;
};

}  // namespace detail

/// update(movies).set(movies[&Movie::year], 1996).where(…). Made by update().
template <class T>
class Update : public detail::UnlimitedChange {
  public:
    using UnlimitedChange::UnlimitedChange;

    /// A value, or an expression over the row as it was.
    template <class C, class S, class V>
    Update set(const ColumnExpression<C, S>& column, V&& value) const& {
        return Update{*this}.set(column, std::forward<V>(value));
    }
    template <class C, class S, class V>
    Update set(const ColumnExpression<C, S>& column, V&& value) && {
        detail::append_assignment<Table<T>>(shape_, detail::Op::assign, column, std::forward<V>(value));
        return std::move(*this);
    }
    /// Expressions of set() and where() may use these sources, too. If several of their rows fit one of the table, any
    /// of them is taken.
    template <detail::Source... S>
    Update from(const S&... sources) const {
        Update update = *this;
        ((sources.append_source(update.shape_), update.shape_.op(detail::Op::from)), ...);
        return update;
    }
};

/// Changes rows of a table: set() what, and say where().
template <class T>
Update<T> update(const Table<T>& table) {
    detail::Shape shape;
    table.append_source(shape.op(detail::Op::update));
    return Update<T>{std::move(shape.op(detail::Op::into))};
}

/// Deletes rows of a table: say where().
template <class T>
detail::UnlimitedChange delete_from(const Table<T>& table) {
    detail::Shape shape;
    table.append_source(shape.op(detail::Op::remove));
    return detail::UnlimitedChange{std::move(shape.op(detail::Op::into))};
}

}  // namespace databased

// SELECT.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/query/derived.hpp>
#include <databased/query/query.hpp>
#include <databased/query/source.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

namespace detail {

[[noreturn]] DATABASED_API void throw_negative_count(std::string_view clause);

}  // namespace detail

/// A query for rows: of whole tables their structs, of expressions their values; a std::tuple of several. Made by
/// select(), a regular value; each clause gives a new one.
///
/// Without from() it is from the tables whose columns are selected, less those that are joined.
template <class... Items>
class Select : public detail::Query {
  public:
    /// What fetch_all() gives a std::vector of.
    using Row = detail::RowOf<Items...>;

    explicit Select(detail::Shape&& shape) noexcept : Query(std::move(shape)) {}

    /// Several sources are combined each with each.
    template <detail::Source... S>
    Select from(const S&... sources) const& {
        return Select{*this}.from(sources...);
    }
    template <detail::Source... S>
    Select from(const S&... sources) && {
        ((sources.append_source(shape_), shape_.op(detail::Op::from)), ...);
        return std::move(*this);
    }

    template <detail::Source S>
    Select join(const S& source, const Condition& on) const& {
        return Select{*this}.join(source, on);
    }
    template <detail::Source S>
    Select join(const S& source, const Condition& on) && {
        source.append_source(shape_);
        shape_.append(on.shape()).op(detail::Op::join, detail::JoinKind::inner);
        return std::move(*this);
    }
    /// Also rows to which `source` has none: what is selected of it is optional.
    template <detail::Source S>
    Select<detail::OptionalWhere<S, Items>...> left_join(const S& source, const Condition& on) const& {
        return Select{*this}.left_join(source, on);
    }
    template <detail::Source S>
    Select<detail::OptionalWhere<S, Items>...> left_join(const S& source, const Condition& on) && {
        source.append_source(shape_);
        shape_.append(on.shape()).op(detail::Op::join, detail::JoinKind::left);
        return Select<detail::OptionalWhere<S, Items>...>{std::move(shape_)};
    }
    /// Each row with each.
    template <detail::Source S>
    Select cross_join(const S& source) const& {
        return Select{*this}.cross_join(source);
    }
    template <detail::Source S>
    Select cross_join(const S& source) && {
        source.append_source(shape_);
        shape_.op(detail::Op::join, detail::JoinKind::cross);
        return std::move(*this);
    }

    /// A second where() or having() must hold as well.
    Select where(const Condition& condition) const& { return Select{*this}.where(condition); }
    Select where(const Condition& condition) && {
        shape_.append(condition.shape()).op(detail::Op::where);
        return std::move(*this);
    }
    Select having(const Condition& condition) const& { return Select{*this}.having(condition); }
    Select having(const Condition& condition) && {
        shape_.append(condition.shape()).op(detail::Op::having);
        return std::move(*this);
    }
    template <detail::AnyExpression... E>
    Select group_by(const E&... expressions) const& {
        return Select{*this}.group_by(expressions...);
    }
    template <detail::AnyExpression... E>
    Select group_by(const E&... expressions) && {
        (shape_.append(expressions.shape()).op(detail::Op::group_by), ...);
        return std::move(*this);
    }
    /// Expressions, ascending, or what asc() and desc() make of them. NULL comes first where it ascends, unless
    /// nulls_last() is said.
    template <std::convertible_to<Ordering>... O>
    Select order_by(const O&... orderings) const& {
        return Select{*this}.order_by(orderings...);
    }
    template <std::convertible_to<Ordering>... O>
    Select order_by(const O&... orderings) && {
        (Ordering(orderings).append_to(shape_), ...);
        return std::move(*this);
    }

    /// At most so many rows. Throws ParameterError if it is negative.
    Select limit(std::int64_t rows) const& { return Select{*this}.limit(rows); }
    Select limit(std::int64_t rows) && {
        if (rows < 0) detail::throw_negative_count("limit()");
        shape_.value<std::int64_t>(rows).op(detail::Op::limit);
        return std::move(*this);
    }
    /// Without the first so many rows. Throws ParameterError if it is negative.
    Select offset(std::int64_t rows) const& { return Select{*this}.offset(rows); }
    Select offset(std::int64_t rows) && {
        if (rows < 0) detail::throw_negative_count("offset()");
        shape_.value<std::int64_t>(rows).op(detail::Op::offset);
        return std::move(*this);
    }
    Select distinct() const& { return Select{*this}.distinct(); }
    Select distinct() && {
        shape_.op(detail::Op::distinct);
        return std::move(*this);
    }

    /// Locks the rows, of all sources or of those that are named, until the session ends. On SQLite a session that may
    /// write has locked everything already.
    template <detail::Source... S>
    Select for_update(const S&... of) const& {
        return Select{*this}.for_update(of...);
    }
    template <detail::Source... S>
    Select for_update(const S&... of) && {
        return std::move(*this).lock(detail::LockKind::update, of...);
    }
    template <detail::Source... S>
    Select for_share(const S&... of) const& {
        return Select{*this}.for_share(of...);
    }
    template <detail::Source... S>
    Select for_share(const S&... of) && {
        return std::move(*this).lock(detail::LockKind::share, of...);
    }
    /// After for_update(): without the rows that others have locked.
    Select skip_locked() const& { return Select{*this}.skip_locked(); }
    Select skip_locked() && {
        shape_.op(detail::Op::lock_wait, detail::LockWait::skip_locked);
        return std::move(*this);
    }
    /// After for_update(): a LockedError instead of waiting.
    Select no_wait() const& { return Select{*this}.no_wait(); }
    Select no_wait() && {
        shape_.op(detail::Op::lock_wait, detail::LockWait::no_wait);
        return std::move(*this);
    }

    /// The rows of both without duplicates, and its kin. What follows (order_by(position(1)), limit) is about the
    /// whole.
    template <class... Others>
    Select union_with(const Select<Others...>& other) const {
        return compound(detail::CompoundKind::unite, other);
    }
    template <class... Others>
    Select union_all(const Select<Others...>& other) const {
        return compound(detail::CompoundKind::unite_all, other);
    }
    template <class... Others>
    Select intersect(const Select<Others...>& other) const {
        return compound(detail::CompoundKind::intersect, other);
    }
    template <class... Others>
    Select except(const Select<Others...>& other) const {
        return compound(detail::CompoundKind::except, other);
    }

    /// Rows as structs: column by column into the members in their order. After the joins.
    template <class S>
    Select<detail::As<S>> into() const& {
        return Select{*this}.template into<S>();
    }
    template <class S>
    Select<detail::As<S>> into() && {
        static_assert(detail::fills<S, Items...>(),
                      "databased: into() needs a struct with one member for each column, and of its type");
        return Select<detail::As<S>>{std::move(shape_)};
    }
    /// The value of the one column of the one row: NULL if there is no row, an error on PostgreSQL and the first on
    /// SQLite if there are several.
    auto scalar() const {
        static_assert(detail::Readable<Row>, "databased: scalar() is of a query for one column");
        detail::Shape shape;
        append_query(shape);
        shape.op(detail::Op::scalar, detail::sql_type<Row>);
        return Expression<std::optional<detail::not_null<Row>>>{std::move(shape)};
    }
    /// A source of rows for another query: after into(), or of one whole table.
    template <detail::FixedText Name>
    auto as() const {
        static_assert(detail::MappedStruct<Row>, "databased: as() is of a query for structs: use into() before it");
        detail::Shape shape;
        append_query(shape);
        return Derived<Row, detail::Alias<Name>>{std::move(shape)};
    }

    void append_query(detail::Shape& out) const { out.append(shape_).op(detail::Op::end); }

  private:
    template <class... S>
    Select lock(detail::LockKind kind, const S&... of) && {
        shape_.op(detail::Op::lock, kind);
        (shape_.op(detail::Op::lock_of).text(of.source_label()), ...);
        return std::move(*this);
    }
    template <class... Others>
    Select compound(detail::CompoundKind kind, const Select<Others...>& other) const {
        static_assert(std::same_as<Row, typename Select<Others...>::Row>,
                      "databased: the queries of a union give rows of one type");
        detail::Shape shape;
        shape.op(detail::Op::select);
        append_query(shape);
        other.append_query(shape);
        return Select{std::move(shape.op(detail::Op::compound, kind))};
    }
};

/// What is asked for: whole tables, columns, other expressions, what as("name") makes of them.
template <detail::SelectItem... What>
    requires(sizeof...(What) > 0)
auto select(const What&... what) {
    detail::Shape shape;
    shape.op(detail::Op::select);
    (detail::append_item(shape, what), ...);
    return Select<detail::item_of<What>...>{std::move(shape)};
}

}  // namespace databased

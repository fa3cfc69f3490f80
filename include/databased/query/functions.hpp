// Functions: aggregates, text, numbers, NULL, conversions, conditions put together at run time.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/gives_way.hpp>
#include <databased/query/conditions.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace databased {

/// A value made of all rows of a group.
template <class T, class... From>
class Aggregate : public Expression<T, From...> {
  public:
    using Expression<T, From...>::Expression;

    /// Made only of the rows for which `condition` holds.
    Expression<T, From...> filter(const Condition& condition) const {
        detail::Shape shape = this->shape_;
        return Expression<T, From...>{std::move(shape.append(condition.shape()).op(detail::Op::filter))};
    }
};

namespace detail {

template <class T>
consteval bool is_number_type() {
    return !is_own_type<T> && (is_number(sql_type<T>) || sql_type<T> == SqlType::decimal);
}

template <class T, class... V>
expression_over<T, V...> call(Function function, V&&... arguments) {
    Shape shape;
    (append_operand<T>(shape, std::forward<V>(arguments)), ...);
    return expression_over<T, V...>{
        std::move(shape.op(Op::function, function, sql_type<not_null<T>>).number(sizeof...(V)))};
}

enum class Duplicates : bool { kept, dropped };

template <class Answer>
Answer aggregate(Function function, Shape shape, Duplicates duplicates = Duplicates::kept) {
    shape.op(Op::aggregate, function, sql_type<not_null<typename Answer::Type>>)
        .number(duplicates == Duplicates::dropped);
    return Answer{std::move(shape)};
}

/// A text function of one text.
template <class T, class... From>
Expression<T, From...> of_text(Function function, const Expression<T, From...>& text) {
    static_assert(sql_type<not_null<T>> == SqlType::text, "databased: this function takes text");
    return call<T>(function, text);
}

DATABASED_API void append_and(Shape& out, std::span<const Condition> conditions, Op op);

}  // namespace detail

// Aggregates. But for count() they are NULL where there is no row, or nothing but NULL.

/// How many rows there are.
template <detail::GivesWay = void>
Aggregate<std::int64_t> count() {
    detail::Shape shape;
    return detail::aggregate<Aggregate<std::int64_t>>(detail::Function::count,
                                                      std::move(shape.op(detail::Op::all_rows_counted)));
}
/// In how many rows the expression is not NULL.
template <class T, class... From>
Aggregate<std::int64_t> count(const Expression<T, From...>& expression) {
    return detail::aggregate<Aggregate<std::int64_t>>(detail::Function::count, expression.shape());
}
/// How many different values there are, NULL not counted.
template <class T, class... From>
Aggregate<std::int64_t> count_distinct(const Expression<T, From...>& expression) {
    return detail::aggregate<Aggregate<std::int64_t>>(detail::Function::count, expression.shape(),
                                                      detail::Duplicates::dropped);
}

/// Of integers a std::int64_t; a DataError where that is too small. (SQLite minds every step of the sum.)
template <class T, class... From>
auto sum(const Expression<T, From...>& expression) {
    static_assert(detail::is_number_type<detail::not_null<T>>(), "databased: sum() is for numbers");
    using Sum = typename decltype(detail::type_of_arithmetic<Expression<T>, Expression<T>>())::type;
    return detail::aggregate<Aggregate<std::optional<Sum>, From...>>(detail::Function::sum, expression.shape());
}
/// A double; of Decimals a Decimal.
template <class T, class... From>
auto avg(const Expression<T, From...>& expression) {
    static_assert(detail::is_number_type<detail::not_null<T>>(), "databased: avg() is for numbers");
    using Average = std::conditional_t<std::same_as<detail::not_null<T>, Decimal>, Decimal, double>;
    return detail::aggregate<Aggregate<std::optional<Average>, From...>>(detail::Function::average, expression.shape());
}

namespace detail {
template <class T>
consteval void check_has_extremes() {
    constexpr SqlType type = sql_type<not_null<T>>;
    static_assert(type != SqlType::boolean && type != SqlType::bytes && type != SqlType::uuid && type != SqlType::json,
                  "databased: min() and max() are for numbers, text, dates and times");
}
}  // namespace detail

template <class T, class... From>
auto min(const Expression<T, From...>& expression) {
    detail::check_has_extremes<T>();
    using Answer = Aggregate<std::optional<detail::not_null<T>>, From...>;
    return detail::aggregate<Answer>(detail::Function::minimum, expression.shape());
}
template <class T, class... From>
auto max(const Expression<T, From...>& expression) {
    detail::check_has_extremes<T>();
    using Answer = Aggregate<std::optional<detail::not_null<T>>, From...>;
    return detail::aggregate<Answer>(detail::Function::maximum, expression.shape());
}

// Text

/// Of the letters A to Z.
template <class T, class... From>
auto lower(const Expression<T, From...>& text) {
    return detail::of_text(detail::Function::lower, text);
}
template <class T, class... From>
auto upper(const Expression<T, From...>& text) {
    return detail::of_text(detail::Function::upper, text);
}
/// Without blanks at its ends.
template <class T, class... From>
auto trim(const Expression<T, From...>& text) {
    return detail::of_text(detail::Function::trim, text);
}
/// Of text in characters, of bytes in bytes.
template <class T, class... From>
auto length(const Expression<T, From...>& expression) {
    constexpr SqlType type = detail::sql_type<detail::not_null<T>>;
    static_assert(type == SqlType::text || type == SqlType::bytes, "databased: length() is for text and bytes");
    using Length = detail::nullable_if<std::int64_t, detail::is_optional<T>>;
    return detail::call<Length>(detail::Function::length, expression);
}
/// With `with` in every place of `what`.
template <class T, class... From, class What, class With>
auto replace(const Expression<T, From...>& text, What&& what, With&& with) {
    static_assert(detail::is_text<Expression<T>> && detail::is_text<What> && detail::is_text<With>,
                  "databased: replace() takes text");
    constexpr bool may_be_null = detail::is_optional<T> || detail::either_is_optional<What, With>;
    return detail::call<detail::nullable_if<T, may_be_null>>(detail::Function::replace, text, std::forward<What>(what),
                                                             std::forward<With>(with));
}
/// `length` characters from number `first` on, counted from 1. Throws ParameterError for a `first` below 1 or a
/// negative `length`.
template <class T, class... From>
auto substring(const Expression<T, From...>& text, int first, int length) {
    static_assert(detail::is_text<Expression<T>>, "databased: substring() takes text");
    if (first < 1 || length < 0) throw ParameterError("substring() begins at 1, and its length is not negative");
    return detail::call<T>(detail::Function::substring, text, value(first), value(length));
}
/// One text behind the other.
template <class First, class... More>
    requires(detail::AnyExpression<First> || (detail::AnyExpression<More> || ...))
auto concat(First&& first, More&&... more) {
    return (std::forward<First>(first) + ... + std::forward<More>(more));
}

// Numbers

template <class T, class... From>
auto abs(const Expression<T, From...>& number) {
    using Answer = typename detail::arithmetic_result<Expression<T>, Expression<T>>::Type;
    return detail::call<Answer>(detail::Function::absolute, number);
}
/// To a whole number, halves away from zero.
template <class T, class... From>
auto round(const Expression<T, From...>& number) {
    static_assert(detail::sql_type<detail::not_null<T>> == SqlType::real, "databased: round() is for double");
    return detail::call<detail::nullable_if<double, detail::is_optional<T>>>(detail::Function::round, number);
}

// NULL

/// The first that is not NULL. Integers are std::int64_t.
template <class T, class... From, class... V>
    requires(sizeof...(V) > 0)
auto coalesce(const Expression<T, From...>& first, V&&... others) {
    using Plain = detail::widest<detail::not_null<T>>;
    static_assert((detail::is_storable<Plain, detail::operand_type<V>>() && ...),
                  "databased: the arguments of coalesce() are of one type");
    constexpr bool may_be_null = detail::is_optional<T> && (detail::is_optional<detail::operand_type<V>> && ...);
    using Answer = detail::nullable_if<Plain, may_be_null>;
    detail::Shape shape = first.shape();
    (detail::append_operand<T>(shape, std::forward<V>(others)), ...);
    shape.op(detail::Op::function, detail::Function::coalesce, detail::sql_type<Plain>).number(1 + sizeof...(V));
    using Last = std::tuple_element_t<sizeof...(V) - 1, std::tuple<V...>>;
    return detail::expression_over<Answer, Last>{std::move(shape)};
}
/// NULL where the expression equals `other`.
template <class T, class... From, class V>
auto null_if(const Expression<T, From...>& expression, V&& other) {
    detail::check_comparable<T, detail::operand_type<V>>();
    static_assert(detail::is_storable<T, detail::operand_type<V>>(),
                  "databased: the arguments of null_if() are of one type");
    detail::Shape shape = expression.shape();
    detail::append_operand<T>(shape, std::forward<V>(other));
    shape.op(detail::Op::function, detail::Function::null_if, detail::sql_type<detail::not_null<T>>).number(2);
    return Expression<std::optional<detail::not_null<T>>, From...>{std::move(shape)};
}

// Conversions

namespace detail {
template <class To, class T>
consteval bool can_cast() {
    constexpr SqlType from = sql_type<T>;
    constexpr SqlType to = sql_type<To>;
    if (from == to) return true;
    if (is_integer(to)) return is_number(from) || from == SqlType::boolean;
    if (to == SqlType::real) return is_integer(from);
    if (to == SqlType::decimal) return is_integer(from);
    return to == SqlType::text && (is_integer(from) || from == SqlType::uuid);
}
}  // namespace detail

/// As a To: of numbers integers (in 64 bits, without the fraction) and doubles; integers also as text and Decimal, bool
/// as an integer, Uuid as text.
template <class To, class T, class... From>
auto cast(const Expression<T, From...>& expression) {
    static_assert(detail::can_cast<To, detail::not_null<T>>(),
                  "databased: this cast does not mean the same on all databases; use raw() for it");
    detail::Shape shape = expression.shape();
    shape.op(detail::Op::cast, detail::sql_type<To>);
    return Expression<detail::nullable_if<To, detail::is_optional<T>>, From...>{std::move(shape)};
}

// Time

/// When this statement began.
template <detail::GivesWay = void>
Expression<Timestamp> now() {
    detail::Shape shape;
    return Expression<Timestamp>{std::move(shape.op(detail::Op::statement_time))};
}

// Conditions

/// Whether the query gives any row.
template <detail::Subquery Q>
Condition exists(const Q& query) {
    detail::Shape shape;
    query.append_query(shape);
    return Condition{std::move(shape.op(detail::Op::exists))};
}

/// Whether all of them hold; true for none. (update() and delete_from() do not take none for a where().)
template <detail::GivesWay = void>
Condition all_of(std::span<const Condition> conditions) {
    detail::Shape shape;
    detail::append_and(shape, conditions, detail::Op::all_of);
    return Condition{std::move(shape)};
}
/// Whether any of them holds; false for none.
template <detail::GivesWay = void>
Condition any_of(std::span<const Condition> conditions) {
    detail::Shape shape;
    detail::append_and(shape, conditions, detail::Op::any_of);
    return Condition{std::move(shape)};
}

/// In order_by(): the column of the result with this number, from 1. What a compound query can be ordered by.
template <detail::GivesWay = void>
Expression<Value> position(std::size_t number) {
    detail::Shape shape;
    return Expression<Value>{std::move(shape.op(detail::Op::position).number(number))};
}

}  // namespace databased

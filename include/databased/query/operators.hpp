// Comparisons, logic, arithmetic and text, and the conditions that expressions make of themselves.
//
// One meaning on all databases: integers are computed in 64 bits, and what does not fit them is a DataError; dividing
// by zero is NULL; a comparison of an integer with a double is one of doubles; text is ordered by code points. (A
// double that is too large is infinite on SQLite and a DataError on PostgreSQL; beside a NULL that PostgreSQL knows
// before it computes, it does not find what would not fit.)
#pragma once

#include <databased/error.hpp>
#include <databased/query/expression.hpp>

#include <tuple>

namespace databased {

namespace detail {

template <class L, class R>
concept Operands = AnyExpression<L> || AnyExpression<R>;

template <class V>
inline constexpr bool is_null_literal = std::same_as<V, std::nullopt_t> || std::same_as<V, std::nullptr_t>;

template <class L, class R>
consteval void check_comparable() {
    static_assert(!is_null_literal<L> && !is_null_literal<R>, "databased: nothing equals NULL; use is_null()");
    static_assert(is_null_literal<L> || is_null_literal<R> || are_comparable<L, R>(),
                  "databased: values of these two types cannot be compared");
}

template <class L, class R>
Condition binary(Op op, L&& left, R&& right) {
    Shape shape;
    append_operand<operand_type<R>>(shape, std::forward<L>(left));
    append_operand<operand_type<L>>(shape, std::forward<R>(right));
    return Condition{std::move(shape.op(op))};
}

/// A value that may be missing is compared as in C++: nothing equals nothing.
template <class E, class V>
Condition equals(Op op, E&& expression, V&& other) {
    check_comparable<operand_type<E>, operand_type<V>>();
    if constexpr (is_optional<std::remove_cvref_t<V>>) {
        if (!other) return op == Op::equal ? expression.is_null() : expression.is_not_null();
        return binary(op, std::forward<E>(expression), *other);
    } else {
        return binary(op, std::forward<E>(expression), std::forward<V>(other));
    }
}

template <class L, class R>
Condition ordered(Op op, L&& left, R&& right) {
    check_comparable<operand_type<L>, operand_type<R>>();
    static_assert(!is_optional<std::remove_cvref_t<L>> && !is_optional<std::remove_cvref_t<R>>,
                  "databased: a value that may be missing cannot be ordered; pass what is in the std::optional");
    return binary(op, std::forward<L>(left), std::forward<R>(right));
}

// Results

template <class... S>
struct Merged;
template <class... From>
struct Merged<Sources<From...>> {
    using Type = Sources<From...>;
};
template <class... A, class... B, class... More>
struct Merged<Sources<A...>, Sources<B...>, More...> : Merged<Sources<A..., B...>, More...> {};
template <class... A, class... More>
struct Merged<Sources<A...>, Sources<A...>, More...> : Merged<Sources<A...>, More...> {};

template <class T, class From>
struct ExpressionOf;
template <class T, class... From>
struct ExpressionOf<T, Sources<From...>> {
    using Type = Expression<T, From...>;
};
/// An expression of type T that reads what its operands V read.
template <class T, class... V>
using expression_over = typename ExpressionOf<T, typename Merged<Sources<>, operand_reads<V>...>::Type>::Type;

template <class T, bool MayBeNull>
using nullable_if = std::conditional_t<MayBeNull, std::optional<not_null<T>>, T>;

/// Integers in 64 bits, everything else as it is: where a result has several sources.
template <class T>
using widest = std::conditional_t<is_integer(sql_type<T>) && !is_own_type<T>, std::int64_t, T>;

template <class L, class R>
inline constexpr bool either_is_optional = std::disjunction_v<std::bool_constant<is_optional<operand_type<L>>>,
                                                              std::bool_constant<is_optional<operand_type<R>>>>;

/// Of +, - and *: 64 bits, a double or a Decimal.
template <class L, class R>
consteval auto type_of_arithmetic() {
    constexpr SqlType left = sql_type<not_null<operand_type<L>>>;
    constexpr SqlType right = sql_type<not_null<operand_type<R>>>;
    constexpr bool plain = !is_own_type<not_null<operand_type<L>>> && !is_own_type<not_null<operand_type<R>>>;
    constexpr bool decimals = left == SqlType::decimal && right == SqlType::decimal;
    static_assert((plain && is_number(left) && is_number(right)) || decimals,
                  "databased: arithmetic takes two numbers, or two Decimals");
    if constexpr (decimals) {
        return std::type_identity<Decimal>{};
    } else if constexpr (left == SqlType::real || right == SqlType::real) {
        return std::type_identity<double>{};
    } else {
        return std::type_identity<std::int64_t>{};
    }
}
template <class L, class R, bool MayBeNull = either_is_optional<L, R>>
using arithmetic_result =
    expression_over<nullable_if<typename decltype(type_of_arithmetic<L, R>())::type, MayBeNull>, L, R>;

template <class Answer, class L, class R>
Answer arithmetic(Op op, L&& left, R&& right) {
    Shape shape;
    append_operand<typename Answer::Type>(shape, std::forward<L>(left));
    append_operand<typename Answer::Type>(shape, std::forward<R>(right));
    return Answer{std::move(shape.op(op, sql_type<typename Answer::Type>))};
}

/// What is divided by may be zero, unless it is a value.
template <class L, class R>
auto divide(Op op, L&& left, R&& right) {
    if constexpr (AnyExpression<R>) {
        return arithmetic<arithmetic_result<L, R, true>>(op, std::forward<L>(left), std::forward<R>(right));
    } else {
        if (right == std::remove_cvref_t<R>{}) throw ParameterError("an expression is divided by the value zero");
        const Op by_value = op == Op::divide ? Op::divide_by_value : Op::modulo_by_value;
        return arithmetic<arithmetic_result<L, R>>(by_value, std::forward<L>(left), right);
    }
}

template <class V>
inline constexpr bool is_text = sql_type<not_null<operand_type<V>>> == SqlType::text;

template <class L, class R>
auto concatenate(L&& left, R&& right) {
    using Answer = expression_over<nullable_if<std::string, either_is_optional<L, R>>, L, R>;
    static_assert(is_text<L> && is_text<R>, "databased: + joins text with text; use cast<std::string>() for the other");
    Shape shape;
    append_operand<std::string>(shape, std::forward<L>(left));
    append_operand<std::string>(shape, std::forward<R>(right));
    return Answer{std::move(shape.op(Op::concatenate))};
}

}  // namespace detail

// Comparisons. They are NULL where an operand is.

template <class L, class R>
    requires detail::Operands<L, R>
Condition operator==(L&& left, R&& right) {
    if constexpr (detail::AnyExpression<L>) {
        return detail::equals(detail::Op::equal, std::forward<L>(left), std::forward<R>(right));
    } else {
        return detail::equals(detail::Op::equal, std::forward<R>(right), std::forward<L>(left));
    }
}
template <class L, class R>
    requires detail::Operands<L, R>
Condition operator!=(L&& left, R&& right) {
    if constexpr (detail::AnyExpression<L>) {
        return detail::equals(detail::Op::not_equal, std::forward<L>(left), std::forward<R>(right));
    } else {
        return detail::equals(detail::Op::not_equal, std::forward<R>(right), std::forward<L>(left));
    }
}
template <class L, class R>
    requires detail::Operands<L, R>
Condition operator<(L&& left, R&& right) {
    return detail::ordered(detail::Op::less, std::forward<L>(left), std::forward<R>(right));
}
template <class L, class R>
    requires detail::Operands<L, R>
Condition operator<=(L&& left, R&& right) {
    return detail::ordered(detail::Op::less_equal, std::forward<L>(left), std::forward<R>(right));
}
template <class L, class R>
    requires detail::Operands<L, R>
Condition operator>(L&& left, R&& right) {
    return detail::ordered(detail::Op::greater, std::forward<L>(left), std::forward<R>(right));
}
template <class L, class R>
    requires detail::Operands<L, R>
Condition operator>=(L&& left, R&& right) {
    return detail::ordered(detail::Op::greater_equal, std::forward<L>(left), std::forward<R>(right));
}

// Logic, with NULL as "not known".

inline Condition operator&&(Condition left, const Condition& right) {
    return Condition{std::move(std::move(left).shape().append(right.shape()).op(detail::Op::logical_and))};
}
inline Condition operator||(Condition left, const Condition& right) {
    return Condition{std::move(std::move(left).shape().append(right.shape()).op(detail::Op::logical_or))};
}
inline Condition operator!(Condition condition) {
    return Condition{std::move(std::move(condition).shape().op(detail::Op::logical_not))};
}

// Arithmetic. The values of an integer expression are std::int64_t.

template <class L, class R>
    requires detail::Operands<L, R>
auto operator+(L&& left, R&& right) {
    if constexpr (detail::is_text<L> || detail::is_text<R>) {
        return detail::concatenate(std::forward<L>(left), std::forward<R>(right));
    } else {
        return detail::arithmetic<detail::arithmetic_result<L, R>>(detail::Op::add, std::forward<L>(left),
                                                                   std::forward<R>(right));
    }
}
template <class L, class R>
    requires detail::Operands<L, R>
auto operator-(L&& left, R&& right) {
    return detail::arithmetic<detail::arithmetic_result<L, R>>(detail::Op::subtract, std::forward<L>(left),
                                                               std::forward<R>(right));
}
template <class L, class R>
    requires detail::Operands<L, R>
auto operator*(L&& left, R&& right) {
    return detail::arithmetic<detail::arithmetic_result<L, R>>(detail::Op::multiply, std::forward<L>(left),
                                                               std::forward<R>(right));
}
/// Of integers without the rest. NULL where an expression is divided by is zero; the value zero is a ParameterError.
template <class L, class R>
    requires detail::Operands<L, R>
auto operator/(L&& left, R&& right) {
    return detail::divide(detail::Op::divide, std::forward<L>(left), std::forward<R>(right));
}
/// What an integer division leaves, with the sign of the left side, as in C++.
template <class L, class R>
    requires detail::Operands<L, R>
auto operator%(L&& left, R&& right) {
    static_assert(detail::is_integer(detail::sql_type<detail::not_null<detail::operand_type<L>>>) &&
                      detail::is_integer(detail::sql_type<detail::not_null<detail::operand_type<R>>>),
                  "databased: % takes two integers");
    return detail::divide(detail::Op::modulo, std::forward<L>(left), std::forward<R>(right));
}
template <class T, class... From>
auto operator-(const Expression<T, From...>& expression) {
    using Answer = detail::arithmetic_result<Expression<T, From...>, Expression<T, From...>>;
    detail::Shape shape = expression.shape();
    return Answer{std::move(shape.op(detail::Op::negate, detail::sql_type<typename Answer::Type>))};
}

}  // namespace databased

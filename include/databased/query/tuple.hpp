// Tuples of expressions: compared part by part, the first difference decides.
#pragma once

#include <databased/query/conditions.hpp>

#include <cstddef>
#include <tuple>
#include <utility>

namespace databased {

namespace detail {
/// Whether a query of these rows stands beside a tuple of T.
template <class Row, class... T>
consteval void check_row() {
    if constexpr (!ItemTuple<Row>) {
        static_assert(sizeof...(T) == 1, "databased: this query gives rows of another length than the tuple");
    } else {
        constexpr bool is_as_long = std::tuple_size_v<Row> == sizeof...(T);
        static_assert(is_as_long, "databased: this query gives rows of another length than the tuple");
        if constexpr (is_as_long) {
            []<std::size_t... I>(std::index_sequence<I...>) {
                (check_comparable<T, std::tuple_element_t<I, Row>>(), ...);
            }(std::index_sequence_for<T...>{});
        }
    }
}
}  // namespace detail

/// Several expressions that are compared as one. Made by tuple_of().
template <class... T>
class TupleExpression {
  public:
    explicit TupleExpression(detail::Shape&& shape) noexcept : shape_(std::move(shape)) {}

    const detail::Shape& shape() const noexcept { return shape_; }

    /// `values`: tuples with one value for each expression, in a range or as several arguments; or a query.
    template <class... V>
    Condition in(V&&... values) const {
        return contains(false, std::forward<V>(values)...);
    }
    template <class... V>
    Condition not_in(V&&... values) const {
        return contains(true, std::forward<V>(values)...);
    }

    /// The values of a std::tuple in the same places.
    template <class... V>
    static TupleExpression of(const std::tuple<V...>& values) {
        static_assert(sizeof...(V) == sizeof...(T), "databased: this tuple has another number of values");
        detail::Shape shape;
        std::apply([&](const auto&... value) { (append<T>(shape, value), ...); }, values);
        return TupleExpression{std::move(shape.op(detail::Op::tuple).number(sizeof...(T)))};
    }

  private:
    template <class U, class V>
    static void append(detail::Shape& shape, const V& value) {
        detail::check_comparable<U, detail::operand_type<V>>();
        detail::append_operand<U>(shape, value);
    }
    template <class... V>
    Condition contains(bool negated, V&&... values) const {
        detail::Shape shape = shape_;
        if constexpr (sizeof...(V) == 1 && (detail::Subquery<std::remove_cvref_t<V>> && ...)) {
            (detail::check_row<typename std::remove_cvref_t<V>::Row, T...>(), ...);
            (values.append_query(shape), ...);
            return Condition{std::move(shape.op(detail::Op::in_query, negated))};
        } else if constexpr (sizeof...(V) == 1 && (detail::Range<V> && ...)) {
            std::size_t length = 0;
            const auto append_all = [&](const auto& range) {
                for (const auto& element : range) {
                    shape.append(of(element).shape());
                    ++length;
                }
            };
            (append_all(values), ...);
            return Condition{std::move(shape.op(detail::Op::in_list, negated).number(length))};
        } else {
            (shape.append(of(values).shape()), ...);
            return Condition{std::move(shape.op(detail::Op::in_list, negated).number(sizeof...(V)))};
        }
    }

    detail::Shape shape_;
};

namespace detail {
template <class... L, class... R>
Condition compared(Op op, const TupleExpression<L...>& left, const TupleExpression<R...>& right) {
    static_assert(sizeof...(L) == sizeof...(R), "databased: these tuples have different numbers of values");
    if constexpr (sizeof...(L) == sizeof...(R)) (check_comparable<L, R>(), ...);
    Shape shape = left.shape();
    return Condition{std::move(shape.append(right.shape()).op(op))};
}
}  // namespace detail

template <class... L, class... R>
Condition operator==(const TupleExpression<L...>& left, const TupleExpression<R...>& right) {
    return detail::compared(detail::Op::equal, left, right);
}
template <class... L, class... R>
Condition operator!=(const TupleExpression<L...>& left, const TupleExpression<R...>& right) {
    return detail::compared(detail::Op::not_equal, left, right);
}
template <class... L, class... R>
Condition operator<(const TupleExpression<L...>& left, const TupleExpression<R...>& right) {
    return detail::compared(detail::Op::less, left, right);
}
template <class... L, class... R>
Condition operator<=(const TupleExpression<L...>& left, const TupleExpression<R...>& right) {
    return detail::compared(detail::Op::less_equal, left, right);
}
template <class... L, class... R>
Condition operator>(const TupleExpression<L...>& left, const TupleExpression<R...>& right) {
    return detail::compared(detail::Op::greater, left, right);
}
template <class... L, class... R>
Condition operator>=(const TupleExpression<L...>& left, const TupleExpression<R...>& right) {
    return detail::compared(detail::Op::greater_equal, left, right);
}

/// To compare with another tuple_of() or, in in(), with std::tuples of values.
template <class... V>
    requires(sizeof...(V) > 1)
TupleExpression<detail::operand_type<V>...> tuple_of(V&&... parts) {
    detail::Shape shape;
    (detail::append_operand<detail::operand_type<V>>(shape, std::forward<V>(parts)), ...);
    return TupleExpression<detail::operand_type<V>...>{std::move(shape.op(detail::Op::tuple).number(sizeof...(V)))};
}

}  // namespace databased

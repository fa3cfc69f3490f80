// What an expression can be asked: in, between, like, is_distinct_from.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/query/operators.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

namespace detail {

/// A query that can stand in parentheses: a Select.
template <class Q>
concept Subquery = requires(const Q& query, Shape& out) {
    typename Q::Row;
    query.append_query(out);
};

template <class R>
concept ValueRange =
    Range<R> && !TextLike<std::remove_cvref_t<R>> && !Subquery<R> && !std::same_as<std::remove_cvref_t<R>, Bytes>;

/// Long lists are filled up with their last value, so that there are few lengths and few texts.
constexpr std::size_t padded_length(std::size_t length) noexcept {
    return length <= 4 || length > 1024 ? length : std::bit_ceil(length);
}

template <class T>
Condition in_values(Shape shape, std::size_t length, bool negated) {
    return Condition{std::move(shape.op(Op::in_list, negated).number(length))};
}

template <class T, class R>
Condition in_range(Shape shape, const R& range, bool negated) {
    using V = range_value<R>;
    check_comparable<T, V>();
    std::size_t length = 0;
    for (const auto& element : range) {
        shape.template value<T>(element);
        ++length;
    }
    if (length != 0) {
        for (const std::size_t padded = padded_length(length); length < padded; ++length) {
            shape.op(Op::value, type_beside<T, V>()).values().repeat_last();
        }
    }
    return in_values<T>(std::move(shape), length, negated);
}

template <class T, class... V>
Condition in(Shape shape, bool negated, V&&... values) {
    if constexpr (sizeof...(V) == 1 && (Subquery<std::remove_cvref_t<V>> && ...)) {
        (check_comparable<T, typename std::remove_cvref_t<V>::Row>(), ...);
        (values.append_query(shape), ...);
        return Condition{std::move(shape.op(Op::in_query, negated))};
    } else if constexpr (sizeof...(V) == 1 && (ValueRange<std::remove_cvref_t<V>> && ...)) {
        return in_range<T>(std::move(shape), values..., negated);
    } else {
        (check_comparable<T, operand_type<V>>(), ...);
        (append_operand<T>(shape, std::forward<V>(values)), ...);
        return in_values<T>(std::move(shape), sizeof...(V), negated);
    }
}

template <class T, class Low, class High>
Condition between(Shape shape, bool negated, Low&& low, High&& high) {
    check_comparable<T, operand_type<Low>>();
    check_comparable<T, operand_type<High>>();
    append_operand<T>(shape, std::forward<Low>(low));
    append_operand<T>(shape, std::forward<High>(high));
    return Condition{std::move(shape.op(Op::between, negated))};
}

/// Throws ParameterError for a pattern that ends in the character that escapes what follows.
DATABASED_API void check_escape(char escape);
DATABASED_API void check_pattern(std::string_view pattern, char escape);
/// `text` as a pattern for itself, with \ before what is special, between `before` and `after`.
DATABASED_API Condition matches_text(Shape subject, std::string_view before, std::string_view text,
                                     std::string_view after);

}  // namespace detail

template <class T, class... From>
Condition Expression<T, From...>::test(detail::Op op) const {
    detail::Shape shape = shape_;
    return Condition{std::move(shape.op(op))};
}

template <class T, class... From>
template <class V>
Condition Expression<T, From...>::is_distinct_from(V&& other) const {
    detail::check_comparable<T, detail::operand_type<V>>();
    return detail::binary(detail::Op::distinct_from, *this, std::forward<V>(other));
}

template <class T, class... From>
template <class V>
Condition Expression<T, From...>::is_not_distinct_from(V&& other) const {
    detail::check_comparable<T, detail::operand_type<V>>();
    return detail::binary(detail::Op::not_distinct_from, *this, std::forward<V>(other));
}

template <class T, class... From>
template <class... V>
Condition Expression<T, From...>::in(V&&... values) const {
    return detail::in<T>(shape_, false, std::forward<V>(values)...);
}

template <class T, class... From>
template <class... V>
Condition Expression<T, From...>::not_in(V&&... values) const {
    return detail::in<T>(shape_, true, std::forward<V>(values)...);
}

template <class T, class... From>
template <class Low, class High>
Condition Expression<T, From...>::between(Low&& low, High&& high) const {
    return detail::between<T>(shape_, false, std::forward<Low>(low), std::forward<High>(high));
}

template <class T, class... From>
template <class Low, class High>
Condition Expression<T, From...>::not_between(Low&& low, High&& high) const {
    return detail::between<T>(shape_, true, std::forward<Low>(low), std::forward<High>(high));
}

template <class T, class... From>
template <class V>
Condition Expression<T, From...>::like(V&& pattern, char escape, int flags) const {
    static_assert(detail::sql_type<detail::not_null<T>> == SqlType::text && detail::is_text<V>,
                  "databased: like() compares text with a pattern of text");
    detail::check_escape(escape);
    if constexpr (!detail::AnyExpression<V>) detail::check_pattern(pattern, escape);
    detail::Shape shape = shape_;
    detail::append_operand<T>(shape, std::forward<V>(pattern));
    return Condition{std::move(shape.op(detail::Op::like, flags, escape))};
}

template <class T, class... From>
template <class V>
Condition Expression<T, From...>::like(V&& pattern, char escape) const {
    return like(std::forward<V>(pattern), escape, 0);
}
template <class T, class... From>
template <class V>
Condition Expression<T, From...>::not_like(V&& pattern, char escape) const {
    return like(std::forward<V>(pattern), escape, detail::like_negated);
}
template <class T, class... From>
template <class V>
Condition Expression<T, From...>::ilike(V&& pattern, char escape) const {
    return like(std::forward<V>(pattern), escape, detail::like_ignores_case);
}
template <class T, class... From>
template <class V>
Condition Expression<T, From...>::not_ilike(V&& pattern, char escape) const {
    return like(std::forward<V>(pattern), escape, detail::like_negated | detail::like_ignores_case);
}

template <class T, class... From>
Condition Expression<T, From...>::starts_with(std::string_view text) const {
    static_assert(detail::sql_type<detail::not_null<T>> == SqlType::text, "databased: starts_with() is for text");
    return detail::matches_text(shape_, "", text, "%");
}
template <class T, class... From>
Condition Expression<T, From...>::ends_with(std::string_view text) const {
    static_assert(detail::sql_type<detail::not_null<T>> == SqlType::text, "databased: ends_with() is for text");
    return detail::matches_text(shape_, "%", text, "");
}
template <class T, class... From>
Condition Expression<T, From...>::contains(std::string_view text) const {
    static_assert(detail::sql_type<detail::not_null<T>> == SqlType::text, "databased: contains() is for text");
    return detail::matches_text(shape_, "%", text, "%");
}

template <class T, class... From>
Ordering Expression<T, From...>::asc() const {
    return {shape_, detail::is_optional<T> || std::same_as<T, Value> ? detail::order_nullable : 0};
}
template <class T, class... From>
Ordering Expression<T, From...>::desc() const {
    return {shape_,
            detail::order_descending | (detail::is_optional<T> || std::same_as<T, Value> ? detail::order_nullable : 0)};
}

template <class T, class... From>
Expression<T, From...> Expression<T, From...>::collate(std::string_view name) const {
    static_assert(detail::sql_type<detail::not_null<T>> == SqlType::text, "databased: collate() is for text");
    detail::Shape shape = shape_;
    return Expression{std::move(shape.op(detail::Op::collate).text(name))};
}

template <class T, class... From>
Labelled<T, From...> Expression<T, From...>::as(std::string_view label) const {
    return {*this, label};
}

}  // namespace databased

// Expressions: plain values that know what type they have in C++, and no more. What they say is a shape.
#pragma once

#include <databased/query/shape.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

template <class T, class... From>
class Expression;
template <class T, class... From>
class Labelled;
class Ordering;

/// What holds or not, or is NULL: of where(), having(), join().
using Condition = Expression<std::optional<bool>>;

namespace detail {

/// What has a shape: an expression or a piece of a statement.
class Fragment {
  public:
    explicit Fragment(Shape&& shape) noexcept : shape_(std::move(shape)) {}
    const Shape& shape() const& noexcept { return shape_; }
    Shape&& shape() && noexcept { return std::move(shape_); }

  protected:
    Shape shape_;
};

class ExpressionBase : public Fragment {
  public:
    using Fragment::Fragment;
};

template <class E>
concept AnyExpression = std::derived_from<std::remove_cvref_t<E>, ExpressionBase>;

template <class... From>
struct Sources {};

/// What an expression, or a value that stands where one may, is as a column of a result, and what it reads.
template <class V>
struct Operand {
    using Type = std::conditional_t<TextLike<V>, std::string, V>;
    using Reads = Sources<>;
};
template <AnyExpression E>
struct Operand<E> {
    using Type = typename E::Type;
    using Reads = typename E::Reads;
};
template <class V>
using operand_type = typename Operand<std::remove_cvref_t<V>>::Type;
template <class V>
using operand_reads = typename Operand<std::remove_cvref_t<V>>::Reads;

/// Appends an expression, or a value as it is sent beside a T.
template <class T, class V>
void append_operand(Shape& out, V&& operand) {
    if constexpr (AnyExpression<V>) {
        out.append(std::forward<V>(operand).shape());
    } else {
        out.value<T>(operand);
    }
}

}  // namespace detail

/// An expression of SQL whose value is a T, a std::optional if it may be NULL. From names the tables that it reads:
/// what left_join() must know to make it optional.
///
/// A regular value. Operators and functions make larger ones; values in them are encoded and copied at once.
template <class T, class... From>
class Expression : public detail::ExpressionBase {
  public:
    using Type = T;
    using Reads = detail::Sources<From...>;

    explicit Expression(detail::Shape&& shape) noexcept : ExpressionBase(std::move(shape)) {}
    /// Forgets what it reads, or that it is never NULL: for conditions, and expressions put together at run time.
    template <class U, class... Others>
        requires(sizeof...(From) == 0 && (std::same_as<T, U> || std::same_as<T, std::optional<U>> ||
                                          (std::same_as<T, std::optional<bool>> && std::same_as<U, Value>)))
    Expression(Expression<U, Others...> other) noexcept : ExpressionBase(std::move(other).shape()) {}

    Condition is_null() const { return test(detail::Op::is_null); }
    Condition is_not_null() const { return test(detail::Op::is_not_null); }
    /// Like == and !=, but NULL is equal to NULL and different from everything else.
    template <class V>
    Condition is_distinct_from(V&& other) const;
    template <class V>
    Condition is_not_distinct_from(V&& other) const;

    /// Whether the value is one of `values`: several arguments, a range, or a query of one column. Nothing is in an
    /// empty range.
    template <class... V>
    Condition in(V&&... values) const;
    template <class... V>
    Condition not_in(V&&... values) const;
    /// Both ends belong to it.
    template <class Low, class High>
    Condition between(Low&& low, High&& high) const;
    template <class Low, class High>
    Condition not_between(Low&& low, High&& high) const;

    /// % stands for any characters, _ for one. Upper and lower case differ. Before another character than these two
    /// `escape` means nothing; without it they cannot be escaped.
    template <class V>
    Condition like(V&& pattern, char escape = '\0') const;
    template <class V>
    Condition not_like(V&& pattern, char escape = '\0') const;
    /// The same, without regard to the case of the letters A to Z.
    template <class V>
    Condition ilike(V&& pattern, char escape = '\0') const;
    template <class V>
    Condition not_ilike(V&& pattern, char escape = '\0') const;
    /// The text as it is: % and _ are nothing special in it.
    Condition starts_with(std::string_view text) const;
    Condition ends_with(std::string_view text) const;
    Condition contains(std::string_view text) const;

    /// For order_by(). NULL comes before everything else, as std::nullopt does in C++.
    Ordering asc() const;
    Ordering desc() const;
    /// Text in the order of a named collation of the database instead of that of its code points.
    Expression collate(std::string_view name) const;
    /// In select(): gives the column of the result a name.
    Labelled<T, From...> as(std::string_view label) const;

  private:
    Condition test(detail::Op op) const;
    template <class V>
    Condition like(V&& pattern, char escape, int flags) const;
};

/// An expression to order by, and which way.
class Ordering : public detail::Fragment {
  public:
    Ordering(detail::Shape shape, int flags) noexcept : Fragment(std::move(shape)), flags_(flags) {}
    template <class T, class... From>
    Ordering(Expression<T, From...> expression) noexcept : Ordering(expression.asc()) {}

    Ordering nulls_first() const { return with(detail::order_nulls_first); }
    Ordering nulls_last() const { return with(detail::order_nulls_last); }
    void append_to(detail::Shape& out) const { out.append(shape_).op(detail::Op::order_by, flags_); }

  private:
    Ordering with(int flag) const {
        return {shape_, (flags_ & ~(detail::order_nulls_first | detail::order_nulls_last)) | flag};
    }

    int flags_;
};

/// An expression with the name that its column of the result has.
template <class T, class... From>
class Labelled {
  public:
    Labelled(Expression<T, From...> expression, std::string_view label)
        : expression_(std::move(expression)), label_(label) {}
    const Expression<T, From...>& expression() const noexcept { return expression_; }
    const std::string& label() const noexcept { return label_; }

  private:
    Expression<T, From...> expression_;
    std::string label_;
};

/// A value as an expression.
template <class V>
Expression<detail::operand_type<V>> value(const V& value) {
    detail::Shape shape;
    shape.value<V>(value);
    return Expression<detail::operand_type<V>>{std::move(shape)};
}

}  // namespace databased

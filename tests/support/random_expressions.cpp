#include "support/random_expressions.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>
#include <type_traits>

namespace support {

using namespace databased;

namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

template <class T>
using Maybe = std::optional<T>;
template <class T>
using Of = std::function<Maybe<T>(const Sample&)>;

/// A column that is narrower than a T stays so in SQL.
template <class T, class C>
Meaning<T> column_meaning(C Sample::*member) {
    return {Expression<Maybe<T>>{databased::detail::Shape{samples[member].shape()}},
            [member](const Sample& row) -> Maybe<T> {
                if constexpr (requires { (row.*member).has_value(); }) {
                    if (!(row.*member)) return std::nullopt;
                    return static_cast<T>(*(row.*member));
                } else {
                    return static_cast<T>(row.*member);
                }
            }};
}

template <class T>
Meaning<T> constant(T value) {
    return {databased::value(value), [value](const Sample&) -> Maybe<T> { return value; }};
}

template <class T>
struct Outcome {
    Maybe<T> value{};
    Maybe<Overflow> overflow{};

    bool may_be_null() const { return overflow ? overflow->may_be_null : !value; }
};

template <class T>
Outcome<T> outcome_of(const Of<T>& of, const Sample& row) {
    try {
        return {.value = of(row)};
    } catch (const Overflow& overflow) {
        return {.overflow = overflow};
    }
}

/// NULL where an operand is.
template <class R, class A, class B, class F>
Of<R> strict(const Meaning<A>& a, const Meaning<B>& b, F combine) {
    return [a = a.of, b = b.of, combine](const Sample& row) -> Maybe<R> {
        const auto left = outcome_of(a, row);
        const auto right = outcome_of(b, row);
        if (left.overflow || right.overflow) throw Overflow{left.may_be_null() || right.may_be_null()};
        if (!left.value || !right.value) return std::nullopt;
        return combine(*left.value, *right.value);
    };
}

Maybe<std::int64_t> add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) throw Overflow{};
    return sum;
}
Maybe<std::int64_t> subtract(std::int64_t a, std::int64_t b) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference)) throw Overflow{};
    return difference;
}
Maybe<std::int64_t> multiply(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) throw Overflow{};
    return product;
}
Maybe<std::int64_t> divide(std::int64_t a, std::int64_t b) {
    if (b == 0) return std::nullopt;
    if (a == smallest && b == -1) throw Overflow{};
    return a / b;
}
Maybe<std::int64_t> modulo(std::int64_t a, std::int64_t b) {
    if (b == 0) return std::nullopt;
    return b == -1 ? 0 : a % b;
}

Meaning<std::int64_t> arithmetic(int operation, const Meaning<std::int64_t>& a, const Meaning<std::int64_t>& b) {
    switch (operation) {
        case 0:
            return {a.expression + b.expression, strict<std::int64_t>(a, b, add)};
        case 1:
            return {a.expression - b.expression, strict<std::int64_t>(a, b, subtract)};
        case 2:
            return {a.expression * b.expression, strict<std::int64_t>(a, b, multiply)};
        case 3:
            return {a.expression / b.expression, strict<std::int64_t>(a, b, divide)};
        default:
            return {a.expression % b.expression, strict<std::int64_t>(a, b, modulo)};
    }
}

Meaning<std::int64_t> negative(const Meaning<std::int64_t>& a) {
    return {-a.expression, [a = a.of](const Sample& row) -> Maybe<std::int64_t> {
                const auto number = a(row);
                if (!number) return std::nullopt;
                return subtract(0, *number);
            }};
}

/// An integer beside a double is compared as a double.
template <class A, class B, class F>
Meaning<bool> compared_by(const Meaning<A>& a, const Meaning<B>& b, F compare) {
    using Common = std::common_type_t<A, B>;
    return {compare(a.expression, b.expression), strict<bool>(a, b, [compare](const A& x, const B& y) -> bool {
                return compare(static_cast<Common>(x), static_cast<Common>(y));
            })};
}

template <class A, class B>
Meaning<bool> compared(int operation, const Meaning<A>& a, const Meaning<B>& b) {
    switch (operation) {
        case 0:
            return compared_by(a, b, [](const auto& x, const auto& y) { return x == y; });
        case 1:
            return compared_by(a, b, [](const auto& x, const auto& y) { return x != y; });
        case 2:
            return compared_by(a, b, [](const auto& x, const auto& y) { return x < y; });
        case 3:
            return compared_by(a, b, [](const auto& x, const auto& y) { return x <= y; });
        case 4:
            return compared_by(a, b, [](const auto& x, const auto& y) { return x > y; });
        default:
            return compared_by(a, b, [](const auto& x, const auto& y) { return x >= y; });
    }
}

Meaning<double> as_real(const Meaning<std::int64_t>& a) {
    return {cast<double>(a.expression), [a = a.of](const Sample& row) -> Maybe<double> {
                const auto number = a(row);
                if (!number) return std::nullopt;
                return static_cast<double>(*number);
            }};
}

Maybe<bool> both(Maybe<bool> a, Maybe<bool> b) {
    if ((a && !*a) || (b && !*b)) return false;
    if (!a || !b) return std::nullopt;
    return true;
}
Maybe<bool> opposite(Maybe<bool> a) {
    if (!a) return std::nullopt;
    return !*a;
}

template <class T>
Meaning<T> chosen(const Meaning<bool>& condition, const Meaning<T>& a, const Meaning<T>& b) {
    return {case_when(condition.expression, a.expression).otherwise(b.expression),
            [condition = condition.of, a = a.of, b = b.of](const Sample& row) {
                return condition(row).value_or(false) ? a(row) : b(row);
            }};
}

template <class T>
Meaning<T> first_of(const Meaning<T>& a, const Meaning<T>& b) {
    return {coalesce(a.expression, b.expression), [a = a.of, b = b.of](const Sample& row) {
                const auto first = a(row);
                return first ? first : b(row);
            }};
}

template <class T>
Meaning<T> null_where_equal(const Meaning<T>& a, const Meaning<T>& b) {
    return {null_if(a.expression, b.expression), [a = a.of, b = b.of](const Sample& row) -> Maybe<T> {
                const auto first = a(row);
                const auto second = b(row);
                return first && second && *first == *second ? std::nullopt : first;
            }};
}

/// % stands for any characters, _ for one; all of ASCII.
bool fits(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '%')
        return fits(text, pattern.substr(1)) || (!text.empty() && fits(text.substr(1), pattern));
    if (text.empty() || (pattern.front() != '_' && pattern.front() != text.front())) return false;
    return fits(text.substr(1), pattern.substr(1));
}

std::string folded(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

constexpr std::array<std::string_view, 8> patterns{"%", "a%", "%b", "_", "A_c%", "%[%", "a*c", "%\\%"};

}  // namespace

std::vector<Sample> sample_rows() {
    constexpr std::array<std::int64_t, 8> bigs{0, 1, -1, 7, largest, smallest, largest / 2, 3'037'000'500};
    constexpr std::array<int, 4> smalls{0, 3, -5, 12};
    constexpr std::array<double, 4> reals{0.0, 2.5, -0.75, 12.0};
    constexpr std::array<std::string_view, 6> texts{"", "abc", "aBc", "a*c", "x[b", "A\\"};
    std::vector<Sample> rows;
    for (std::size_t i = 0; i < 16; ++i) {
        Sample row{static_cast<std::int64_t>(i + 1),
                   bigs[i % 8],
                   smalls[i / 2 % 4],
                   std::nullopt,
                   reals[i / 3 % 4],
                   std::nullopt,
                   std::string{texts[i % 6]},
                   std::nullopt};
        if (i % 3 != 0) row.maybe = smalls[i % 4];
        if (i % 4 != 1) row.maybe_real = reals[(i + 1) % 4];
        if (i % 5 != 2) row.maybe_text = texts[i * 5 % 6];
        rows.push_back(std::move(row));
    }
    return rows;
}

Meaning<std::int64_t> RandomExpressions::large_integer(int depth) {
    if (depth == 0) {
        switch (below(5)) {
            case 0:
                return constant<std::int64_t>(below(7) - 3);
            case 1:
                return column_meaning<std::int64_t>(&Sample::small);
            case 2:
                return column_meaning<std::int64_t>(&Sample::maybe);
            default:
                return column_meaning<std::int64_t>(&Sample::big);
        }
    }
    if (below(7) == 0) return negative(large_integer(depth - 1));
    const auto left = large_integer(depth - 1);
    const auto right = large_integer(below(depth));  // before below(): compilers differ in the order of arguments
    return arithmetic(below(5), left, right);
}

Meaning<std::int64_t> RandomExpressions::integer_leaf() {
    switch (below(3)) {
        case 0:
            return constant<std::int64_t>(below(21) - 10);
        case 1:
            return column_meaning<std::int64_t>(&Sample::small);
        default:
            return column_meaning<std::int64_t>(&Sample::maybe);
    }
}

Meaning<std::int64_t> RandomExpressions::integer(int depth) {
    if (depth == 0) return integer_leaf();
    if (below(3) == 0) return integer_of_others(depth);
    const auto left = integer(depth - 1);
    const auto right = integer(below(depth));
    return arithmetic(below(5), left, right);
}

Meaning<std::int64_t> RandomExpressions::integer_of_others(int depth) {
    auto a = integer(depth - 1);
    switch (below(5)) {
        case 0: {
            const auto when = condition(depth - 1);
            return chosen(when, a, integer(depth - 1));
        }
        case 1:
            return first_of(a, integer(depth - 1));
        case 2:
            return null_where_equal(a, integer(depth - 1));
        case 3: {
            const auto of = text(depth - 1);
            return {length(of.expression), [of = of.of](const Sample& row) -> Maybe<std::int64_t> {
                        const auto whole = of(row);
                        if (!whole) return std::nullopt;
                        return static_cast<std::int64_t>(whole->size());
                    }};
        }
        default:
            return {abs(a.expression), [a = a.of](const Sample& row) -> Maybe<std::int64_t> {
                        const auto number = a(row);
                        if (!number) return std::nullopt;
                        return *number < 0 ? -*number : *number;
                    }};
    }
}

Meaning<double> RandomExpressions::real(int depth) {
    if (depth == 0) {
        switch (below(4)) {
            case 0:
                return constant(0.25 * (below(41) - 20));
            case 1:
                return column_meaning<double>(&Sample::real);
            case 2:
                return column_meaning<double>(&Sample::maybe_real);
            default:
                return as_real(integer_leaf());
        }
    }
    auto a = real(depth - 1);
    const auto b = real(below(depth));
    switch (below(6)) {
        case 0:
            return {a.expression + b.expression, strict<double>(a, b, [](double x, double y) { return x + y; })};
        case 1:
            return {a.expression - b.expression, strict<double>(a, b, [](double x, double y) { return x - y; })};
        case 2:
            return {a.expression * b.expression, strict<double>(a, b, [](double x, double y) { return x * y; })};
        case 3:
            return {a.expression / b.expression,
                    strict<double>(a, b, [](double x, double y) { return y == 0 ? Maybe<double>{} : x / y; })};
        case 4:
            return first_of(a, b);
        default:
            return {round(a.expression), [a = a.of](const Sample& row) -> Maybe<double> {
                        const auto number = a(row);
                        if (!number) return std::nullopt;
                        return std::trunc(*number + std::copysign(0.5, *number));
                    }};
    }
}

Meaning<std::string> RandomExpressions::text_leaf() {
    constexpr std::array<std::string_view, 5> constants{"", "a", "aBc", "*", "A\\"};
    switch (below(3)) {
        case 0:
            return constant(std::string{constants[static_cast<std::size_t>(below(5))]});
        case 1:
            return column_meaning<std::string>(&Sample::text);
        default:
            return column_meaning<std::string>(&Sample::maybe_text);
    }
}

Meaning<std::string> RandomExpressions::text(int depth) {
    if (depth == 0) return text_leaf();
    auto a = text(depth - 1);
    switch (below(4)) {
        case 0:
            return {lower(a.expression), [a = a.of](const Sample& row) -> Maybe<std::string> {
                        const auto whole = a(row);
                        if (!whole) return std::nullopt;
                        return folded(*whole);
                    }};
        case 1:
            return first_of(a, text(depth - 1));
        default: {
            const auto b = text(below(depth));
            return {a.expression + b.expression, strict<std::string>(a, b, [](auto x, auto y) { return x + y; })};
        }
    }
}

Meaning<bool> RandomExpressions::comparison(int depth) {
    const int operation = below(6);
    switch (below(4)) {
        case 0: {
            const auto a = real(depth);
            return compared(operation, a, as_real(integer(depth)));
        }
        case 1: {
            const auto a = integer(depth);
            return compared(operation, a, real(depth));
        }
        case 2: {
            const auto a = text(depth);
            return compared(operation, a, text(depth));
        }
        default: {
            const auto a = integer(depth);
            return compared(operation, a, integer(depth));
        }
    }
}

Meaning<bool> RandomExpressions::text_condition(int depth) {
    const auto a = text(depth);
    const std::string pattern{patterns[static_cast<std::size_t>(below(8))]};
    const bool ignores_case = below(2) == 0;
    return {ignores_case ? a.expression.ilike(pattern) : a.expression.like(pattern),
            [a = a.of, pattern, ignores_case](const Sample& row) -> Maybe<bool> {
                const auto whole = a(row);
                if (!whole) return std::nullopt;
                return ignores_case ? fits(folded(*whole), folded(pattern)) : fits(*whole, pattern);
            }};
}

Meaning<bool> RandomExpressions::condition(int depth) {
    if (depth == 0) return comparison(0);
    const auto a = condition(depth - 1);
    switch (below(7)) {
        case 0:
            return comparison(depth - 1);
        case 1:
            return text_condition(depth - 1);
        case 2:
            return {!a.expression, [a = a.of](const Sample& row) { return opposite(a(row)); }};
        case 3: {
            const auto b = condition(below(depth));
            return {a.expression && b.expression,
                    [a = a.of, b = b.of](const Sample& row) { return both(a(row), b(row)); }};
        }
        case 4: {
            const auto b = condition(below(depth));
            return {a.expression || b.expression, [a = a.of, b = b.of](const Sample& row) {
                        return opposite(both(opposite(a(row)), opposite(b(row))));
                    }};
        }
        case 5: {
            const auto number = integer(depth - 1);
            return {number.expression.is_null(),
                    [of = number.of](const Sample& row) -> Maybe<bool> { return !of(row).has_value(); }};
        }
        default: {
            const auto x = integer(depth - 1);
            const auto y = integer(depth - 1);
            return {x.expression.is_distinct_from(y.expression),
                    [x = x.of, y = y.of](const Sample& row) -> Maybe<bool> { return x(row) != y(row); }};
        }
    }
}

}  // namespace support

// SQL text in the place of an expression.
#pragma once

#include <databased/query/operators.hpp>

#include <string_view>
#include <utility>

namespace databased {

/// SQL as it is, for what has no function here: raw<double>("random() * ?", 6), raw("year % 2 = 0"). Each ? is an
/// argument, a value or an expression, ?? is a question mark. Without T it can stand beside anything and is read as a
/// Value. Never put text of a user into `sql`.
template <class T = Value, class... V>
auto raw(std::string_view sql, V&&... arguments) {
    detail::Shape shape;
    (detail::append_operand<Value>(shape, std::forward<V>(arguments)), ...);
    shape.op(detail::Op::raw, detail::sql_type<detail::not_null<T>>).number(sizeof...(V)).text(sql);
    return detail::expression_over<T, V...>{std::move(shape)};
}

}  // namespace databased

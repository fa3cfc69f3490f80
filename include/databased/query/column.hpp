// A column of a source: an expression that is also a name.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/query/conditions.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

namespace detail {

/// Text that is a template argument.
template <std::size_t Size>
struct FixedText {
    consteval FixedText(const char (&text)[Size]) {
        for (std::size_t i = 0; i < Size; ++i) characters[i] = text[i];
    }
    constexpr std::string_view view() const noexcept { return {characters, Size - 1}; }

    char characters[Size]{};
};

/// The name by which one query knows a source: sources of the same struct are told apart by it.
template <FixedText Name>
struct Alias {
    static constexpr std::string_view name = Name.view();
    static_assert(!name.empty() && name.find('"') == name.npos && name.find('\0') == name.npos,
                  "databased: an alias is not empty and contains no quote");
};
struct NoAlias {
    static constexpr std::string_view name{};
};

/// The name of a column in the instructions that refer to it.
DATABASED_API std::string_view column_name(const Shape& column) noexcept;

}  // namespace detail

/// A column of a Source (a Table, a Derived); its value is a T. Made by Source::operator[].
template <class T, class Source>
class ColumnExpression : public Expression<T, Source> {
  public:
    using Expression<T, Source>::Expression;

    std::string_view name() const noexcept { return detail::column_name(this->shape_); }
};

namespace detail {

/// `source` names schema and table, both with their lengths.
template <class T, class Source>
ColumnExpression<T, Source> make_column(std::string_view source, std::string_view alias, std::string_view name) {
    return ColumnExpression<T, Source>{column_shape(sql_type<not_null<T>>, is_optional<T>, source, alias, name)};
}

}  // namespace detail

/// In do_update(): the value that could not be inserted.
template <class T, class Source>
Expression<T> excluded(const ColumnExpression<T, Source>& column) {
    detail::Shape shape;
    shape.op(detail::Op::column, detail::sql_type<detail::not_null<T>>, detail::is_optional<T>);
    shape.text("").text("").text("excluded").text(column.name());
    return Expression<T>{std::move(shape)};
}

}  // namespace databased

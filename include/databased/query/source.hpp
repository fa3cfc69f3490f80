// What a query can be from, and how its columns become rows.
#pragma once

#include <databased/detail/row_reader.hpp>
#include <databased/query/column.hpp>
#include <databased/query/table.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>

namespace databased {

namespace detail {

/// A Table, a Derived or a Common.
template <class S>
concept Source = requires(const S& source, Shape& out) {
    typename S::Row;
    source.append_source(out);
    source.append_items(out);
};

// Items of a select list: Expression<T, From...>, a source for all its columns, Maybe<source> behind a left join, and
// As<struct> for into().

template <class S>
struct Maybe {};
template <class S>
struct As {};

template <class Item>
struct ItemRow {
    using Type = typename Item::Row;
};
template <class T, class... From>
struct ItemRow<Expression<T, From...>> {
    using Type = T;
};
template <class S>
struct ItemRow<Maybe<S>> {
    using Type = std::optional<typename S::Row>;
};
template <class S>
struct ItemRow<As<S>> {
    using Type = S;
};

template <class... Items>
struct ItemsRow {
    using Type = std::tuple<typename ItemRow<Items>::Type...>;
};
template <class Item>
struct ItemsRow<Item> {
    using Type = typename ItemRow<Item>::Type;
};
template <class... Items>
using RowOf = typename ItemsRow<Items...>::Type;

/// What an Item is once S is joined with its rows or without.
template <class S, class Item>
struct LeftJoined {
    using Type = Item;
};
template <class S>
struct LeftJoined<S, S> {
    using Type = Maybe<S>;
};
template <class S, class T, class... From>
    requires((std::same_as<S, From> || ...))
struct LeftJoined<S, Expression<T, From...>> {
    using Type = Expression<std::optional<not_null<T>>, From...>;
};
template <class S, class Item>
using OptionalWhere = typename LeftJoined<S, Item>::Type;

template <class T, class... From>
Expression<T, From...> plain(const Expression<T, From...>&);
template <class T, class... From>
Expression<T, From...> plain(const Labelled<T, From...>&);
template <Source S>
S plain(const S&);
template <class What>
concept SelectItem = requires(const What& what) { plain(what); };
template <SelectItem What>
using item_of = decltype(plain(std::declval<const What&>()));

template <class T, class... From>
void append_item(Shape& out, const Expression<T, From...>& expression) {
    out.append(expression.shape()).op(Op::item);
}
template <class T, class... From>
void append_item(Shape& out, const Labelled<T, From...>& labelled) {
    out.append(labelled.expression().shape()).op(Op::labelled_item).text(labelled.label());
}
template <Source S>
void append_item(Shape& out, const S& source) {
    source.append_items(out);
}

/// Whether a query of these Items fills S.
template <class S, class... Items>
consteval bool fills() {
    if constexpr (member_count<S>() != sizeof...(Items)) {
        return false;
    } else {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (std::same_as<std::remove_cv_t<MemberType<S, I>>, typename ItemRow<Items>::Type> && ...);
        }(std::make_index_sequence<sizeof...(Items)>{});
    }
}

}  // namespace detail
}  // namespace databased

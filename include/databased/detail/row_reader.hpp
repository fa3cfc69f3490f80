// Rows into structs by member name, into tuples by position, into single values.
#pragma once

#include <databased/codec.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/fields.hpp>
#include <databased/detail/reflection.hpp>
#include <databased/parameters.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace databased::detail {

/// A member of a struct that columns are read into.
struct MemberColumn {
    std::string_view name;
    bool may_be_missing;
};

/// What a type needs of the columns of a result.
struct RowShape {
    std::size_t width;  ///< How many columns, or members.
    std::string_view type;
    const MemberColumn* members;  ///< Null if columns are taken by position: then there are no others.
};

inline constexpr std::size_t missing_column = static_cast<std::size_t>(-1);

/// Writes where the column of each member is, or missing_column; nothing for a shape without members. Throws
/// ColumnNotFoundError, AmbiguousColumnError or ConversionError.
DATABASED_API void find_columns(const ColumnSet& columns, const RowShape& shape, std::size_t* places);

/// Whether a T points into its row, so that it must not outlive it.
template <class T>
consteval bool holds_view() {
    if constexpr (is_optional<T> || is_list<T>) {
        return holds_view<typename T::value_type>();
    } else if constexpr (Readable<T>) {
        return std::same_as<T, std::string_view> || std::same_as<T, std::span<const std::byte>>;
    } else if constexpr (ItemTuple<T>) {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (holds_view<std::remove_cv_t<std::tuple_element_t<I, T>>>() || ...);
        }(std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (MappedStruct<T>) {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (holds_view<std::remove_cv_t<MemberType<T, I>>>() || ...);
        }(std::make_index_sequence<member_count<T>()>{});
    } else {
        return false;
    }
}

/// Rows of SQL as a T: a struct by the names of its members, a tuple by position, a single value. read() gets what
/// find_columns() has found for `shape`.
template <class T>
struct ByName;

template <class T>
    requires Readable<T>
struct ByName<T> {
    static constexpr RowShape shape{1, type_name<T>(), nullptr};
    static T read(const Cell* row, const ColumnSet* columns, const std::size_t*) {
        return Native<T>::read(FieldView{row, columns, 0});
    }
};

template <class T>
    requires ItemTuple<T>
struct ByName<T> {
    static constexpr RowShape shape{std::tuple_size_v<T>, type_name<T>(), nullptr};
    static T read(const Cell* row, const ColumnSet* columns, const std::size_t*) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return T{Native<std::tuple_element_t<I, T>>::read(FieldView{row + I, columns, I})...};
        }(std::make_index_sequence<std::tuple_size_v<T>>{});
    }
};

template <class T>
inline constexpr auto member_columns = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<MemberColumn, sizeof...(I)>{
        MemberColumn{member_names<T>()[I], is_optional<std::remove_cv_t<MemberType<T, I>>>}...};
}(std::make_index_sequence<member_count<T>()>{});

template <class M>
M read_member(const Cell* row, const ColumnSet* columns, std::size_t place) {
    static_assert(Readable<M>,
                  "databased: a member of this struct has a type that cannot be read from a column; specialise "
                  "databased::Codec for it");
    if constexpr (is_optional<M>) {
        if (place == missing_column) return M{};
    }
    return Native<M>::read(FieldView{row + place, columns, place});
}

template <class T>
    requires MappedStruct<T>
struct ByName<T> {
    static constexpr RowShape shape{member_count<T>(), type_name<T>(), member_columns<T>.data()};
    static T read(const Cell* row, const ColumnSet* columns, const std::size_t* places) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return T{read_member<std::remove_cv_t<MemberType<T, I>>>(row, columns, places[I])...};
        }(std::make_index_sequence<member_count<T>()>{});
    }
};

}  // namespace databased::detail

// Rows into structs by member name, into tuples by position, into single values.
#pragma once

#include <databased/codec.hpp>
#include <databased/detail/fields.hpp>
#include <databased/detail/reflection.hpp>
#include <databased/parameters.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace databased::detail {

[[noreturn]] void throw_column_count(const ColumnSet& columns, std::size_t expected, std::string_view type);
/// Where `member` of `type` is among the columns; SIZE_MAX if it is not and may be missing.
std::size_t column_of_member(const ColumnSet& columns, std::string_view member, std::string_view type,
                             bool may_be_missing);

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

/// Reads rows of one result as T. Made once per result: it checks the columns and finds their places.
/// Throws ColumnNotFoundError, AmbiguousColumnError or ConversionError, also for a result without rows.
template <class T>
class RowReader;

template <class T>
    requires Readable<T>
class RowReader<T> {
  public:
    explicit RowReader(const ColumnSet& columns) : columns_(&columns) {
        if (columns.columns.size() != 1) throw_column_count(columns, 1, type_name<T>());
    }
    T read(const Cell* row) const { return Native<T>::read(FieldView{row, columns_, 0}); }

  private:
    const ColumnSet* columns_;
};

template <class T>
    requires ItemTuple<T>
class RowReader<T> {
  public:
    static constexpr std::size_t size = std::tuple_size_v<T>;

    explicit RowReader(const ColumnSet& columns) : columns_(&columns) {
        if (columns.columns.size() != size) throw_column_count(columns, size, type_name<T>());
    }
    T read(const Cell* row) const {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return T{Native<std::tuple_element_t<I, T>>::read(FieldView{row + I, columns_, I})...};
        }(std::make_index_sequence<size>{});
    }

  private:
    const ColumnSet* columns_;
};

template <class T>
    requires MappedStruct<T>
class RowReader<T> {
  public:
    static constexpr std::size_t size = member_count<T>();

    explicit RowReader(const ColumnSet& columns) : columns_(&columns) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((places_[I] =
                  column_of_member(columns, member_names<T>()[I], type_name<T>(), is_optional<MemberType<T, I>>)),
             ...);
        }(std::make_index_sequence<size>{});
    }
    T read(const Cell* row) const {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return T{read_member<I>(row)...};
        }(std::make_index_sequence<size>{});
    }

  private:
    static constexpr std::size_t missing = std::numeric_limits<std::size_t>::max();

    template <std::size_t I>
    auto read_member(const Cell* row) const {
        using Member = std::remove_cv_t<MemberType<T, I>>;
        static_assert(Readable<Member>,
                      "databased: a member of this struct has a type that cannot be read from a column; specialise "
                      "databased::Codec for it");
        if constexpr (is_optional<Member>) {
            if (places_[I] == missing) return Member{};
        }
        return Native<Member>::read(FieldView{row + places_[I], columns_, places_[I]});
    }

    const ColumnSet* columns_;
    std::array<std::size_t, size> places_{};
};

}  // namespace databased::detail

// Rows of queries: by position, as the query that was built tells which column is what.
#pragma once

#include <databased/detail/row_reader.hpp>

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace databased::detail {

/// Reads a T from the cells of a row, beginning at one of them. `width` is how many cells that takes.
template <class T>
struct PositionPart;

template <class T>
    requires Readable<T>
struct PositionPart<T> {
    static constexpr std::size_t width = 1;
    static T read(const Cell* row, const ColumnSet* columns, std::size_t first) {
        return Native<T>::read(FieldView{row + first, columns, first});
    }
};

template <MappedStruct T>
struct PositionPart<T> {
    static constexpr std::size_t width = member_count<T>();
    static T read(const Cell* row, const ColumnSet* columns, std::size_t first) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return T{
                Native<std::remove_cv_t<MemberType<T, I>>>::read(FieldView{row + first + I, columns, first + I})...};
        }(std::make_index_sequence<width>{});
    }
};

/// A struct behind a left join: there is none where all of its columns are NULL.
template <MappedStruct T>
struct PositionPart<std::optional<T>> {
    static constexpr std::size_t width = PositionPart<T>::width;
    static std::optional<T> read(const Cell* row, const ColumnSet* columns, std::size_t first) {
        for (std::size_t i = first; i < first + width; ++i) {
            if (row[i].kind != ValueKind::null) return PositionPart<T>::read(row, columns, first);
        }
        return std::nullopt;
    }
};

template <class... T>
struct PositionPart<std::tuple<T...>> {
    static constexpr std::size_t width = (PositionPart<T>::width + ...);
    static std::tuple<T...> read(const Cell* row, const ColumnSet* columns, std::size_t first) {
        // Braces: the parts are read from left to right.
        return std::tuple<T...>{
            PositionPart<T>::read(row, columns, std::exchange(first, first + PositionPart<T>::width))...};
    }
};

/// The columns of a query's rows as a T.
template <class T>
struct ByPosition {
    static constexpr RowShape shape{PositionPart<T>::width, type_name<T>(), nullptr};
    static T read(const Cell* row, const ColumnSet* columns, const std::size_t*) {
        return PositionPart<T>::read(row, columns, 0);
    }
};

}  // namespace databased::detail

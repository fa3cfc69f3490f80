// Rows of queries: by position, as the query that was built tells which column is what.
#pragma once

#include <databased/detail/row_reader.hpp>
#include <databased/detail/sinks.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

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

/// How rows become what a query is fetched as: one table for each type.
struct RowTaker {
    void (*take)(void* rows, const RowBatch& batch);
    void (*forget)(void* rows);
    std::size_t width;  ///< Columns of a row.
    std::string_view type;
    bool first_only;
};

/// Where the rows of a query go. No template, as each instance would cost time to compile.
class PositionSink final : public ConvertingSink {
  public:
    /// `rows` outlives this.
    PositionSink(void* rows, const RowTaker& taker) noexcept : rows_(rows), taker_(taker) {}
    bool wants_first_row_only() const noexcept override { return taker_.first_only; }

  private:
    void begin(const std::shared_ptr<const ColumnSet>& columns) override;
    void add(std::unique_ptr<RowBatch> batch) override;
    void forget() override;

    void* rows_;
    const RowTaker& taker_;
    bool has_row_ = false;
};

template <class T>
void take_rows(void* rows, const RowBatch& batch) {
    auto& all = *static_cast<std::vector<T>*>(rows);
    if (all.capacity() < all.size() + batch.rows()) {
        all.reserve(std::max(all.size() + batch.rows(), 2 * all.capacity()));
    }
    const ColumnSet* columns = batch.columns().get();
    for (std::size_t i = 0; i < batch.rows(); ++i) all.push_back(PositionPart<T>::read(batch.row(i), columns, 0));
}

template <class T>
void take_first_row(void* row, const RowBatch& batch) {
    static_cast<std::optional<T>*>(row)->emplace(PositionPart<T>::read(batch.row(0), batch.columns().get(), 0));
}

template <class T>
void forget_rows(void* rows) {
    *static_cast<T*>(rows) = T{};
}

/// Into a std::vector<T>.
template <class T>
inline constexpr RowTaker all_rows{&take_rows<T>, &forget_rows<std::vector<T>>, PositionPart<T>::width, type_name<T>(),
                                   false};
/// Into a std::optional<T>.
template <class T>
inline constexpr RowTaker first_row{&take_first_row<T>, &forget_rows<std::optional<T>>, PositionPart<T>::width,
                                    type_name<T>(), true};

}  // namespace databased::detail

#include "watching/row_comparison.hpp"

#include "query/equal_values.hpp"

#include <algorithm>
#include <vector>

namespace databased::detail {

bool are_same(const Rows& left, const Rows& right) {
    const RowStore& before = RowAccess::store(left);
    const RowStore& now = RowAccess::store(right);
    if (before.size != now.size) return false;
    const auto& columns = before.columns->columns;
    const bool has_same_columns =
        std::equal(columns.begin(), columns.end(), now.columns->columns.begin(), now.columns->columns.end(),
                   [](const Column& one, const Column& other) { return one.name == other.name; });
    if (!has_same_columns) return false;
    for (std::size_t row = 0; row < before.size; ++row) {
        const Cell* const cells = before.row(row);
        if (!std::equal(cells, cells + columns.size(), now.row(row), are_equal)) return false;
    }
    return true;
}

void read_rows(const Rows& rows, void* values, const RowTaker& taker) {
    const RowStore& store = RowAccess::store(rows);
    std::vector<std::size_t> places(taker.shape.width);
    find_columns(*store.columns, taker.shape, places.data());
    taker.forget(values);
    for (const auto& batch : store.batches) taker.take(values, *batch, places.data());
}

}  // namespace databased::detail

// Values as a backend would give them, without one.
#pragma once

#include <databased/codec.hpp>
#include <databased/row.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace support {

using databased::ValueKind;
using databased::detail::Cell;

inline Cell integer(std::int64_t number) { return Cell::of_integer(ValueKind::integer, number); }
inline Cell real(double number) { return Cell::of_real(number); }
/// `text` must outlive it.
inline Cell text(std::string_view text) { return Cell::of_data(ValueKind::text, text); }
inline Cell bytes(std::string_view bytes) { return Cell::of_data(ValueKind::bytes, bytes); }

/// `cell` read as T from a column called "price".
template <class T>
T read(Cell cell, databased::NumericTime numeric_time = databased::NumericTime::refused) {
    databased::detail::ColumnSet columns;
    columns.columns = {{"price"}};
    columns.numeric_time = numeric_time;
    return databased::detail::Native<T>::read(databased::detail::FieldView{&cell, &columns, 0});
}

/// A result put together by hand: each call of add() makes a batch of one row.
class HandmadeRows {
  public:
    explicit HandmadeRows(std::vector<std::string> names) {
        auto columns = std::make_shared<databased::detail::ColumnSet>();
        for (auto& name : names) columns->columns.push_back({std::move(name)});
        store_->columns = std::move(columns);
    }
    HandmadeRows& add(const std::vector<Cell>& cells) {
        auto batch = std::make_unique<databased::RowBatch>(store_->columns);
        Cell* const row = batch->add_row();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            row[i] = cells[i];
            if (cells[i].has_data()) row[i].data = batch->arena().keep(cells[i].text()).data();
        }
        store_->add(std::move(batch));
        return *this;
    }
    databased::Rows rows() const { return databased::Rows{store_}; }

  private:
    std::shared_ptr<databased::detail::RowStore> store_ = std::make_shared<databased::detail::RowStore>();
};

}  // namespace support

#include <databased/detail/array_block.hpp>

namespace databased::detail {

void write_array_head(char* out, std::span<const ArrayDimension> dimensions, std::span<const Cell> cells,
                      std::int64_t shift) noexcept {
    const ArrayHead head{static_cast<std::uint32_t>(dimensions.size()), static_cast<std::uint32_t>(cells.size())};
    std::memcpy(out, &head, sizeof head);
    out += sizeof head;
    std::memcpy(out, dimensions.data(), dimensions.size_bytes());
    out += dimensions.size_bytes();
    shift += static_cast<std::int64_t>(size_of_array_head(dimensions.size(), cells.size()));
    for (Cell cell : cells) {
        if (cell.has_data()) cell.integer += shift;
        std::memcpy(out, &cell, sizeof cell);
        out += sizeof cell;
    }
}

void ArrayBuilder::write(char* out, std::span<const ArrayDimension> dimensions) const noexcept {
    if (size() == 0) return;
    write_array_head(out, dimensions, {cells_.data(), cells_.size()}, 0);
    bytes_.copy(out + size_of_array_head(dimensions.size(), size()), bytes_.size());
}

}  // namespace databased::detail

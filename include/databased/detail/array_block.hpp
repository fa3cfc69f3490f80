// An array as one block of bytes without pointers, so that it can be copied: its rank and the number of its elements,
// its dimensions, a cell for each element, then the bytes of those that have some.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/small_vector.hpp>
#include <databased/value.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace databased::detail {

/// What a block begins with. An array without elements has no block at all.
struct ArrayHead {
    std::uint32_t rank;
    std::uint32_t size;
};

constexpr std::size_t size_of_array_head(std::size_t rank, std::size_t elements) noexcept {
    return sizeof(ArrayHead) + rank * sizeof(ArrayDimension) + elements * sizeof(Cell);
}

/// Writes a block but for the bytes of the elements, which follow it. `cells` point at them by `integer`, the offset
/// from the first of those bytes less `shift`.
DATABASED_API void write_array_head(char* out, std::span<const ArrayDimension> dimensions, std::span<const Cell> cells,
                                    std::int64_t shift) noexcept;

/// Looks into a block, which need not be aligned and must outlive it.
class ArrayView {
  public:
    explicit ArrayView(std::string_view block) noexcept : block_(block) {
        if (block.empty()) return;
        std::memcpy(&head_, block.data(), sizeof head_);
        cells_ = block.data() + size_of_array_head(head_.rank, 0);
    }

    std::size_t rank() const noexcept { return head_.rank; }
    std::size_t size() const noexcept { return head_.size; }
    ArrayDimension dimension(std::size_t index) const noexcept {
        ArrayDimension dimension;
        std::memcpy(&dimension, block_.data() + sizeof(ArrayHead) + index * sizeof dimension, sizeof dimension);
        return dimension;
    }
    Cell operator[](std::size_t index) const noexcept {
        Cell cell;
        std::memcpy(&cell, cells_ + index * sizeof cell, sizeof cell);
        if (cell.has_data()) cell.data = block_.data() + cell.integer;
        return cell;
    }

  private:
    std::string_view block_;
    const char* cells_ = nullptr;
    ArrayHead head_{};
};

/// Collects the elements of an array, and makes its block when all are there.
class DATABASED_API ArrayBuilder {
  public:
    void reserve(std::size_t elements) { cells_.reserve(elements); }
    /// What `element` points at is copied. It is no array.
    void add(Cell element) {
        if (element.has_data()) {
            const std::string_view data = element.text();
            element.integer = static_cast<std::int64_t>(bytes_.size());
            bytes_ += data;
        }
        cells_.push_back(element);
    }

    std::size_t size() const noexcept { return cells_.size(); }
    std::size_t size_of_block(std::size_t rank) const noexcept {
        return size() == 0 ? 0 : size_of_array_head(rank, size()) + bytes_.size();
    }
    /// To `out`, where there is room for size_of_block().
    void write(char* out, std::span<const ArrayDimension> dimensions) const noexcept;

  private:
    SmallVector<Cell, 16> cells_;
    std::string bytes_;
};

/// What others do with an Array's block.
struct ArrayAccess {
    static std::string_view block_of(const Array& array) noexcept { return array.block_; }
    static Array array_of(std::string_view block) {
        Array array;
        array.block_ = block;
        return array;
    }
};

}  // namespace databased::detail

// The columns of a result by their names.
#pragma once

#include <databased/detail/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace databased::detail {

/// A hash table with open addressing. Finding a name takes as long among hundreds of columns as among ten.
class NameIndex {
  public:
    struct Found {
        std::size_t column;  // how many there are, if none has the name
        bool is_ambiguous;   // several have it
    };

    explicit NameIndex(std::span<const Column> columns);
    /// `columns` are those that it was made of.
    Found find(std::string_view name, std::span<const Column> columns) const noexcept;

  private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t column : 31 = free;
        std::uint32_t is_ambiguous : 1 = 0;
    };
    static constexpr std::uint32_t free = 0x7FFF'FFFF;

    std::size_t slot_of(std::string_view name, std::uint32_t hash, std::span<const Column> columns) const noexcept;

    std::vector<Slot> slots_;  // a power of two, at least twice the columns
};

}  // namespace databased::detail

#include "rows/name_index.hpp"

#include <bit>
#include <functional>

namespace databased::detail {

namespace {

std::uint32_t hash_of(std::string_view name) noexcept {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(name));
}

}  // namespace

NameIndex::NameIndex(std::span<const Column> columns) : slots_(std::bit_ceil(2 * columns.size() + 1)) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::uint32_t hash = hash_of(columns[i].name);
        Slot& slot = slots_[slot_of(columns[i].name, hash, columns)];
        if (slot.column != free) {
            slot.is_ambiguous = 1;
        } else {
            slot.hash = hash;
            slot.column = static_cast<std::uint32_t>(i) & free;
        }
    }
}

/// The one of the name, or the free one where it belongs.
std::size_t NameIndex::slot_of(std::string_view name, std::uint32_t hash,
                               std::span<const Column> columns) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = hash & mask;
    while (slots_[place].column != free && (slots_[place].hash != hash || columns[slots_[place].column].name != name)) {
        place = (place + 1) & mask;
    }
    return place;
}

NameIndex::Found NameIndex::find(std::string_view name, std::span<const Column> columns) const noexcept {
    const Slot& slot = slots_[slot_of(name, hash_of(name), columns)];
    if (slot.column == free) return {columns.size(), false};
    return {slot.column, slot.is_ambiguous != 0};
}

}  // namespace databased::detail

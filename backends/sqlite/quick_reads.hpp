// Which texts read and nothing else, and have taken little lately, or next to nothing.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace databased::sqlite {

/// A set of texts. What is forgotten, or taken for another text with the same hash, costs time and nothing else.
class TextSet {
  public:
    bool has(std::size_t hash) const noexcept { return place_of(hash).load(std::memory_order_relaxed) == hash; }

    void put(std::size_t hash, bool is_in) noexcept {
        std::atomic<std::size_t>& place = place_of(hash);
        const bool is_known = place.load(std::memory_order_relaxed) == hash;
        if (is_known != is_in) place.store(is_in ? hash : 0, std::memory_order_relaxed);
    }

  private:
    static constexpr std::size_t size = 1024;

    std::atomic<std::size_t>& place_of(std::size_t hash) noexcept { return hashes_[hash % size]; }
    const std::atomic<std::size_t>& place_of(std::size_t hash) const noexcept { return hashes_[hash % size]; }

    std::array<std::atomic<std::size_t>, size> hashes_{};
};

/// Of one database, for all its connections and the loop.
struct QuickReads {
    TextSet quick{};      ///< Others may wait behind them.
    TextSet immediate{};  ///< The loop may: they take less than to hand them to a worker.
};

}  // namespace databased::sqlite

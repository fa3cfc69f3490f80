// Which texts read and nothing else, and have taken little lately.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace databased::sqlite {

/// Of one database, for all its connections and the loop. What is forgotten, or taken for another text with the same
/// hash, costs a connection of its own or a little waiting, and nothing else.
class QuickReads {
  public:
    bool has(std::size_t hash) const noexcept { return place_of(hash).load(std::memory_order_relaxed) == hash; }

    void note(std::size_t hash, bool is_quick) noexcept {
        std::atomic<std::size_t>& place = place_of(hash);
        const bool is_known = place.load(std::memory_order_relaxed) == hash;
        if (is_known != is_quick) place.store(is_quick ? hash : 0, std::memory_order_relaxed);
    }

  private:
    static constexpr std::size_t size = 1024;

    std::atomic<std::size_t>& place_of(std::size_t hash) noexcept { return hashes_[hash % size]; }
    const std::atomic<std::size_t>& place_of(std::size_t hash) const noexcept { return hashes_[hash % size]; }

    std::array<std::atomic<std::size_t>, size> hashes_{};
};

}  // namespace databased::sqlite

// What a Shape has written down, read piece by piece.
#pragma once

#include <databased/query/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace databased::detail {

class Instructions {
  public:
    /// The text must outlive it, and what is given out of it.
    explicit Instructions(std::string_view text) noexcept : rest_(text) {}

    bool is_at_end() const noexcept { return rest_.empty(); }
    std::string_view rest() const noexcept { return rest_; }

    std::uint8_t byte() noexcept {
        const auto byte = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return byte;
    }
    std::size_t number() noexcept {
        std::size_t number = 0;
        std::size_t factor = 1;
        std::size_t digit = byte();
        for (; digit >= 128; digit = byte(), factor *= 128) number += (digit - 128) * factor;
        return number + digit * factor;
    }
    std::string_view text() {
        const std::size_t size = number();
        const auto text = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return text;
    }
    Op op() noexcept { return static_cast<Op>(byte()); }
    SqlType type() noexcept { return static_cast<SqlType>(byte()); }

  private:
    std::string_view rest_;
};

}  // namespace databased::detail

// The characters of CSV.
#pragma once

#include <databased/csv.hpp>

#include <array>
#include <string_view>

namespace databased::detail {

/// Characters that something is to be done about.
class CharacterSet {
  public:
    void add(char character) noexcept { has_[static_cast<unsigned char>(character)] = true; }
    bool has(char character) const noexcept { return has_[static_cast<unsigned char>(character)]; }
    /// The first place from `begin` on with one of them, or the text's size.
    std::size_t find(std::string_view text, std::size_t begin) const noexcept {
        while (begin < text.size() && !has(text[begin])) ++begin;
        return begin;
    }

  private:
    std::array<bool, 256> has_{};
};

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Throws ParameterError for what could not be read again.
void check_format(const CsvFormat& format);
/// Delimiter, quote and the ends of lines.
CharacterSet special_characters(const CsvFormat& format);

}  // namespace databased::detail

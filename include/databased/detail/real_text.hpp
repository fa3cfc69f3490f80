// Floating point numbers out of text, and as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace databased::detail {

/// The number nearest to what all of `text` says, as std::from_chars understands it; infinite where that is too large.
/// Nothing if the text is no number. It is the same in every locale. T is float or double.
template <class T>
std::optional<T> real_of_text(std::string_view text);

/// The same by what C has for it: for standard libraries whose from_chars() knows integers only, and for numbers that
/// are too large or too small, which from_chars() does not tell apart.
template <class T>
std::optional<T> real_of_text_slowly(std::string_view text);

/// The shortest text that is read as this finite number, with a point or an exponent, as JSON writes it.
std::string text_of_real(double number);

}  // namespace databased::detail

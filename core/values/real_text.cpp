#include <databased/detail/real_text.hpp>

#include <charconv>
#include <clocale>
#include <cstdlib>
#include <iterator>
#include <string>
#include <system_error>
#include <version>

#if __has_include(<xlocale.h>)  // macOS and the BSDs
    #include <xlocale.h>
#endif

namespace databased::detail {

namespace {

// The C library's functions, in its own locale: in others the point is a comma.
#ifdef _WIN32

const _locale_t c_locale = _create_locale(LC_ALL, "C");

float to_real(const char* text, char** end, float) { return _strtof_l(text, end, c_locale); }
double to_real(const char* text, char** end, double) { return _strtod_l(text, end, c_locale); }

#else

/// Changes the locale of this thread as long as it lives.
class CLocale {
  public:
    CLocale() noexcept : before_(uselocale(c_locale())) {}
    CLocale(const CLocale&) = delete;
    CLocale& operator=(const CLocale&) = delete;
    ~CLocale() { uselocale(before_); }

  private:
    static locale_t c_locale() noexcept {
        static const locale_t locale = newlocale(LC_ALL_MASK, "C", locale_t{});
        return locale;
    }

    locale_t before_;
};

float to_real(const char* text, char** end, float) {
    const CLocale here;
    return std::strtof(text, end);
}
double to_real(const char* text, char** end, double) {
    const CLocale here;
    return std::strtod(text, end);
}

#endif

/// For what those functions read and from_chars() does not: blanks, a plus sign and hexadecimal digits.
bool begins_like_number(std::string_view text) noexcept {
    if (text.starts_with('-')) text.remove_prefix(1);
    const bool is_hexadecimal = text.size() > 1 && text[0] == '0' && (text[1] | 0x20) == 'x';
    return !text.empty() && std::string_view{"0123456789.iInN"}.find(text[0]) != text.npos && !is_hexadecimal;
}

}  // namespace

template <class T>
std::optional<T> real_of_text_slowly(std::string_view text) {
    if (!begins_like_number(text)) return std::nullopt;
    const std::string terminated{text};
    char* end = nullptr;
    const T number = to_real(terminated.c_str(), &end, T{});
    if (end != terminated.c_str() + terminated.size()) return std::nullopt;
    return number;
}

template <class T>
std::optional<T> real_of_text(std::string_view text) {
#ifdef __cpp_lib_to_chars
    T number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc::result_out_of_range) {
        if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
        return number;
    }
#endif
    return real_of_text_slowly<T>(text);
}

std::string text_of_real(double number) {
    char text[32];
    const auto end = std::to_chars(std::begin(text), std::end(text), number).ptr;
    std::string digits{text, end};
    if (digits.find_first_of(".e") == digits.npos) digits += ".0";
    return digits;
}

template std::optional<float> real_of_text_slowly(std::string_view text);
template std::optional<double> real_of_text_slowly(std::string_view text);
template std::optional<float> real_of_text(std::string_view text);
template std::optional<double> real_of_text(std::string_view text);

}  // namespace databased::detail

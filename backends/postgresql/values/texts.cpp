#include "values/byte_order.hpp"
#include "values/readers.hpp"

#include <databased/uuid.hpp>

#include <array>
#include <charconv>

namespace databased::postgresql {

namespace {

using detail::Arena;
using detail::Cell;

constexpr char jsonb_version = 1;
constexpr unsigned no_digit = 255;

unsigned hexadecimal_digit(char character) noexcept {
    if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
    if (character >= 'a' && character <= 'f') return static_cast<unsigned>(character - 'a' + 10);
    if (character >= 'A' && character <= 'F') return static_cast<unsigned>(character - 'A' + 10);
    return no_digit;
}

unsigned octal_digit(char character) noexcept {
    return character >= '0' && character <= '7' ? static_cast<unsigned>(character - '0') : no_digit;
}

Cell bytes(std::string_view data) noexcept { return Cell::of_data(ValueKind::bytes, data); }

/// bytea_output = hex: two digits for each byte.
Cell bytes_of_hexadecimal(std::string_view digits, Arena& arena) {
    if (digits.size() % 2 != 0) throw_malformed("bytea");
    const std::size_t size = digits.size() / 2;
    char* const out = arena.allocate(size);
    for (std::size_t i = 0; i < size; ++i) {
        const unsigned high = hexadecimal_digit(digits[2 * i]);
        const unsigned low = hexadecimal_digit(digits[2 * i + 1]);
        if ((high | low) > 15) throw_malformed("bytea");
        out[i] = static_cast<char>(high << 4 | low);
    }
    return bytes({out, size});
}

/// The byte behind a backslash, which is taken from `text`: \\ or three octal digits.
char take_escaped(std::string_view& text) {
    if (text.starts_with('\\')) {
        text.remove_prefix(1);
        return '\\';
    }
    if (text.size() < 3) throw_malformed("bytea");
    const unsigned first = octal_digit(text[0]);
    const unsigned second = octal_digit(text[1]);
    const unsigned third = octal_digit(text[2]);
    if ((first | second | third) > 7 || first > 3) throw_malformed("bytea");
    text.remove_prefix(3);
    return static_cast<char>(first << 6 | second << 3 | third);
}

/// bytea_output = escape.
Cell bytes_of_escapes(std::string_view text, Arena& arena) {
    char* const begin = arena.allocate(text.size());
    char* end = begin;
    while (!text.empty()) {
        const char character = text.front();
        text.remove_prefix(1);
        *end++ = character == '\\' ? take_escaped(text) : character;
    }
    return bytes({begin, static_cast<std::size_t>(end - begin)});
}

}  // namespace

namespace from_text {

Cell text(std::string_view data, Arena& arena) { return Cell::of_data(ValueKind::text, arena.keep(data)); }
Cell text_in_place(std::string_view data, Arena&) { return Cell::of_data(ValueKind::text, data); }
Cell json(std::string_view data, Arena& arena) { return Cell::of_data(ValueKind::json, arena.keep(data)); }
Cell nothing(std::string_view, Arena&) { return Cell::null(); }

Cell bytea(std::string_view data, Arena& arena) {
    if (data.starts_with("\\x")) return bytes_of_hexadecimal(data.substr(2), arena);
    return bytes_of_escapes(data, arena);
}

Cell uuid(std::string_view data, Arena& arena) {
    const auto uuid = detail::read_uuid(data);
    if (!uuid) throw_malformed("uuid");
    const auto raw = uuid->bytes();
    return Cell::of_data(ValueKind::uuid, arena.keep({reinterpret_cast<const char*>(raw.data()), raw.size()}));
}

}  // namespace from_text

namespace from_binary {

Cell bytea(std::string_view data, Arena& arena) { return bytes(arena.keep(data)); }
Cell bytea_in_place(std::string_view data, Arena&) { return bytes(data); }

Cell uuid(std::string_view data, Arena& arena) {
    if (data.size() != 16) throw_malformed("uuid");
    return Cell::of_data(ValueKind::uuid, arena.keep(data));
}

Cell jsonb(std::string_view data, Arena& arena) {
    if (!data.starts_with(jsonb_version)) throw_malformed("jsonb");
    return json(data.substr(1), arena);
}

Cell character(std::string_view data, Arena& arena) {
    const auto byte = whole_number<std::uint8_t>(data, "\"char\"");
    if (byte == 0) return text({}, arena);
    if (byte < 0x80) return text(data, arena);
    std::array<char, 4> octal{'\\'};
    std::to_chars(octal.data() + 1, octal.data() + octal.size(), byte, 8);
    return text({octal.data(), octal.size()}, arena);
}

}  // namespace from_binary

}  // namespace databased::postgresql

#include "values/byte_order.hpp"
#include "values/readers.hpp"

#include <databased/detail/real_text.hpp>
#include <databased/error.hpp>

#include <bit>
#include <charconv>
#include <system_error>

namespace databased::postgresql {

void throw_malformed(std::string_view type) {
    throw_database_error({.message = "PostgreSQL sent what is no " + std::string{type}, .sqlstate = "22P03"});
}

namespace {

using detail::Cell;

Cell cell_of(std::int64_t number) noexcept { return Cell::of_integer(ValueKind::integer, number); }
Cell cell_of(bool truth) noexcept { return Cell::of_integer(ValueKind::boolean, truth ? 1 : 0); }

/// All of `text` as a number.
std::int64_t integer_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) throw_malformed("integer");
    return number;
}

template <class T>
T real_of(std::string_view text, std::string_view type) {
    const auto number = detail::real_of_text<T>(text);
    if (!number) throw_malformed(type);
    return *number;
}

}  // namespace

namespace from_text {

Cell boolean(std::string_view data, Arena&) {
    if (data != "t" && data != "f") throw_malformed("bool");
    return cell_of(data == "t");
}

Cell integer(std::string_view data, Arena&) { return cell_of(integer_of(data)); }

/// As float first: the double next to 0.1 is another number than the float next to it.
Cell float4(std::string_view data, Arena&) {
    return Cell::of_real(static_cast<double>(real_of<float>(data, "float4")));
}
Cell float8(std::string_view data, Arena&) { return Cell::of_real(real_of<double>(data, "float8")); }

}  // namespace from_text

namespace from_binary {

Cell boolean(std::string_view data, Arena&) { return cell_of(whole_number<std::uint8_t>(data, "bool") != 0); }
Cell int2(std::string_view data, Arena&) { return cell_of(std::int64_t{whole_number<std::int16_t>(data, "int2")}); }
Cell int4(std::string_view data, Arena&) { return cell_of(std::int64_t{whole_number<std::int32_t>(data, "int4")}); }
Cell int8(std::string_view data, Arena&) { return cell_of(whole_number<std::int64_t>(data, "int8")); }
Cell oid(std::string_view data, Arena&) { return cell_of(std::int64_t{whole_number<std::uint32_t>(data, "oid")}); }

Cell float4(std::string_view data, Arena&) {
    return Cell::of_real(static_cast<double>(std::bit_cast<float>(whole_number<std::uint32_t>(data, "float4"))));
}

Cell float8(std::string_view data, Arena&) {
    return Cell::of_real(std::bit_cast<double>(whole_number<std::uint64_t>(data, "float8")));
}

}  // namespace from_binary

}  // namespace databased::postgresql

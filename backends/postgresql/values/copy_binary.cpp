#include "values/copy_values.hpp"

#include "values/byte_order.hpp"
#include "values/encoders.hpp"
#include "values/type_numbers.hpp"

#include <databased/error.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace databased::postgresql {

namespace {

using detail::Cell;

[[noreturn]] void throw_out_of_range(std::string_view type) {
    throw_database_error({.message = "the number does not fit into the column's type, which is " + std::string{type},
                          .sqlstate = "22003"});
}

template <class T>
void append_sized(std::string& out, T number) {
    char bytes[sizeof(std::int32_t) + sizeof(T)];
    write_number(bytes, static_cast<std::int32_t>(sizeof(T)));
    write_number(bytes + sizeof(std::int32_t), number);
    out.append(bytes, sizeof bytes);
}

void append_sized_bytes(std::string& out, std::string_view bytes) {
    append_number(out, static_cast<std::int32_t>(bytes.size()));
    out += bytes;
}

void write_boolean(std::string& out, const Cell& cell) {
    append_sized(out, static_cast<std::int8_t>(cell.integer != 0 ? 1 : 0));
}
void write_int8(std::string& out, const Cell& cell) { append_sized(out, cell.integer); }
void write_int4(std::string& out, const Cell& cell) {
    if (!fits_int4(cell.integer)) throw_out_of_range("integer");
    append_sized(out, static_cast<std::int32_t>(cell.integer));
}
void write_int2(std::string& out, const Cell& cell) {
    if (!std::in_range<std::int16_t>(cell.integer)) throw_out_of_range("smallint");
    append_sized(out, static_cast<std::int16_t>(cell.integer));
}
void write_float8(std::string& out, const Cell& cell) { append_sized(out, std::bit_cast<std::int64_t>(cell.real)); }
void write_integer_as_float8(std::string& out, const Cell& cell) {
    append_sized(out, std::bit_cast<std::int64_t>(static_cast<double>(cell.integer)));
}
/// As the server casts a double: what would become infinite or zero does not fit.
void write_float4(std::string& out, const Cell& cell) {
    const double magnitude = std::fabs(cell.real);
    if (std::isfinite(cell.real) && magnitude > static_cast<double>(std::numeric_limits<float>::max())) {
        throw_out_of_range("real");
    }
    const auto number = static_cast<float>(cell.real);
    if (number == 0 && magnitude != 0) throw_out_of_range("real");
    append_sized(out, std::bit_cast<std::int32_t>(number));
}
void write_text(std::string& out, const Cell& cell) {
    check_text(cell.text());
    append_sized_bytes(out, cell.text());
}
void write_bytes(std::string& out, const Cell& cell) { append_sized_bytes(out, cell.text()); }
void write_jsonb(std::string& out, const Cell& cell) {
    check_text(cell.text());
    append_number(out, static_cast<std::int32_t>(cell.text().size() + 1));
    out += '\1';  // the version of its format
    out += cell.text();
}
/// Of what has an encoder for parameters that writes so many bytes.
template <ValueKind kind, std::int32_t size>
void write_encoded(std::string& out, const Cell& cell) {
    static const Encoder& encoder = *find_encoder(kind);
    append_number(out, size);
    encoder.append(out, cell);
}

}  // namespace

WriteCopyBinary find_copy_writer(Oid column, ValueKind kind) noexcept {
    switch (column) {
        case bool_type:
            return kind == ValueKind::boolean ? write_boolean : nullptr;
        case int8_type:
            return kind == ValueKind::integer ? write_int8 : nullptr;
        case int4_type:
            return kind == ValueKind::integer ? write_int4 : nullptr;
        case int2_type:
            return kind == ValueKind::integer ? write_int2 : nullptr;
        case float8_type:
            if (kind == ValueKind::integer) return write_integer_as_float8;
            return kind == ValueKind::real ? write_float8 : nullptr;
        case float4_type:
            return kind == ValueKind::real ? write_float4 : nullptr;
        case text_type:
        case varchar_type:
        case bpchar_type:
            return kind == ValueKind::text || kind == ValueKind::json ? write_text : nullptr;
        case json_type:
            return kind == ValueKind::text || kind == ValueKind::json ? write_text : nullptr;
        case jsonb_type:
            return kind == ValueKind::text || kind == ValueKind::json ? write_jsonb : nullptr;
        case bytea_type:
            return kind == ValueKind::bytes ? write_bytes : nullptr;
        case uuid_type:
            return kind == ValueKind::uuid ? write_bytes : nullptr;
        case date_type:
            return kind == ValueKind::date ? write_encoded<ValueKind::date, 4> : nullptr;
        case time_type:
            return kind == ValueKind::time ? write_encoded<ValueKind::time, 8> : nullptr;
        case timestamp_type:
            return kind == ValueKind::timestamp ? write_encoded<ValueKind::timestamp, 8> : nullptr;
        case timestamptz_type:
            return kind == ValueKind::timestamptz ? write_encoded<ValueKind::timestamptz, 8> : nullptr;
        default:
            return nullptr;
    }
}

}  // namespace databased::postgresql

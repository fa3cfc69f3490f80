#include "values/encoders.hpp"

#include "values/byte_order.hpp"
#include "values/datetime_text.hpp"

#include <databased/error.hpp>

#include <bit>
#include <utility>

namespace databased::postgresql {

namespace {

using detail::Cell;

void append_boolean(std::string& out, const Cell& cell) { out += cell.integer != 0 ? '\1' : '\0'; }
void append_int4(std::string& out, const Cell& cell) { append_number(out, static_cast<std::int32_t>(cell.integer)); }
void append_int8(std::string& out, const Cell& cell) { append_number(out, cell.integer); }
void append_real(std::string& out, const Cell& cell) { append_number(out, std::bit_cast<std::int64_t>(cell.real)); }
void append_bytes(std::string& out, const Cell& cell) { out += cell.text(); }

void append_text(std::string& out, const Cell& cell) {
    check_text(cell.text());
    out += cell.text();
}

std::int32_t day_of(std::int64_t day) {
    if (day == infinite_future<std::int64_t>) return infinite_future<std::int32_t>;
    if (day == infinite_past<std::int64_t>) return infinite_past<std::int32_t>;
    if (day < first_day + epoch_day || day >= end_of_days + epoch_day) {
        throw ParameterError("the date is not one of PostgreSQL's, which are 4713 BC to 5874897 AD");
    }
    return static_cast<std::int32_t>(day - epoch_day);
}

std::int64_t timestamp_of(std::int64_t time) {
    if (time == infinite_future<std::int64_t> || time == infinite_past<std::int64_t>) return time;
    // At the other end 64 bits that count from 1970 reach less far than PostgreSQL, which counts from 2000.
    if (time < first_timestamp + epoch_microsecond) {
        throw ParameterError("the timestamp is not one of PostgreSQL's, which are 4713 BC to 294276 AD");
    }
    return time - epoch_microsecond;
}

void append_date(std::string& out, const Cell& cell) { append_number(out, day_of(cell.integer)); }
void append_timestamp(std::string& out, const Cell& cell) { append_number(out, timestamp_of(cell.integer)); }

constexpr Encoder int4{23, 1007, append_int4};
constexpr Encoder boolean{16, 1000, append_boolean};
constexpr Encoder int8{20, 1016, append_int8};
constexpr Encoder float8{701, 1022, append_real};
constexpr Encoder text{25, 1009, append_text};
constexpr Encoder bytea{17, 1001, append_bytes};
constexpr Encoder date{1082, 1182, append_date};
constexpr Encoder time{1083, 1183, append_int8};
constexpr Encoder timestamp{1114, 1115, append_timestamp};
constexpr Encoder timestamptz{1184, 1185, append_timestamp};
constexpr Encoder uuid{2950, 2951, append_bytes};

}  // namespace

const Encoder* find_encoder(ValueKind kind) noexcept {
    switch (kind) {
        case ValueKind::boolean:
            return &boolean;
        case ValueKind::integer:
            return &int8;
        case ValueKind::real:
            return &float8;
        case ValueKind::text:
            return &text;
        case ValueKind::bytes:
            return &bytea;
        case ValueKind::date:
            return &date;
        case ValueKind::time:
            return &time;
        case ValueKind::timestamp:
            return &timestamp;
        case ValueKind::timestamptz:
            return &timestamptz;
        case ValueKind::uuid:
            return &uuid;
        case ValueKind::null:
        case ValueKind::decimal:
        case ValueKind::json:
        case ValueKind::array:
            break;
    }
    return nullptr;
}

const Encoder& int4_encoder() noexcept { return int4; }
bool fits_int4(std::int64_t number) noexcept { return std::in_range<std::int32_t>(number); }

void check_text(std::string_view value) {
    if (value.find('\0') == std::string_view::npos) return;
    throw ParameterError("PostgreSQL has no text with a NUL character; send Bytes, or leave it out");
}

}  // namespace databased::postgresql

#include "values/byte_order.hpp"
#include "values/datetime_text.hpp"
#include "values/readers.hpp"

namespace databased::postgresql {

namespace {

using detail::Arena;
using detail::Cell;

std::string_view kept(const char* begin, const char* end, Arena& arena) {
    return arena.keep({begin, static_cast<std::size_t>(end - begin)});
}

Cell date_cell(std::int32_t day) noexcept {
    std::int64_t days = day + epoch_day;
    if (day == infinite_future<std::int32_t>) days = infinite_future<std::int64_t>;
    if (day == infinite_past<std::int32_t>) days = infinite_past<std::int64_t>;
    return Cell::of_integer(ValueKind::date, days);
}

/// Text where C++ has no such time of day: 24:00:00.
Cell time_cell(std::int64_t time, Arena& arena) {
    if (time < 0 || time > microseconds_of_day) throw_malformed("time");
    if (time == microseconds_of_day) return Cell::of_data(ValueKind::text, arena.keep("24:00:00"));
    return Cell::of_integer(ValueKind::time, time);
}

/// Text where 64 bits do not reach: they end in January of 294247, counted from 1970.
Cell timestamp_cell(ValueKind kind, std::int64_t time, Arena& arena) {
    if (time == infinite_future<std::int64_t> || time == infinite_past<std::int64_t>) {
        return Cell::of_integer(kind, time);
    }
    if (time < infinite_future<std::int64_t> - epoch_microsecond) {
        return Cell::of_integer(kind, time + epoch_microsecond);
    }
    char text[longest_datetime];
    return Cell::of_data(ValueKind::text, kept(text, write_timestamp(text, time), arena));
}

Cell timestamp_of_text(ValueKind kind, std::string_view data, Arena& arena) {
    const auto time = parse_timestamp(data);
    if (!time) throw_malformed("timestamp in DateStyle ISO");
    return timestamp_cell(kind, *time, arena);
}

Cell timestamp_of_binary(ValueKind kind, std::string_view data, Arena& arena) {
    return timestamp_cell(kind, whole_number<std::int64_t>(data, "timestamp"), arena);
}

}  // namespace

namespace from_text {

Cell date(std::string_view data, Arena&) {
    const auto day = parse_date(data);
    if (!day) throw_malformed("date in DateStyle ISO");
    return date_cell(*day);
}

Cell time(std::string_view data, Arena& arena) {
    const auto time = parse_time(data);
    if (!time) throw_malformed("time");
    return time_cell(*time, arena);
}

Cell timestamp(std::string_view data, Arena& arena) { return timestamp_of_text(ValueKind::timestamp, data, arena); }
Cell timestamptz(std::string_view data, Arena& arena) { return timestamp_of_text(ValueKind::timestamptz, data, arena); }

}  // namespace from_text

namespace from_binary {

Cell date(std::string_view data, Arena&) { return date_cell(whole_number<std::int32_t>(data, "date")); }

Cell time(std::string_view data, Arena& arena) { return time_cell(whole_number<std::int64_t>(data, "time"), arena); }

Cell timestamp(std::string_view data, Arena& arena) { return timestamp_of_binary(ValueKind::timestamp, data, arena); }
Cell timestamptz(std::string_view data, Arena& arena) {
    return timestamp_of_binary(ValueKind::timestamptz, data, arena);
}

Cell timetz(std::string_view data, Arena& arena) {
    WireReader reader{data, "timetz"};
    const auto time = reader.take<std::int64_t>();
    const auto seconds_west = reader.take<std::int32_t>();
    reader.finish();
    if (time < 0 || time > microseconds_of_day || seconds_west == infinite_past<std::int32_t>)
        throw_malformed("timetz");
    char text[longest_datetime];
    char* const end = write_offset(write_time(text, static_cast<std::uint64_t>(time)), -seconds_west);
    return Cell::of_data(ValueKind::text, kept(text, end, arena));
}

}  // namespace from_binary

}  // namespace databased::postgresql

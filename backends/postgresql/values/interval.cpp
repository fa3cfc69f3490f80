#include "values/byte_order.hpp"
#include "values/datetime_text.hpp"
#include "values/readers.hpp"

#include <array>

namespace databased::postgresql {

namespace {

using detail::Arena;
using detail::Cell;

/// Writes an interval from its largest part to its smallest: "1 year -2 mons +3 days 04:05:06". A positive part behind
/// a negative one gets a sign.
class IntervalWriter {
  public:
    explicit IntervalWriter(char* out) noexcept : begin_(out), end_(out) {}

    void write(std::int64_t count, std::string_view unit) noexcept {
        if (count == 0) return;
        begin_part(count < 0 ? Sign::minus : Sign::plus);
        end_ = write_integer(end_, count);
        write(" ");
        write(unit);
        if (count != 1) write("s");
        is_behind_negative_ = count < 0;
    }
    /// Also where it is zero, if it is the only part.
    void write_microseconds(std::int64_t time) noexcept {
        if (time == 0 && end_ != begin_) return;
        begin_part(time < 0 ? Sign::minus : Sign::plus);
        if (time < 0) write("-");
        end_ = write_time(end_, time < 0 ? 0 - static_cast<std::uint64_t>(time) : static_cast<std::uint64_t>(time));
    }
    std::string_view text() const noexcept { return {begin_, static_cast<std::size_t>(end_ - begin_)}; }

  private:
    enum class Sign : std::uint8_t { plus, minus };

    void begin_part(Sign sign) noexcept {
        if (end_ != begin_) write(" ");
        if (is_behind_negative_ && sign == Sign::plus) write("+");
    }
    void write(std::string_view text) noexcept { end_ += text.copy(end_, text.size()); }

    char* begin_;
    char* end_;
    bool is_behind_negative_ = false;
};

/// From PostgreSQL 17 on an interval may be infinite: all its parts are extremes then.
std::string_view infinity_of(std::int32_t months, std::int32_t days, std::int64_t time) noexcept {
    constexpr auto most = infinite_future<std::int32_t>;
    constexpr auto least = infinite_past<std::int32_t>;
    if (months == most && days == most && time == infinite_future<std::int64_t>) return "infinity";
    if (months == least && days == least && time == infinite_past<std::int64_t>) return "-infinity";
    return {};
}

}  // namespace

Cell from_binary::interval(std::string_view data, Arena& arena) {
    WireReader reader{data, "interval"};
    const auto time = reader.take<std::int64_t>();
    const auto days = reader.take<std::int32_t>();
    const auto months = reader.take<std::int32_t>();
    reader.finish();
    const std::string_view infinity = infinity_of(months, days, time);
    if (!infinity.empty()) return Cell::of_data(ValueKind::text, arena.keep(infinity));
    std::array<char, 100> text;
    IntervalWriter writer{text.data()};
    writer.write(months / 12, "year");
    writer.write(months % 12, "mon");
    writer.write(days, "day");
    writer.write_microseconds(time);
    return Cell::of_data(ValueKind::text, arena.keep(writer.text()));
}

}  // namespace databased::postgresql

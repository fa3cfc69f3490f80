#include "values/byte_order.hpp"
#include "values/readers.hpp"

#include <algorithm>
#include <cstddef>

namespace databased::postgresql {

namespace {

using detail::Arena;
using detail::Cell;

Cell decimal(std::string_view text) noexcept { return Cell::of_data(ValueKind::decimal, text); }

constexpr std::uint16_t positive = 0x0000;
constexpr std::uint16_t negative = 0x4000;
constexpr std::uint16_t not_a_number = 0xC000;
constexpr std::uint16_t infinity = 0xD000;
constexpr std::uint16_t minus_infinity = 0xF000;
constexpr int digits_in_group = 4;

/// A numeric as it is sent: groups of four decimal digits, of which the first stands for 10000 to the power of
/// `weight`. Groups that are all zeros may be missing at both ends.
class Groups {
  public:
    Groups(std::string_view groups, int weight) : groups_(groups), weight_(weight) {
        for (std::size_t i = 0; i < groups.size(); i += 2) {
            if (read_number<std::uint16_t>(groups.data() + i) > 9999) throw_malformed("numeric");
        }
    }

    /// How many groups are in front of the point.
    int before_point() const noexcept { return std::max(weight_ + 1, 0); }

    /// The digits of the group that stands for 10000 to the power of `power`.
    char* write(char* out, int power) const noexcept {
        unsigned group = at(power);
        for (int i = digits_in_group; i > 0; --i, group /= 10) out[i - 1] = static_cast<char>('0' + group % 10);
        return out + digits_in_group;
    }

  private:
    unsigned at(int power) const noexcept {
        const int index = weight_ - power;
        if (index < 0 || index >= static_cast<int>(groups_.size() / 2)) return 0;
        return read_number<std::uint16_t>(groups_.data() + std::ptrdiff_t{2} * index);
    }

    std::string_view groups_;
    int weight_;
};

/// The digits in front of the point without zeros that lead: one at least.
char* write_whole(char* out, const Groups& groups) noexcept {
    char* end = out;
    for (int power = groups.before_point() - 1; power >= 0; --power) end = groups.write(end, power);
    const char* first = std::find_if(out, end, [](char digit) { return digit != '0'; });
    if (first == end) {
        *out = '0';
        return out + 1;
    }
    return std::copy(first, static_cast<const char*>(end), out);
}

char* write_fraction(char* out, const Groups& groups, int digits) noexcept {
    char* end = out;
    for (int power = -1; end - out < digits; --power) end = groups.write(end, power);
    return out + digits;
}

Cell finite(const Groups& groups, bool is_negative, int scale, Arena& arena) {
    const int longest = 3 + digits_in_group * (groups.before_point() + 1) + scale + digits_in_group;
    char* const begin = arena.allocate(static_cast<std::size_t>(longest));
    char* end = begin;
    if (is_negative) *end++ = '-';
    end = write_whole(end, groups);
    if (scale > 0) {
        *end++ = '.';
        end = write_fraction(end, groups, scale);
    }
    return decimal({begin, static_cast<std::size_t>(end - begin)});
}

}  // namespace

Cell from_text::numeric(std::string_view data, Arena& arena) { return decimal(arena.keep(data)); }

Cell from_binary::numeric(std::string_view data, Arena& arena) {
    WireReader reader{data, "numeric"};
    const auto count = reader.take<std::uint16_t>();
    const int weight = reader.take<std::int16_t>();
    const auto sign = reader.take<std::uint16_t>();
    const int scale = reader.take<std::uint16_t>();
    if (reader.rest().size() != std::size_t{2} * count) throw_malformed("numeric");
    switch (sign) {
        case not_a_number:
            return decimal(arena.keep("NaN"));
        case infinity:
            return decimal(arena.keep("Infinity"));
        case minus_infinity:
            return decimal(arena.keep("-Infinity"));
        case positive:
        case negative:
            return finite(Groups{reader.rest(), weight}, sign == negative, scale, arena);
        default:
            throw_malformed("numeric");
    }
}

}  // namespace databased::postgresql

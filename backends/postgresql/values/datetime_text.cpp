#include "values/datetime_text.hpp"

#include <charconv>
#include <chrono>
#include <system_error>

namespace databased::postgresql {

namespace {

using std::chrono::days;
using std::chrono::sys_days;

// The calendar repeats itself after 400 years; std::chrono has years of 16 bits only.
constexpr std::int64_t years_of_cycle = 400;
constexpr std::int64_t days_of_cycle = 146'097;
constexpr std::int64_t microseconds_of_second = 1'000'000;

constexpr std::int64_t floored_quotient(std::int64_t dividend, std::int64_t divisor) noexcept {
    return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

/// Days from 2000-01-01; nothing if the calendar does not have the day.
std::optional<std::int64_t> day_of(std::int64_t year, unsigned month, unsigned day) noexcept {
    const std::int64_t cycles = floored_quotient(year, years_of_cycle);
    const std::chrono::year year_of_cycle{static_cast<int>(year - cycles * years_of_cycle)};
    const auto date = year_of_cycle / std::chrono::month{month} / std::chrono::day{day};
    if (!date.ok()) return std::nullopt;
    return sys_days{date}.time_since_epoch().count() + cycles * days_of_cycle - epoch_day;
}

/// Goes through a text from left to right. What is not as it should be is remembered.
class Scanner {
  public:
    explicit Scanner(std::string_view text) noexcept : rest_(text) {}

    bool take(char character) noexcept {
        if (!rest_.starts_with(character)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char character) noexcept { fail_unless(take(character)); }
    /// Takes " BC", which ends a text that is before Christ.
    bool take_bc() noexcept {
        if (!rest_.ends_with(" BC")) return false;
        rest_.remove_suffix(3);
        return true;
    }

    /// A number of at least `shortest` and at most `longest` digits.
    std::int64_t number(std::size_t shortest, std::size_t longest) noexcept {
        std::size_t digits = 0;
        std::int64_t number = 0;
        for (; digits < longest && digits < rest_.size() && is_digit(rest_[digits]); ++digits) {
            number = number * 10 + (rest_[digits] - '0');
        }
        rest_.remove_prefix(digits);
        fail_unless(digits >= shortest);
        return number;
    }
    std::int64_t two_digits(std::int64_t below) noexcept {
        const std::int64_t value = number(2, 2);
        fail_unless(value < below);
        return value;
    }
    /// What stands behind the point, up to six digits.
    std::int64_t microseconds() noexcept {
        std::int64_t value = 0;
        std::size_t digits = 0;
        for (; digits < 6 && digits < rest_.size() && is_digit(rest_[digits]); ++digits) {
            value = value * 10 + (rest_[digits] - '0');
        }
        rest_.remove_prefix(digits);
        fail_unless(digits > 0);
        for (; digits < 6; ++digits) value *= 10;
        return value;
    }

    bool is_at_end() const noexcept { return rest_.empty(); }
    /// Whether all was as it should be, and nothing is left.
    bool is_done() const noexcept { return is_good_ && rest_.empty(); }
    void fail_unless(bool condition) noexcept { is_good_ = is_good_ && condition; }

  private:
    static bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

    std::string_view rest_;
    bool is_good_ = true;
};

std::int64_t take_date(Scanner& scanner) noexcept {
    const bool is_before_christ = scanner.take_bc();
    const std::int64_t year = scanner.number(4, 7);
    scanner.expect('-');
    const auto month = static_cast<unsigned>(scanner.two_digits(13));
    scanner.expect('-');
    const auto day = static_cast<unsigned>(scanner.two_digits(32));
    const auto found = day_of(is_before_christ ? 1 - year : year, month, day);
    scanner.fail_unless(found.has_value());
    return found.value_or(0);
}

std::int64_t take_time(Scanner& scanner) noexcept {
    const std::int64_t hours = scanner.two_digits(25);
    scanner.expect(':');
    const std::int64_t minutes = scanner.two_digits(60);
    scanner.expect(':');
    const std::int64_t seconds = scanner.two_digits(61);
    const std::int64_t fraction = scanner.take('.') ? scanner.microseconds() : 0;
    const std::int64_t time = ((hours * 60 + minutes) * 60 + seconds) * microseconds_of_second + fraction;
    scanner.fail_unless(time <= microseconds_of_day);
    return time;
}

/// Seconds east of Greenwich; 0 at the end of the text.
std::int64_t take_offset(Scanner& scanner) noexcept {
    if (scanner.is_at_end()) return 0;
    const bool is_west = scanner.take('-');
    if (!is_west) scanner.expect('+');
    std::int64_t seconds = scanner.two_digits(100) * 3600;
    if (scanner.take(':')) seconds += scanner.two_digits(60) * 60;
    if (scanner.take(':')) seconds += scanner.two_digits(60);
    return is_west ? -seconds : seconds;
}

template <class T>
std::optional<T> parse_infinity(std::string_view text) noexcept {
    if (text == "infinity") return infinite_future<T>;
    if (text == "-infinity") return infinite_past<T>;
    return std::nullopt;
}

char* write_two_digits(char* out, std::int64_t number) noexcept {
    out[0] = static_cast<char>('0' + number / 10 % 10);
    out[1] = static_cast<char>('0' + number % 10);
    return out + 2;
}

char* write_character(char* out, char character) noexcept {
    *out = character;
    return out + 1;
}

char* write_fraction(char* out, std::int64_t microseconds) noexcept {
    if (microseconds == 0) return out;
    out = write_character(out, '.');
    for (std::int64_t unit = microseconds_of_second / 10; microseconds != 0; unit /= 10) {
        out = write_character(out, static_cast<char>('0' + microseconds / unit));
        microseconds %= unit;
    }
    return out;
}

char* write_date(char* out, std::int64_t day) noexcept {
    const std::int64_t cycles = floored_quotient(day, days_of_cycle);
    const std::chrono::year_month_day date{sys_days{days{epoch_day + day - cycles * days_of_cycle}}};
    const std::int64_t year = static_cast<int>(date.year()) + cycles * years_of_cycle;
    for (std::int64_t limit = 1000; limit > year && limit > 1; limit /= 10) out = write_character(out, '0');
    out = write_integer(out, year);
    out = write_character(out, '-');
    out = write_two_digits(out, static_cast<unsigned>(date.month()));
    out = write_character(out, '-');
    return write_two_digits(out, static_cast<unsigned>(date.day()));
}

}  // namespace

std::optional<std::int32_t> parse_date(std::string_view text) noexcept {
    if (const auto infinity = parse_infinity<std::int32_t>(text)) return infinity;
    Scanner scanner{text};
    const std::int64_t day = take_date(scanner);
    scanner.fail_unless(day >= first_day && day < end_of_days);
    if (!scanner.is_done()) return std::nullopt;
    return static_cast<std::int32_t>(day);
}

std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
    Scanner scanner{text};
    const std::int64_t time = take_time(scanner);
    if (!scanner.is_done()) return std::nullopt;
    return time;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
    if (const auto infinity = parse_infinity<std::int64_t>(text)) return infinity;
    Scanner scanner{text};
    const std::int64_t day = take_date(scanner);
    scanner.expect(' ');
    const std::int64_t time = take_time(scanner);
    const std::int64_t offset = take_offset(scanner);
    // Far from what could overflow: a local time may be a day off the limits of UTC.
    constexpr std::int64_t last_day = end_of_timestamps / microseconds_of_day;
    scanner.fail_unless(day >= first_day - 1 && day <= last_day);
    if (!scanner.is_done()) return std::nullopt;
    return day * microseconds_of_day + time - offset * microseconds_of_second;
}

char* write_integer(char* out, std::int64_t number) noexcept { return std::to_chars(out, out + 20, number).ptr; }

char* write_time(char* out, std::uint64_t microseconds) noexcept {
    const auto seconds = static_cast<std::int64_t>(microseconds / microseconds_of_second);
    if (seconds < 36'000) out = write_character(out, '0');
    out = write_integer(out, seconds / 3600);
    out = write_character(out, ':');
    out = write_two_digits(out, seconds / 60 % 60);
    out = write_character(out, ':');
    out = write_two_digits(out, seconds % 60);
    return write_fraction(out, static_cast<std::int64_t>(microseconds % microseconds_of_second));
}

char* write_timestamp(char* out, std::int64_t microseconds) noexcept {
    const std::int64_t day = floored_quotient(microseconds, microseconds_of_day);
    out = write_date(out, day);
    out = write_character(out, ' ');
    return write_time(out, static_cast<std::uint64_t>(microseconds - day * microseconds_of_day));
}

char* write_offset(char* out, std::int32_t seconds_east) noexcept {
    const std::int64_t size = seconds_east < 0 ? -std::int64_t{seconds_east} : seconds_east;
    out = write_character(out, seconds_east < 0 ? '-' : '+');
    out = write_two_digits(out, size / 3600);
    if (size % 3600 == 0) return out;
    out = write_character(out, ':');
    out = write_two_digits(out, size / 60 % 60);
    if (size % 60 == 0) return out;
    out = write_character(out, ':');
    return write_two_digits(out, size % 60);
}

}  // namespace databased::postgresql

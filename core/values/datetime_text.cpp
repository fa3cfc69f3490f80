#include <databased/detail/datetime_text.hpp>

#include <array>
#include <cmath>

namespace databased::detail {

namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr sys_days first_day = std::chrono::year{1} / 1 / 1;
constexpr sys_days end_of_days = std::chrono::year{10000} / 1 / 1;
constexpr std::int64_t unix_epoch_in_julian_milliseconds = 210'866'760'000'000;

char* write_two_digits(char* out, unsigned number) noexcept {
    out[0] = static_cast<char>('0' + number / 10);
    out[1] = static_cast<char>('0' + number % 10);
    return out + 2;
}

char* write_character(char* out, char character) noexcept {
    *out = character;
    return out + 1;
}

/// Goes through a text from left to right. What a take_ function does not find it does not take.
class Scanner {
  public:
    explicit Scanner(std::string_view text) noexcept : next_(text.data()), end_(next_ + text.size()) {}

    bool is_at_end() const noexcept { return next_ == end_; }
    bool is_at_digit() const noexcept { return next_ != end_ && digit_at(0) < 10; }
    bool is_at_point() const noexcept { return next_ != end_ && *next_ == '.'; }
    void take_any() noexcept { ++next_; }

    bool take(char character) noexcept {
        if (next_ == end_ || *next_ != character) return false;
        ++next_;
        return true;
    }

    /// The next character must be a digit.
    unsigned take_digit() noexcept { return static_cast<unsigned>(*next_++ - '0'); }

    bool take(std::string_view word) noexcept {
        if (!std::string_view(next_, static_cast<std::size_t>(end_ - next_)).starts_with(word)) return false;
        next_ += word.size();
        return true;
    }

    /// Capital letters, of which there are `most` at most; how many they were.
    std::size_t take_letters(std::size_t most) noexcept {
        const char* const first = next_;
        while (next_ != end_ && next_ != first + most && *next_ >= 'A' && *next_ <= 'Z') ++next_;
        return static_cast<std::size_t>(next_ - first);
    }

    std::optional<unsigned> take_two_digits() noexcept {
        if (end_ - next_ < 2 || digit_at(0) > 9 || digit_at(1) > 9) return std::nullopt;
        const unsigned number = digit_at(0) * 10 + digit_at(1);
        next_ += 2;
        return number;
    }

  private:
    /// More than 9 if there is another character.
    unsigned digit_at(int offset) const noexcept { return static_cast<unsigned char>(next_[offset]) - unsigned{'0'}; }

    const char* next_;
    const char* end_;
};

std::optional<sys_days> take_date(Scanner& scanner) noexcept {
    const auto century = scanner.take_two_digits();
    const auto year_of_century = scanner.take_two_digits();
    if (!century || !year_of_century || !scanner.take('-')) return std::nullopt;
    const auto month = scanner.take_two_digits();
    if (!month || !scanner.take('-')) return std::nullopt;
    const auto day = scanner.take_two_digits();
    if (!day) return std::nullopt;

    const std::chrono::year year(static_cast<int>(*century * 100 + *year_of_century));
    const auto date = year / std::chrono::month(*month) / std::chrono::day(*day);
    if (!date.ok() || year < std::chrono::year(1)) return std::nullopt;
    return sys_days(date);
}

/// The digits behind the point; those beyond microseconds, which .NET and Go write, are cut off.
std::optional<microseconds> take_fraction(Scanner& scanner) noexcept {
    constexpr std::array<unsigned, 10> nanoseconds_per_unit{1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000,
                                                            10'000,        1'000,       100,        10,        1};
    unsigned units = 0;
    std::size_t digits = 0;
    for (; digits < 9 && scanner.is_at_digit(); ++digits) units = units * 10 + scanner.take_digit();
    if (digits == 0) return std::nullopt;
    return microseconds(units * nanoseconds_per_unit[digits] / 1000);
}

/// HH:MM, HH:MM:SS or HH:MM:SS.f
std::optional<microseconds> take_time(Scanner& scanner) noexcept {
    const auto hour = scanner.take_two_digits();
    if (!hour || *hour > 23 || !scanner.take(':')) return std::nullopt;
    const auto minute = scanner.take_two_digits();
    if (!minute || *minute > 59) return std::nullopt;
    const seconds until_minute(*hour * 3600 + *minute * 60);
    if (!scanner.take(':')) return until_minute;

    const auto second = scanner.take_two_digits();
    if (!second || *second > 59) return std::nullopt;
    const seconds until_second = until_minute + seconds(*second);
    if (!scanner.take('.')) return until_second;

    const auto fraction = take_fraction(scanner);
    if (!fraction) return std::nullopt;
    return until_second + *fraction;
}

bool take_zulu(Scanner& scanner) noexcept { return scanner.take('Z') || scanner.take('z'); }

/// HH, HHMM, HH:MM or HH:MM:SS
std::optional<seconds> take_offset_size(Scanner& scanner) noexcept {
    const auto hours = scanner.take_two_digits();
    if (!hours || *hours > 23) return std::nullopt;
    const bool with_colon = scanner.take(':');
    if (!with_colon && !scanner.is_at_digit()) return seconds(*hours * 3600);

    const auto minutes = scanner.take_two_digits();
    if (!minutes || *minutes > 59) return std::nullopt;
    const seconds until_minute(*hours * 3600 + *minutes * 60);
    if (!with_colon || !scanner.take(':')) return until_minute;

    const auto rest = scanner.take_two_digits();
    if (!rest || *rest > 59) return std::nullopt;
    return until_minute + seconds(*rest);
}

/// +HH:MM and its kin.
std::optional<seconds> take_signed_offset(Scanner& scanner) noexcept {
    const bool is_west = scanner.take('-');
    if (!is_west && !scanner.take('+')) return std::nullopt;
    const auto size = take_offset_size(scanner);
    if (!size) return std::nullopt;
    return is_west ? -*size : *size;
}

/// What Go prints behind the offset: the zone's name, or its offset where it has none, and how long the process has
/// run. False if there is something else.
bool take_go_zone(Scanner& scanner) noexcept {
    constexpr std::size_t longest_name = 5;
    if (scanner.is_at_end()) return true;
    if (!scanner.take(' ')) return false;
    if (scanner.take_letters(longest_name) < 3 && !take_signed_offset(scanner)) return false;
    if (scanner.is_at_end()) return true;
    if (!scanner.take(" m=") || (!scanner.take('+') && !scanner.take('-'))) return false;
    while (scanner.is_at_digit() || scanner.is_at_point()) scanner.take_any();
    return scanner.is_at_end();
}

/// What is to be subtracted to get UTC; zero at the end of the text. Takes all that is left.
std::optional<seconds> take_offset(Scanner& scanner) noexcept {
    if (scanner.is_at_end()) return 0s;
    const bool is_apart = scanner.take(' ');
    if (take_zulu(scanner) || (is_apart && scanner.take("UTC"))) return 0s;
    const auto offset = take_signed_offset(scanner);
    if (!offset || (is_apart && !take_go_zone(scanner))) return std::nullopt;
    return offset;
}

bool take_separator(Scanner& scanner) noexcept { return scanner.take(' ') || scanner.take('T') || scanner.take('t'); }

std::optional<Timestamp> if_writable(Timestamp timestamp) noexcept {
    if (!is_writable(timestamp)) return std::nullopt;
    return timestamp;
}

template <class Duration>
std::optional<Timestamp> from_unix(Duration since_epoch) noexcept {
    // Compared in the given unit: as microseconds it might overflow.
    const Duration first = first_day.time_since_epoch();
    const Duration end = end_of_days.time_since_epoch();
    if (since_epoch < first || since_epoch >= end) return std::nullopt;
    return Timestamp(since_epoch);
}

}  // namespace

bool is_writable(sys_days day) noexcept { return day >= first_day && day < end_of_days; }

bool is_writable(microseconds since_midnight) noexcept { return since_midnight >= 0us && since_midnight < 24h; }

bool is_writable(Timestamp timestamp) noexcept { return timestamp >= first_day && timestamp < end_of_days; }

char* write_date(char* out, sys_days day) noexcept {
    const std::chrono::year_month_day date(day);
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    out = write_two_digits(out, year / 100);
    out = write_two_digits(out, year % 100);
    out = write_character(out, '-');
    out = write_two_digits(out, static_cast<unsigned>(date.month()));
    out = write_character(out, '-');
    return write_two_digits(out, static_cast<unsigned>(date.day()));
}

char* write_time(char* out, microseconds since_midnight) noexcept {
    const auto whole = static_cast<unsigned>(since_midnight / 1s);
    const auto fraction = static_cast<unsigned>((since_midnight % 1s).count());
    out = write_two_digits(out, whole / 3600);
    out = write_character(out, ':');
    out = write_two_digits(out, whole / 60 % 60);
    out = write_character(out, ':');
    out = write_two_digits(out, whole % 60);
    if (fraction == 0) return out;
    out = write_character(out, '.');
    out = write_two_digits(out, fraction / 10'000);
    out = write_two_digits(out, fraction / 100 % 100);
    return write_two_digits(out, fraction % 100);
}

char* write_timestamp(char* out, Timestamp timestamp) noexcept {
    const auto day = std::chrono::floor<days>(timestamp);
    out = write_date(out, day);
    out = write_character(out, ' ');
    return write_time(out, timestamp - day);
}

std::optional<sys_days> read_date(std::string_view text) noexcept {
    Scanner scanner(text);
    const auto day = take_date(scanner);
    return scanner.is_at_end() ? day : std::nullopt;
}

std::optional<microseconds> read_time(std::string_view text) noexcept {
    Scanner scanner(text);
    const auto time = take_time(scanner);
    take_zulu(scanner);
    return scanner.is_at_end() ? time : std::nullopt;
}

std::optional<Timestamp> read_timestamp(std::string_view text) noexcept {
    Scanner scanner(text);
    const auto day = take_date(scanner);
    if (!day || scanner.is_at_end()) return day;
    if (!take_separator(scanner)) return std::nullopt;
    const auto time = take_time(scanner);
    if (!time) return std::nullopt;
    const auto offset = take_offset(scanner);
    if (!offset || !scanner.is_at_end()) return std::nullopt;
    return if_writable(*day + *time - *offset);
}

std::optional<Timestamp> from_unix_seconds(double value) noexcept {
    const double rounded = std::round(value * 1e6);
    const auto first = static_cast<double>(microseconds(first_day.time_since_epoch()).count());
    const auto end = static_cast<double>(microseconds(end_of_days.time_since_epoch()).count());
    const bool is_in_range = rounded >= first && rounded < end;  // NaN is not
    if (!is_in_range) return std::nullopt;
    return Timestamp(microseconds(static_cast<std::int64_t>(rounded)));
}

std::optional<Timestamp> from_unix_seconds(std::int64_t value) noexcept { return from_unix(seconds(value)); }

std::optional<Timestamp> from_unix_milliseconds(std::int64_t value) noexcept { return from_unix(milliseconds(value)); }

std::optional<Timestamp> from_julian_day(double day) noexcept {
    constexpr double end_of_julian_days = 5'373'484.5;              // 10000-01-01
    const bool is_in_range = day >= 0 && day < end_of_julian_days;  // NaN is not
    if (!is_in_range) return std::nullopt;
    const auto since_julian_epoch = static_cast<std::int64_t>(std::floor(day * 86'400'000.0 + 0.5));
    return from_unix_milliseconds(since_julian_epoch - unix_epoch_in_julian_milliseconds);
}

}  // namespace databased::detail

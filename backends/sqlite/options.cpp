#include "options.hpp"

#include "pragmas.hpp"

#include <databased/backend.hpp>
#include <databased/error.hpp>
#include <databased/url_options.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <thread>

namespace databased::sqlite {

namespace {

constexpr std::string_view pragma_prefix = "pragma.";

constexpr std::array<std::string_view, 9> own_keys{"mode",         "busy_timeout", "journal_mode",    "synchronous",
                                                   "foreign_keys", "worker_spin",  "statement_cache", "numeric_time",
                                                   pragma_prefix};
constexpr std::array<std::string_view, 4> modes{"ro", "rw", "rwc", "memory"};
constexpr std::array<std::string_view, 6> journal_modes{"wal", "delete", "truncate", "persist", "memory", "off"};
constexpr std::array<std::string_view, 4> synchronous_levels{"off", "normal", "full", "extra"};
constexpr std::array<std::string_view, 3> time_meanings{"unix", "unix_ms", "julian"};

// Pragmas cannot be bound, so what may be in one is narrow: a word or a number.
bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

bool is_pragma_value(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return is_word(text);
}

void read_pragmas(const Url& url, SqliteOptions& options) {
    for (const auto& [key, value] : url.query_items()) {
        if (!key.starts_with(pragma_prefix)) continue;
        std::string name = key.substr(pragma_prefix.size());
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        if (!is_word(name) || !is_pragma_value(value)) {
            throw UrlError("a pragma.NAME=VALUE option takes a name and a value of letters, digits and _ only");
        }
        if (std::find(own_keys.begin(), own_keys.end(), name) != own_keys.end()) {
            throw UrlError("this pragma has an option of its own: write " + name + "=... without \"pragma.\"");
        }
        if (kind_of_pragma(name) == PragmaKind::locking) {
            throw UrlError("pragma." + name +
                           " would let one connection lock out the others of its own Database; leave it out");
        }
        options.pragmas.emplace_back(name, value);
    }
}

NumericTime numeric_time_of(const std::string& meaning) {
    if (meaning == "unix") return NumericTime::unix_seconds;
    return meaning == "unix_ms" ? NumericTime::unix_milliseconds : NumericTime::julian_day;
}

/// Spinning saves the time to wake a thread up; with a single processor it would only keep it from others.
std::chrono::microseconds default_spin() {
    return std::chrono::microseconds{std::thread::hardware_concurrency() > 1 ? 50 : 0};
}

}  // namespace

SqliteOptions read_options(const Url& url) {
    std::vector<std::string_view> known(own_keys.begin(), own_keys.end());
    known.insert(known.end(), pool_option_keys().begin(), pool_option_keys().end());
    require_known_options(url, known);
    if (url.driver()) throw UrlError("sqlite URLs have no driver: write sqlite:///path");

    SqliteOptions options;
    const std::string mode = choice_option(url, "mode", modes).value_or("rwc");
    if (!url.is_memory_database() && mode != "memory") options.path = url.database().value_or("");
    if (mode == "ro") options.mode = OpenMode::read_only;
    if (mode == "rw") options.mode = OpenMode::read_write;
    if (mode == "ro" && options.in_memory())
        throw UrlError("a database in memory cannot be opened with mode=ro: it would stay empty");
    options.busy_timeout =
        duration_option(url, "busy_timeout", std::chrono::milliseconds{1}).value_or(options.busy_timeout);
    options.journal_mode = choice_option(url, "journal_mode", journal_modes).value_or(options.journal_mode);
    options.synchronous = choice_option(url, "synchronous", synchronous_levels).value_or(options.synchronous);
    options.foreign_keys = bool_option(url, "foreign_keys").value_or(options.foreign_keys);
    options.worker_spin = microseconds_option(url, "worker_spin").value_or(default_spin());
    options.statement_cache =
        static_cast<std::size_t>(integer_option(url, "statement_cache", 0, 100'000).value_or(128));
    if (const auto meaning = choice_option(url, "numeric_time", time_meanings))
        options.numeric_time = numeric_time_of(*meaning);
    read_pragmas(url, options);
    return options;
}

}  // namespace databased::sqlite

#include "functions.hpp"

#include <sqlite3.h>

#include <cmath>

namespace databased::sqlite {

namespace {

// The words by which errors of SQLite's own sum() and abs() are known.
constexpr const char* overflow = "integer overflow";

void integer(sqlite3_context* context, int, sqlite3_value** arguments) {
    if (sqlite3_value_type(arguments[0]) == SQLITE_FLOAT) return sqlite3_result_error(context, overflow, -1);
    sqlite3_result_value(context, arguments[0]);
}

void truncate(sqlite3_context* context, int, sqlite3_value** arguments) {
    if (sqlite3_value_type(arguments[0]) != SQLITE_FLOAT) return sqlite3_result_value(context, arguments[0]);
    constexpr double limit = 9223372036854775808.0;  // 2^63
    const double whole = std::trunc(sqlite3_value_double(arguments[0]));
    const bool fits = whole >= -limit && whole < limit;
    if (!fits) return sqlite3_result_error(context, overflow, -1);
    sqlite3_result_int64(context, static_cast<sqlite3_int64>(whole));
}

}  // namespace

int add_functions(sqlite3* database) noexcept {
    constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    const auto add = [&](const char* name, void (*function)(sqlite3_context*, int, sqlite3_value**)) {
        return sqlite3_create_function_v2(database, name, 1, flags, nullptr, function, nullptr, nullptr, nullptr);
    };
    const int code = add("databased_integer", &integer);
    return code != SQLITE_OK ? code : add("databased_truncate", &truncate);
}

}  // namespace databased::sqlite

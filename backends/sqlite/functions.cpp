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

std::int64_t changes_of_others(sqlite3_context* context) {
    return *static_cast<const std::int64_t*>(sqlite3_user_data(context));
}

void changes(sqlite3_context* context, int, sqlite3_value**) {
    sqlite3* database = sqlite3_context_db_handle(context);
    const bool has_own = sqlite3_total_changes64(database) != changes_of_others(context);
    sqlite3_result_int64(context, has_own ? sqlite3_changes64(database) : 0);
}

void total_changes(sqlite3_context* context, int, sqlite3_value**) {
    sqlite3* database = sqlite3_context_db_handle(context);
    sqlite3_result_int64(context, sqlite3_total_changes64(database) - changes_of_others(context));
}

using Function = void (*)(sqlite3_context*, int, sqlite3_value**);

}  // namespace

int add_functions(sqlite3* database, std::int64_t& others) noexcept {
    constexpr int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    constexpr int counting = SQLITE_UTF8 | SQLITE_INNOCUOUS;
    int code = SQLITE_OK;
    const auto add = [&](const char* name, int arguments, int flags, Function function) {
        if (code != SQLITE_OK) return;
        code =
            sqlite3_create_function_v2(database, name, arguments, flags, &others, function, nullptr, nullptr, nullptr);
    };
    add("databased_integer", 1, pure, &integer);
    add("databased_truncate", 1, pure, &truncate);
    add("changes", 0, counting, &changes);
    add("total_changes", 0, counting, &total_changes);
    return code;
}

}  // namespace databased::sqlite

#include "cells.hpp"

#include "error.hpp"

#include <databased/detail/datetime_text.hpp>
#include <databased/error.hpp>

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string>

namespace databased::sqlite {

namespace {

constexpr int not_stored = SQLITE_MISMATCH;  // what bind_cell() returns for what SQLite has no form for

std::exception_ptr cannot_store(const Statement& values, std::size_t run, std::size_t parameter) {
    const std::string item = values.name_of_item(run);
    const std::string place = item + "parameter " + std::to_string(parameter + 1) + ": ";
    if (values.parameter(parameter, run).kind == ValueKind::array) {
        return std::make_exception_ptr(ParameterError(place + "SQLite has no arrays; use expand() for a list"));
    }
    return std::make_exception_ptr(
        ParameterError(place + "it is not in the years 1 to 9999, those whose dates SQLite can compare"));
}

/// SQLite has no types for dates, decimals, UUIDs and JSON: they are stored as text, UUIDs in their 36 characters.
int bind_cell(sqlite3_stmt* handle, int index, const detail::Cell& cell) {
    using std::chrono::microseconds;
    std::array<char, 40> text;
    const auto bind_short = [&](const char* end) {
        return sqlite3_bind_text64(handle, index, text.data(), static_cast<sqlite3_uint64>(end - text.data()),
                                   SQLITE_TRANSIENT, SQLITE_UTF8);
    };
    switch (cell.kind) {
        case ValueKind::null:
            return sqlite3_bind_null(handle, index);
        case ValueKind::boolean:
        case ValueKind::integer:
            return sqlite3_bind_int64(handle, index, cell.integer);
        case ValueKind::real:
            return sqlite3_bind_double(handle, index, cell.real);
        case ValueKind::text:
        case ValueKind::decimal:
        case ValueKind::json:
            return sqlite3_bind_text64(handle, index, cell.data, cell.size, SQLITE_STATIC, SQLITE_UTF8);
        case ValueKind::bytes:
            if (cell.size == 0) return sqlite3_bind_zeroblob(handle, index, 0);
            return sqlite3_bind_blob64(handle, index, cell.data, cell.size, SQLITE_STATIC);
        case ValueKind::date: {
            const std::chrono::sys_days day{std::chrono::days{cell.integer}};
            return detail::is_writable(day) ? bind_short(detail::write_date(text.data(), day)) : not_stored;
        }
        case ValueKind::time:
            return bind_short(detail::write_time(text.data(), microseconds{cell.integer}));
        case ValueKind::timestamp:
        case ValueKind::timestamptz: {
            const Timestamp time{microseconds{cell.integer}};
            return detail::is_writable(time) ? bind_short(detail::write_timestamp(text.data(), time)) : not_stored;
        }
        case ValueKind::uuid: {
            std::array<std::byte, 16> bytes;
            std::memcpy(bytes.data(), cell.data, bytes.size());
            return bind_short(detail::write_uuid(text.data(), Uuid::from_bytes(bytes)));
        }
        case ValueKind::array:
            return not_stored;
    }
    return SQLITE_MISUSE;
}

}  // namespace

std::exception_ptr bind(sqlite3* database, const Statement& values, sqlite3_stmt* statement, std::size_t run) {
    const std::size_t count = values.text().parameter_count;
    for (std::size_t i = 0; i < count; ++i) {
        const int code = bind_cell(statement, static_cast<int>(i + 1), values.parameter(i, run));
        if (code == SQLITE_OK) continue;
        if (code == not_stored) return cannot_store(values, run, i);
        return as_exception(details_of(database, code, values.text().source));
    }
    return {};
}

/// Without a mutex (SQLITE_OPEN_NOMUTEX) what sqlite3_column_value() gives is as good as any value, says SQLite
/// (c3ref/value.html), and looked into at a third of what sqlite3_column_type() and its kin take.
void read_row(RowBatch& batch, sqlite3_stmt* handle, int columns) {
    detail::Cell* cell = batch.add_row();
    for (int i = 0; i < columns; ++i, ++cell) {
        sqlite3_value* const value = sqlite3_column_value(handle, i);
        switch (sqlite3_value_type(value)) {
            case SQLITE_INTEGER:
                *cell = detail::Cell::of_integer(ValueKind::integer, sqlite3_value_int64(value));
                break;
            case SQLITE_FLOAT:
                *cell = detail::Cell::of_real(sqlite3_value_double(value));
                break;
            case SQLITE_TEXT: {
                const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
                const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
                *cell = detail::Cell::of_data(ValueKind::text, batch.arena().keep({text, size}));
                break;
            }
            case SQLITE_BLOB: {
                const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
                const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
                *cell = detail::Cell::of_data(ValueKind::bytes, batch.arena().keep({bytes, size}));
                break;
            }
            default:
                *cell = detail::Cell::null();
        }
    }
}

}  // namespace databased::sqlite

#include "copy_rows.hpp"

#include "values/byte_order.hpp"

#include <databased/error.hpp>

#include <string_view>
#include <utility>

namespace databased::postgresql {

namespace {

constexpr std::string_view signature{"PGCOPY\n\377\r\n\0", 11};
constexpr std::int32_t length_of_null = -1;
constexpr std::int16_t end_of_rows = -1;

void write_null(std::string& out, const detail::Cell&) { append_number(out, length_of_null); }

std::string item_of(const Statement& rows, std::size_t run) { return rows.name_of_item(run); }

}  // namespace

CopyRows::CopyRows(std::span<const Oid> types) {
    for (const Oid type : types) {
        Writers& writers = writers_.emplace_back();
        for (std::size_t kind = 0; kind < kinds; ++kind) {
            writers[kind] = find_copy_writer(type, static_cast<ValueKind>(kind));
        }
        writers[static_cast<std::size_t>(ValueKind::null)] = write_null;
    }
}

CopyFormat CopyRows::best_format(const Statement& rows) const noexcept {
    for (std::size_t run = 0; run < rows.runs(); ++run) {
        for (std::size_t i = 0; i < writers_.size(); ++i) {
            const auto kind = static_cast<std::size_t>(rows.parameter(i, run).kind);
            if (writers_[i][kind] == nullptr) return CopyFormat::text;
        }
    }
    return CopyFormat::binary;
}

/// https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
void CopyRows::begin(std::string& out, CopyFormat format) {
    if (format == CopyFormat::text) return;
    out += signature;
    append_number(out, std::int32_t{0});  // flags
    append_number(out, std::int32_t{0});  // length of the extension
}

void CopyRows::end(std::string& out, CopyFormat format) {
    if (format == CopyFormat::binary) append_number(out, end_of_rows);
}

void CopyRows::append(std::string& out, const Statement& rows, CopyFormat format) const {
    std::size_t run = 0;
    try {
        for (; run < rows.runs(); ++run) {
            if (format == CopyFormat::binary) {
                append_binary(out, rows, run);
            } else {
                append_text(out, rows, run);
            }
        }
    } catch (const ParameterError& error) {
        throw ParameterError(item_of(rows, run) + error.what());
    } catch (const DatabaseError& error) {
        ErrorDetails details = error.details();
        details.message = item_of(rows, run) + details.message;
        details.sql = rows.text().source;
        throw_database_error(std::move(details));
    }
}

void CopyRows::append_binary(std::string& out, const Statement& rows, std::size_t run) const {
    append_number(out, static_cast<std::int16_t>(writers_.size()));
    for (std::size_t i = 0; i < writers_.size(); ++i) {
        const detail::Cell cell = rows.parameter(i, run);
        writers_[i][static_cast<std::size_t>(cell.kind)](out, cell);
    }
}

void CopyRows::append_text(std::string& out, const Statement& rows, std::size_t run) {
    for (std::size_t i = 0; i < rows.text().parameter_count; ++i) {
        if (i != 0) out += '\t';
        append_copy_text(out, rows.parameter(i, run));
    }
    out += '\n';
}

}  // namespace databased::postgresql

#include "error.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace databased::sqlite {

namespace {

struct CodeRule {
    int code;  // an extended result code, or a primary one for all of its kind
    std::string_view sqlstate;
};

// Extended codes before their primary ones.
constexpr std::array code_rules{
    CodeRule{SQLITE_CONSTRAINT_UNIQUE, "23505"},
    CodeRule{SQLITE_CONSTRAINT_PRIMARYKEY, "23505"},
    CodeRule{SQLITE_CONSTRAINT_ROWID, "23505"},
    CodeRule{SQLITE_CONSTRAINT_NOTNULL, "23502"},
    CodeRule{SQLITE_CONSTRAINT_FOREIGNKEY, "23503"},
    CodeRule{SQLITE_CONSTRAINT_CHECK, "23514"},
    CodeRule{SQLITE_CONSTRAINT_DATATYPE, "22000"},
    CodeRule{SQLITE_CONSTRAINT, "23000"},
    CodeRule{SQLITE_BUSY_SNAPSHOT, "40001"},
    CodeRule{SQLITE_BUSY, "55P03"},
    CodeRule{SQLITE_LOCKED, "55P03"},
    CodeRule{SQLITE_PROTOCOL, "55P03"},
    CodeRule{SQLITE_READONLY, "25006"},
    CodeRule{SQLITE_PERM, "42501"},
    CodeRule{SQLITE_AUTH, "42501"},
    CodeRule{SQLITE_FULL, "53100"},
    CodeRule{SQLITE_NOMEM, "53200"},
    CodeRule{SQLITE_TOOBIG, "54000"},
    CodeRule{SQLITE_MISMATCH, "22000"},
    CodeRule{SQLITE_CORRUPT, "XX001"},
    CodeRule{SQLITE_NOTADB, "XX001"},
    CodeRule{SQLITE_CANTOPEN, "08001"},
    CodeRule{SQLITE_IOERR_NOMEM, "53200"},
    CodeRule{SQLITE_IOERR, "58030"},
    CodeRule{SQLITE_INTERRUPT, "57014"},
};

struct MessageRule {
    std::string_view part;
    std::string_view sqlstate;
};

// SQLITE_ERROR says nothing, its message does.
constexpr std::array message_rules{
    MessageRule{"syntax error", "42601"},
    MessageRule{"incomplete input", "42601"},
    MessageRule{"unrecognized token", "42601"},
    MessageRule{"no such table", "42P01"},
    MessageRule{"no such view", "42P01"},
    MessageRule{"no such column", "42703"},
    MessageRule{"has no column named", "42703"},
    MessageRule{"ambiguous column name", "42702"},
    MessageRule{"duplicate column name", "42701"},
    MessageRule{"values were supplied", "42601"},
    MessageRule{" values for ", "42601"},
    MessageRule{"already exists", "42P07"},
    MessageRule{"already another table", "42P07"},
    MessageRule{"already a table", "42P07"},
    MessageRule{"already an index", "42P07"},
    MessageRule{"no such function", "42883"},
    MessageRule{"wrong number of arguments", "42883"},
    MessageRule{"no such index", "42704"},
    MessageRule{"no such trigger", "42704"},
    MessageRule{"no such collation", "42704"},
    MessageRule{"misuse of aggregate", "42803"},
    MessageRule{"integer overflow", "22003"},
    MessageRule{"malformed JSON", "22032"},
};

std::string_view behind(std::string_view text, std::string_view mark) {
    const auto place = text.find(mark);
    return place == text.npos ? std::string_view{} : text.substr(place + mark.size());
}

/// "movies.title, movies.year"
void read_columns(std::string_view list, ErrorDetails& details) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(", "), list.size());
        const auto name = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 2, list.size()));
        const auto dot = name.find('.');
        if (dot == name.npos) continue;
        details.table = name.substr(0, dot);
        details.columns.emplace_back(name.substr(dot + 1));
    }
}

}  // namespace

std::string_view sqlstate_of(int code, std::string_view message) noexcept {
    const auto rule = std::find_if(code_rules.begin(), code_rules.end(), [&](const CodeRule& candidate) {
        return candidate.code == code || candidate.code == (code & 0xff);
    });
    if (rule != code_rules.end()) return rule->sqlstate;
    const auto told = std::find_if(message_rules.begin(), message_rules.end(), [&](const MessageRule& candidate) {
        return message.find(candidate.part) != message.npos;
    });
    return told != message_rules.end() ? told->sqlstate : "HY000";
}

void read_constraint(std::string_view message, ErrorDetails& details) {
    constexpr std::string_view wrong_type_in_strict_table = "cannot store ";
    if (message.starts_with(wrong_type_in_strict_table)) return read_columns(behind(message, " column "), details);
    const auto subject = behind(message, "constraint failed: ");
    if (subject.empty()) return;
    if (message.starts_with("CHECK")) {
        details.constraint = subject;
    } else if (subject.starts_with("index '")) {
        details.constraint = subject.substr(7, subject.size() - 8);
    } else {
        read_columns(subject, details);
    }
}

ErrorDetails details_of(sqlite3* database, int code, std::string_view sql) {
    ErrorDetails details;
    details.message = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    details.native_code = code;
    details.sqlstate = sqlstate_of(code, details.message);
    details.sql = sql;
    if ((code & 0xff) == SQLITE_CONSTRAINT) read_constraint(details.message, details);
    return details;
}

std::exception_ptr as_exception(ErrorDetails details) {
    try {
        throw_database_error(std::move(details));
    } catch (...) {
        return std::current_exception();
    }
}

std::exception_ptr locked(ErrorDetails details, std::chrono::milliseconds waited) {
    details.message = "the database is locked by another process for longer than busy_timeout (" +
                      std::to_string(waited.count()) + " ms): " + details.message;
    return as_exception(std::move(details));
}

}  // namespace databased::sqlite

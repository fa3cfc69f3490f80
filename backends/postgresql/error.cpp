#include "error.hpp"

#include "key_columns.hpp"
#include "servers.hpp"

#include <databased/backend/redaction.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace databased::postgresql {

namespace {

std::string_view field(const PGresult* result, int code) noexcept {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : std::string_view{};
}

// Quotation marks of the languages that servers speak.
constexpr std::array<std::string_view, 6> quotes{"\"", "«", "»", "„", "“", "”"};

/// Errors of class 22 quote the value that does not fit.
std::string without_values(std::string_view message) {
    auto first = message.npos;
    auto end = std::string_view::size_type{0};
    for (const auto quote : quotes) {
        first = std::min(first, message.find(quote));
        if (const auto last = message.rfind(quote); last != message.npos) end = std::max(end, last + quote.size());
    }
    if (first == message.npos) return std::string{message};
    return std::string{message.substr(0, first)} + "…" + std::string{message.substr(end)};
}

/// Where in a statement something is; counted from 1, in characters.
struct Place {
    std::size_t line = 1;
    std::size_t column = 1;
};

bool continues_character(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::optional<Place> place_in(std::string_view text, std::string_view position, std::size_t ahead) {
    std::size_t characters = 0;
    const auto [stop, error] = std::from_chars(position.data(), position.data() + position.size(), characters);
    if (error != std::errc() || characters <= ahead) return std::nullopt;
    characters -= ahead;
    Place place;
    for (std::size_t i = 0; i < text.size() && characters > 1; ++i) {
        if (continues_character(text[i])) continue;
        --characters;
        ++place.column;
        if (text[i] == '\n') place = {place.line + 1, 1};
    }
    return place;
}

/// Parameters are written differently in what is sent: then only the line is where the user wrote it.
std::string place_text(const SqlText& statement, std::string_view position, std::size_t ahead) {
    const auto place = place_in(statement.text, position, ahead);
    if (!place) return {};
    const std::string line = "line " + std::to_string(place->line);
    if (statement.text == statement.source) return " (" + line + ", column " + std::to_string(place->column) + ")";
    return statement.text.find('\n') != statement.text.npos ? " (" + line + ")" : std::string{};
}

std::string hint_for(const PGresult* result, std::string_view sqlstate, bool is_declared) {
    if (is_declared && sqlstate == "0A000") return "A stream is for what only reads: fetch_all() takes the rest.";
    if (sqlstate == "42P18" || sqlstate == "42P08")
        return "Write the type behind the parameter, as in $1::date or CAST(? AS date).";
    return std::string{field(result, PG_DIAG_MESSAGE_HINT)};
}

/// What code in the database says where no statement is at hand, as a deferred trigger does at COMMIT, or one about
/// rows that were sent long ago, may repeat what any statement of the transaction has bound.
bool may_repeat_earlier(const PGresult* result, const SqlText* statement) {
    if (statement != nullptr || field(result, PG_DIAG_CONTEXT).empty()) return false;
    const auto sqlstate = field(result, PG_DIAG_SQLSTATE);
    const bool is_of_language = field(result, PG_DIAG_SOURCE_FILE).starts_with("pl");  // a RAISE may take any SQLSTATE
    return is_of_language || !(sqlstate.starts_with("40") || sqlstate.starts_with("57"));
}

/// Which code that was: the first line of the context, up to what of it may be a statement or a value.
std::string told_by(const PGresult* result) {
    const auto context = field(result, PG_DIAG_CONTEXT);
    const auto line = context.substr(0, std::min(context.find('\n'), context.size()));
    const bool is_function = line.starts_with("PL/") && line.find('"') == line.npos;
    return "a function or trigger of the database has refused it; detail() has its message" +
           (is_function ? " (" + one_line(line) + ")" : std::string{});
}

/// The server's message without values.
std::string shown(std::string_view primary, std::string_view sqlstate, const SqlText* statement,
                  std::span<const std::string> bound) {
    const std::string sql = statement != nullptr ? statement->source : std::string{};
    return backend::without_bound(sqlstate.starts_with("22") ? without_values(primary) : std::string{primary}, sql,
                                  bound);
}

std::string message_of(const PGresult* result, const ErrorDetails& details, const SqlText* statement,
                       std::span<const std::string> bound, std::size_t ahead) {
    const auto primary = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (primary.empty()) return one_line(PQresultErrorMessage(result));
    if (may_repeat_earlier(result, statement)) return told_by(result);
    std::string message = one_line(shown(primary, details.sqlstate, statement, bound));
    if (statement != nullptr) message += place_text(*statement, field(result, PG_DIAG_STATEMENT_POSITION), ahead);
    if (!details.hint.empty()) message += ". " + one_line(shown(details.hint, {}, statement, bound));
    return message;
}

std::vector<std::string> columns_of(const PGresult* result, std::string_view sqlstate) {
    if (const auto column = field(result, PG_DIAG_COLUMN_NAME); !column.empty()) return {std::string{column}};
    const bool names_a_key = sqlstate == "23505" || sqlstate == "23503" || sqlstate == "23P01";
    if (!names_a_key) return {};
    return key_columns(field(result, PG_DIAG_MESSAGE_DETAIL));
}

/// With the whole message where that says more than what is shown of it.
std::string detail_of(const PGresult* result, std::string_view sqlstate, const SqlText* statement,
                      std::span<const std::string> bound) {
    std::string detail{field(result, PG_DIAG_MESSAGE_DETAIL)};
    const auto primary = field(result, PG_DIAG_MESSAGE_PRIMARY);
    const bool is_shown = !may_repeat_earlier(result, statement) && !sqlstate.starts_with("22");
    if (is_shown && shown(primary, sqlstate, statement, bound) == primary) return detail;
    return std::string{primary} + (detail.empty() ? "" : "\n") + detail;
}

}  // namespace

std::exception_ptr error_of(const PGresult* result, const SqlText* statement, std::string parameters,
                            std::string_view item, std::span<const std::string> bound, std::size_t ahead) {
    ErrorDetails details;
    details.sqlstate = field(result, PG_DIAG_SQLSTATE);
    details.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    details.table = field(result, PG_DIAG_TABLE_NAME);
    details.columns = columns_of(result, details.sqlstate);
    details.detail = detail_of(result, details.sqlstate, statement, bound);
    details.hint = hint_for(result, details.sqlstate, ahead != 0);
    details.message = std::string{item} + message_of(result, details, statement, bound, ahead);
    if (statement != nullptr) details.sql = statement->source;
    details.parameters = std::move(parameters);
    return as_exception(std::move(details));
}

std::exception_ptr connection_error(const PGconn* connection, std::string_view sqlstate, const SqlText* statement) {
    ErrorDetails details;
    details.sqlstate = sqlstate;
    details.message = "the connection to PostgreSQL at " + place_of(server_of(connection)) + " was lost";
    if (sqlstate == "08007") details.message += " during COMMIT, and whether that was carried out is unknown";
    if (const auto reason = one_line(PQerrorMessage(connection)); !reason.empty()) details.message += ": " + reason;
    if (statement != nullptr) details.sql = statement->source;
    return as_exception(std::move(details));
}

std::exception_ptr as_exception(ErrorDetails details) {
    try {
        throw_database_error(std::move(details));
    } catch (...) {
        return std::current_exception();
    }
}

void throw_unreachable(std::string reason) {
    ErrorDetails details;
    details.message = std::move(reason);
    details.sqlstate = "08001";
    throw_database_error(std::move(details));
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char character : text) {
        const bool is_blank = static_cast<unsigned char>(character) <= ' ' || character == '\x7f';
        if (!is_blank) line += character;
        if (is_blank && !line.empty() && line.back() != ' ') line += ' ';
    }
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

}  // namespace databased::postgresql

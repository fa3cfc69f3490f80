#include "opening_failure.hpp"

#include "error.hpp"

#include <algorithm>
#include <utility>

namespace databased::postgresql {

namespace {

constexpr std::string_view unreachable = "08001";

struct Reason {
    std::string sqlstate;  // empty if libpq says it and not a server
    std::string text;

    friend bool operator==(const Reason&, const Reason&) = default;
};

bool is_sqlstate(std::string_view text) noexcept {
    return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char character) {
               return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z');
           });
}

/// "connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  28P01: password authentication failed". The word
/// for the severity is in the server's language.
Reason read_line(std::string_view line) {
    constexpr std::string_view behind_severity = ":  ";
    for (auto mark = line.find(behind_severity); mark != line.npos; mark = line.find(behind_severity, mark + 1)) {
        const auto rest = line.substr(mark + behind_severity.size());
        if (is_sqlstate(rest.substr(0, 5)) && rest.substr(5).starts_with(": "))
            return {std::string{rest.substr(0, 5)}, one_line(rest.substr(7))};
    }
    const auto place = line.find(" failed: ");
    const bool begins_with_place = line.starts_with("connection to server ") && place != line.npos;
    return {{}, one_line(begins_with_place ? line.substr(place + 9) : line)};
}

/// One for each line; a line that is indented goes on with the one before.
std::vector<Reason> read_lines(std::string_view message) {
    std::vector<Reason> reasons;
    while (!message.empty()) {
        const auto end = std::min(message.find('\n'), message.size());
        const auto line = message.substr(0, end);
        message.remove_prefix(std::min(end + 1, message.size()));
        if (line.starts_with('\t') && !reasons.empty()) {
            reasons.back().text += "; " + one_line(line);
        } else if (!line.empty()) {
            reasons.push_back(read_line(line));
        }
    }
    return reasons;
}

/// What a server says has more lines (DETAIL, LOCATION …), and libpq tries twice where TLS is optional.
std::vector<Reason> essence_of(const std::vector<Reason>& lines) {
    const bool server_spoke =
        std::any_of(lines.begin(), lines.end(), [](const Reason& each) { return !each.sqlstate.empty(); });
    std::vector<Reason> essence;
    for (const Reason& reason : lines) {
        const bool is_known = std::find(essence.begin(), essence.end(), reason) != essence.end();
        if (!is_known && (!server_spoke || !reason.sqlstate.empty())) essence.push_back(reason);
    }
    return essence;
}

std::string advice_for(std::string_view sqlstate) {
    if (sqlstate == "28P01") return "; check the user and the password";
    if (sqlstate == "53300") return "; open fewer connections (max_size), or raise the server's max_connections";
    if (sqlstate == "57P03") return "; try again later";
    return {};
}

}  // namespace

OpeningFailure failure_of(const PGconn* connection, std::string place) {
    const auto reasons = essence_of(read_lines(PQerrorMessage(connection)));
    OpeningFailure failure{std::move(place), std::string{unreachable}, {}};
    const std::string said = reasons.empty() ? std::string{} : reasons.front().sqlstate;
    const bool is_internal = said.starts_with("XX");  // as pgpool-II says that no server is there
    if (!said.empty() && !is_internal) failure.sqlstate = said;
    if (PQconnectionNeedsPassword(connection) != 0) {
        failure.sqlstate = "28P01";
        failure.reason = "the server asks for a password: write one into the URL, ~/.pgpass or PGPASSWORD";
        return failure;
    }
    for (const Reason& reason : reasons) failure.reason += (failure.reason.empty() ? "" : "; ") + reason.text;
    failure.reason += advice_for(failure.sqlstate);
    return failure;
}

bool is_worth_another_try(std::string_view sqlstate) noexcept {
    return sqlstate.starts_with("08") || sqlstate.starts_with("53") || sqlstate.starts_with("57P");
}

ErrorDetails summary_of(const std::vector<OpeningFailure>& failures) {
    ErrorDetails details;
    // The last word is of who refused us for good; among places that could not serve, one that spoke tells most.
    const auto spoke = std::find_if(failures.rbegin(), failures.rend(),
                                    [](const OpeningFailure& each) { return each.sqlstate != unreachable; });
    details.sqlstate = spoke != failures.rend() ? spoke->sqlstate : unreachable;
    details.message = "cannot connect to PostgreSQL";
    for (const auto& failure : failures)
        details.message += (&failure == &failures.front() ? " at " : "; at ") + failure.place + ": " + failure.reason;
    return details;
}

}  // namespace databased::postgresql

#include "notice.hpp"

#include <string_view>

namespace databased::postgresql {

namespace {

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : std::string{};
}

}  // namespace

std::optional<Notice> notice_of(const PGresult* result) {
    Notice notice;
    notice.severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (notice.severity.empty()) notice.severity = field(result, PG_DIAG_SEVERITY);  // poolers
    const std::string_view severity = notice.severity;
    if (severity.empty() || severity == "ERROR" || severity == "FATAL" || severity == "PANIC") return std::nullopt;
    notice.sqlstate = field(result, PG_DIAG_SQLSTATE);
    notice.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    notice.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    notice.hint = field(result, PG_DIAG_MESSAGE_HINT);
    return notice;
}

}  // namespace databased::postgresql

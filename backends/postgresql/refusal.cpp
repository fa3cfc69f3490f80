#include "refusal.hpp"

namespace databased::postgresql {

namespace {

std::string_view field(const PGresult* result, int code) noexcept {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : std::string_view{};
}

}  // namespace

std::string_view sqlstate_of(const PGresult* result) noexcept { return field(result, PG_DIAG_SQLSTATE); }

bool Refusal::is_stale() const noexcept {
    return is_missing_statement() || is_of_statement() ||
           (sqlstate == "0A000" && function == "RevalidateCachedQuery") ||
           (sqlstate == "XX000" && message.starts_with("cache lookup failed"));
}

/// Poolers do not tell the severity but in English.
Refusal refusal_of(const PGresult* result) noexcept {
    Refusal refusal;
    refusal.sqlstate = sqlstate_of(result);
    refusal.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    refusal.function = field(result, PG_DIAG_SOURCE_FUNCTION);
    refusal.has_context = PQresultErrorField(result, PG_DIAG_CONTEXT) != nullptr;
    const std::string_view severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    refusal.is_fatal = (severity.empty() ? field(result, PG_DIAG_SEVERITY) : severity) == "FATAL";
    return refusal;
}

}  // namespace databased::postgresql

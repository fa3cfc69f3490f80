#include "kept_state.hpp"

#include <cctype>

namespace databased::postgresql {

namespace {

bool is_part(char c) noexcept { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

}  // namespace

void HookNames::note(const Statement& statement) {
    note(statement.text().text);
    for (std::size_t run = 0; run < statement.runs(); ++run) {
        for (std::size_t i = 0; i < statement.text().parameter_count; ++i) {
            const auto& value = statement.parameter(i, run);
            if (value.kind == ValueKind::text) note(value.text());
        }
    }
}

void HookNames::note(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_part(text[end])) ++end;
        const std::string_view word = text.substr(at, end - at);
        if (word.find('.') != word.npos && word.front() != '.') names_.emplace(word);
        at = end + 1;
    }
}

// Settings of one's own are not in pg_settings: they are found by their names in the hook's statements, and in the
// functions that these may have called. The order is that in which they are set again: who is no superuser any more may
// not set everything.
const char* const kept_state_query = R"(
WITH own AS (
    SELECT DISTINCT pg_catalog.lower(name) AS name FROM (
        SELECT pg_catalog.unnest($1::text[]) AS name
        UNION ALL
        SELECT (pg_catalog.regexp_matches(prosrc, '[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+', 'g'))[1]
        FROM pg_catalog.pg_proc WHERE oid >= 16384 AND prolang <> 13) AS names
    WHERE name ~ '^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$')
SELECT 'setting', name, setting FROM pg_catalog.pg_settings WHERE source = 'session'
UNION ALL
SELECT 'setting', name, pg_catalog.current_setting(name, true) FROM own
WHERE pg_catalog.current_setting(name, true) <> ''
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_settings s WHERE pg_catalog.lower(s.name) = own.name)
UNION ALL
SELECT 'setting', 'session_authorization', session_user::text
WHERE session_user <> (SELECT usename FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid())
UNION ALL
SELECT 'setting', 'role', pg_catalog.current_setting('role')
WHERE pg_catalog.current_setting('role') <> 'none'
UNION ALL
SELECT 'channel', channel, '' FROM pg_catalog.pg_listening_channels() AS channel
UNION ALL
SELECT 'statement', name, '' FROM pg_catalog.pg_prepared_statements WHERE from_sql
UNION ALL
SELECT 'object', 'temporary', '' WHERE EXISTS (
    SELECT FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema())
UNION ALL
SELECT 'object', 'cursor', '' WHERE EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE is_holdable)
UNION ALL
SELECT 'object', 'lock', '' WHERE EXISTS (
    SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()))";

void add_to(KeptState& state, const Row& row) {
    const auto kind = row[0].as<std::string>();
    auto name = row[1].as<std::string>();
    if (kind == "setting") state.settings.emplace_back(std::move(name), row[2].as<std::string>());
    if (kind == "channel") state.channels.push_back(std::move(name));
    if (kind == "statement") state.statements.push_back(std::move(name));
    state.has_objects = state.has_objects || kind == "object";
}

}  // namespace databased::postgresql

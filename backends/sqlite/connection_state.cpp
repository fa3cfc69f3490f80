#include "connection_state.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace databased::sqlite {

namespace {

// A view takes its triggers along, a virtual table the tables that it keeps its rows in.
constexpr const char* temporary_objects =
    "SELECT upper(type) || ' IF EXISTS temp.\"' || replace(name, '\"', '\"\"') || '\"' FROM temp.sqlite_master "
    "WHERE type IN ('table', 'view', 'trigger') AND name NOT GLOB 'sqlite_*' ORDER BY type DESC, rowid";
constexpr const char* attached_databases =
    "SELECT '\"' || replace(name, '\"', '\"\"') || '\"' FROM pragma_database_list WHERE name NOT IN ('main', 'temp')";

std::string quoted(const std::string& name) {
    std::string result = "\"";
    for (const char character : name) result.append(character == '"' ? 2 : 1, character);
    return result + '"';
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// secure_delete says 2 where it was told fast.
std::string settable(const std::string& pragma, std::string value) {
    return pragma.ends_with("secure_delete") && value == "2" ? "fast" : value;
}

}  // namespace

std::exception_ptr ConnectionState::admit(const StatementFacts& facts) const {
    return refusal(facts, Situation{.is_hook = !is_kept_,
                                    .in_transaction = handle_.in_transaction(),
                                    .in_memory = handle_.options().in_memory()});
}

void ConnectionState::note(const StatementFacts& facts) {
    if (!is_kept_ || facts.trace == Trace::none) return;
    is_touched_.store(true, std::memory_order_relaxed);
    if (facts.pragma.empty() || !handle_.options().in_memory()) return;
    const std::string pragma = facts.schema.empty() ? facts.pragma : quoted(facts.schema) + "." + facts.pragma;
    const bool is_known = std::any_of(settings_.begin(), settings_.end(),
                                      [&](const Setting& setting) { return setting.pragma == pragma; });
    if (is_known) return;
    if (auto value = handle_.ask("PRAGMA " + pragma)) settings_.push_back({pragma, std::move(*value)});
}

void ConnectionState::keep() {
    is_kept_ = true;
    if (!handle_.options().in_memory()) return;
    kept_objects_ = names(temporary_objects);
    kept_databases_ = names(attached_databases);
}

bool ConnectionState::reset() {
    // The settings first: query_only would keep the rest from being done.
    const bool is_done = restore_settings() && drop_temporary_objects() && detach_databases();
    if (is_done) is_touched_.store(false, std::memory_order_relaxed);
    return is_done;
}

/// Without foreign keys, which would ask for an order.
bool ConnectionState::drop_temporary_objects() {
    const std::string foreign_keys = "PRAGMA foreign_keys = " + handle_.ask("PRAGMA foreign_keys").value_or("0");
    handle_.execute("PRAGMA foreign_keys = 0");
    bool is_done = true;
    for (const std::string& object : names(temporary_objects)) {
        if (contains(kept_objects_, object)) continue;
        is_done = handle_.execute(("DROP " + object).c_str()) == SQLITE_OK && is_done;
    }
    return handle_.execute(foreign_keys.c_str()) == SQLITE_OK && is_done;
}

bool ConnectionState::detach_databases() {
    for (const std::string& database : names(attached_databases)) {
        if (contains(kept_databases_, database)) continue;
        if (handle_.execute(("DETACH " + database).c_str()) != SQLITE_OK) return false;
    }
    return true;
}

bool ConnectionState::restore_settings() {
    while (!settings_.empty()) {
        const Setting& setting = settings_.back();
        const std::string sql = "PRAGMA " + setting.pragma + " = '" + settable(setting.pragma, setting.value) + "'";
        if (handle_.execute(sql.c_str()) != SQLITE_OK) return false;
        settings_.pop_back();
    }
    return true;
}

ConnectionState::Names ConnectionState::names(const char* sql) const {
    Names found;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_.get(), sql, -1, &statement, nullptr) != SQLITE_OK) return found;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    }
    sqlite3_finalize(statement);
    return found;
}

}  // namespace databased::sqlite

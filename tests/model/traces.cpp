#include "model/traces.hpp"

namespace model {

std::string Traces::of_kind(int kind, int number) const {
    static constexpr const char* in_sqlite[kinds] = {"PRAGMA cache_size = 77",
                                                     "PRAGMA recursive_triggers = ON",
                                                     "PRAGMA reverse_unordered_selects = ON",
                                                     "CREATE TEMPORARY TABLE IF NOT EXISTS other (id INTEGER)",
                                                     "CREATE TEMPORARY VIEW IF NOT EXISTS some_view AS SELECT 1",
                                                     "CREATE TEMPORARY TABLE IF NOT EXISTS another (id INTEGER)"};
    static constexpr const char* on_postgresql[kinds] = {"SET application_name = 'left behind'",
                                                         "SELECT set_config('application_name', 'left behind', false)",
                                                         "SELECT pg_try_advisory_lock(42)",
                                                         "CREATE TEMPORARY TABLE IF NOT EXISTS other (id INTEGER)",
                                                         "DO $$ BEGIN EXECUTE 'LISTEN a_channel'; END $$",
                                                         "PREPARE mine_"};
    if (on_sqlite_) return in_sqlite[kind];
    const bool is_named = kind + 1 == kinds;
    return on_postgresql[kind] + (is_named ? std::to_string(number) + " AS SELECT 1" : std::string{});
}

const char* Traces::setting() const noexcept {
    return on_sqlite_ ? "PRAGMA cache_size = 55" : "SET application_name = 'of the hook'";
}

const char* Traces::count() const noexcept {
    return on_sqlite_
               ? "SELECT (SELECT count(*) FROM sqlite_temp_master) + (SELECT cache_size <> 55 FROM pragma_cache_size())"
                 " + (SELECT recursive_triggers FROM pragma_recursive_triggers()) + (SELECT reverse_unordered_selects "
                 "FROM pragma_reverse_unordered_selects())"
               : "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) + "
                 "(current_setting('application_name') <> 'of the hook')::int + "
                 "(SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()) + "
                 "(SELECT count(*) FROM pg_prepared_statements WHERE from_sql) + "
                 "(SELECT count(*) FROM pg_listening_channels())";
}

}  // namespace model

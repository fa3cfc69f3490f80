// What a user of a connection can leave in the server's session.
#pragma once

#include <vector>

namespace faults {

/// What can be left, and how somebody else sees that it is there.
struct Trace {
    const char* name;
    const char* leave;
    const char* look;
    const char* clean;  // what `look` gives where nothing is left
};

inline const std::vector<Trace> traces{
    {"a setting", "SET work_mem = '77MB'", "SHOW work_mem", "4MB"},
    {"a setting of its own", "SET app.name = 'ann'", "SELECT coalesce(current_setting('app.name', true), '')", ""},
    {"a setting by a function", "SELECT set_config('work_mem', '77MB', false)", "SHOW work_mem", "4MB"},
    {"a search path", "SET search_path TO pg_catalog", "SHOW search_path", "\"$user\", public"},
    {"a time zone", "SET TIME ZONE 'Asia/Tokyo'", "SELECT (current_setting('TimeZone') = 'Asia/Tokyo')::text", "false"},
    {"a role", "SET ROLE pg_monitor", "SELECT (current_user = session_user)::text", "true"},
    {"an isolation", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SHOW default_transaction_read_only",
     "off"},
    {"a listener", "DO $$ BEGIN EXECUTE 'LISTEN films'; END $$", "SELECT count(*)::text FROM pg_listening_channels()",
     "0"},
    {"a temporary table", "CREATE TEMPORARY TABLE films AS SELECT 1 AS n",
     "SELECT (to_regclass('films') IS NULL)::text", "true"},
    {"a lock", "SELECT pg_advisory_lock(42)::text",
     "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()", "0"},
    {"a shared lock", "SELECT pg_try_advisory_lock_shared(42)::text",
     "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()", "0"},
    {"a cursor", "DECLARE films CURSOR WITH HOLD FOR SELECT 1",
     "SELECT count(*)::text FROM pg_cursors WHERE name = 'films'", "0"},
    {"a prepared statement", "PREPARE films AS SELECT 1",
     "SELECT count(*)::text FROM pg_prepared_statements WHERE name = 'films'", "0"},
    {"what a block does", "DO $$ BEGIN SET work_mem = '77MB'; CREATE TEMPORARY TABLE films AS SELECT 1 AS n; END $$",
     "SELECT current_setting('work_mem') || (to_regclass('films') IS NULL)::text", "4MBtrue"},
    {"what a procedure commits", "CALL leave_something()",
     "SELECT current_setting('work_mem') || (to_regclass('films') IS NULL)::text", "4MBtrue"},
};

/// What the last of them needs.
inline constexpr const char* make_procedure =
    "CREATE PROCEDURE leave_something() LANGUAGE plpgsql AS $$ BEGIN CREATE TEMPORARY TABLE films AS SELECT 1 AS n; "
    "COMMIT; SET work_mem = '77MB'; PERFORM pg_advisory_lock(7); COMMIT; END $$";

}  // namespace faults

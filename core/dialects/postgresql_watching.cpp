#include "dialects/postgresql_watching.hpp"

#include <string>

namespace databased::postgresql {

namespace {

using backend::Lookup;

/// That of a table's name, as it is now: a table that takes the place of another one is heard by who watches it.
std::string channel_of(const std::string& schema, const std::string& table) {
    return "pg_catalog.concat('databased_', pg_catalog.to_hex(pg_catalog.hashtextextended(pg_catalog.format('%I.%I', " +
           schema + ", " + table + "), 0)))";
}

/// Of tables that share rows with others (partitions and their kin) the server calls the triggers of the one that a
/// statement names only.
const std::string& channel_query() {
    static const std::string sql = "SELECT (SELECT " + channel_of("n.nspname", "c.relname") +
                                   " FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid "
                                   "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                                   "WHERE t.tgrelid = pg_catalog.to_regclass(?) AND t.tgname = 'databased_changes' "
                                   "AND t.tgenabled IN ('O', 'A') AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i "
                                   "WHERE t.tgrelid IN (i.inhrelid, i.inhparent)))";
    return sql;
}

/// For the texts below, which have no parameters.
constexpr const char* name_table = "SELECT pg_catalog.set_config('databased.table', ?, true)";

/// A function that is there already, and belongs to somebody else, would run with the rights of all who write. Who
/// watched a table of this name, which is gone, is told.
const std::string& make() {
    static const std::string sql =
        "DO $databased$ DECLARE target pg_catalog.regclass := "
        "pg_catalog.to_regclass(pg_catalog.current_setting('databased.table')); place text; kind text; lasts text; "
        "owner pg_catalog.oid; tells pg_catalog.oid; state text; BEGIN "
        "IF target IS NULL THEN RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = 'there is no table ' || "
        "pg_catalog.current_setting('databased.table') || ' to be watched'; END IF; "
        "SELECT n.nspname, c.relkind, c.relpersistence, c.relowner INTO place, kind, lasts, owner "
        "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target; "
        "IF kind <> 'r' OR lasts = 't' OR EXISTS (SELECT FROM pg_catalog.pg_inherits i "
        "WHERE target IN (i.inhrelid, i.inhparent)) THEN "
        "RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = pg_catalog.current_setting('databased.table') || "
        "' cannot be watched: only a table of its own can, no view, temporary table, partition or table with "
        "children'; END IF; "
        "tells := pg_catalog.to_regprocedure(pg_catalog.format('%I.databased_tell_changes()', place)); "
        "IF tells IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_roles r ON r.oid = "
        "p.proowner "
        "WHERE p.oid = tells AND (r.oid = owner OR r.rolsuper OR r.rolname = current_user)) THEN "
        "RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = pg_catalog.format('the function "
        "%I.databased_tell_changes() "
        "belongs neither to you nor to the owner of the table: let it, or drop it', place); END IF; "
        "SELECT t.tgenabled INTO state FROM pg_catalog.pg_trigger t WHERE t.tgrelid = target AND t.tgname = "
        "'databased_changes'; "
        "IF state = 'A' THEN RETURN; END IF; "
        "IF tells IS NULL THEN "
        "EXECUTE pg_catalog.format('CREATE FUNCTION %I.databased_tell_changes() RETURNS trigger LANGUAGE plpgsql AS "
        "%L', place, $tells$BEGIN PERFORM pg_catalog.pg_notify(" +
        channel_of("TG_TABLE_SCHEMA", "TG_TABLE_NAME") +
        ", ''); RETURN NULL; END$tells$); END IF; "
        "IF state IS NULL THEN "
        "EXECUTE pg_catalog.format('CREATE TRIGGER databased_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "
        "%s FOR EACH STATEMENT EXECUTE FUNCTION %I.databased_tell_changes()', target, place); END IF; "
        "EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER databased_changes', target); "
        "PERFORM pg_catalog.pg_notify(" +
        channel_of("place", "c.relname") + ", '') FROM pg_catalog.pg_class c WHERE c.oid = target; END $databased$";
    return sql;
}

constexpr const char* unmake =
    "DO $databased$ DECLARE target pg_catalog.regclass := "
    "pg_catalog.to_regclass(pg_catalog.current_setting('databased.table')); tells pg_catalog.oid; BEGIN "
    "SELECT t.tgfoid INTO tells FROM pg_catalog.pg_trigger t WHERE t.tgrelid = target AND t.tgname = "
    "'databased_changes'; IF tells IS NULL THEN RETURN; END IF; "
    "EXECUTE pg_catalog.format('DROP TRIGGER databased_changes ON %s', target); "
    "IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgfoid = tells) THEN "
    "EXECUTE pg_catalog.format('DROP FUNCTION %s', tells::pg_catalog.regprocedure); END IF; END $databased$";

std::string in_quotes(std::string_view name) {
    std::string text = "\"";
    for (const char character : name) text.append(character == '"' ? 2 : 1, character);
    return text + '"';
}

std::string full_name(std::string_view schema, std::string_view table) {
    return schema.empty() ? in_quotes(table) : in_quotes(schema) + '.' + in_quotes(table);
}

std::vector<Lookup> with_table(std::string_view schema, std::string_view table, const std::string& sql) {
    return {{std::string{postgresql_dialect.lock_catalogue()}, {}}, {name_table, full_name(schema, table)}, {sql, {}}};
}

}  // namespace

Lookup change_channel(std::string_view schema, std::string_view table) {
    return {channel_query(), full_name(schema, table)};
}

std::vector<Lookup> make_watchable(std::string_view schema, std::string_view table) {
    return with_table(schema, table, make());
}

std::vector<Lookup> make_unwatchable(std::string_view schema, std::string_view table) {
    return with_table(schema, table, unmake);
}

}  // namespace databased::postgresql

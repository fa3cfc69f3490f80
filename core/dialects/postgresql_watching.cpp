#include "dialects/postgresql_watching.hpp"

#include <string>

namespace databased::postgresql {

namespace {

using backend::Lookup;

/// The channel stands in the trigger. Of tables that share rows with others (partitions and their kin) the server calls
/// the triggers of the one that a statement names only.
constexpr const char* channel_query =
    "SELECT (SELECT pg_catalog.encode(pg_catalog.btrim(t.tgargs, pg_catalog.decode('00', 'hex')), 'escape') "
    "FROM pg_catalog.pg_trigger t WHERE t.tgrelid = pg_catalog.to_regclass(?) AND t.tgname = 'databased_changes' "
    "AND t.tgenabled IN ('O', 'A') AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i "
    "WHERE t.tgrelid IN (i.inhrelid, i.inhparent)))";

/// For the texts below, which have no parameters.
constexpr const char* name_table = "SELECT pg_catalog.set_config('databased.table', ?, true)";

/// The channel is made of the name, so that a table that is made again is heard by who watches it.
constexpr const char* make =
    "DO $databased$ DECLARE target pg_catalog.regclass := "
    "pg_catalog.to_regclass(pg_catalog.current_setting('databased.table')); place text; kind text; channel text; BEGIN "
    "IF target IS NULL THEN RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = 'there is no table ' || "
    "pg_catalog.current_setting('databased.table') || ' to be watched'; END IF; "
    "SELECT n.nspname, c.relkind, 'databased_' || pg_catalog.to_hex(pg_catalog.hashtextextended(pg_catalog.format("
    "'%I.%I', n.nspname, c.relname), 0)) INTO place, kind, channel "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target; "
    "IF kind <> 'r' OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE target IN (i.inhrelid, i.inhparent)) THEN "
    "RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = pg_catalog.current_setting('databased.table') || "
    "' cannot be watched: only a table of its own can, no view, partition or table with children'; END IF; "
    "IF EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = target AND t.tgname = 'databased_changes') THEN "
    "RETURN; END IF; "
    "IF pg_catalog.to_regprocedure(pg_catalog.format('%I.databased_tell_changes()', place)) IS NULL THEN "
    "EXECUTE pg_catalog.format('CREATE FUNCTION %I.databased_tell_changes() RETURNS trigger LANGUAGE plpgsql AS %L', "
    "place, 'BEGIN PERFORM pg_catalog.pg_notify(TG_ARGV[0], ''''); RETURN NULL; END'); END IF; "
    "EXECUTE pg_catalog.format('CREATE TRIGGER databased_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s "
    "FOR EACH STATEMENT EXECUTE FUNCTION %I.databased_tell_changes(%L)', target, place, channel); "
    "EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER databased_changes', target); END $databased$";

constexpr const char* unmake =
    "DO $databased$ DECLARE target pg_catalog.regclass := "
    "pg_catalog.to_regclass(pg_catalog.current_setting('databased.table')); tells pg_catalog.oid; BEGIN "
    "SELECT t.tgfoid INTO tells FROM pg_catalog.pg_trigger t WHERE t.tgrelid = target AND t.tgname = "
    "'databased_changes'; IF tells IS NULL THEN RETURN; END IF; "
    "EXECUTE pg_catalog.format('DROP TRIGGER databased_changes ON %s', target); "
    "IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgfoid = tells) THEN "
    "EXECUTE pg_catalog.format('DROP FUNCTION %s', tells::pg_catalog.regprocedure); END IF; END $databased$";

std::string quoted(std::string_view name) {
    std::string text = "\"";
    for (const char character : name) text.append(character == '"' ? 2 : 1, character);
    return text + '"';
}

std::string full_name(std::string_view schema, std::string_view table) {
    return schema.empty() ? quoted(table) : quoted(schema) + '.' + quoted(table);
}

std::vector<Lookup> with_table(std::string_view schema, std::string_view table, const char* sql) {
    return {{std::string{postgresql_dialect.lock_catalogue()}, {}}, {name_table, full_name(schema, table)}, {sql, {}}};
}

}  // namespace

Lookup change_channel(std::string_view schema, std::string_view table) {
    return {channel_query, full_name(schema, table)};
}

std::vector<Lookup> make_watchable(std::string_view schema, std::string_view table) {
    return with_table(schema, table, make);
}

std::vector<Lookup> make_unwatchable(std::string_view schema, std::string_view table) {
    return with_table(schema, table, unmake);
}

}  // namespace databased::postgresql

#!/usr/bin/env bash
# PostgreSQL: table_to_xml() is marked STABLE and runs the volatile functions of a view that is named by a value.
#
# By https://www.postgresql.org/docs/current/xfunc-volatility.html a STABLE function cannot modify the database and calls no
# volatile ones, if it is to be what it says. table_to_xml(regclass, …) runs SELECT * FROM what it is given, a view
# too: here a function of the view calls set_config(), and the setting outlives a READ ONLY transaction. Nothing in
# the statement's text names the view or the function, and the volatility of all that it names says that it is harmless.
# Who decides by pg_proc.provolatile what a statement may do must know these functions (…_to_xml…) by name.
#
# Seen with PostgreSQL 16.4 (@electric-sql/pglite 0.2.17). Needs node and npm. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save @electric-sql/pglite@0.2.17 >/dev/null

cat >stable.mjs <<'END'
import { PGlite } from '@electric-sql/pglite';
const database = new PGlite();
const value = async (sql) => Object.values((await database.query(sql)).rows[0])[0];
const setting = () => value(`SELECT coalesce(current_setting('app.tenant', true), 'not set')`);
await database.exec(`CREATE FUNCTION become(name text) RETURNS text LANGUAGE plpgsql VOLATILE AS
  $$ BEGIN RETURN set_config('app.tenant', name, false); END $$;
  CREATE VIEW tenant AS SELECT become('acme') AS name;`);
console.log('PostgreSQL ' + (await value(`SELECT split_part(version(), ' ', 2)`)));
console.log('volatility: ' + (await value(`SELECT provolatile FROM pg_proc WHERE proname = 'table_to_xml'`)));
console.log('before: ' + (await setting()));
await database.query('BEGIN READ ONLY');
await database.query(`SELECT table_to_xml($1::text::regclass, true, false, '')`, ['tenant']);
await database.query('COMMIT');
console.log('after: ' + (await setting()));
END
seen=$(node stable.mjs)
echo "$seen"
diff <(echo "$seen") - <<'END'
PostgreSQL 16.4
volatility: s
before: not set
after: acme
END

#!/usr/bin/env bash
# SQLite: GROUP BY and ORDER BY of a subquery do not know the columns of the query around it.
#
# A correlated subquery may name a column of the query around it in SELECT, WHERE and HAVING, but in GROUP BY and
# ORDER BY the same name is "no such column", also where the subquery selects that very column.
# Standard SQL, and PostgreSQL, take it there. A writer of portable SQL has to select such an expression in a derived
# table, or leave it out: it is the same for all rows that are ordered.
#
# Seen with SQLite 3.46.1 (@sqlite.org/sqlite-wasm 3.46.1-build1) and with 3.40.1: both clauses are refused, the other
# three are answered.
# Needs node and npm. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save @sqlite.org/sqlite-wasm@3.46.1-build1 >/dev/null

cat >outer.mjs <<'END'
globalThis.self = globalThis;
const { default: init } = await import('./node_modules/@sqlite.org/sqlite-wasm/sqlite-wasm/jswasm/sqlite3-node.mjs');
const quiet = () => {};
console.error = quiet;
const sqlite3 = await init({ print: quiet, printErr: quiet });
const database = new sqlite3.oo1.DB(':memory:');
database.exec('CREATE TABLE a (x INTEGER); CREATE TABLE b (y INTEGER); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)');

function answer(subquery) {
  try {
    return String(database.selectValue(`SELECT count(*) FROM a WHERE EXISTS (${subquery})`));
  } catch (error) {
    return error.message.replace(/^.*code \d+: /, '');
  }
}
const expected = {
  'SELECT a.x FROM b': '1',
  'SELECT y FROM b WHERE y = a.x': '1',
  'SELECT y FROM b GROUP BY y HAVING a.x = 1': '1',
  'SELECT y FROM b GROUP BY a.x': 'no such column: a.x',
  'SELECT a.x FROM b ORDER BY a.x': 'no such column: a.x',
};
let same = true;
console.log('SQLite', sqlite3.version.libVersion);
for (const [subquery, wanted] of Object.entries(expected)) {
  const got = answer(subquery);
  console.log(`${subquery}: ${got}`);
  same &&= got === wanted;
}
process.exit(same ? 0 : 1);
END
node outer.mjs

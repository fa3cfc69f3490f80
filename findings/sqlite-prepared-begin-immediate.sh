#!/usr/bin/env bash
# SQLite: a prepared BEGIN IMMEDIATE does not lock a database that was attached after it was prepared.
#
# BEGIN IMMEDIATE takes the write locks of all databases of the connection. Which those are is written into the statement
# when it is prepared, and ATTACH, unlike DETACH, does not make SQLite prepare statements anew. A statement that is kept, by
# a program or by the statement cache of its client (Python's sqlite3 module has one), goes on to lock the old ones only:
# other connections write to the attached database between what the transaction reads there and what it writes. One
# would guess that the same text does the same.
#
# Seen with SQLite 3.51.2 (node-sqlite3-wasm 0.8.53) and, by Python's cache, with 3.40.1: behind the kept statement another
# connection gets the write lock of the attached file, behind a new one it does not. BEGIN, COMMIT and ROLLBACK name no
# database and can be kept. Needs node and npm. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save node-sqlite3-wasm@0.8.53 >/dev/null

cat >attach.js <<'END'
const { Database } = require('node-sqlite3-wasm');
for (const file of ['main.db', 'other.db']) {
  const database = new Database(file);
  database.exec('CREATE TABLE t (n INTEGER)');
  database.close();
}
const canWrite = (file) => {
  const database = new Database(file);
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return 'yes';
  } catch (error) {
    return error.message;
  } finally {
    database.close();
  }
};
const database = new Database('main.db');
console.log(`SQLite ${database.get('SELECT sqlite_version() AS version').version}`);
const kept = database.prepare('BEGIN IMMEDIATE');
kept.run();
database.exec('COMMIT');
database.exec("ATTACH 'other.db' AS other");
for (const [name, begin] of [['kept', kept], ['new', database.prepare('BEGIN IMMEDIATE')]]) {
  begin.run();
  console.log(`${name}: others may write to main.db: ${canWrite('main.db')}, to other.db: ${canWrite('other.db')}`);
  database.exec('ROLLBACK');
}
END
seen=$(node attach.js)
echo "$seen"
diff <(echo "$seen") - <<'END'
SQLite 3.51.2
kept: others may write to main.db: database is locked, to other.db: yes
new: others may write to main.db: database is locked, to other.db: database is locked
END

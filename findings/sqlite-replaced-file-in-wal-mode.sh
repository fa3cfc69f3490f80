#!/usr/bin/env bash
# SQLite: with a write-ahead log, a commit to a file that was replaced is acknowledged and lost; with a rollback journal
# it is refused.
#
# Somebody restores a backup over a database that is open, by renaming, and removes the old log. With journal_mode=delete
# the next write of the open connection is refused: SQLITE_READONLY_DBMOVED (1032,
# https://www.sqlite.org/rescode.html#readonly_dbmoved). With journal_mode=wal the same INSERT succeeds: it goes
# to the files that have no name any more, and no program ever sees the row. A program that keeps connections open has to
# ask with SQLITE_FCNTL_HAS_MOVED before each commit.
#
# Seen with SQLite 3.47.0 (node 22.12.0 from npm, its built-in node:sqlite), and with 3.40.1.
# Needs npm. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save node@22.12.0 >/dev/null

cat >replaced.mjs <<'END'
import { DatabaseSync } from "node:sqlite";
import { renameSync, rmSync } from "node:fs";

const rows = (path) => {
  const database = new DatabaseSync(path);
  const { count } = database.prepare("SELECT count(*) AS count FROM note").get();
  database.close();
  return count;
};

for (const mode of ["delete", "wal"]) {
  const path = `${mode}.sqlite`;
  const open = new DatabaseSync(path);
  open.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE note (body TEXT)`);
  const backup = new DatabaseSync("backup.sqlite");
  backup.exec("CREATE TABLE note (body TEXT)");
  backup.close();
  renameSync("backup.sqlite", path);
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });

  let answer = "acknowledged";
  try {
    open.exec("INSERT INTO note VALUES ('after')");
  } catch (error) {
    answer = `refused with ${error.errcode}`;
  }
  console.log(`${mode}: ${answer}, ${rows(path)} rows in the file`);
}
END

seen=$(node_modules/.bin/node --no-warnings --experimental-sqlite replaced.mjs)
echo "$seen"
[[ $seen == "delete: refused with 1032, 0 rows in the file
wal: acknowledged, 0 rows in the file" ]]

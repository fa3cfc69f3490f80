#!/usr/bin/env bash
# SQLite: an INSERT that was committed is reported as interrupted.
#
# The progress handler is asked once more between the commit of an autocommitted statement and the answer that it is
# done. If it says "interrupt" there, sqlite3_step() returns SQLITE_INTERRUPT, and the row is in the database all the
# same. A program that takes SQLITE_INTERRUPT for "nothing has happened", and does the work again, does it twice. Once
# sqlite3_commit_hook() has been called, the handler must not interrupt any more.
#
# Seen with SQLite 3.46.1 (@sqlite.org/sqlite-wasm 3.46.1-build1) and with 3.40.1: of 9 places at which one INSERT can be
# interrupted, 6 report SQLITE_INTERRUPT and leave the row there; with a commit hook that disarms the handler, none.
# Needs node and npm. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save @sqlite.org/sqlite-wasm@3.46.1-build1 >/dev/null

cat >insert.mjs <<'END'
globalThis.self = globalThis;
const { default: init } = await import('./node_modules/@sqlite.org/sqlite-wasm/sqlite-wasm/jswasm/sqlite3-node.mjs');
const quiet = () => {};
console.error = quiet;
const sqlite3 = await init({ print: quiet, printErr: quiet });
const { capi } = sqlite3;

function lies(disarmedByCommit) {
  let count = 0;
  for (let steps = 1; steps < 40; ++steps) {
    const database = new sqlite3.oo1.DB(':memory:');
    database.exec('CREATE TABLE t (n INTEGER)');
    let armed = true;
    if (disarmedByCommit) capi.sqlite3_commit_hook(database.pointer, () => { armed = false; return 0; }, 0);
    capi.sqlite3_progress_handler(database.pointer, steps, () => (armed ? 1 : 0), 0);
    let code = capi.SQLITE_OK;
    try { database.exec('INSERT INTO t VALUES (1)'); } catch (error) { code = error.resultCode; }
    capi.sqlite3_progress_handler(database.pointer, 0, 0, 0);
    if (code === capi.SQLITE_INTERRUPT && database.selectValue('SELECT count(*) FROM t') === 1) ++count;
    database.close();
  }
  return count;
}

console.log(`SQLite ${capi.sqlite3_libversion()}`);
console.log(`interrupted although committed: ${lies(false)}, with a commit hook: ${lies(true)}`);
END
seen=$(node insert.mjs 2>/dev/null)
echo "$seen"
diff <(echo "$seen") - <<'END'
SQLite 3.46.1
interrupted although committed: 6, with a commit hook: 0
END

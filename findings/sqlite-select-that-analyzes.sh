#!/usr/bin/env bash
# SQLite: SELECT * FROM pragma_optimize writes, and is read-only by sqlite3_stmt_readonly().
#
# By https://www.sqlite.org/pragma.html#pragfunc there are such functions only for PRAGMAs that return results and have no
# side effects. There is one for PRAGMA optimize, too; reading it runs ANALYZE, which here makes the table sqlite_stat1
# and fills it. The authorizer tells nothing of that while the SELECT is prepared, only when it is
# stepped. Who lets read-only statements run twice, or beside others in one read transaction, must know that one by name.
#
# Seen with SQLite 3.46.1 (@sqlite.org/sqlite-wasm 3.46.1-build1); 3.40.1 has the function as well.
# Needs node and npm. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save @sqlite.org/sqlite-wasm@3.46.1-build1 >/dev/null

cat >select.mjs <<'END'
globalThis.self = globalThis;
const { default: init } = await import('./node_modules/@sqlite.org/sqlite-wasm/sqlite-wasm/jswasm/sqlite3-node.mjs');
const sqlite3 = await init({ print() {}, printErr() {} });
const { capi } = sqlite3;
const database = new sqlite3.oo1.DB(':memory:');
database.exec(`CREATE TABLE t (a, b); CREATE INDEX i ON t (a); CREATE INDEX j ON t (b);
  INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i % 7, i FROM n;
  SELECT * FROM t WHERE a = 1 AND b > 5;`);
const tables = () => database.selectValue(`SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'`);

console.log(`SQLite ${capi.sqlite3_libversion()}`);
const before = tables();
const select = database.prepare('SELECT * FROM pragma_optimize');
const isReadonly = capi.sqlite3_stmt_readonly(select);
while (select.step()) {}
select.finalize();
console.log(`read-only: ${isReadonly}, sqlite_stat1 before: ${before}, after: ${tables()}`);
END
seen=$(node select.mjs)
echo "$seen"
diff <(echo "$seen") - <<'END'
SQLite 3.46.1
read-only: 1, sqlite_stat1 before: 0, after: 1
END

#!/usr/bin/env bash
# PGlite's server: what one client prepares and sets is there for the next one.
#
# By https://www.postgresql.org/docs/current/sql-prepare.html prepared statements last for the duration of the database
# session, and a new connection begins a new session, with the settings of its role and database. pglite-server
# (@electric-sql/pglite-socket) serves its connections one after the other from one session that nobody resets: the
# next client finds the settings, temporary tables and prepared statements of the last one. A driver that prepares under
# names of its own meets "already exists" (42P05) as soon as it connects anew. Send DISCARD ALL first.
#
# Seen with @electric-sql/pglite 0.5.14 and pglite-socket 0.2.17 (PostgreSQL 18.6). Needs node, npm and psql. Exits with
# 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
server=""
trap '[[ -z $server ]] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17 >/dev/null
port=$((20000 + RANDOM % 10000))
node node_modules/.bin/pglite-server --port "$port" --host 127.0.0.1 >server.log 2>&1 &
server=$!
until grep -q 'listening on' server.log; do sleep 0.2; done
ask() { psql "postgresql://postgres:postgres@127.0.0.1:$port/postgres?sslmode=disable" -Atq "$@"; }

ask -c "SELECT split_part(version(), ')', 1) || ')'" -c "SET work_mem = '77MB'" -c 'PREPARE mine AS SELECT 1' \
  -c 'CREATE TEMPORARY TABLE films (title text)' >first
sleep 1 # the server takes one client at a time
ask -c 'SHOW work_mem' -c 'SELECT name FROM pg_prepared_statements' -c "SELECT to_regclass('films')" >second
cat first second
diff second - <<'SEEN'
77MB
mine
films
SEEN

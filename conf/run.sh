#!/bin/sh
# make run: sh conf/run.sh BUILD DATA PORT
#
# Makes a demonstration office in DATA on first use, starts akta-fcgi and an nginx of its own on 127.0.0.1:PORT, proves and
# shows what is there, and stays in the foreground. A responder that dies is started again at once; Ctrl-C or SIGTERM stops
# both. Everything of one run lies in DATA and on PORT, so that several can stand beside each other.
set -u
build=$1 data=$2 port=$3
conf=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$data")" || exit 1
build=$(cd "$build" && pwd)
data=$(cd "$(dirname "$data")" && pwd)/$(basename "$data")
akta=$build/akta
export AKTA_DIR="$data"
unset LC_ALL LC_MESSAGES
case ${LANG:-} in pl*) ;; *) LANG=pl_PL.UTF-8 ;; esac
export LANG
nginx=$(command -v nginx || echo /usr/sbin/nginx)
owner='' web='' stopping='' before=''

make_office() {
    [ ! -e "$data/format" ] || return 0
    echo "Zakładam urząd pokazowy w $data"
    "$akta" init "$data" --office "$conf/office.conf" && : >"$data/demo" || return 1
}

# Seeded: the same nine case files each time; only keys and identifiers are random.
fill_office() {
    [ ! -e "$data/demo-filled" ] || return 0
    [ -e "$data/demo" ] || return 0
    "$akta" ingest --manifest "$conf/demo/manifest.csv" && : >"$data/demo-filled"
}

write_nginx_conf() {
    mkdir -p "$data/run/nginx" || return 1
    as=''
    [ "$(id -u)" != 0 ] || as="user root;" # the folder is open to its owner alone
    cat >"$data/run/nginx.conf" <<END
daemon off;
$as
worker_processes 1;
pid $data/run/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
    access_log off;
    server_tokens off;
    default_type application/octet-stream;
    client_body_temp_path $data/run/nginx/body;
    proxy_temp_path $data/run/nginx/proxy;
    fastcgi_temp_path $data/run/nginx/fastcgi;
    uwsgi_temp_path $data/run/nginx/uwsgi;
    scgi_temp_path $data/run/nginx/scgi;
    server {
        listen 127.0.0.1:$port;
        client_max_body_size 1m;
        location = /healthz { include $data/run/fastcgi.conf; }
        location = /metrics { allow 127.0.0.1; deny all; include $data/run/fastcgi.conf; }
        location / { include $data/run/fastcgi.conf; }

        # The published log, C2SP tlog-tiles: the checkpoint changes, a full tile never does.
        location = /log/checkpoint {
            alias $data/log/checkpoint;
            types { } default_type "text/plain; charset=utf-8";
            add_header Cache-Control "no-cache";
            add_header X-Content-Type-Options nosniff;
        }
        location = /log/log.vkey {
            alias $data/log/log.vkey;
            types { } default_type "text/plain; charset=utf-8";
            add_header X-Content-Type-Options nosniff;
        }
        location /log/tile/ {
            alias $data/log/tile/;
            types { } default_type application/octet-stream;
            add_header Cache-Control "public, max-age=31536000, immutable";
            add_header X-Content-Type-Options nosniff;
        }
    }
}
END
    cat >"$data/run/fastcgi.conf" <<END
fastcgi_pass unix:$data/run/fcgi.sock;
fastcgi_param REQUEST_METHOD \$request_method;
fastcgi_param DOCUMENT_URI \$document_uri;
fastcgi_param QUERY_STRING \$query_string;
fastcgi_param CONTENT_TYPE \$content_type;
fastcgi_param CONTENT_LENGTH \$content_length;
fastcgi_param REMOTE_ADDR \$remote_addr;
fastcgi_param SERVER_PROTOCOL \$server_protocol;
END
}

start_owner() { "$build/akta-fcgi" -d "$data" & owner=$!; }
start_web() { "$nginx" -p "$data/run/" -c "$data/run/nginx.conf" & web=$!; }

stop_all() {
    stopping=yes
    trap '' INT TERM
    [ -z "$web" ] || kill -QUIT "$web" 2>/dev/null
    [ -z "$owner" ] || kill -TERM "$owner" 2>/dev/null
    [ -z "$web" ] || wait "$web" 2>/dev/null
    [ -z "$owner" ] || wait "$owner" 2>/dev/null
}

# A new socket is there when the archive is open; one of a run that was killed may lie there before.
socket() { stat -c '%i %z' "$data/run/command.sock" 2>/dev/null; }
wait_ready() {
    i=0
    while [ "$(socket)" = "$before" ]; do
        kill -0 "$owner" 2>/dev/null || return 1
        i=$((i + 1))
        [ "$i" -lt 300 ] || return 1
        sleep 0.1
    done
}

# nginx writes its pid once it listens; a taken port it tries five times, then it ends.
wait_web() {
    until [ -s "$data/run/nginx.pid" ]; do
        kill -0 "$web" 2>/dev/null || return 1
        sleep 0.1
    done
}

show() {
    "$akta" verify --all || echo "Sprawdzenie znalazło usterki: akta -d $data doctor" >&2
    echo
    "$akta" queue
    echo
    echo "Adresy:"
    echo "  http://127.0.0.1:$port/healthz"
    echo "  http://127.0.0.1:$port/metrics"
    echo "  http://127.0.0.1:$port/log/checkpoint"
    echo "Narzędzie: $akta -d $data help"
    echo "Koniec: Ctrl-C"
}

trap 'stop_all; exit 0' INT TERM
make_office && write_nginx_conf || exit 1
before=$(socket)
start_owner
wait_ready || { stop_all; echo "akta-fcgi nie ruszył; przyczyna jest wyżej" >&2; exit 1; }
fill_office || { stop_all; exit 1; }
rm -f "$data/run/nginx.pid"
start_web
wait_web || { stop_all; echo "nginx nie ruszył; czy port $port jest zajęty? Wybierz inny: make run PORT=…" >&2; exit 1; }
show

# Whoever of the two dies is started again; a wait that a signal ended is just repeated.
while [ -z "$stopping" ]; do
    sleep 0.2 & wait $! 2>/dev/null
    if ! kill -0 "$owner" 2>/dev/null; then
        wait "$owner"
        echo "akta-fcgi zakończył się ze statusem $?; uruchamiam go ponownie" >&2
        start_owner
    fi
    if ! kill -0 "$web" 2>/dev/null; then
        wait "$web"
        echo "nginx zakończył się ze statusem $?; uruchamiam go ponownie" >&2
        sleep 1
        start_web
    fi
done

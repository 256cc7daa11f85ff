#!/bin/sh
# make run: sh conf/run.sh BUILD DATA PORT
#
# Makes a demonstration office in DATA on first use, starts akta-fcgi and an nginx of its own on 127.0.0.1:PORT, proves and
# shows what is there, and stays in the foreground. A responder that dies is started again at once: the socket it listens at
# is this shell's (descriptor 3), so that who comes meanwhile waits instead of failing. Ctrl-C or SIGTERM stops both.
# Everything of one run lies in DATA and on PORT, so that several can stand beside each other.
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
. "$conf/demo/wnioski.sh"

make_office() {
    [ ! -e "$data/format" ] || return 0
    echo "Zakładam urząd pokazowy w $data"
    "$akta" init "$data" --office "$conf/office.conf" &&
        sed -i "s/^#units = .*/units = $demo_units/" "$data/akta.conf" && : >"$data/demo" || return 1
}

# Seeded: the same nine case files and ten letters each time; only keys, codes and identifiers are random.
fill_office() {
    [ -e "$data/demo" ] || return 0
    [ -e "$data/demo-filled" ] || { "$akta" ingest --manifest "$conf/demo/manifest.csv" && : >"$data/demo-filled"; } ||
        return 1
    [ -e "$data/demo-letters" ] || { fill_desk && : >"$data/demo-letters"; }
}

# conf/nginx/*.conf with the names of this run filled in. As root the workers stay root: the folder is open to its owner alone.
fill_in() { # template
    as=''
    [ "$(id -u)" != 0 ] || as='user root;'
    for value in "$data" "$conf/site" "$listen" "$as"; do printf '%s\n' "$value"; done | sed 's/[\\|&]/\\&/g' >"$data/run/values"
    { read -r a; read -r b; read -r c; read -r d; } <"$data/run/values"
    sed "s|@DATA@|$a|g; s|@SITE@|$b|g; s|@LISTEN@|$c|g; s|@USER@|$d|g" "$conf/nginx/$1"
}
write_nginx_conf() {
    listen=${LISTEN:-127.0.0.1:$port}
    mkdir -p "$data/run/nginx" || return 1
    fill_in run.conf >"$data/run/nginx.conf" && fill_in akta-static.conf >"$data/run/akta-static.conf" &&
        fill_in akta-params.conf >"$data/run/akta-params.conf"
}

start_owner() { "$build/akta-fcgi" -d "$data" <&3 3<&- & owner=$!; }
start_web() { "$nginx" -p "$data/run/" -c "$data/run/nginx.conf" 3<&- & web=$!; }

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
    echo "  http://127.0.0.1:$port/           okno obywatela"
    echo "  http://127.0.0.1:$port/en/        po angielsku"
    echo "  http://127.0.0.1:$port/api/v1/openapi.json   dla programów"
    echo "  http://127.0.0.1:$port/healthz"
    echo "  http://127.0.0.1:$port/metrics"
    echo "  http://127.0.0.1:$port/log/checkpoint"
    [ ! -s "$data/demo-case" ] || echo "Sprawa pokazowa: $(sed 's/ /, kod /' "$data/demo-case")"
    echo "Narzędzie: $akta -d $data help"
    echo "Koniec: Ctrl-C"
}

if [ "${AKTA_LISTENS:-}" != "$data" ]; then
    make_office || exit 1
    AKTA_LISTENS=$data
    export AKTA_LISTENS
    exec "$build/akta-fcgi" -d "$data" --listen sh "$0" "$@"
fi
trap 'stop_all; exit 0' INT TERM
write_nginx_conf || exit 1
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

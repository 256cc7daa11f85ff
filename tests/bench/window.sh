# window.sh: the measures of the citizens' window; read by bench.sh, whose figures and lines it uses.
#
#   window   a service card, the JSON list of services and a 304, each through nginx beside fcgi_yardstick, which sends the
#            very same bytes; and beside PHP-FPM with SQLite, whose page is as long. wrk -t1 -c16, by turns.
#   register the public register of REGISTER (1,000,000) requests: its first page, a page in the middle (both beside
#            fcgi_yardstick), and the slowest first page of several searches
#   filing   requests filed through POST /api/v1/requests by 16 clients, beside the commit yardstick
#   memory   what akta-fcgi holds in memory over REQUESTS requests (1,000,000), less the cache that is configured: CACHE_MB
#            (256), filled beforehand by an archive of FILL (180,000) records
#   beside   99 of 100 card pages while `akta ingest` of the corpus runs in the same process
#
# Variables: SECONDS_EACH (5) a run of wrk; REQUESTS; BENCH_PORT (18080) and the two after it must be free; THREADS (16) of
# akta-fcgi and of the yardstick, and processes of PHP. Every server has an nginx of its own from conf/nginx/run.conf.
seconds_each=${SECONDS_EACH:-5} requests=${REQUESTS:-1000000} bench_port=${BENCH_PORT:-18080} threads=${THREADS:-16}
nginx=$(command -v nginx || echo /usr/sbin/nginx)
load=$build/bench/window_load
started=''

# ---------------------------------------------------------------- servers, all ended by stop_started

start() { # LOG PROGRAM…: in the background, its number in $last
    log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null &
    last=$!
    started="$started $last"
}

stop_one() { # NUMBER
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    started=$(echo "$started" | sed "s/ $1\$//; s/ $1 / /")
}

stop_started() {
    for number in $started; do
        kill "$number" 2>/dev/null
    done
    for number in $started; do
        wait "$number" 2>/dev/null
    done
    started=''
}

until_true() { # CONDITION…: within 20 s
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 400 ] && kill -0 "$last" 2>/dev/null || {
            echo "bench: never came true: $*" >&2
            failed=1
            return 1
        }
        sleep 0.05
    done
}

# nginx as in `make run`, for the socket at FOLDER/run/fcgi.sock: on 127.0.0.1:PORT and, so that no sender is held back for
# what it files, on the Unix socket FOLDER/web.sock.
web() { # FOLDER PORT
    mkdir -p "$1/run/nginx" "$1/log"
    as=''
    [ "$(id -u)" != 0 ] || as='user root;'
    for template in run.conf akta-static.conf akta-params.conf; do
        filled=$template
        [ $template != run.conf ] || filled=nginx.conf
        sed "s|@DATA@|$1|g; s|@SITE@|$root/conf/site|g; s|@LISTEN@|127.0.0.1:$2; listen unix:$1/web.sock|g; s|@USER@|$as|g" \
            "$root/conf/nginx/$template" >"$1/run/$filled"
    done
    [ -z "${3:-}" ] || printf '%s\n' "$3" >>"$1/run/akta-params.conf"
    rm -f "$1/run/nginx.pid" "$1/web.sock"
    start "$1/nginx.log" "$nginx" -p "$1/run/" -c "$1/run/nginx.conf"
    until_true test -s "$1/run/nginx.pid"
}

# An office with what it publishes, in $site; CACHE in megabytes.
office_begin() { # FOLDER [CACHE]
    site=$1
    [ -e "$site/format" ] || quiet "$akta" init "$site" --office "$root/conf/office.conf" || return 1
    sed -i "s/^#threads = .*/threads = $threads/; s/^#cache_mb = .*/cache_mb = ${2:-256}/" "$site/akta.conf"
    start "$site/owner.log" "$build/akta-fcgi" -d "$site"
    owner=$last
    until_true test -S "$site/run/fcgi.sock" && web "$site" "$bench_port"
}

answer() { # FOLDER PATH [HEADER]: into $work/answer
    "$load" -g ${3:+-H "$3"} "$1/web.sock" "$2" >"$work/answer" && return 0
    echo "bench: $2 does not answer" >&2
    failed=1
    return 1
}

# The yardstick sends what was answered, without the lines that nginx writes by itself.
yardstick_begin() {
    yard=$work/yard
    rm -rf "$yard"
    mkdir -p "$yard/run"
    awk 'NR == 1 { sub(/^HTTP\/1.1/, "Status:") } !body && /^((Server|Date|Connection):|Vary: Accept-Encoding\r$)/ { next }
        $0 == "\r" { body = 1 } { printf "%s\n", $0 }' "$work/answer" >"$yard/answer"
    truncate -s $(($(wc -c <"$yard/answer") - 1)) "$yard/answer"
    [ "$(tail -c 1 "$work/answer" | od -An -c | tr -d ' ')" != '\n' ] || echo >>"$yard/answer"
    start "$yard/said" "$build/bench/fcgi_yardstick" "$yard/run/fcgi.sock" "$threads" "$yard/answer"
    yardstick=$last
    until_true grep -qs ready "$yard/said" && web "$yard" $((bench_port + 1))
    yardstick_web=$last
}

yardstick_end() {
    stop_one "$yardstick_web"
    stop_one "$yardstick"
}

same_answer() { # PATH [HEADER]: both say the same but for the time
    answer "$yard" "$@" && mv "$work/answer" "$work/theirs" && answer "$site" "$@" || return 1
    for one in answer theirs; do
        sed 's/^Date: .*/Date:/' "$work/$one" >"$work/$one.undated"
    done
    cmp -s "$work/answer.undated" "$work/theirs.undated" && return 0
    echo "bench: the yardstick does not answer as akta-fcgi does: $1" >&2
    failed=1
    return 1
}

# ---------------------------------------------------------------- wrk

# One run; rate into LIST-rate, median and 99th percentile in microseconds into LIST-p50 and LIST-p99, their ratio into
# LIST-spread.
wrk_run() { # LIST PORT SECONDS PATH [HEADER]
    quiet wrk -t1 -c16 -d"$3"s --latency ${5:+-H "$5"} -s "$here/window.lua" "http://127.0.0.1:$2$4" || return 1
    awk -v list="$work/$1" '$1 == "figures" {
        print $2 >>(list "-rate"); print $3 >>(list "-p50"); print $4 >>(list "-p99"); print $4 / $3 >>(list "-spread")
        seen = 1; lost = $5
    } END { if (!seen || lost > 0) { printf "bench: %s: %d answers lost\n", list, lost >"/dev/stderr"; exit 1 } }' \
        "$work/out" || failed=1
}

# Ours beside the yardstick at one address; the pair by turns, after a breath of each that does not count.
pair() { # NAME LEAST PATH [HEADER]
    name=$1 least=$2
    shift 2
    answer "$site" "$@" && yardstick_begin || return 1
    same_answer "$@" || { yardstick_end; return 1; }
    echo "# $name: $1, $(wc -c <"$work/answer") bytes with the header, $(head -n 1 "$work/answer" | tr -d '\r')"
    wrk_run warm "$bench_port" 1 "$@" && wrk_run warm $((bench_port + 1)) 1 "$@" || return 1
    n=0
    while [ $n -lt "$rounds" ]; do
        wrk_run "$name" "$bench_port" "$seconds_each" "$@" || return 1
        wrk_run "$name-yard" $((bench_port + 1)) "$seconds_each" "$@" || return 1
        n=$((n + 1))
    done
    yardstick_end
    line "$name" "$(median "$name-rate")" "$(median "$name-yard-rate")" /s least "$least"
}

first_card() {
    "$load" -g "$site/web.sock" /karty | sed -n 's|.*href="\(/karty/[a-z0-9-]*\)".*|\1|p' | head -n 1
}

# PHP with the page it answers.
php_begin() { # PATH
    php=$work/php
    mkdir -p "$php/run"
    answer "$site" "$1" && quiet "$php_cli" "$here/php/fill.php" "$work/answer" "$php/cards.db" "${1##*/}" || return 1
    sed "s|@DATA@|$php|; s|@USER@|$(id -un)|; s|@THREADS@|$threads|" "$here/php/fpm.conf" >"$php/fpm.conf"
    set -- "$(wc -c <"$work/answer")" "$1"
    as_root=''
    [ "$(id -u)" != 0 ] || as_root=-R
    start "$php/said" "$php_fpm" $as_root -F -y "$php/fpm.conf"
    until_true test -S "$php/run/fcgi.sock" && web "$php" $((bench_port + 2)) \
        "fastcgi_param SCRIPT_FILENAME $here/php/card.php; fastcgi_param CARD_DATABASE $php/cards.db;" || return 1
    answer "$php" "$2" || return 1
    echo "# php-fpm: $(wc -c <"$work/answer") bytes with the header, ours $1"
}

php_pair() { # PATH
    php_begin "$1" && wrk_run warm $((bench_port + 2)) 1 "$1" || return 1
    n=0
    while [ $n -lt "$rounds" ]; do
        wrk_run php-ours "$bench_port" "$seconds_each" "$1" || return 1
        wrk_run php "$((bench_port + 2))" "$seconds_each" "$1" || return 1
        n=$((n + 1))
    done
    line card-php "$(median php-ours-rate)" "$(median php-rate)" /s least 3
}

window() {
    [ -x "$build/akta-fcgi" ] && [ -x "$load" ] || return 0
    php_fpm=$(command -v php-fpm8.2 || echo /usr/sbin/php-fpm8.2) php_cli=php8.2
    need wrk "$nginx" "$php_fpm" "$php_cli" && office_begin "$work/window" || return 0
    card=$(first_card)
    if pair card-page 0.7 "$card"; then
        line card-p99-spread "$(median card-page-spread)" "$(median card-page-yard-spread)" x most 1.5
        echo "# card page: median $(median card-page-p50) us, p99 $(median card-page-p99) us; yardstick" \
            "$(median card-page-yard-p50) us, $(median card-page-yard-p99) us"
    fi
    pair service-list 0.6 /api/v1/services
    answer "$site" "$card" &&
        pair not-modified 0.9 "$card" "If-None-Match: $(sed -n 's/^ETag: \(.*\)\r$/\1/p' "$work/answer")"
    php_pair "$card"
}

# ---------------------------------------------------------------- the register

register() {
    size=${REGISTER:-1000000}
    [ -x "$build/akta-fcgi" ] && [ -x "$load" ] && [ -x "$build/bench/register_fill" ] || return 0
    need wrk "$nginx" && quiet "$akta" init "$work/register" --office "$root/conf/office.conf" || return 0
    quiet "$build/bench/register_fill" "$work/register" "$size" || return 0
    sed 's/^/# register: /' "$work/out"
    awk '$1 == "search_ms" { print $3 }' "$work/out" | sort -n | tail -n 1 >"$work/register-search"
    line register-search "$(cat "$work/register-search")" 10 ms most 1
    office_begin "$work/register" || return 0
    pair register-page 0.3 /wnioski
    # A day in the middle: a page that is asked something is made anew each time, the first one is kept for a second.
    middle=$(date -d '5 years ago' +%Y-%m-%d)
    pair register-middle 0.3 "/wnioski?do=$middle"
    rm -rf "$work/register"
}

# ---------------------------------------------------------------- memory

rss_kb() {
    awk '$1 == "VmRSS:" { print $2 }' "/proc/$owner/status"
}

# Every address a visitor finds from the start page, two steps deep, and some that are searched for or do not exist.
addresses() {
    printf '%s\n' / /en/ /karty /rejestry /informacje /dziennik /api/v1/services /api/v1/registers >"$work/seeds"
    while read -r path; do
        "$load" -g "$site/web.sock" "$path" 2>/dev/null | grep -o 'href="/[^"#]*"' | sed 's/^href="//; s/"$//'
    done <"$work/seeds" | grep -v -e '^/log/' -e '&' | cat "$work/seeds" - | sort -u | while read -r path; do
        "$load" -g "$site/web.sock" "$path" >/dev/null 2>&1 && echo "$path"
    done
    for word in dowod akt+urodzenia podatek zameldowanie odpady ulga slub wypis; do
        echo "/szukaj?q=$word"
    done
}

# An archive whose rows overfill the cache, with the documents of an office, every page of the store read once.
memory_begin() {
    quiet "$build/bench/scale" "$work/resident" "$fill" &&
        quiet "$akta" -d "$work/resident" conf apply "$root"/conf/cards/*.md "$root"/conf/registers/*.md \
            "$root"/conf/access-rules/*.md "$root"/conf/texts/*.md && office_begin "$work/resident" "$cache" || return 1
    echo "# resident at the start: $(rss_kb) kB"
    quiet "$akta" --json -d "$site" verify --all || return 1
    echo "# resident after all $(du -ck "$site"/env/*.db | tail -n 1 | cut -f1) kB of tables were read: $(rss_kb) kB"
    addresses >"$work/addresses"
    echo "# memory: $requests requests by 16 clients over $(wc -l <"$work/addresses") addresses, cache $cache MB"
}

memory() {
    fill=${FILL:-180000} cache=${CACHE_MB:-256}
    [ -x "$build/akta-fcgi" ] && [ -x "$load" ] && [ -x "$build/bench/scale" ] || return 0
    need "$nginx" && memory_begin || return 0
    post_body && filings=$((requests / 1000)) || filings=0
    rss_kb >"$work/rss"
    n=0
    while [ $n -lt 10 ]; do
        quiet "$load" -c 16 -n $((requests / 10)) "$site/web.sock" <"$work/addresses" || return 0
        [ $filings -eq 0 ] || quiet "$load" -c 16 -n $filings -p "$work/post" "$site/web.sock" /api/v1/requests || return 0
        n=$((n + 1))
        rss_kb >>"$work/rss"
        echo "# resident after $n/10: $(tail -n 1 "$work/rss") kB"
    done
    line memory-resident "$(sort -n "$work/rss" | tail -n 1 | awk -v c="$cache" '{ printf "%.1f", $1 / 1024 - c }')" 64 MB most 1
    line memory-flat "$(tail -n 1 "$work/rss")" "$(sed -n 2p "$work/rss")" kB most 1.05
}

# ---------------------------------------------------------------- filing

# A request as a citizen's program files it, in $work/post. False: this build takes none.
post_body() {
    printf '%s' '{"kind":"foi","way":"here","content":"Proszę o udostępnienie wykazu umów zawartych w 2026 roku na zimowe' \
        ' utrzymanie dróg gminnych, z kwotami i nazwami wykonawców."}' >"$work/post"
    "$load" -g -p "$work/post" "$site/web.sock" /api/v1/requests >"$work/filed" && return 0
    echo "# no filing: $(head -n 1 "$work/filed" | tr -d '\r')"
    return 1
}

filing() {
    [ -x "$build/akta-fcgi" ] && [ -x "$load" ] && [ -x "$build/bench/commit_yardstick" ] || return 0
    need "$nginx" && office_begin "$work/filing" && post_body || return 0
    n=0
    while [ $n -lt "$rounds" ]; do
        sync
        quiet "$load" -c 16 -s "$seconds_each" -p "$work/post" "$site/web.sock" /api/v1/requests || return 0
        awk -v list="$work/filing" '{
            print $2 >>(list "-rate"); print $8 >>(list "-p50"); print $10 >>(list "-p99"); exit $6 > 0
        }' "$work/out" || { echo "bench: filings were refused: $(cat "$work/out")" >&2; failed=1; }
        rate filing-yard "$build/bench/commit_yardstick" "$work/commit" "$seconds_each" 16 || return 0
        n=$((n + 1))
    done
    echo "# filing: median $(median filing-p50) us, p99 $(median filing-p99) us"
    line filing "$(median filing-rate)" "$(median filing-yard)" /s least 0.25
}

# ---------------------------------------------------------------- bulk work beside

beside_round() { # N
    office_begin "$work/beside.$1" && card=$(first_card) && wrk_run warm "$bench_port" 1 "$card" &&
        wrk_run beside-quiet "$bench_port" "$seconds_beside" "$card" || return 1
    owner_log=$site/ingest.log
    start "$owner_log" "$akta" --json -d "$site" ingest --manifest "$work/corpus/manifest.csv"
    ingest=$last
    until_true test -s "$owner_log" && wrk_run beside "$bench_port" "$seconds_beside" "$card" || return 1
    kill -0 "$ingest" 2>/dev/null || echo "# beside: the ingest was over before the run was"
    wait "$ingest" || { echo "bench: the ingest failed" >&2; failed=1; }
    stop_started
    aside "$site"
}

beside() {
    [ -x "$build/akta-fcgi" ] && [ -x "$load" ] || return 0
    seconds_beside=3
    need wrk "$nginx" && corpus_made || return 0
    n=0
    while [ $n -lt "$rounds" ]; do
        n=$((n + 1))
        beside_round $n || return 0
    done
    echo "# beside: rate $(median beside-rate) /s, quiet $(median beside-quiet-rate) /s"
    line beside-p99 "$(median beside-p99)" "$(median beside-quiet-p99)" us most 2
}

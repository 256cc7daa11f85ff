#!/bin/sh
# The speed table: each measure beside its yardstick, in the same run, on the same files.
#
#   bench.sh [-n ROUNDS] [-w FOLDER] BUILD [MEASURE…]
#
# MEASURE: ingest large sparse commit scale, and of the citizens' window (window.sh) window register filing memory
# beside; all unless named.
#
# One line a measure, `name ratio figure yardstick`, when it is known, and a table with what is demanded at the end.
# Pairs run by turns (ours, theirs, ours, theirs …), each into a fresh repository with warm files, and the medians count.
# Lines that begin with # say what was run. A program that is not built has no line; a command that fails is said and
# makes the whole run fail. Exit: 0 all measured and every demand met; 1 a demand missed or a command failed; 2 usage.
#
# Two programs of the bench stand beside this script and are run when they are built:
#   BUILD/bench/commit DIR SECONDS CLIENTS   records with small content, CLIENTS threads, each waiting for its own commit,
#       in a new archive DIR; prints `commits_per_second RATE …`, as commit_yardstick does
#   BUILD/bench/scale DIR RECORDS            fills a new archive DIR and prints `cost NAME MILLISECONDS` lines; the names
#       queue_first_50, forecast and mark_lookup have limits
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

usage() {
    echo "usage: bench.sh [-n ROUNDS] [-w FOLDER] BUILD [ingest|large|sparse|commit|scale|window|register|filing|memory|beside …]" >&2
    exit 2
}
rounds=3 folder=${TMPDIR:-/tmp}
while getopts n:w: option; do
    case $option in
        n) rounds=$OPTARG ;;
        w) folder=$OPTARG ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage
build=$(cd "$1" && pwd) || exit 2
shift
measures=${*:-ingest large sparse commit scale window register filing memory beside}
akta=$build/akta

work=$(mktemp -d "$folder/akta-bench.XXXXXX") || exit 4
trap 'stop_started; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
failed=0
: >"$work/table"

# ---------------------------------------------------------------- figures

# quiet CMD…: runs it; on failure says which and what it said.
quiet() {
    "$@" >"$work/out" 2>"$work/err" && return 0
    echo "bench: failed ($?): $*" >&2
    tail -n 5 "$work/err" >&2
    failed=1
    return 1
}

# What was written before is flushed; the corpus is read into the cache again; and memory is touched and given back,
# because a virtual machine that hands out pages for the first time charges whoever asks for them.
settle() {
    sync
    [ ! -d "$work/corpus" ] || find "$work/corpus" -type f -exec cat {} + >/dev/null
    free=$(awk '$1 == "MemAvailable:" { print int($2 / 4096) }' /proc/meminfo)
    shm=$(mktemp -p /dev/shm akta-bench.XXXXXX 2>/dev/null) || return 0
    head -c "$((free < 1500 ? free : 1500))M" /dev/zero >"$shm"
    rm -f "$shm"
}

# timed NAME CMD…: adds the seconds it took to NAME's list.
timed() {
    list=$1
    shift
    settle
    from=$(date +%s%N)
    quiet "$@" || return 1
    to=$(date +%s%N)
    echo "$from $to" | awk '{ printf "%.3f\n", ($2 - $1) / 1e9 }' >>"$work/$list"
}

median() {
    sort -n "$work/$1" | awk '{ v[NR] = $1 } END { printf "%.6g\n", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# line NAME OURS YARDSTICK UNIT faster|least N|most N: a measure is finished. `faster N`: yardstick/ours is at least N;
# `least N` and `most N`: ours/yardstick is.
line() {
    awk -v name="$1" -v ours="$2" -v yard="$3" -v unit="$4" -v how="$5" -v want="$6" -v table="$work/table" 'BEGIN {
        if (ours + 0 <= 0 || yard + 0 <= 0)
            exit 1
        ratio = how == "faster" ? yard / ours : ours / yard
        met = how == "most" ? ratio <= want : ratio >= want
        printf "%s %.3f %s%s %s%s\n", name, ratio, ours, unit, yard, unit
        printf "%s %.3f %s%s %s%s %s%s %s\n", name, ratio, ours, unit, yard, unit, how == "most" ? "<=" : ">=", want,
            met ? "met" : "missed" >>table
    }' || {
        echo "bench: $1 has no figure" >&2
        failed=1
    }
}

bytes_of() { # FILE or folder…: apparent bytes of the files
    find "$@" -type f -printf '%s\n' | awk '{ n += $1 } END { printf "%d\n", n }'
}

need() {
    for program in "$@"; do
        command -v "$program" >/dev/null 2>&1 || {
            echo "bench: $program is not installed (see conf/packages)" >&2
            failed=1
            return 1
        }
    done
}

# ---------------------------------------------------------------- repositories, each made fresh and untimed

# Old repositories step aside and are deleted at the very end: ext4 looks at every recently deleted inode before it gives
# out a new one, for five minutes, which would charge the deletion to whoever makes the most files next.
aside() {
    for old in "$@"; do
        [ ! -e "$old" ] || mv "$old" "$old.$(date +%s%N)"
    done
}

fresh_akta() {
    aside "$work/akta"
    quiet "$akta" init "$work/akta" --office "$root/conf/office.conf"
}

RESTIC_CACHE_DIR=$work/restic-cache BORG_BASE_DIR=$work/borg-base BORG_PASSPHRASE=bench
export RESTIC_CACHE_DIR BORG_BASE_DIR BORG_PASSPHRASE
echo bench >"$work/password"
fresh_restic() {
    aside "$work/restic" "$RESTIC_CACHE_DIR"
    quiet restic init -r "$work/restic" --password-file "$work/password"
}
# Sealed as ours is, with the faster of its two sealed modes.
fresh_borg() {
    aside "$work/borg" "$BORG_BASE_DIR"
    mkdir "$BORG_BASE_DIR"
    quiet borg init -e repokey-blake2 "$work/borg"
}

# ---------------------------------------------------------------- ingest, size and verify on the corpus

corpus_made() {
    [ -d "$work/corpus" ] && return 0
    quiet "$build/bench/corpus" "$work/corpus" || return 1
    echo "# corpus: $(cat "$work/out")"
    find "$work/corpus" -type f -exec cat {} + >/dev/null
}

records_whole() { # the last verify saw as many records as the manifest names
    want=$(($(wc -l <"$work/corpus/manifest.csv") - 1))
    seen=$(tail -n 1 "$work/out" | sed -n 's/.*"checked": *\([0-9]*\).*/\1/p')
    [ "$seen" = "$want" ] && return 0
    echo "bench: verify checked ${seen:-none} of $want records" >&2
    failed=1
}

ingest() {
    [ -x "$akta" ] || return 0
    need restic borg || return 0
    corpus_made || return 0
    set -- -r "$work/restic" --password-file "$work/password"
    pairs=$((2 * rounds + 1)) # of a second or two each: their median is steady
    n=0
    while [ $n -lt $pairs ]; do
        fresh_akta && timed ingest-akta "$akta" --json -d "$work/akta" ingest --manifest "$work/corpus/manifest.csv" || return 0
        fresh_restic && timed ingest-restic restic backup -q "$@" "$work/corpus" || return 0
        fresh_borg && timed ingest-borg borg create -C zlib,6 "$work/borg::a" "$work/corpus" || return 0
        timed verify-akta "$akta" --json -d "$work/akta" verify --all && records_whole || return 0
        timed verify-restic restic check -q --read-data "$@" || return 0
        n=$((n + 1))
    done
    line ingest-restic "$(median ingest-akta)" "$(median ingest-restic)" s faster 2
    line ingest-borg "$(median ingest-akta)" "$(median ingest-borg)" s faster 5
    line size-restic "$(bytes_of "$work/akta/content" "$work/akta/env"/*.db)" "$(bytes_of "$work/restic")" B most 1.03
    line verify-restic "$(median verify-akta)" "$(median verify-restic)" s faster 2
    aside "$work/akta" "$work/restic" "$work/borg"
}

# ---------------------------------------------------------------- one large file, one sparse one

one_file() { # FILE LIST: ingests it alone, its time into LIST, its peak memory in kB into LIST-memory
    fresh_akta || return 1
    quiet "$akta" --json -d "$work/akta" file open --unit WA --class 1431 --title "Bench" || return 1
    mark=$(sed -n 's/.*"mark": *"\([^"]*\)".*/\1/p' "$work/out")
    timed "$2" /usr/bin/time -f %M -o "$work/memory" "$akta" --json -d "$work/akta" ingest --file "$mark" "$1" || return 1
    tail -n 1 "$work/memory" >>"$work/$2-memory"
}

# The yardstick: both digests of a file by the usual programs, side by side.
# shellcheck disable=SC2016
digests='openssl dgst -sha256 "$1" & b2sum "$1" & wait'

megabytes() {
    awk '{ printf "%.1f\n", $1 / 1000 }' "$work/$1" | sort -n | tail -n 1
}

large() {
    [ -x "$akta" ] || return 0
    need openssl /usr/bin/time || return 0
    openssl enc -aes-256-ctr -nosalt -K "$(printf '%064d' 7)" -iv "$(printf '%032d' 0)" -in /dev/zero 2>/dev/null |
        head -c 2000000000 >"$work/large"
    sync
    cat "$work/large" >/dev/null
    n=0
    while [ $n -lt "$rounds" ]; do
        one_file "$work/large" large-akta || return 0
        timed large-digests sh -c "$digests" digests "$work/large" || return 0
        n=$((n + 1))
    done
    line large-digests "$(median large-akta)" "$(median large-digests)" s faster 0.6
    line large-memory "$(megabytes large-akta-memory)" 64 MB most 1
    rm -rf "$work/akta" "$work/large"
}

sparse() {
    [ -x "$akta" ] || return 0
    need /usr/bin/time || return 0
    truncate -s 50G "$work/sparse"
    one_file "$work/sparse" sparse-akta || return 0
    echo "# sparse 50 GB: $(median sparse-akta) s"
    line sparse-memory "$(megabytes sparse-akta-memory)" 64 MB most 1
    rm -rf "$work/akta" "$work/sparse"
}

# ---------------------------------------------------------------- commits

rate() { # LIST PROGRAM…: one run in a fresh folder, its rate into LIST
    list=$1
    shift
    rm -rf "$work/commit"
    sync
    quiet "$@" || return 1
    sed -n 's/^commits_per_second \([0-9.]*\).*/\1/p' "$work/out" >>"$work/$list"
    rm -rf "$work/commit"
}

commit() {
    ours=$build/bench/commit theirs=$build/bench/commit_yardstick slow=$build/bench/slow_sync.so seconds=4
    [ -x "$theirs" ] || return 0
    [ -x "$ours" ] || ours=""
    n=0
    while [ $n -lt "$rounds" ]; do
        [ -z "$ours" ] || rate commit-ours "$ours" "$work/commit" $seconds 16 || return 0
        rate commit-theirs "$theirs" "$work/commit" $seconds 16 || return 0
        [ -z "$ours" ] || rate slow-ours env LD_PRELOAD="$slow" "$ours" "$work/commit" $seconds 16 || return 0
        rate slow-theirs env LD_PRELOAD="$slow" "$theirs" "$work/commit" $seconds 16 || return 0
        n=$((n + 1))
    done
    echo "# commit yardstick: $(median commit-theirs) /s, at 5 ms a sync $(median slow-theirs) /s"
    [ -n "$ours" ] || return 0
    line commit-native "$(median commit-ours)" "$(median commit-theirs)" /s least 0.5
    line commit-5ms "$(median slow-ours)" "$(median slow-theirs)" /s least 3
}

# ---------------------------------------------------------------- growth

limit_of() {
    case $1 in
        queue_first_50) echo 20 ;;
        forecast) echo 100 ;;
        mark_lookup) echo 0.2 ;;
    esac
}

scale() {
    [ -x "$build/bench/scale" ] || return 0
    for records in 10000 100000 1000000; do
        rm -rf "$work/scale"
        quiet "$build/bench/scale" "$work/scale" $records || return 0
        sed -n 's/^cost \([^ ]*\) \([0-9.]*\).*/\1 \2/p' "$work/out" >"$work/scale.$records"
    done
    rm -rf "$work/scale"
    while read -r name cost; do
        limit=$(limit_of "$name")
        [ -z "$limit" ] || line "million-$name" "$cost" "$limit" ms most 1
    done <"$work/scale.1000000"
    awk -v OFS='\t' 'FILENAME != was { column++; was = FILENAME }
        { cost[$1, column] = $2; if (column == 1) name[++n] = $1 }
        END {
            print "# growth, ms", "10,000", "100,000", "1,000,000", "x for 100 times the records"
            for (i = 1; i <= n; i++)
                print "# " name[i], cost[name[i], 1], cost[name[i], 2], cost[name[i], 3],
                    (cost[name[i], 1] > 0 ? sprintf("%.1f", cost[name[i], 3] / cost[name[i], 1]) : "-")
        }' "$work/scale.10000" "$work/scale.100000" "$work/scale.1000000" | expand -t 32,46,60,74
}

# ---------------------------------------------------------------- the citizens' window

. "$here/window.sh"

# ---------------------------------------------------------------- the run

echo "# $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), $rounds rounds, medians"
for measure in $measures; do
    case $measure in
        ingest) ingest ;;
        large) large ;;
        sparse) sparse ;;
        commit) commit ;;
        scale) scale ;;
        window | register | filing | memory | beside)
            $measure
            stop_started
            ;;
        *) usage ;;
    esac
done
echo "# load at the end $(cut -d' ' -f1-3 /proc/loadavg)"
echo
{
    echo "measure ratio figure yardstick demanded answer"
    cat "$work/table"
} | awk '{ printf "%-24s %9s %16s %16s %9s  %s\n", $1, $2, $3, $4, $5, $6 }'
awk '{ if ($6 == "met") met++ } END { printf "%d of %d demands met\n", met, NR; exit NR == 0 || met < NR }' "$work/table" || failed=1
exit $failed

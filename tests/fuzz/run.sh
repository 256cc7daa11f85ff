#!/bin/sh
# Runs every fuzzer for SECONDS from its corpus, two at a time; a finding is kept in BUILD/findings and fails the run.
set -u
build=${1:?build folder} seconds=${2:-60}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$build/findings"
fails=$(mktemp)
trap 'rm -f "$fails"' EXIT
find "$build/fuzz" -type f -perm -u+x | sort | xargs -P 2 -I{} sh -c '
    name=$(basename "$1"); work=$(mktemp -d); seeds=$3/corpus/$name
    [ -d "$seeds" ] || seeds=
    "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$4/findings/$name-" \
        -print_final_stats=1 "$work" $seeds >"$work.log" 2>&1
    rc=$?
    runs=$(sed -n "s/^stat::number_of_executed_units: *//p" "$work.log")
    if [ $rc = 0 ]; then echo "ok $name: $runs runs, no finding"
    else echo "not ok $name: ended with $rc after $runs runs"; tail -n 30 "$work.log"; echo "$name" >>"$5"; fi
    rm -rf "$work" "$work.log"' sh {} "$seconds" "$here" "$build" "$fails"
total=$(find "$build/fuzz" -type f -perm -u+x | wc -l)
bad=$(wc -l <"$fails")
echo "$((total - bad)) passed, $bad failed"
[ "$bad" = 0 ]

#!/bin/sh
# Line coverage of each room after `make cover` ran the tests: one line a room, files under 70 % named.
set -u
build=${1:-build-cover}
for room in base store ledger record office command; do
    find "$build/obj/archive/$room" -name '*.gcda' 2>/dev/null | while read -r data; do
        gcov -n -o "$(dirname "$data")" "$data" 2>/dev/null
    done | awk -v room="$room" '
        /^File .*archive\// { file = $2; gsub(/\047/, "", file); keep = file ~ "archive/" room "/.*\\.c$" }
        /^Lines executed/ && keep {
            split($2, a, ":"); sub(/%/, "", a[2]); n = $4
            lines += n; hit += n * a[2] / 100
            if (a[2] < 70) low = low sprintf("    %s %s%% of %d\n", file, a[2], n)
            keep = 0
        }
        END { if (lines) printf "%-8s %.1f%% of %d lines\n%s", room, 100 * hit / lines, lines, low }'
done

#!/bin/sh
# Runs every fast test of BUILD and the scripts of tests/tool, tests/http and tests/lint, one more at a time than there are
# processors (half of their time is waiting), the longest scripts first, each under a time limit, and closes with the one
# line `N passed, N failed`. A test speaks TAP (cmocka does when asked); a program that dies counts as a failure.
# The archives of the tests lie in memory where there is room for them: what a disk does is the matter of tests/fault,
# tests/crash and tests/bench. TMPDIR=/var/tmp puts them on a disk.
# SLOWEST=10 also names the ten that took longest.
set -u
build=${1:-build}
here=$(cd "$(dirname "$0")" && pwd)
AKTA_BUILD=$(cd "$build" && pwd)
export AKTA_BUILD CMOCKA_MESSAGE_OUTPUT=TAP
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 130' INT TERM
if [ -z "${TMPDIR:-}" ] && [ "$(df -kP /dev/shm 2>/dev/null | awk 'END { print $4 + 0 }')" -gt 4000000 ]; then
    export TMPDIR=/dev/shm
fi

{ find "$here/tool" "$here/http" "$here/lint" \( -name 'test_*.sh' -o -name 'test_*.py' \) -printf '%s %p\n' | sort -rn | cut -d ' ' -f 2-
  find "$AKTA_BUILD/tests/unit" "$AKTA_BUILD/tests/prop" -type f -perm -u+x 2>/dev/null | sort; } >"$out/list"
sed 's/.*/"&"/' "$out/list" | xargs -P "$(($(nproc) + 1))" -I{} sh -c '
    out=$1 here=$2 AKTA_BUILD=$3 limit=$4; t=$5
    name=$(echo "$t" | sed "s|^$AKTA_BUILD/tests/||; s|^$here/||; s|/|-|g")
    begun=$(date +%s%N)
    case $t in
        *.sh) timeout $limit sh "$t" ;;
        *.py) timeout $limit python3 "$t" ;;
        *) timeout $limit "$t" ;;
    esac >"$out/$name.tap" 2>"$out/$name.err"
    echo $? >"$out/$name.rc"
    echo "$((($(date +%s%N) - begun) / 1000000)) ms $name" >"$out/$name.ms"' sh "$out" "$here" "$AKTA_BUILD" "${TEST_SECONDS:-170}" {}

passed=0 failed=0 skipped=0
for rc in "$out"/*.rc; do
    [ -e "$rc" ] || break
    t=${rc%.rc}
    name=$(basename "$t")
    ok=$(grep -c '^ok ' "$t.tap" | head -1)
    skip=$(grep -ciE '^ok .*# *skip' "$t.tap" | head -1)
    bad=$(grep -c '^not ok ' "$t.tap" | head -1)
    ok=$((ok - skip))
    if [ "$(cat "$rc")" != 0 ] && [ "$bad" = 0 ]; then
        bad=1
        echo "not ok $name: ended with status $(cat "$rc") ($ok assertions passed before)"
    fi
    if [ "$bad" != 0 ]; then
        echo "--- $name"
        grep -A8 '^not ok ' "$t.tap" | head -60
        tail -n 25 "$t.err"
    fi
    if [ "$ok" = 0 ] && [ "$bad" = 0 ] && [ "$skip" = 0 ]; then
        bad=1
        echo "not ok $name: it ran no test"
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
done
[ -z "${SLOWEST:-}" ] || cat "$out"/*.ms | sort -rn | head -n "$SLOWEST"
[ "$skipped" = 0 ] || echo "skipped: $skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]

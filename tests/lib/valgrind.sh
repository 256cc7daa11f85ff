#!/bin/sh
# The unit and property tests of BUILD under valgrind, two at a time: no invalid access, no use of an undefined value, no
# leak. Suppressions name frames of libdb and libgcrypt only. Tests that fork, kill or measure themselves are listed as
# skipped: `make check-crash` and `make check-san` run them. Closes with `N passed, N failed`.
set -u
build=$(cd "${1:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
find "$build/tests/unit" "$build/tests/prop" -type f -perm -u+x | grep -vE '_crash$|/store_life$' | sort >"$out/list"
echo "# not under valgrind, they kill and time themselves: *_crash store_life"
AKTA_VALGRIND=1 AKTA_BUILD=$build
export AKTA_VALGRIND AKTA_BUILD
xargs -P "$(nproc)" -I{} sh -c '
    name=$(basename "$1") leaks=full
    case $name in *_fault) leaks=no ;; esac # their children end in the middle, on purpose
    timeout 600 valgrind -q --error-exitcode=99 --leak-check=$leaks --errors-for-leak-kinds=definite \
        --child-silent-after-fork=yes --suppressions="$2/valgrind.supp" --log-file="$3/$name.%p.log" "$1" \
        >"$3/$name.out" 2>&1
    echo $? >"$3/$name.rc"' sh {} "$here" "$out" <"$out/list"
passed=0 failed=0
for rc in "$out"/*.rc; do
    name=$(basename "${rc%.rc}")
    case $(cat "$rc") in
        0) passed=$((passed + 1)) ;;
        *)
            failed=$((failed + 1))
            echo "not ok $name: status $(cat "$rc")"
            cat "$out/$name".*.log | head -40
            grep -E '^not ok|FAILED' "$out/$name.out" | head -5
            ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

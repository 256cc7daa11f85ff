#!/bin/sh
# Citizens file while the responder is killed again and again; see load.py. Closes with `N passed, N failed`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp)
trap 'rm -f "$out"' EXIT
{ AKTA_BUILD=$(cd "${1:-build}" && pwd) python3 "$here/load.py" "${2:-60}" ${3:-} || echo "not ok - load.py ended with $?"; } |
    tee "$out"
failed=$(grep -c '^not ok' "$out") || true
echo "$(grep -c '^ok' "$out") passed, $failed failed"
[ "$failed" = 0 ]

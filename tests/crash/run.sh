#!/bin/sh
# Processes are killed (crash.py), and the power goes: as a journal of the disk tells (power/power.py) and as the kernel
# does it to a real file system (power/kernel.py). ROUNDS of the first, CUTS of the second, MOUNTS of the third.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-build} rounds=${2:-60} cuts=${3:-120} mounts=${4:-3}
passed=0 failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

part() {
    python3 "$@" 2>&1 | tee "$out"
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$out" | tail -n 1)
    [ -n "$line" ] || line='0 passed, 1 failed'
    passed=$((passed + ${line%% passed*}))
    line=${line#*, }
    failed=$((failed + ${line%% failed*}))
}

part "$here/crash.py" "$build" "$rounds"
part "$here/power/power.py" "$build" "$cuts"
part "$here/power/kernel.py" "$build" "$mounts"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

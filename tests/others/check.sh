#!/bin/sh
# make check-others: installs the readers and validators that other people wrote, builds, and runs tests/others/run.py. Where
# Debian's packages, Node.js or what the lock file names cannot be had, it says so and passes nothing: that is no fault of
# ours. Without Go everything but the log is checked.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1

skip() {
    echo "skipped: the checks by others: $1"
    echo "0 passed, 0 failed"
    exit 0
}
command -v npm >/dev/null 2>&1 || timeout 120 sh tests/lib/packages.sh npm || skip "Node.js cannot be installed here"
sh tests/lib/packages.sh build check || exit 1
timeout 240 sh tests/lib/packages.sh others || skip "the packages tagged others in conf/packages cannot be installed here"
timeout 240 sh tests/lib/packages.sh go || echo "Go cannot be installed here"
AKTA_BUILD=$root/build timeout 120 python3 tests/others/run.py --packages || skip "the packages of tests/others/package-lock.json cannot be had"
make --no-print-directory -s -j"$(nproc)" all || exit 1
AKTA_BUILD=$root/build python3 tests/others/run.py

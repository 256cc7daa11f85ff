#!/bin/sh
# make check-browser as continuous integration runs it: a page of each sort and one letter, about a minute. Where Chromium,
# Node.js or what the lock file names cannot be had, it says so and passes nothing: that is no fault of the pages.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1

skip() {
    echo "skipped: the browser tests: $1"
    echo "0 passed, 0 failed"
    exit 0
}
command -v npm >/dev/null 2>&1 || timeout 120 sh tests/lib/packages.sh npm || skip "Node.js cannot be installed here"
timeout 240 sh tests/lib/packages.sh browser || skip "Chromium cannot be installed here"
AKTA_BUILD=$root/build timeout 120 python3 tests/browser/run.py --packages || skip "the packages of tests/browser/package-lock.json cannot be had"
BRIEF=1 make --no-print-directory check-browser

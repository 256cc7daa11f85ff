#!/bin/sh
# SIGKILL rounds against the built programs; see crash.py.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec python3 "$here/crash.py" "${1:-build}" "${2:-60}" ${3:-}

#!/bin/sh
# Citizens file while the responder is killed again and again; see load.py.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
AKTA_BUILD=$(cd "${1:-build}" && pwd) exec python3 "$here/load.py" "${2:-60}" ${3:-}

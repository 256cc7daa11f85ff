#!/bin/sh
# The failing Nth call; see fault.py. With LIMIT the first LIMIT calls of each kind, then ever wider steps.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec python3 "$here/fault.py" "${1:-build}" ${2:-}

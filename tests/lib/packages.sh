#!/bin/sh
# Installs what conf/packages lists for the purposes named as arguments and the machine lacks. As root or through sudo;
# without either it says what is missing and fails.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
missing=""
for purpose in "$@"; do
    for p in $(awk -v want="$purpose" '$1 == want { print $2 }' "$root/conf/packages"); do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
    done
done
[ -n "$missing" ] || exit 0
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "missing packages, and neither root nor sudo:$missing" >&2; exit 1; }
    as_root=sudo
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

#!/bin/sh
# A list may name its files from its own folder or from the root, however the list itself was named; nothing else opens.
set -u
akta=$AKTA_BUILD/akta
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LANG=C
export LANG
mkdir "$work/list" "$work/other"
echo jeden >"$work/list/a.txt"
echo obcy >"$work/other/b.txt"
"$akta" init "$work/dir" --office "$root/conf/office.conf" >/dev/null || echo "not ok 0 - init"
list() { printf 'mark,class,unit,title,opened,closed,path\n,1431,WA,%s,2020-01-02,2020-02-02,%s\n' "$1" "$2" >"$work/list/$3"; }
list Z-katalogu a.txt near.csv
list Od-korzenia "$work/list/a.txt" root.csv
list Obcy "$work/other/b.txt" other.csv
list Wyzej ../other/b.txt above.csv
n=0
try() { # WANTED-STATUS NAME FOLDER LIST
    n=$((n + 1))
    (cd "$3" && "$akta" -d "$work/dir" --json ingest --manifest "$4") >"$work/out" 2>"$work/err"
    got=$?
    if [ $got = "$1" ]; then echo "ok $n - $2"; else echo "not ok $n - $2: status $got"; cat "$work/err"; fi
}
echo 1..6
try 0 "a path from the list's folder, the list named from the root" / "$work/list/near.csv"
try 0 "a path from the root, the list named from beside it" "$work/list" root.csv
try 0 "a path from the root, the list named from above" "$work" list/root.csv
try 1 "a file elsewhere is not opened" "$work/list" other.csv
try 1 "nor one above" "$work/list" above.csv
n=6
if [ "$("$akta" -d "$work/dir" --json file show WA.1431.1.2020 | grep -c obcy)" = 0 ]; then echo "ok 6 - nothing foreign was taken"; else echo "not ok 6 - foreign"; fi

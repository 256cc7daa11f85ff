# lib.sh: what the lints share. A lint is a function `check` that prints one line for each violation found under the
# current directory. It is run on the house, and then on copies with one violation planted each: a lint that cannot
# fail proves nothing. Output is TAP.
set -u
LC_ALL=C
export LC_ALL
house=$(cd "$(dirname "$0")/../.." && pwd)
test_count=0
test_failed=0
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
trap 'exit 130' INT TERM

result() { # ok|not ok, name
    test_count=$((test_count + 1))
    echo "$1 $test_count - $2"
    [ "$1" = ok ] || test_failed=$((test_failed + 1))
}

# C sources without comments and with empty strings, so that words in prose do not count, each line as file:number:code.
code_only() { # files
    awk '
    function take(line,    out, i, c, two) {
        out = ""
        for (i = 1; i <= length(line); i++) {
            c = substr(line, i, 1)
            two = substr(line, i, 2)
            if (in_comment) {
                if (two == "*/") { in_comment = 0; i++ }
            } else if (in_string) {
                if (c == "\\") i++
                else if (c == quote) { in_string = 0; out = out c }
            } else if (two == "/*") { in_comment = 1; i++; out = out " " }
            else if (two == "//") break
            else {
                if (c == "\"" || c == "\047") { in_string = 1; quote = c }
                out = out c
            }
        }
        in_string = 0
        return out
    }
    FNR == 1 { in_comment = 0; in_string = 0 }
    { print FILENAME ":" FNR ":" take($0) }' "$@" /dev/null
}

c_files() { # below the folders named, as far as they exist
    for folder in "$@"; do
        [ -d "$folder" ] && find "$folder" -name '*.[ch]' -type f
    done | sort
}

house_is_clean() { # name of the rule
    found=$(cd "$house" && check)
    if [ -z "$found" ]; then
        result ok "$1"
    else
        result 'not ok' "$1"
        echo "$found" | sed 's/^/# /'
    fi
}

# A copy of the sources with one file added (or replaced) must be refused, naming that file.
planted() { # file, content, what is wrong with it
    if [ ! -d "$trial/house" ]; then
        mkdir "$trial/house"
        (cd "$house" && tar cf - include archive fcgi Makefile conf tests 2>/dev/null) | (cd "$trial/house" && tar xf -)
    fi
    mkdir -p "$trial/house/$(dirname "$1")"
    [ ! -f "$trial/house/$1" ] || cp "$trial/house/$1" "$trial/kept"
    printf '%s\n' "$2" >"$trial/house/$1"
    if (cd "$trial/house" && check) | grep -F "$1" >/dev/null; then
        result ok "caught: $3"
    else
        result 'not ok' "caught: $3"
    fi
    rm "$trial/house/$1"
    [ ! -f "$trial/kept" ] || mv "$trial/kept" "$trial/house/$1"
}

finish() {
    echo "1..$test_count"
    [ "$test_failed" = 0 ]
}

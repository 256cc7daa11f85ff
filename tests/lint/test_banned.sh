#!/bin/sh
# The unsafe functions do not compile for whoever includes base.h, and a file that forgets it uses them no more. Shims and
# yardsticks, which stand outside the house on purpose, are not looked at.
. "$(dirname "$0")/lib.sh"

banned='strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets strtok atoi atol atoll atof strtol strtoll strtoul
strtoull gmtime localtime ctime asctime alloca system popen tmpnam tempnam mktemp'
pattern=$(echo "$banned" | tr ' \n' '||' | sed 's/|*$//')

check() {
    # shellcheck disable=SC2046 # no name of ours has a blank
    code_only $(c_files include archive fcgi tests/unit tests/prop tests/fuzz tests/lib) | grep -v '#pragma GCC poison' | grep -v '#undef alloca' |
        grep -E "(^|[^A-Za-z0-9_.>])($pattern)[[:space:]]*\("
}

compiles() { # code
    printf '#include "base.h"\n%s\n' "$1" | gcc -std=c17 -D_GNU_SOURCE -I"$house/include" -fsyntax-only -xc - 2>"$trial/log"
}

house_is_clean 'nobody calls an unbounded copy, a lax parser or a shell'
compiles 'int main(void) { return (int)strlen("x"); }' && result ok 'harmless code compiles' ||
    result 'not ok' 'harmless code compiles'
for name in $banned; do
    if ! compiles "void *f(void); void *f(void) { return (void *)$name; }" && grep -q 'poisoned' "$trial/log"; then
        result ok "does not compile: $name"
    else
        result 'not ok' "does not compile: $name"
    fi
done
planted fcgi/planted.c 'void f(char *a) { sprintf(a, "x"); }' 'a file that forgot base.h'
planted tests/unit/planted.c 'int f(char *a) { return atoi (a); }' 'a test'
finish

#!/bin/sh
# Nothing half done, nothing too long, nothing that holds only on one machine.
. "$(dirname "$0")/lib.sh"

most_lines=600
unfinished='TO''DO|FIX''ME|XX''X|HA''CK'
machine='/wo''rk/|/home/[a-z]|/tm''p/[A-Za-z0-9_]|/Us''ers/'

sources() {
    find include archive fcgi tests conf Makefile .ci README.md \( -name vendor -prune \) -o -type f \
        \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.js' -o -name 'Makefile' -o -name '*.md' -o -name run \
        -o -name '*.conf' -o -name '*.po' -o -name '*.service' \) -print 2>/dev/null | sort
}

check() {
    sources >"$trial/files"
    xargs grep -nwE "$unfinished" /dev/null <"$trial/files" | sed 's/$/ (unfinished)/'
    xargs grep -nE "$machine" /dev/null <"$trial/files" | sed 's/$/ (a path of one machine)/'
    grep -E '([.][ch]|[.]sh|[.]py|Makefile)$' "$trial/files" | xargs wc -l /dev/null |
        awk -v most="$most_lines" '$2 != "total" && $1 > most { print $2 " has " $1 " lines, allowed are " most }'
}

house_is_clean 'nothing is unfinished, overlong or tied to a machine'
planted archive/base/planted.c "/* TO""DO: later */" 'an unfinished place in C'
planted tests/planted.sh "# FIX""ME" 'an unfinished place in a script'
planted Makefile "# XX""X" 'an unfinished place in the Makefile'
planted fcgi/planted.c 'const char *p = "/wo''rk/main";' 'a path of this machine'
planted tests/unit/planted.c 'const char *p = "/tm''p/fixed";' 'a fixed temporary name'
planted archive/store/planted.c "$(awk 'BEGIN { for (i = 0; i < 601; i++) print "int x;" }')" 'a file of 601 lines'
planted tests/lint/planted.sh "$(awk 'BEGIN { for (i = 0; i < 601; i++) print "x" }')" 'a script of 601 lines'
finish

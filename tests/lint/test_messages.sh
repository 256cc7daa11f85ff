#!/bin/sh
# The Polish catalogue: well formed, formats flagged (so that msgfmt compares the arguments), and complete. A room in
# `complete` may not have an untranslated message; the others are counted until they are there.
. "$(dirname "$0")/lib.sh"

complete='base'
keywords='-kerr_set:3 -kerr_field:4 -kerr_errno:3 -kerr_wrap:2 -ktr:2 -ktrn:2,3 -kN_'
flags='--flag=err_set:3:c-format --flag=err_field:4:c-format --flag=err_errno:3:c-format --flag=err_wrap:2:c-format'

# Every message of the folder that has no translation, as msgid lines.
untranslated() { # folder
    rm -f "$trial/found.pot"
    # shellcheck disable=SC2046,SC2086 # lists of words
    xgettext -L C --from-code=UTF-8 $keywords $flags --no-location --no-wrap -o "$trial/found.pot" $(c_files "$1") 2>/dev/null
    [ -s "$trial/found.pot" ] || return 0
    msgattrib --no-obsolete --translated --no-fuzzy --no-wrap conf/po/pl.po >"$trial/have.po" 2>/dev/null
    msgmerge --quiet --no-fuzzy-matching --no-wrap -o "$trial/merged.po" "$trial/have.po" "$trial/found.pot"
    # "%s" alone has nothing to translate.
    msgattrib --untranslated --no-obsolete --no-wrap "$trial/merged.po" | sed -n '/^msgid ""$/d; s/^msgid //p' | grep -vx '"%s"'
}

check() {
    msgfmt --check -o /dev/null conf/po/pl.po 2>&1 | sed 's|^|conf/po/pl.po: |'
    awk '
        function closed() { if (id ~ /%[-+ #0-9.]*[a-z]/ && !flagged) print "conf/po/pl.po: no c-format flag at " id; id = ""; flagged = 0 }
        /^#,.*c-format/ { flagged = 1 }
        /^msgid / { id = $0 }
        /^$/ { closed() }
        END { closed() }' conf/po/pl.po
    for room in $complete; do
        untranslated "archive/$room" | while read -r message; do
            # shellcheck disable=SC2046
            echo "conf/po/pl.po lacks $message of" $(grep -lF "$message" $(c_files "archive/$room"))
        done
    done
}

house_is_clean "the Polish catalogue is well formed and complete for: $complete"
for folder in archive/store archive/ledger archive/record archive/office archive/command archive/tool fcgi; do
    case " $complete " in *" ${folder#archive/} "*) continue ;; esac
    lacking=$(cd "$house" && untranslated "$folder" | wc -l)
    if [ "$lacking" = 0 ]; then
        result ok "all messages of $folder are in Polish"
    else
        result ok "all messages of $folder are in Polish # SKIP $lacking are not yet"
    fi
done
planted archive/base/planted.c 'bool f(struct err *e) { return err_set(e, ERR_IO, "never said before"); }' 'a message without Polish'
planted conf/po/pl.po "$(sed 's/^msgstr "zapis %s"/msgstr "zapis %d"/' "$house/conf/po/pl.po")" 'a translation with other arguments'
planted conf/po/pl.po "$(cat "$house/conf/po/pl.po"; printf '\nmsgid "half %%d"\nmsgstr "pol %%d"\n')" 'a format without its flag'
finish

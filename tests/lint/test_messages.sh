#!/bin/sh
# The Polish catalogue: well formed, formats flagged (so that msgfmt compares the arguments), of one voice (two parts that
# say one message differently would let the alphabet choose), and complete: a message of any room that has no Polish fails.
. "$(dirname "$0")/lib.sh"

parts=$(ls conf/po/pl.po conf/po/pl-*.po)
keywords='-kerr_set:3 -kerr_field:4 -kerr_errno:3 -kerr_wrap:2 -ktr:2 -ktrn:2,3 -kN_ -kfault_report:3 -kfault_because:4'
keywords="$keywords -khtml_say:2 -khtml_sayf:2 -khtml_say_attr:2"
flags='--flag=err_set:3:c-format --flag=err_field:4:c-format --flag=err_errno:3:c-format --flag=err_wrap:2:c-format --flag=fault_report:3:c-format --flag=fault_because:4:c-format --flag=html_sayf:2:c-format'

# Every message that has no translation, as one line each.
untranslated() {
    rm -f "$trial/found.pot"
    # shellcheck disable=SC2046,SC2086 # lists of words
    xgettext -L C --from-code=UTF-8 $keywords $flags --no-location --no-wrap -o "$trial/found.pot" $(c_files archive fcgi) 2>/dev/null
    [ -s "$trial/found.pot" ] || return 0
    # shellcheck disable=SC2086
    msgcat --use-first --no-wrap $parts 2>/dev/null | msgattrib --no-obsolete --translated --no-fuzzy --no-wrap >"$trial/have.po" 2>/dev/null
    msgmerge --quiet --no-fuzzy-matching --no-wrap -o "$trial/merged.po" "$trial/have.po" "$trial/found.pot"
    # Joins what is written over several lines. "%s" alone has nothing to translate.
    msgattrib --untranslated --no-obsolete --no-wrap "$trial/merged.po" | awk '
        function said() { if (id != "" && id != "%s") print id; id = ""; open = 0 }
        /^msgid / { said(); open = 1; sub(/^msgid /, "") }
        /^msg/ { open = 0 }
        open && /^"/ { id = id substr($0, 2, length($0) - 2) }
        END { said() }'
}

# Messages that two parts translate differently.
contradicted() {
    # shellcheck disable=SC2086
    msgcat --no-wrap $parts 2>/dev/null | awk '
        /^msgid / { id = substr($0, 7) }
        /^"#-#-#-#-#/ && id != "\"\"" { print "conf/po/" $2 ": translates " id " in its own way" }'
}

check() {
    contradicted
    for part in $parts; do
        msgfmt --check -o /dev/null "$part" 2>&1 | sed "s|^|$part: |"
        awk -v part="$part" '
            function closed() { if (id ~ /%[-+ #0-9.]*[a-z]/ && !flagged) print part ": no c-format flag at " id; id = ""; flagged = 0 }
            /^#,.*c-format/ { flagged = 1 }
            /^msgid / { id = $0 }
            /^$/ { closed() }
            END { closed() }' "$part"
    done
    untranslated | while read -r message; do
        # shellcheck disable=SC2046
        echo "conf/po/pl.po lacks \"$message\" of" $(grep -lF "$message" $(c_files archive fcgi))
    done
}

house_is_clean "the Polish catalogue is well formed and complete"
planted archive/base/planted.c 'bool f(struct err *e) { return err_set(e, ERR_IO, "never said before"); }' 'a message without Polish'
planted conf/po/pl.po "$(sed 's/^msgstr "zapis %s"/msgstr "zapis %d"/' "$house/conf/po/pl.po")" 'a translation with other arguments'
planted conf/po/pl-api.po "$(cat "$house/conf/po/pl-api.po"; printf '\nmsgid "not accepted"\nmsgstr "odmowa"\n')" 'two translations of one message'
planted conf/po/pl.po "$(cat "$house/conf/po/pl.po"; printf '\nmsgid "half %%d"\nmsgstr "pol %%d"\n')" 'a format without its flag'
finish

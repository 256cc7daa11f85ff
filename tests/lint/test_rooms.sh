#!/bin/sh
# Each room includes only itself and the rooms below it; a library's header appears in its one place; nothing is named
# like Debian's libarchive.
. "$(dirname "$0")/lib.sh"

rooms='base store ledger record office command'

# Headers of the C library, of Linux and of the compiler, which anyone may use.
system='^(alloca|assert|ctype|dirent|endian|errno|fcntl|fnmatch|ftw|getopt|grp|inttypes|langinfo|libgen|limits|locale|malloc|'
system=$system'math|netdb|poll|pthread|pwd|sched|semaphore|setjmp|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|'
system=$system'stdint|stdio|stdlib|string|strings|syslog|termios|threads|time|unistd|wchar|(sys|linux|netinet|arpa)/.*)[.]h$'

# Where a library's header may stand: header, pattern of the file, most files.
places='
gcrypt.h            archive/base/crypto(_[a-z]+)?[.]c  2
jansson.h           archive/base/json[.]c              1
md4c.h              archive/office/prose[.]c           1
unicase.h           archive/base/text[.]c              1
unictype.h          archive/base/text[.]c              1
uninorm.h           archive/base/text[.]c              1
unistr.h            archive/base/text[.]c              1
uniwbrk.h           archive/base/text[.]c              1
db.h                archive/store/bdb[a-z_]*[.][ch]    9
libdeflate.h        archive/store/compress[.]c         1
zlib.h              archive/store/compress[.]c         1
fcgiapp.h           fcgi/[a-z_]+[.]c                   1
fcgios.h            fcgi/[a-z_]+[.]c                   1
curl/curl.h         archive/tool/send[.]c              1
magic.h             archive/tool/inspect[a-z_]*[.]c    1
seccomp.h           archive/tool/inspect[a-z_]*[.]c    1
systemd/sd-daemon.h fcgi/[a-z_]+[.]c                   1
'

# The window and the tool stand above all rooms.
check() {
    c_files include archive fcgi >"$trial/files"
    xargs grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' /dev/null <"$trial/files" |
        awk -v rooms="$rooms" -v system_headers="$system" -v places="$places" -v list="$trial/files" '
        function room_of(file,    part, name) {
            split(file, part, "/")
            if (part[1] == "archive") return part[2]
            if (part[1] != "include") return "window"
            name = part[2]
            sub(/[.]h$/, "", name)
            sub(/_.*/, "", name)
            return name
        }
        function rank_of(room) { return room in rank ? rank[room] : 99 }
        function quoted(file, header,    own, other, folder, part) {
            own = room_of(file)
            folder = file
            sub(/\/[^\/]*$/, "", folder)
            if (header ~ /^[.][.]\//) {
                print file " includes " header " by a path upwards"
            } else if (header ~ /^archive\//) {
                split(header, part, "/")
                if (part[2] != own) print file " includes " header ", which is private to another room"
            } else if (("include/" header) in known && (folder == "include" || !((folder "/" header) in known))) {
                other = room_of("include/" header)
                if (!(other in rank)) print "include/" header " belongs to no room"
                else if (rank[other] > rank_of(own))
                    print file " (room " own ") includes " header " of the higher room " other
            }
        }
        function angled(file, header) {
            if (header ~ system_headers) return
            if (!(header in place)) {
                print file " includes <" header ">, which has no place in tests/lint/test_rooms.sh"
            } else if (file !~ ("^" place[header] "$")) {
                print file " includes <" header ">, whose place is " place[header]
            } else if (!((file, header) in seen)) {
                seen[file, header] = 1
                if (++count[header] > most[header])
                    print file " is file " count[header] " that includes <" header ">, allowed are " most[header]
            }
        }
        BEGIN {
            n = split(rooms, name, " ")
            for (i = 1; i <= n; i++) rank[name[i]] = i
            n = split(places, row, "\n")
            for (i = 1; i <= n; i++) if (split(row[i], f, " ") == 3) { place[f[1]] = f[2]; most[f[1]] = f[3] }
            while ((getline file < list) > 0) known[file] = 1
        }
        {
            colon = index($0, ":")
            file = substr($0, 1, colon - 1)
            header = substr($0, colon + 1)
            kind = header ~ /^[^<"]*</ ? "<" : "\""
            sub(/^[^<"]*[<"]/, "", header)
            sub(/[>"].*/, "", header)
            if (kind == "<") angled(file, header); else quoted(file, header)
        }'
    grep -rnE 'lib''archive|["</]archive[.]h|-l''archive' include archive fcgi Makefile conf 2>/dev/null |
        sed 's/$/: the name belongs to another library/'
    grep -E '(^|/)archive[.]h$' "$trial/files" | sed 's/$/: the name belongs to another library/'
}

house_is_clean 'each room includes only what lies below it'
planted archive/base/planted.c '#include "store.h"' 'a room that includes a higher one'
planted archive/office/planted.h '#include "command.h"' 'a private header that includes a higher room'
planted include/store_planted.h '#include "ledger.h"' 'a public header that includes a higher room'
planted archive/store/planted.c '#include "archive/base/day.h"' 'a private header of another room'
planted archive/store/planted.c '#include "../base/day.h"' 'an include by a path upwards'
planted archive/ledger/planted.c '#include <gcrypt.h>' 'a library outside its place'
planted archive/store/planted.c '  #  include  <db.h>' 'a library outside its file, oddly spaced'
planted archive/base/crypto_z.c '#include <gcrypt.h>' 'a third file with a library of two'
planted fcgi/planted.c '#include <openssl/evp.h>' 'a library without a place'
planted archive/tool/archive.h 'int x;' 'a header named as another library names its own'
planted conf/planted 'lib''archive-dev' 'that library itself'
finish

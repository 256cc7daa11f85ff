/* evidence_howto.c: the page that tells a stranger how to check the evidence of one record with coreutils and openssl.
 * The indented lines are commands that a POSIX shell runs as they stand; a test does so. */
#include "evidence.h"

#define COMMANDS_CONTENT                                                                                               \
    "    # 1. document -> content.opening\n"                                                                           \
    "    S=$(sha256sum < document | cut -d ' ' -f 1)\n"                                                                \
    "    B=$(b2sum < document | cut -d ' ' -f 1)\n"                                                                    \
    "    N=$(wc -c < document | tr -d ' ')\n"                                                                          \
    "    grep -qx \"content size $N sha256:$S blake2b-512:$B\" content.opening && echo \"1 ok\" || echo \"1 WRONG\"\n" \
    "\n"                                                                                                               \
    "    # 2. content.opening -> entry\n"                                                                              \
    "    S=$(sha256sum < content.opening | cut -d ' ' -f 1)\n"                                                         \
    "    B=$(b2sum < content.opening | cut -d ' ' -f 1)\n"                                                             \
    "    grep -qx \"opening content sha256:$S blake2b-512:$B\" entry && echo \"2 ok\" || echo \"2 WRONG\"\n"           \
    "\n"

#define COMMANDS_LOG                                                                                                   \
    "    # 3. entry -> root\n"                                                                                         \
    "    W=$(mktemp -d)\n"                                                                                             \
    "    sed '1,/^$/d' entry.tlog-proof > \"$W/checkpoint\"\n"                                                         \
    "    sed '/^$/,$d' \"$W/checkpoint\" > \"$W/body\"\n"                                                              \
    "    I=$(sed -n 's/^index //p' entry.tlog-proof | head -n 1)\n"                                                    \
    "    L=$(sed -n 2p \"$W/body\"); L=$((L - 1))\n"                                                                   \
    "    { printf '\\000'; cat entry; } | openssl dgst -sha256 -binary > \"$W/r\"\n"                                   \
    "    for H in $(sed -n '/^index /,/^$/p' entry.tlog-proof | sed 1d); do\n"                                         \
    "        printf %s \"$H\" | base64 -d > \"$W/p\"\n"                                                                \
    "        if [ $((I & 1)) = 1 ] || [ \"$I\" = \"$L\" ]; then\n"                                                     \
    "            { printf '\\001'; cat \"$W/p\" \"$W/r\"; } | openssl dgst -sha256 -binary > \"$W/n\"\n"               \
    "            while [ $((I & 1)) = 0 ] && [ \"$I\" != 0 ]; do I=$((I >> 1)); L=$((L >> 1)); done\n"                 \
    "        else\n"                                                                                                   \
    "            { printf '\\001'; cat \"$W/r\" \"$W/p\"; } | openssl dgst -sha256 -binary > \"$W/n\"\n"               \
    "        fi\n"                                                                                                     \
    "        mv \"$W/n\" \"$W/r\"; I=$((I >> 1)); L=$((L >> 1))\n"                                                     \
    "    done\n"                                                                                                       \
    "    [ \"$L\" = 0 ] && [ \"$(base64 < \"$W/r\")\" = \"$(sed -n 3p \"$W/body\")\" ] && echo \"3 ok\" || "           \
    "echo \"3 WRONG\"\n"                                                                                               \
    "\n"                                                                                                               \
    "    # 4. log.vkey -> checkpoint\n"                                                                                \
    "    { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'\n"                                    \
    "      cut -d + -f 3- log.vkey | base64 -d | tail -c 32; } > \"$W/key\"\n"                                         \
    "    K=$(cut -d + -f 1 log.vkey)\n"                                                                                \
    "    awk -v k=\"$K\" '$2 == k { print $3; exit }' \"$W/checkpoint\" | base64 -d | tail -c 64 > \"$W/sig\"\n"       \
    "    openssl pkeyutl -verify -pubin -keyform DER -inkey \"$W/key\" -rawin -in \"$W/body\" -sigfile \"$W/sig\" "    \
    "\\\n"                                                                                                             \
    "        > /dev/null 2>&1 && echo \"4 ok\" || echo \"4 WRONG\"\n"                                                  \
    "    rm -r \"$W\"\n"

static const char polish[] =
    "DOWÓD DLA JEDNEGO DOKUMENTU\n"
    "\n"
    "Te pliki pozwalają sprawdzić bez programu archiwum i bez zaufania do niego, że dokument jest bajt w bajt tym,\n"
    "który przyjęto, i że wpis o jego przyjęciu stoi w podpisanym dzienniku. Potrzebne są programy z każdego systemu\n"
    "Linux: sha256sum, b2sum, base64 (coreutils), sed, awk oraz openssl 3.\n"
    "\n"
    "document          dokument, dokładnie te bajty, które przyjęto (dla papieru pliku nie ma)\n"
    "content.opening   krótki tekst: sól (losowa liczba) oraz dwa skróty dokumentu, SHA-256 i BLAKE2b-512\n"
    "entry             wpis dziennika; zawiera dwa skróty pliku content.opening, nie zawiera danych osobowych\n"
    "entry.tlog-proof  dowód, że wpis jest w dzienniku: numer, skróty sąsiadów i podpisany stan dziennika\n"
    "log.vkey          klucz, którym sprawdza się podpis; porównaj go z kluczem opublikowanym przez urząd\n"
    "\n"
    "Wejdź do folderu z tymi plikami i wykonaj polecenia z końca strony. Każdy krok odpowiada „ok” albo „WRONG”:\n"
    "1  skróty i wielkość dokumentu są tymi z content.opening;\n"
    "2  skróty content.opening są tymi, które zapisano we wpisie;\n"
    "3  z wpisu i skrótów sąsiadów wychodzi ten sam korzeń, który stoi w stanie dziennika;\n"
    "4  stan dziennika podpisano kluczem log.vkey.\n"
    "Czas we wpisie podaje archiwum. Kto zachował wcześniejszy stan dziennika, może sprawdzić, że późniejszy go "
    "zawiera.\n"
    "\n";

static const char english[] =
    "EVIDENCE FOR ONE RECORD\n"
    "\n"
    "With these files anybody can check, without the archive's program and without trusting it, that the document is\n"
    "byte for byte what was taken in, and that the entry about it stands in the signed log. The programs needed are\n"
    "part of every Linux system: sha256sum, b2sum, base64 (coreutils), sed, awk, and openssl 3.\n"
    "\n"
    "document          the document, exactly the bytes that were taken in (none for a record on paper)\n"
    "content.opening   a short text: a salt (a random number) and two digests of the document, SHA-256, BLAKE2b-512\n"
    "entry             the log's entry; it holds two digests of content.opening and no personal data\n"
    "entry.tlog-proof  proof that the entry is in the log: its number, hashes of its neighbours, the signed "
    "checkpoint\n"
    "log.vkey          the key that checks the signature; compare it with the one that the office publishes\n"
    "\n"
    "Go to the folder of these files and run the commands below. Each step answers \"ok\" or \"WRONG\":\n"
    "1  size and digests of the document are those in content.opening;\n"
    "2  the digests of content.opening are those in the entry;\n"
    "3  the entry and the hashes of its neighbours lead to the root in the checkpoint (RFC 6962);\n"
    "4  the checkpoint was signed with the key log.vkey.\n"
    "The time in the entry is the archive's own claim. Who kept an earlier checkpoint can check that this one contains "
    "it.\n"
    "\n";

bool evidence_howto(const struct record *r, struct str origin, struct buf *out, struct err *e)
{
    char id[33];
    id_text(r->id, id);
    buf_add_z(out, polish);
    buf_add_z(out, english);
    buf_fmt(out, "record  %s\nentry   %llu\nlog     %.*s\n\n", id, (unsigned long long)r->entry, (int)origin.n,
            origin.p);
    if (r->shelf.n == 0)
        buf_add_z(out, COMMANDS_CONTENT);
    buf_add_z(out, COMMANDS_LOG);
    return buf_ok(out, e);
}

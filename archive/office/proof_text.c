/* proof_text.c: what all files of proof have in common: the commands that check one, and its sections, each after a
 * line
 * `=== NAME`, that one line of awk writes into files: of each document the opening, the entry of the log and its
 * .tlog-proof. The commands are of coreutils, awk, sed and openssl; a test runs them as they stand. Format:
 * archive/FORMATS.md §12. Fails: ERR_STATE while the checkpoint is not out; ERR_CORRUPT when what would be handed over
 * does not fit together. */
#include "receipt.h"

#define SECTION_MAX (256u * 1024)

static const char proof_commands[] =
    "    awk '/^=== /{f=$2;next} f{print>f}' receipt.txt\n"
    "    for X in letter document file-*.entry; do X=${X%.entry}; D=$X; [ -e $X.txt ] && D=$X.txt\n"
    "    [ -e $X.entry ] || continue\n"
    "    if [ ! -e $X.opening ]; then\n"
    "    grep -qx \"digest sha256:$(sha256sum < $D | cut -c 1-64)\" $X.entry && echo \"$X 1 ok\" || echo \"$X 1 "
    "WRONG\"\n"
    "    else if [ -e $D ]; then\n"
    "    L=\"content size $(wc -c < $D | tr -d ' ') sha256:$(sha256sum < $D | cut -c 1-64)\"\n"
    "    L=\"$L blake2b-512:$(b2sum < $D | cut -c 1-128)\"\n"
    "    grep -qx \"$L\" $X.opening && echo \"$X 1 ok\" || echo \"$X 1 WRONG\"\n"
    "    fi\n"
    "    L=\"opening content sha256:$(sha256sum < $X.opening | cut -c 1-64)\"\n"
    "    L=\"$L blake2b-512:$(b2sum < $X.opening | cut -c 1-128)\"\n"
    "    grep -qx \"$L\" $X.entry && echo \"$X 2 ok\" || echo \"$X 2 WRONG\"; fi\n"
    "    P=$X.tlog-proof; W=$(mktemp -d)\n"
    "    sed '1,/^$/d' $P > $W/checkpoint; sed '/^$/,$d' $W/checkpoint > $W/body\n"
    "    I=$(sed -n 's/^index //p' $P | head -n 1); N=$(sed -n 2p $W/body); N=$((N - 1))\n"
    "    { printf '\\000'; cat $X.entry; } | openssl dgst -sha256 -binary > $W/r\n"
    "    for H in $(sed -n '/^index /,/^$/p' $P | sed 1d); do\n"
    "    printf %s $H | base64 -d > $W/p\n"
    "    if [ $((I & 1)) = 1 ] || [ $I = $N ]; then\n"
    "    { printf '\\001'; cat $W/p $W/r; } | openssl dgst -sha256 -binary > $W/n\n"
    "    while [ $((I & 1)) = 0 ] && [ $I != 0 ]; do I=$((I >> 1)); N=$((N >> 1)); done\n"
    "    else { printf '\\001'; cat $W/r $W/p; } | openssl dgst -sha256 -binary > $W/n; fi\n"
    "    mv $W/n $W/r; I=$((I >> 1)); N=$((N >> 1)); done\n"
    "    [ $N = 0 ] && [ \"$(base64 < $W/r)\" = \"$(sed -n 3p $W/body)\" ] && echo \"$X 3 ok\" || echo \"$X 3 WRONG\"\n"
    "    { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'\n"
    "    cut -d + -f 3- log.vkey | base64 -d | tail -c 32; } > $W/key\n"
    "    awk -v k=\"$(cut -d + -f 1 log.vkey)\" '$2 == k { print $3; exit }' $W/checkpoint | base64 -d | tail -c 64 > "
    "$W/sig\n"
    "    openssl pkeyutl -verify -pubin -keyform DER -inkey $W/key -rawin -in $W/body -sigfile $W/sig > /dev/null 2>&1 "
    "\\\n"
    "    && echo \"$X 4 ok\" || echo \"$X 4 WRONG\"\n"
    "    rm -r $W; done\n"
    "\n"
    "1  the file is the one of the opening / plik jest tym z pliku .opening\n"
    "2  the opening is the one of the entry / plik .opening jest tym z wpisu\n"
    "3  the entry leads to the root of the log (RFC 6962) / z wpisu wychodzi korzeń dziennika\n"
    "4  the state of the log is signed with log.vkey / stan dziennika podpisano kluczem log.vkey\n"
    "\n";

void proof_section(struct buf *out, const char *name, const char *ending, struct str body)
{
    buf_fmt(out, "=== %s%s\n", name, ending);
    buf_add_str(out, body);
    if (body.n > 0 && body.p[body.n - 1] != '\n') {
        buf_add_z(out, "\n");
    }
}

/* ---------------------------------------------------------------- what a document needs from the store */

static bool collect_fn(struct txn *t, void *ctx, struct err *e)
{
    struct proven *p = ctx;
    struct key key CLEANUP(key_wipe) = {{0}};
    struct str metadata;
    if (!ledger_entry(t, p->entry, p->ar, &p->text, e)) {
        return false;
    }
    return p->plain || (key_get(t, archive_store(p->a), &p->object, &key, e) &&
                        event_openings(t, p->a, &p->object, p->event, &key, &p->digests, p->size, p->ar, &p->opening,
                                       &metadata, e));
}

bool proof_document(struct proven *p, const char *name, struct buf *out, struct err *e)
{
    struct buf proof CLEANUP(buf_free) = BUF_INIT(SECTION_MAX);
    if (!store_read(archive_store(p->a), collect_fn, p, e)) {
        return false;
    }
    if (!ledger_prove(archive_ledger(p->a), p->entry, &proof, e) || !buf_ok(&proof, e)) {
        return e->code != ERR_STATE
                   ? false
                   : err_set(e, ERR_STATE,
                             "the state of the log with this entry is not published yet; it takes a moment");
    }
    if (!p->plain) {
        proof_section(out, name, ".opening", p->opening);
    }
    proof_section(out, name, ".entry", str_of_bytes(p->text));
    proof_section(out, name, ".tlog-proof", buf_str(&proof));
    return true;
}

bool proof_end(struct archive *a, struct str title, struct str sections, struct arena *ar, struct buf *out,
               struct err *e)
{
    struct buf vkey CLEANUP(buf_free) = BUF_INIT(4096);
    struct office_info office;
    if (!archive_office(a, ar, &office, e) || !ledger_vkey(archive_ledger(a), &vkey, e) || !buf_ok(&vkey, e)) {
        return false;
    }
    buf_add_z(out, proof_commands);
    buf_fmt(out, "%.*s\n%.*s\n%.*s\n\n", (int)title.n, title.p, (int)office.name.n, office.name.p, (int)office.origin.n,
            office.origin.p);
    buf_add_str(out, sections);
    proof_section(out, "log.vkey", "", buf_str(&vkey));
    return buf_ok(out, e);
}

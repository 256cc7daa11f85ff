/* receipt_proof.c: one text file that proves a filing without us: a page that tells how, then sections, each after a
 * line
 * `=== NAME`, that one line of awk writes into files: the letter, and for the letter and each attachment the opening,
 * the entry of the log and its .tlog-proof, and the log's key. The commands are of coreutils, awk, sed and openssl; a
 * test runs them as they stand. Format: archive/FORMATS.md §12. Fails: ERR_STATE while the checkpoint is not out;
 * ERR_CORRUPT when what would be handed over does not fit together. */
#include "receipt.h"

#define SECTION_MAX (256u * 1024)

static const char polish[] =
    "akta-receipt/v1\n"
    "\n"
    "DOWÓD ZŁOŻENIA PISMA\n"
    "\n"
    "Ten plik pozwala sprawdzić bez programu urzędu i bez zaufania do niego, że pismo (letter.txt) i załączniki są "
    "bajt\n"
    "w bajt tymi, które wpłynęły, i że wpisy o nich stoją w podpisanym dzienniku. Potrzebne są programy z każdego "
    "systemu\n"
    "Linux: sha256sum, b2sum, base64 (coreutils), sed, awk oraz openssl 3.\n"
    "\n"
    "Utwórz pusty folder, połóż w nim ten plik jako receipt.txt i swoje załączniki jako file-1, file-2 … w kolejności, "
    "w\n"
    "jakiej wymienia je letter.txt. Wykonaj polecenia poniżej. Każdy krok odpowiada „ok” albo „WRONG”; załącznik, "
    "którego\n"
    "w folderze nie ma, jest pominięty. Klucz log.vkey porównaj z kluczem opublikowanym przez urząd.\n"
    "Czas we wpisie podaje urząd. Kto zachował wcześniejszy stan dziennika, może sprawdzić, że późniejszy go zawiera.\n"
    "\n";

static const char english[] =
    "PROOF OF A FILING\n"
    "\n"
    "With this file anybody can check, without the office's program and without trusting it, that the letter "
    "(letter.txt)\n"
    "and the attachments are byte for byte what came in, and that the entries about them stand in the signed log. The\n"
    "programs needed are part of every Linux system: sha256sum, b2sum, base64 (coreutils), sed, awk, and openssl 3.\n"
    "\n"
    "Make an empty folder, put this file into it as receipt.txt and your attachments as file-1, file-2 … in the order "
    "in\n"
    "which letter.txt names them. Run the commands below. Each step answers \"ok\" or \"WRONG\"; an attachment that is "
    "not\n"
    "there is skipped. Compare the key log.vkey with the one that the office publishes.\n"
    "The time in an entry is the office's own claim. Who kept an earlier checkpoint can check that this one contains "
    "it.\n"
    "\n";

static const char commands[] =
    "    awk '/^=== /{f=$2;next} f{print>f}' receipt.txt\n"
    "    for X in letter file-*.opening; do X=${X%.opening}; D=$X; [ $X = letter ] && D=letter.txt\n"
    "    [ -e $X.opening ] || continue\n"
    "    if [ -e $D ]; then\n"
    "    L=\"content size $(wc -c < $D | tr -d ' ') sha256:$(sha256sum < $D | cut -c 1-64)\"\n"
    "    L=\"$L blake2b-512:$(b2sum < $D | cut -c 1-128)\"\n"
    "    grep -qx \"$L\" $X.opening && echo \"$X 1 ok\" || echo \"$X 1 WRONG\"\n"
    "    fi\n"
    "    L=\"opening content sha256:$(sha256sum < $X.opening | cut -c 1-64)\"\n"
    "    L=\"$L blake2b-512:$(b2sum < $X.opening | cut -c 1-128)\"\n"
    "    grep -qx \"$L\" $X.entry && echo \"$X 2 ok\" || echo \"$X 2 WRONG\"\n"
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

/* ---------------------------------------------------------------- what a section needs from the store */

struct proven {
    struct request_desk *d;
    struct id object;
    uint64_t entry, size;
    struct digests digests;
    struct arena *ar;
    struct bytes text;
    struct str opening;
};

static bool collect_fn(struct txn *t, void *ctx, struct err *e)
{
    struct proven *p = ctx;
    struct key key CLEANUP(key_wipe) = {{0}};
    struct str metadata;
    return key_get(t, archive_store(p->d->a), &p->object, &key, e) && ledger_entry(t, p->entry, p->ar, &p->text, e) &&
           event_openings(t, p->d->a, &p->object, 1, &key, &p->digests, p->size, p->ar, &p->opening, &metadata, e);
}

static void section(struct buf *out, const char *name, const char *ending, struct str body)
{
    buf_fmt(out, "=== %s%s\n", name, ending);
    buf_add_str(out, body);
    if (body.n > 0 && body.p[body.n - 1] != '\n') {
        buf_add_z(out, "\n");
    }
}

static bool prove(struct proven *p, const char *name, struct buf *out, struct err *e)
{
    struct buf proof CLEANUP(buf_free) = BUF_INIT(SECTION_MAX);
    if (!store_read(archive_store(p->d->a), collect_fn, p, e)) {
        return false;
    }
    if (!ledger_prove(archive_ledger(p->d->a), p->entry, &proof, e) || !buf_ok(&proof, e)) {
        return e->code != ERR_STATE
                   ? false
                   : err_set(e, ERR_STATE,
                             "the state of the log with this entry is not published yet; it takes a moment");
    }
    section(out, name, ".opening", p->opening);
    section(out, name, ".entry", str_of_bytes(p->text));
    section(out, name, ".tlog-proof", buf_str(&proof));
    return true;
}

static bool prove_letter(struct request_desk *d, const struct request_view *v, struct arena *ar, struct buf *out,
                         struct err *e)
{
    struct buf letter CLEANUP(buf_free) = BUF_INIT(SECTION_MAX);
    struct proven p = {.d = d, .object = v->id, .entry = v->entry, .ar = ar};
    if (!request_letter(v, 1, &letter, e)) {
        return false;
    }
    digests_of(buf_bytes(&letter), &p.digests);
    p.size = letter.n;
    section(out, RECEIPT_LETTER, "", buf_str(&letter));
    return prove(&p, "letter", out, e);
}

static bool prove_files(struct request_desk *d, const struct request_view *v, struct arena *ar, struct buf *out,
                        struct err *e)
{
    unsigned number = 0;
    for (size_t i = 0; i < v->file_count; i++) {
        const struct request_attachment *f = &v->files[i];
        struct proven p = {
            .d = d, .object = f->id, .entry = f->entry, .size = f->size, .digests = f->digests, .ar = ar};
        char name[24];
        if (f->event != 1) {
            continue;
        }
        snprintf(name, sizeof name, "file-%u", ++number);
        if (!prove(&p, name, out, e)) {
            return false;
        }
    }
    return true;
}

bool receipt_proof(struct request_desk *d, const struct request_view *v, struct buf *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(16u << 20);
    struct buf vkey CLEANUP(buf_free) = BUF_INIT(4096), sections CLEANUP(buf_free) = BUF_INIT(out->max);
    struct office_info office;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!archive_office(d->a, ar, &office, e) || !ledger_vkey(archive_ledger(d->a), &vkey, e) || !buf_ok(&vkey, e) ||
        !prove_letter(d, v, ar, &sections, e) || !prove_files(d, v, ar, &sections, e) || !buf_ok(&sections, e)) {
        return false;
    }
    buf_add_z(out, polish);
    buf_add_z(out, english);
    buf_add_z(out, commands);
    buf_fmt(out, "%s %s\n%.*s\n%.*s\n\n", "number / numer:", v->number, (int)office.name.n, office.name.p,
            (int)office.origin.n, office.origin.p);
    buf_add(out, sections.p, sections.n);
    section(out, "log.vkey", "", buf_str(&vkey));
    return buf_ok(out, e);
}

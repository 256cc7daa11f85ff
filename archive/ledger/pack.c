/* pack.c: an entry as it lies in the table, and back. Half of an entry is hexadecimal digits and a quarter the same few
 * phrases, so 629 bytes of an accession take 279, which is what a log of millions is read, copied and backed up in.
 *
 * A packed entry begins with 1. Then: below 80 a character; 80 to FD a phrase of the table; FE n, and n bytes that
 * stand for 2n small hexadecimal digits. What this cannot say lies behind a 0 as it is, and an entry that begins with
 * neither was written whole. Any bytes come back exactly, which the root of the tree proves. The table only ever grows.
 * Pure; fails with ERR_CORRUPT on what cannot have been written, ERR_MEMORY. */
#include "ledger_internal.h"

#include <string.h>

enum { FORM_AS_IT_IS = 0, FORM_PACKED = 1 };

#define FIRST_PHRASE 0x80u
#define HEX_RUN      0xFEu
#define HEX_MOST     255u /* bytes in one run */
#define HEX_LEAST    8u   /* digits: fewer gain nothing */

/* A phrase that begins another stands behind it. */
static const char *const phrases[] = {
    "akta-entry/v1\ntype ",
    "\ntime 20",
    "\nobject ",
    "\nevent 1\n",
    "\nevent ",
    "\nactor ",
    "actor ",
    "\nfile ",
    "file ",
    "\nseq ",
    "\nopening content sha256:",
    "\nopening metadata sha256:",
    "\nopening ",
    " blake2b-512:",
    " sha256:",
    "accession",
    "file-open",
    "file-close",
    "\nclass ",
    "\nopened ",
    "\nclosed ",
    "\nnumber ",
    "\ncategory ",
    "\nkeep-until ",
    "\nreview-from ",
    "\naction ",
    "appraise",
    "destroy",
    "transfer",
};

static size_t hex_digits(struct bytes in)
{
    size_t n = 0;
    while (n < in.n && n < 2 * HEX_MOST && ((in.p[n] >= '0' && in.p[n] <= '9') || (in.p[n] >= 'a' && in.p[n] <= 'f')))
        n++;
    return n - n % 2;
}

static bool add_run(struct buf *out, struct bytes in, size_t digits)
{
    uint8_t packed[2 + HEX_MOST] = {HEX_RUN, (uint8_t)(digits / 2)};
    if (!hex_decode((struct str){(const char *)in.p, digits}, packed + 2, digits / 2))
        return false;
    buf_add(out, packed, 2 + digits / 2);
    return true;
}

static size_t add_phrase(struct buf *out, struct bytes in)
{
    for (size_t i = 0; i < COUNT_OF(phrases); i++) {
        size_t n = strlen(phrases[i]);
        if (in.p[0] == (uint8_t)phrases[i][0] && n <= in.n && memcmp(in.p, phrases[i], n) == 0) {
            buf_add_u8(out, (uint8_t)(FIRST_PHRASE + i));
            return n;
        }
    }
    return 0;
}

/* One step: how many bytes of the entry it took; 0 when they cannot be said. */
static size_t add_some(struct buf *out, struct bytes in)
{
    size_t digits = hex_digits(in), n;
    if (digits >= HEX_LEAST)
        return add_run(out, in, digits) ? digits : 0;
    if ((n = add_phrase(out, in)) > 0)
        return n;
    if (in.p[0] >= FIRST_PHRASE)
        return 0;
    buf_add(out, in.p, 1);
    return 1;
}

void entry_pack(struct bytes entry, struct buf *out)
{
    size_t start = out->n;
    buf_add_u8(out, FORM_PACKED);
    for (size_t at = 0, n; at < entry.n; at += n) {
        n = add_some(out, (struct bytes){entry.p + at, entry.n - at});
        if (n == 0) {
            out->n = start;
            buf_add_u8(out, FORM_AS_IT_IS);
            buf_add(out, entry.p, entry.n);
            return;
        }
    }
}

/* One step back; 0: no entry was packed so. */
static size_t add_plain(struct buf *out, struct bytes in)
{
    char hex[2 * HEX_MOST + 1];
    if (in.p[0] < FIRST_PHRASE) {
        buf_add(out, in.p, 1);
        return 1;
    }
    if (in.p[0] < HEX_RUN) {
        size_t i = in.p[0] - FIRST_PHRASE;
        if (i < COUNT_OF(phrases))
            buf_add_z(out, phrases[i]);
        return i < COUNT_OF(phrases) ? 1 : 0;
    }
    if (in.p[0] != HEX_RUN || in.n < 2 || in.n < 2u + in.p[1])
        return 0;
    hex_encode((struct bytes){in.p + 2, in.p[1]}, hex);
    buf_add_z(out, hex);
    return 2u + in.p[1];
}

static bool unpack_into(struct bytes packed, struct buf *out)
{
    for (size_t at = 1, n; at < packed.n; at += n) {
        n = add_plain(out, (struct bytes){packed.p + at, packed.n - at});
        if (n == 0 || out->n > ENTRY_MAX)
            return false;
    }
    return true;
}

bool entry_unpack(struct bytes stored, struct buf *scratch, struct bytes *entry, struct err *e)
{
    *entry = stored;
    if (stored.n == 0 || stored.p[0] > FORM_PACKED)
        return true;
    if (stored.p[0] == FORM_AS_IT_IS) {
        *entry = (struct bytes){stored.p + 1, stored.n - 1};
        return true;
    }
    scratch->n = 0;
    if (!unpack_into(stored, scratch))
        return err_set(e, ERR_CORRUPT, "an entry of the log does not lie in its table as it can have been written");
    if (!buf_ok(scratch, e))
        return false;
    *entry = buf_bytes(scratch);
    return true;
}

bool ledger_entry_unpack(struct bytes stored, struct arena *a, struct bytes *entry, struct err *e)
{
    struct buf scratch CLEANUP(buf_free) = BUF_INIT(PACK_BUF_MAX);
    struct bytes plain;
    if (!entry_unpack(stored, &scratch, &plain, e))
        return false;
    if (plain.p != scratch.p) {
        *entry = plain;
        return true;
    }
    uint8_t *copy = arena_alloc(a, plain.n + 1);
    if (copy == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log");
    memcpy(copy, plain.p, plain.n);
    *entry = (struct bytes){copy, plain.n};
    return true;
}

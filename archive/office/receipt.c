/* receipt.c: the acknowledgment of a filing: the fields of an official one (X-07: body, hour of entering the system,
 * hour of its making, digests that tie it to what was filed), the entry of the log, and whether the checkpoint is out.
 * Fails with the store. */
#include "receipt.h"

#include <string.h>

#define LETTER_MAX (256u * 1024)

struct taking {
    uint64_t entry;
    struct arena *ar;
    struct bytes text;
};

static bool take_fn(struct txn *t, void *ctx, struct err *e)
{
    struct taking *k = ctx;
    return ledger_entry(t, k->entry, k->ar, &k->text, e);
}

bool receipt_entry(struct request_desk *d, uint64_t entry, struct arena *ar, struct bytes *out, struct err *e)
{
    struct taking k = {.entry = entry, .ar = ar};
    if (!store_read(archive_store(d->a), take_fn, &k, e)) {
        return false;
    }
    *out = k.text;
    return true;
}

static bool letter_file(const struct request_view *v, struct receipt_file *out, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LETTER_MAX);
    if (!request_letter(v, 1, &text, e)) {
        return false;
    }
    *out = (struct receipt_file){.name = STR(RECEIPT_LETTER), .type = STR("text/plain"), .size = text.n};
    digests_of(buf_bytes(&text), &out->digests);
    return true;
}

static bool list_files(const struct request_view *v, struct arena *ar, struct receipt *out, struct err *e)
{
    struct receipt_file *files = arena_alloc(ar, (v->file_count + 1) * sizeof *files);
    size_t n = 1;
    if (files == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!letter_file(v, &files[0], e)) {
        return false;
    }
    for (size_t i = 0; i < v->file_count; i++) {
        const struct request_attachment *f = &v->files[i];
        if (f->event == 1) {
            files[n++] =
                (struct receipt_file){.name = f->name, .type = f->type, .size = f->size, .digests = f->digests};
        }
    }
    out->files = files;
    out->file_count = n;
    return true;
}

bool receipt_make(struct request_desk *d, const struct request_view *v, struct arena *ar, struct receipt *out,
                  struct err *e)
{
    struct receipt r = {.received = v->received, .entry = v->entry, .published = v->published};
    struct office_info office;
    struct ledger_head head;
    struct bytes text;
    struct entry en;
    uint8_t sum[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    memcpy(r.number, v->number, sizeof r.number);
    if (!list_files(v, ar, &r, e) || !archive_office(d->a, ar, &office, e) ||
        !ledger_head_get(archive_ledger(d->a), ar, &head, e) || !receipt_entry(d, v->entry, ar, &text, e) ||
        !entry_parse(text, ar, &en, &r.made, e)) {
        return false;
    }
    r.office = office.name;
    r.address = office.address;
    r.origin = office.origin;
    r.size = head.published;
    sha256_of(text, sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    r.entry_sha256 = arena_str(ar, str_of(hex));
    if (r.entry_sha256.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *out = r;
    return true;
}

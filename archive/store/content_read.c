/* content_read.c: random access to plain bytes. A reader keeps the chunk it read last, so that small reads in order
 * unseal each chunk once. One thread at a time for each reader. */
#include "content_open.h"
#include "content_write.h"

#include <string.h>

#define NO_CHUNK UINT64_MAX

struct content_reader {
    struct content_kit kit;
    struct content_file file; /* fd -1: inline or empty */
    struct sealer *sealer;
    uint64_t size;
    uint64_t chunk; /* which one lies in the slot */
    uint8_t inline_plain[CONTENT_INLINE_MAX];
};

void content_close(struct content_reader **rp)
{
    struct content_reader *r = *rp;
    if (r == NULL) {
        return;
    }
    content_file_close(&r->file);
    sealer_free(&r->sealer);
    content_kit_return(&r->kit);
    explicit_bzero(r->inline_plain, sizeof r->inline_plain);
    mem_free(r);
    *rp = NULL;
}

static bool open_parts(struct content_reader *r, struct content_shelf *sh, const struct id *name,
                       struct bytes inline_sealed, const struct key *key, const struct id *object, struct err *e)
{
    if (r->size == 0 && id_is_zero(*name) && inline_sealed.n == 0) {
        return true;
    }
    if (!content_kit_take(sh, &r->kit, e)) {
        return false;
    }
    if (id_is_zero(*name)) {
        return content_box_open(r->kit.tools[0], key, object, inline_sealed, r->size, r->inline_plain, e);
    }
    if (!content_file_find(sh, name, r->size, key, object, &r->file, e)) {
        return false;
    }
    r->sealer = sealer_new(&r->file.own);
    return r->sealer != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

bool content_open(struct store *s, const struct id *name, struct bytes inline_sealed, uint64_t size,
                  const struct key *key, const struct id *object, struct content_reader **out, struct err *e)
{
    struct content_reader *r = mem_zalloc(sizeof *r);
    if (r == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    r->file = CONTENT_FILE_NONE;
    r->size = size;
    r->chunk = NO_CHUNK;
    if (!open_parts(r, content_shelf_of(s), name, inline_sealed, key, object, e)) {
        content_close(&r);
        return false;
    }
    *out = r;
    return true;
}

/* The plain bytes of the chunk that holds `at`, from `at` to the end of the chunk. */
static bool bytes_at(struct content_reader *r, uint64_t at, struct bytes *out, struct err *e)
{
    if (r->file.fd < 0) {
        *out = (struct bytes){r->inline_plain + at, (size_t)(r->size - at)};
        return true;
    }
    uint64_t number = at / CONTENT_CHUNK;
    size_t skip = (size_t)(at % CONTENT_CHUNK);
    struct content_slot *slot = r->kit.slot[0];
    if (r->chunk != number) {
        r->chunk = NO_CHUNK;
        if (!content_file_chunk(&r->file, number, r->sealer, r->kit.tools[0], slot, e)) {
            return false;
        }
        r->chunk = number;
    }
    *out = (struct bytes){slot->plain + skip, slot->plain_n - skip};
    return true;
}

bool content_read(struct content_reader *r, uint64_t at, void *p, size_t n, size_t *got, struct err *e)
{
    size_t done = 0;
    while (done < n && at + done < r->size) {
        struct bytes b;
        if (!bytes_at(r, at + done, &b, e)) {
            return false;
        }
        size_t some = b.n < n - done ? b.n : n - done;
        memcpy((uint8_t *)p + done, b.p, some);
        done += some;
    }
    *got = done;
    return true;
}

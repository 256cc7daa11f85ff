/* content_verify.c: reads a whole content again and proves it: every seal, and both digests of the plain bytes.
 *
 * A large content passes a line of stages (content_line.h) over several threads; a small one takes the caller's thread
 * only, so that a caller can verify many side by side. */
#include "content_line.h"
#include "content_open.h"
#include "content_write.h"

#include <fcntl.h>
#include <string.h>

#define WIDE_FROM 4u /* chunks */
#define DROP_EACH 8u

enum { STAGE_BLAKE, STAGE_SINK, STAGE_SHA, STAGE_LOAD, STAGES };

struct check {
    struct content_kit kit;
    struct content_file file;
    struct digest *blake, *sha;
    struct sealer *sealer[CONTENT_LINE_WORKERS];
    bool (*sink)(void *ctx, struct bytes plain, struct err *e);
    void *sink_ctx;
};

static void check_end(struct check *c)
{
    for (unsigned i = 0; i < CONTENT_LINE_WORKERS; i++) {
        sealer_free(&c->sealer[i]);
    }
    digest_free(&c->blake);
    digest_free(&c->sha);
    content_file_close(&c->file);
    content_kit_return(&c->kit);
}

static struct content_slot *slot_of(struct check *c, uint64_t chunk)
{
    return c->kit.slot[chunk % c->kit.slots];
}

static bool stage_load(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct check *c = l->ctx;
    return content_file_chunk(&c->file, chunk, c->sealer[worker], c->kit.tools[worker], slot_of(c, chunk), e);
}

static bool stage_blake(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct check *c = l->ctx;
    (void)worker;
    (void)e;
    digest_add(c->blake, (struct bytes){slot_of(c, chunk)->plain, slot_of(c, chunk)->plain_n});
    return true;
}

/* What a check of a large content has read is not needed again soon: it should not push the rest out of the cache. */
static void drop_behind(const struct content_file *f, uint64_t chunk)
{
    if (f->chunks >= WIDE_FROM * DROP_EACH && (chunk + 1) % DROP_EACH == 0) {
        uint64_t from = f->offset[chunk + 1 - DROP_EACH], to = f->offset[chunk + 1];
        (void)posix_fadvise(f->fd, (off_t)from, (off_t)(to - from), POSIX_FADV_DONTNEED);
    }
}

static bool stage_sha(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct check *c = l->ctx;
    (void)worker;
    (void)e;
    digest_add(c->sha, (struct bytes){slot_of(c, chunk)->plain, slot_of(c, chunk)->plain_n});
    drop_behind(&c->file, chunk);
    return true;
}

static bool stage_sink(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct check *c = l->ctx;
    (void)worker;
    if (c->sink == NULL) {
        return true;
    }
    return c->sink(c->sink_ctx, (struct bytes){slot_of(c, chunk)->plain, slot_of(c, chunk)->plain_n}, e);
}

static const struct line_stage check_stages[STAGES] = {
    [STAGE_BLAKE] = {.run = stage_blake, .after = STAGE_LOAD},
    [STAGE_SINK] = {.run = stage_sink, .after = STAGE_LOAD, .caller_only = true},
    [STAGE_SHA] = {.run = stage_sha, .after = STAGE_LOAD},
    [STAGE_LOAD] = {.run = stage_load, .after = LINE_FIRST, .side_by_side = true},
};

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_MEMORY, "out of memory");
}

static bool check_ready(struct check *c, struct err *e)
{
    if (c->file.chunks >= WIDE_FROM) {
        content_kit_widen(&c->kit);
    }
    c->blake = digest_new(DIGEST_BLAKE2B);
    c->sha = digest_new(DIGEST_SHA256);
    if (c->blake == NULL || c->sha == NULL) {
        return no_memory(e);
    }
    for (unsigned i = 0; i < c->kit.workers; i++) {
        c->sealer[i] = sealer_new(&c->file.own);
        if (c->sealer[i] == NULL) {
            return no_memory(e);
        }
    }
    return true;
}

/* `want->stored` 0: not compared. */
static bool check_length(const struct content_file *f, const struct content *want, struct err *e)
{
    uint64_t has = f->offset[f->chunks] + 4 * f->chunks + SEAL_TAG + CONTENT_TRAILER;
    return want->stored == 0 || want->stored == has ||
           err_set(e, ERR_CORRUPT, "its file has %llu bytes, not the %llu that were noted", (unsigned long long)has,
                   (unsigned long long)want->stored);
}

static bool check_file(struct check *c, struct content_shelf *sh, const struct content *want, const struct key *key,
                       const struct id *object, struct digests *found, struct err *e)
{
    if (!content_file_find(sh, &want->name, want->size, key, object, &c->file, e) || !check_length(&c->file, want, e) ||
        !check_ready(c, e)) {
        return false;
    }
    struct line l = {.stages = check_stages,
                     .count = STAGES,
                     .workers = c->kit.workers,
                     .slots = c->kit.slots,
                     .chunks = c->file.chunks,
                     .ctx = c};
    if (!line_run(&l, e)) {
        return false;
    }
    digest_end(c->sha, found->sha256);
    digest_end(c->blake, found->blake2b);
    return true;
}

static bool check_inline(struct check *c, const struct content *want, const struct key *key, const struct id *object,
                         struct digests *found, struct err *e)
{
    uint8_t plain[CONTENT_INLINE_MAX];
    struct bytes b = {plain, (size_t)want->size};
    if (want->size == 0 && want->inline_sealed.n == 0) {
        digests_of((struct bytes){NULL, 0}, found);
        return true;
    }
    if (!content_box_open(c->kit.tools[0], key, object, want->inline_sealed, want->size, plain, e)) {
        return false;
    }
    digests_of(b, found);
    return c->sink == NULL || c->sink(c->sink_ctx, b, e);
}

bool content_verify(struct store *s, const struct content *want, const struct key *key, const struct id *object,
                    bool (*sink)(void *ctx, struct bytes plain, struct err *e), void *sink_ctx, struct err *e)
{
    struct check c CLEANUP(check_end) = {.file = CONTENT_FILE_NONE, .sink = sink, .sink_ctx = sink_ctx};
    struct content_shelf *sh = content_shelf_of(s);
    struct digests found;
    if (!content_kit_take(sh, &c.kit, e)) {
        return false;
    }
    bool ok = id_is_zero(want->name) ? check_inline(&c, want, key, object, &found, e)
                                     : check_file(&c, sh, want, key, object, &found, e);
    if (!ok || digests_equal(&found, &want->digests)) {
        return ok;
    }
    if (memcmp(found.sha256, want->digests.sha256, SHA256_SIZE) == 0) {
        return err_set(e, ERR_CORRUPT, "the content is not what was taken in: its BLAKE2b-512 digest differs");
    }
    return err_set(e, ERR_CORRUPT, "the content is not what was taken in: its SHA-256 digest differs");
}

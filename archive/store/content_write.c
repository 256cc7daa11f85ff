/* content_write.c: plain bytes in; digests, compressed and sealed chunks out.
 *
 * One content passes a line of stages (content_line.h): take a chunk from the source, hash it twice, pack it, seal it,
 * put it into the file. A large content uses several threads, a small one runs the same stages on the caller's. Memory
 * is bounded by the slots of the kit and 4 bytes for each MiB of content (the index).
 *
 * Fails with the source's reason, ERR_FULL, ERR_IO, ERR_MEMORY or ERR_TOO_BIG; the half-written file is the batch's to
 * remove. */
#include "content_write.h"

#include "content_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WRITE_BEHIND (8u << 20)        /* bytes after which the disk is set to work */
#define LAG          ((off_t)32 << 20) /* bytes that it may be behind */

enum { STAGE_BLAKE, STAGE_PUT, STAGE_SHA, STAGE_TAKE, STAGE_PACK, STAGES };

struct intake {
    struct content_kit kit;
    const struct content_source *src;
    const struct content_place *place;
    bool have_ahead; /* one byte is read ahead, to know which chunk is the last */
    uint8_t ahead;
    struct digest *blake, *sha;
    struct sealer *sealer[CONTENT_LINE_WORKERS];
    uint8_t header[CONTENT_HEADER];
    int fd; /* the batch's */
    uint64_t written, behind;
    struct buf index; /* plain: the lengths of the sealed bodies */
    struct content *out;
};

static void intake_end(struct intake *in)
{
    for (unsigned i = 0; i < CONTENT_LINE_WORKERS; i++) {
        sealer_free(&in->sealer[i]);
    }
    digest_free(&in->blake);
    digest_free(&in->sha);
    buf_free(&in->index);
    content_kit_return(&in->kit);
}

static struct content_slot *slot_of(struct intake *in, uint64_t chunk)
{
    return in->kit.slot[chunk % in->kit.slots];
}

/* ---------------------------------------------------------------- the source */

static bool source_read(struct intake *in, uint8_t *p, size_t n, size_t *got, struct err *e)
{
    *got = 0;
    while (*got < n) {
        size_t some = 0;
        if (!in->src->read(in->src->ctx, p + *got, n - *got, &some, e)) {
            return false;
        }
        if (some == 0) {
            break;
        }
        *got += some;
    }
    return true;
}

/* Fills a slot; looks one byte ahead, because the last chunk is sealed as the last. */
static bool slot_fill(struct intake *in, struct content_slot *s, struct err *e)
{
    size_t got, more = 0, had = in->have_ahead ? 1 : 0;
    if (had == 1) {
        s->plain[0] = in->ahead;
    }
    in->have_ahead = false;
    if (!source_read(in, s->plain + had, CONTENT_CHUNK - had, &got, e)) {
        return false;
    }
    s->plain_n = had + got;
    if (s->plain_n == CONTENT_CHUNK && !source_read(in, &in->ahead, 1, &more, e)) {
        return false;
    }
    in->have_ahead = more == 1;
    s->last = !in->have_ahead;
    return true;
}

/* ---------------------------------------------------------------- stages */

static bool stage_take(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct intake *in = l->ctx;
    struct content_slot *s = slot_of(in, chunk);
    (void)worker;
    if (chunk >= CONTENT_CHUNKS_MAX) {
        return err_set(e, ERR_TOO_BIG, "a content may have at most %u chunks of %u bytes", CONTENT_CHUNKS_MAX,
                       CONTENT_CHUNK);
    }
    if (chunk > 0 && !slot_fill(in, s, e)) { /* the first chunk was read before the line began */
        return false;
    }
    in->out->size += s->plain_n;
    if (s->last) {
        line_end(l, chunk + 1);
    }
    return true;
}

static bool stage_blake(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct intake *in = l->ctx;
    const struct content_slot *s = slot_of(in, chunk);
    (void)worker;
    (void)e;
    digest_add(in->blake, (struct bytes){s->plain, s->plain_n});
    return true;
}

static bool stage_sha(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct intake *in = l->ctx;
    const struct content_slot *s = slot_of(in, chunk);
    (void)worker;
    (void)e;
    digest_add(in->sha, (struct bytes){s->plain, s->plain_n});
    return true;
}

/* Leaves frame and sealed body in the slot, after room for the header, which only the first chunk uses. */
static bool stage_pack(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct intake *in = l->ctx;
    struct content_slot *s = slot_of(in, chunk);
    struct content_tools *t = in->kit.tools[worker];
    uint8_t *frame = s->stored + CONTENT_HEADER, nonce[SEAL_NONCE], aad[CONTENT_AAD];
    struct bytes body = {s->plain, s->plain_n};
    if (!content_tools_deflater(t, e)) {
        return false;
    }
    size_t packed = deflate_if_it_pays(t->deflater, body, t->packed);
    if (packed > 0) {
        body = (struct bytes){t->packed, packed};
    }
    struct content_frame f = {.zlib = packed > 0, .last = s->last};
    f.sealed = (uint32_t)(body.n + SEAL_TAG);
    f.plain = (uint32_t)s->plain_n;
    content_frame_write(&f, frame);
    content_nonce(CONTENT_DOMAIN_CHUNK, chunk, nonce);
    content_chunk_aad(in->header, chunk, frame, aad);
    s->stored_n = CONTENT_FRAME + f.sealed;
    return seal(in->sealer[worker], nonce, (struct bytes){aad, sizeof aad}, body, frame + CONTENT_FRAME, e);
}

/* Sets the disk to work on what was written, and drops from the cache what it has taken long since: a large content
 * should neither make the sync at the end long nor push everything else out of memory. Where the disk is slower than
 * the processor the line waits here, for what lies LAG behind. Hints only: the sync is what counts. */
static void write_behind(struct intake *in)
{
    const unsigned wait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    off_t from = (off_t)in->behind, n = (off_t)(in->written - in->behind);
    (void)sync_file_range(in->fd, from, n, SYNC_FILE_RANGE_WRITE);
    if (from >= LAG) {
        (void)sync_file_range(in->fd, from - LAG, n, wait);
        (void)posix_fadvise(in->fd, from - LAG, n, POSIX_FADV_DONTNEED);
    }
    in->behind = in->written;
}

static bool put(struct intake *in, const uint8_t *p, size_t n, struct err *e)
{
    if (!fd_write_full(in->fd, p, n, e)) {
        return err_wrap(e, "a content file cannot be written");
    }
    in->written += n;
    return true;
}

static bool stage_put(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct intake *in = l->ctx;
    struct content_slot *s = slot_of(in, chunk);
    size_t before = chunk == 0 ? CONTENT_HEADER : 0;
    (void)worker;
    if (chunk == 0) {
        memcpy(s->stored, in->header, CONTENT_HEADER);
    }
    buf_add_be32(&in->index, (uint32_t)(s->stored_n - CONTENT_FRAME));
    if (!put(in, s->stored + CONTENT_HEADER - before, before + s->stored_n, e)) {
        return false;
    }
    if (in->written - in->behind < WRITE_BEHIND) {
        return true;
    }
    write_behind(in);
    return in->place->room(in->place->ctx, e);
}

static const struct line_stage intake_stages[STAGES] = {
    [STAGE_BLAKE] = {.run = stage_blake, .after = STAGE_TAKE}, /* the slowest that cannot be shared: never waits */
    [STAGE_PUT] = {.run = stage_put, .after = STAGE_PACK},
    [STAGE_SHA] = {.run = stage_sha, .after = STAGE_TAKE},
    [STAGE_TAKE] = {.run = stage_take, .after = LINE_FIRST, .caller_only = true},
    [STAGE_PACK] = {.run = stage_pack, .after = STAGE_TAKE, .side_by_side = true},
};

/* ---------------------------------------------------------------- one content */

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_MEMORY, "out of memory");
}

static bool intake_ready(struct intake *in, const struct key *key, const struct id *object, struct err *e)
{
    struct key own CLEANUP(key_wipe);
    content_subkey(key, &in->out->name, &own);
    content_header_write(&in->out->name, object, in->header);
    in->blake = digest_new(DIGEST_BLAKE2B);
    in->sha = digest_new(DIGEST_SHA256);
    if (in->blake == NULL || in->sha == NULL) {
        return no_memory(e);
    }
    for (unsigned i = 0; i < in->kit.workers; i++) {
        in->sealer[i] = sealer_new(&own);
        if (in->sealer[i] == NULL) {
            return no_memory(e);
        }
    }
    return true;
}

/* The sealed index and the trailer, after the last chunk. */
static bool put_end(struct intake *in, struct err *e)
{
    struct content_trailer t = {.size = in->out->size, .chunks = (uint32_t)(in->index.n / 4)};
    uint8_t nonce[SEAL_NONCE], aad[CONTENT_AAD], trailer[CONTENT_TRAILER];
    if (!buf_ok(&in->index, e)) {
        return false;
    }
    size_t sealed = in->index.n + SEAL_TAG;
    uint8_t *p = mem_alloc(sealed + CONTENT_TRAILER);
    if (p == NULL) {
        return no_memory(e);
    }
    content_trailer_write(&t, trailer);
    content_nonce(CONTENT_DOMAIN_INDEX, 0, nonce);
    content_index_aad(in->header, trailer, aad);
    memcpy(p + sealed, trailer, CONTENT_TRAILER);
    bool ok = seal(in->sealer[0], nonce, (struct bytes){aad, sizeof aad}, buf_bytes(&in->index), p, e) &&
              put(in, p, sealed + CONTENT_TRAILER, e);
    mem_free(p);
    return ok;
}

static bool write_file(struct intake *in, const struct key *key, const struct id *object, struct err *e)
{
    if (!in->place->room(in->place->ctx, e) || !in->place->open(in->place->ctx, &in->out->name, &in->fd, e)) {
        return false;
    }
    if (!in->kit.slot[0]->last) {
        content_kit_widen(&in->kit);
    }
    if (!intake_ready(in, key, object, e)) {
        return false;
    }
    struct line l = {.stages = intake_stages,
                     .count = STAGES,
                     .workers = in->kit.workers,
                     .slots = in->kit.slots,
                     .chunks = LINE_ENDLESS,
                     .ctx = in};
    if (!line_run(&l, e) || !put_end(in, e)) {
        return false;
    }
    digest_end(in->sha, in->out->digests.sha256);
    digest_end(in->blake, in->out->digests.blake2b);
    in->out->stored = in->written;
    return true;
}

static bool write_inline(struct intake *in, const struct key *key, const struct id *object, struct content_box *box,
                         struct err *e)
{
    struct bytes plain = {in->kit.slot[0]->plain, in->kit.slot[0]->plain_n};
    digests_of(plain, &in->out->digests);
    in->out->size = plain.n;
    if (plain.n == 0) {
        return true;
    }
    if (!content_box_seal(in->kit.tools[0], key, object, plain, box, e)) {
        return false;
    }
    in->out->stored = box->n;
    return true;
}

bool content_write(struct content_shelf *sh, const struct content_source *src, const struct key *key,
                   const struct id *object, const struct content_place *place, struct content *out,
                   struct content_box *box, struct err *e)
{
    struct content c = {0};
    struct intake in CLEANUP(intake_end) = {
        .src = src, .place = place, .fd = -1, .out = &c, .index = BUF_INIT((size_t)CONTENT_CHUNKS_MAX * 4)};
    box->n = 0;
    if (!content_kit_take(sh, &in.kit, e) || !slot_fill(&in, in.kit.slot[0], e)) {
        return false;
    }
    const struct content_slot *first = in.kit.slot[0];
    c.head_n = first->plain_n < sizeof c.head ? first->plain_n : sizeof c.head;
    memcpy(c.head, first->plain, c.head_n);
    bool ok =
        first->plain_n <= CONTENT_INLINE_MAX ? write_inline(&in, key, object, box, e) : write_file(&in, key, object, e);
    if (ok) {
        *out = c;
    }
    return ok;
}

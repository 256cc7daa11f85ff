/* content_open.c: opens a content file and unpacks its chunks, trusting nothing that it says.
 *
 * Every number of the file is compared with its real size and with what the caller knows before memory is taken for it
 * or a byte is read by it. All damage is ERR_CORRUPT and the reason names the file and the part. */
#include "content_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool damaged(const struct content_file *f, struct err *e, const char *what)
{
    return err_set(e, ERR_CORRUPT, "the content file content/%s is damaged: %s; restore it from a backup", f->path,
                   tr(e->lang, what));
}

static bool read_at(const struct content_file *f, void *p, size_t n, uint64_t at, struct err *e)
{
    return fd_pread_full(f->fd, p, n, (off_t)at, e) || err_wrap(e, "the content file content/%s", f->path);
}

/* ---------------------------------------------------------------- the end of the file */

/* Where the chunks end when one follows the frames from the start; 0: they run over the end of the file. */
static uint64_t follow_frames(const struct content_file *f, uint64_t file_size)
{
    uint64_t at = CONTENT_HEADER;
    struct content_frame frame = {0};
    struct err e = ERR_INIT;
    for (uint64_t i = 0; !frame.last && i < CONTENT_CHUNKS_MAX; i++) {
        uint8_t raw[CONTENT_FRAME];
        if (at + CONTENT_FRAME > file_size || !fd_pread_full(f->fd, raw, sizeof raw, (off_t)at, &e) ||
            !content_frame_read(raw, &frame)) {
            return 0;
        }
        at += CONTENT_FRAME + frame.sealed;
    }
    return frame.last && at <= file_size ? at : 0;
}

/* Says which kind of damage makes the end wrong. */
static bool wrong_end(const struct content_file *f, uint64_t file_size, struct err *e)
{
    uint64_t end = follow_frames(f, file_size);
    uint64_t whole = end + content_index_sealed(content_chunks(f->size)) + CONTENT_TRAILER;
    if (end != 0 && file_size > whole) {
        return damaged(f, e, N_("bytes were added at its end"));
    }
    if (end == 0 || file_size < whole) {
        return damaged(f, e, N_("it was cut off, or the length of a chunk was changed"));
    }
    return damaged(f, e, N_("its last 16 bytes, which close it, were changed"));
}

/* offset[i] from the lengths in the index; they must fill the file exactly. */
static bool lay_offsets(struct content_file *f, struct bytes index, uint64_t end)
{
    struct reader r = reader_of(index);
    uint64_t at = CONTENT_HEADER;
    for (uint64_t i = 0; i < f->chunks; i++) {
        uint32_t sealed = rd_be32(&r);
        f->offset[i] = at;
        if (sealed <= SEAL_TAG || sealed > content_chunk_plain(f->size, i) + SEAL_TAG) {
            return false;
        }
        at += CONTENT_FRAME + sealed;
    }
    f->offset[f->chunks] = at;
    return rd_done(&r) && at == end;
}

static bool unseal_index(struct content_file *f, const uint8_t trailer[CONTENT_TRAILER], struct bytes sealed,
                         uint8_t *plain, struct err *e)
{
    uint8_t nonce[SEAL_NONCE], aad[CONTENT_AAD];
    struct sealer *s CLEANUP(sealer_free) = sealer_new(&f->own);
    if (s == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    content_nonce(CONTENT_DOMAIN_INDEX, 0, nonce);
    content_index_aad(f->header, trailer, aad);
    if (unseal(s, nonce, (struct bytes){aad, sizeof aad}, sealed, plain, e)) {
        return true;
    }
    if (e->code != ERR_CORRUPT) {
        return false;
    }
    return damaged(f, e,
                   N_("the seal of its index does not match (the index, the header or the trailer was changed, or the "
                      "file belongs to another key)"));
}

static void buffer_free(uint8_t **p)
{
    mem_free(*p);
}

/* Room for index and offsets: only after the chunk count was found to be what the size in the row asks for. */
static bool read_index(struct content_file *f, const uint8_t trailer[CONTENT_TRAILER], uint64_t file_size,
                       struct err *e)
{
    uint64_t sealed_n = content_index_sealed(f->chunks);
    uint64_t end = file_size - CONTENT_TRAILER - sealed_n;
    uint8_t few[256], *index CLEANUP(buffer_free) = NULL;
    f->offset = f->first;
    if (f->chunks > 1) {
        f->offset = mem_alloc((size_t)(f->chunks + 1) * sizeof *f->offset);
    }
    if (2 * sealed_n > sizeof few) {
        index = mem_alloc((size_t)sealed_n * 2);
    }
    uint8_t *room = 2 * sealed_n > sizeof few ? index : few;
    if (f->offset == NULL || room == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    uint8_t *plain = room + sealed_n;
    if (!read_at(f, room, (size_t)sealed_n, end, e) ||
        !unseal_index(f, trailer, (struct bytes){room, (size_t)sealed_n}, plain, e)) {
        return false;
    }
    return lay_offsets(f, (struct bytes){plain, (size_t)(4 * f->chunks)}, end) ||
           damaged(f, e, N_("its chunks do not fill it as its index says"));
}

static bool read_ends(struct content_file *f, const struct id *name, const struct id *object, uint64_t file_size,
                      struct err *e)
{
    uint8_t trailer[CONTENT_TRAILER];
    struct content_trailer t;
    uint64_t least =
        CONTENT_HEADER + content_index_sealed(f->chunks) + CONTENT_TRAILER + f->chunks * (CONTENT_FRAME + SEAL_TAG + 1);
    if (file_size < CONTENT_HEADER + CONTENT_TRAILER) {
        return damaged(f, e, N_("it was cut off"));
    }
    if (!read_at(f, f->header, CONTENT_HEADER, 0, e) ||
        !read_at(f, trailer, CONTENT_TRAILER, file_size - CONTENT_TRAILER, e)) {
        return false;
    }
    if (!content_header_check(f->header, name, object, e)) {
        return err_wrap(e, "the content file content/%s is not the right one or is damaged", f->path);
    }
    if (!content_trailer_read(trailer, &t) || file_size < least) {
        return wrong_end(f, file_size, e);
    }
    if (t.size != f->size || t.chunks != f->chunks) {
        return damaged(f, e, N_("it says another size than the record"));
    }
    return read_index(f, trailer, file_size, e);
}

/* ---------------------------------------------------------------- opening */

void content_file_close(struct content_file *f)
{
    fd_close(&f->fd);
    if (f->offset != f->first) {
        mem_free(f->offset);
    }
    key_wipe(&f->own);
    *f = CONTENT_FILE_NONE;
}

bool content_file_open(int fd, const struct id *name, uint64_t size, const struct key *key, const struct id *object,
                       struct content_file *f, struct err *e)
{
    struct stat st;
    *f = (struct content_file){.fd = fd, .size = size, .chunks = content_chunks(size)};
    content_path(name, false, f->path);
    content_subkey(key, name, &f->own);
    bool ok = f->chunks > 0 && f->chunks <= CONTENT_CHUNKS_MAX;
    if (!ok) {
        err_set(e, ERR_CORRUPT, "the record says a size that no content file has");
    } else if (fstat(fd, &st) != 0) {
        ok = err_errno(e, errno, "the content file content/%s cannot be examined", f->path);
    } else if (!S_ISREG(st.st_mode)) {
        ok = damaged(f, e, N_("it is not a regular file"));
    } else {
        ok = read_ends(f, name, object, (uint64_t)st.st_size, e);
    }
    if (!ok) {
        content_file_close(f);
    }
    return ok;
}

bool content_file_find(const struct content_shelf *sh, const struct id *name, uint64_t size, const struct key *key,
                       const struct id *object, struct content_file *f, struct err *e)
{
    char path[CONTENT_PATH_SIZE];
    content_path(name, false, path);
    int fd = disk_now()->openat(sh->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    if (fd >= 0) {
        return content_file_open(fd, name, size, key, object, f, e);
    }
    if (errno == ENOENT) {
        return err_set(e, ERR_CORRUPT, "the content file content/%s is missing; restore it from a backup", path);
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
        err_errno(e, errno, "the content file content/%s cannot be opened", path);
        e->code = ERR_BUSY; /* what this process lacks says nothing of the file */
        return false;
    }
    return err_errno(e, errno, "the content file content/%s cannot be opened", path);
}

/* ---------------------------------------------------------------- one chunk */

static bool chunk_damaged(const struct content_file *f, uint64_t number, struct err *e, const char *what)
{
    return err_set(e, ERR_CORRUPT,
                   "the content file content/%s is damaged: chunk %llu of %llu, at byte %llu: %s; restore it from a "
                   "backup",
                   f->path, (unsigned long long)number + 1, (unsigned long long)f->chunks,
                   (unsigned long long)f->offset[number], tr(e->lang, what));
}

static bool chunk_frame(const struct content_file *f, uint64_t number, const uint8_t raw[CONTENT_FRAME],
                        struct content_frame *frame, struct err *e)
{
    uint64_t sealed = f->offset[number + 1] - f->offset[number] - CONTENT_FRAME;
    bool fits = content_frame_read(raw, frame) && frame->sealed == sealed &&
                frame->plain == content_chunk_plain(f->size, number) && frame->last == (number + 1 == f->chunks);
    return fits || chunk_damaged(f, number, e, N_("its frame is not what the index says"));
}

bool content_file_chunk(const struct content_file *f, uint64_t number, struct sealer *sealer, struct content_tools *t,
                        struct content_slot *slot, struct err *e)
{
    uint64_t at = f->offset[number];
    size_t n = (size_t)(f->offset[number + 1] - at);
    uint8_t *raw = slot->stored, nonce[SEAL_NONCE], aad[CONTENT_AAD];
    struct content_frame frame;
    if (!read_at(f, raw, n, at, e) || !chunk_frame(f, number, raw, &frame, e) || !content_tools_inflater(t, e)) {
        return false;
    }
    content_nonce(CONTENT_DOMAIN_CHUNK, number, nonce);
    content_chunk_aad(f->header, number, raw, aad);
    struct bytes sealed = {raw + CONTENT_FRAME, frame.sealed};
    uint8_t *body = frame.zlib ? t->packed : slot->plain;
    if (!unseal(sealer, nonce, (struct bytes){aad, sizeof aad}, sealed, body, e)) {
        if (e->code != ERR_CORRUPT) {
            return false;
        }
        return chunk_damaged(f, number, e, N_("its bytes do not match their seal"));
    }
    if (frame.zlib &&
        !inflate_exactly(t->inflater, (struct bytes){body, frame.sealed - SEAL_TAG}, slot->plain, frame.plain)) {
        return chunk_damaged(f, number, e, N_("it does not decompress to its size"));
    }
    slot->plain_n = frame.plain;
    slot->last = frame.last;
    return true;
}

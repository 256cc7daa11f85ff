/* Hostile content files: arbitrary bytes as a file, as an inline box, and as the inside of well-sealed parts.
 *
 * The first byte chooses. Sealed honestly, the input reaches the code behind the seals, as a wrong writer would. What
 * is opened is read to its end. Any memory error or hang is a finding; a wrong file being accepted whole is one too. */
#include "archive/store/content_open.h"
#include "archive/store/content_write.h"
#include "archive/store/store_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct id name = {{1, 2, 3}}, object = {{4, 5, 6}};
static const struct key key = {{7}};

static struct content_shelf *shelf(void)
{
    static struct content_shelf *made;
    struct err e = ERR_INIT;
    if (made == NULL && (!crypto_init(&e) || !content_shelf_open(STDERR_FILENO, 1, &made, &e))) {
        abort();
    }
    return made;
}

static void read_file(const uint8_t *p, size_t n, uint64_t size)
{
    struct err e = ERR_INIT;
    struct content_file f;
    struct content_kit kit CLEANUP(content_kit_return);
    if (!content_kit_take(shelf(), &kit, &e)) {
        abort();
    }
    int fd = memfd_create("content", MFD_CLOEXEC);
    if (fd < 0 || write(fd, p, n) != (ssize_t)n) {
        abort();
    }
    if (!content_file_open(fd, &name, size, &key, &object, &f, &e)) {
        return;
    }
    struct sealer *s CLEANUP(sealer_free) = sealer_new(&f.own);
    for (uint64_t i = 0; s != NULL && i < f.chunks; i++) {
        if (!content_file_chunk(&f, i, s, kit.tools[0], kit.slot[0], &e)) {
            break;
        }
    }
    content_file_close(&f);
}

/* The input becomes one chunk's body, with a good frame, index and trailer around it. */
static void read_sealed(const uint8_t *p, size_t n, uint32_t plain)
{
    struct err e = ERR_INIT;
    struct key own;
    struct content_frame f = {.zlib = true, .last = true, .sealed = (uint32_t)(n + SEAL_TAG), .plain = plain};
    struct content_trailer t = {.size = plain, .chunks = 1};
    size_t end = CONTENT_HEADER + CONTENT_FRAME + f.sealed, total = end + content_index_sealed(1) + CONTENT_TRAILER;
    uint8_t *file = malloc(total), nonce[SEAL_NONCE], aad[CONTENT_AAD];
    uint8_t index[4] = {(uint8_t)(f.sealed >> 24), (uint8_t)(f.sealed >> 16), (uint8_t)(f.sealed >> 8),
                        (uint8_t)f.sealed};
    content_subkey(&key, &name, &own);
    struct sealer *s CLEANUP(sealer_free) = sealer_new(&own);
    if (file == NULL || s == NULL) {
        abort();
    }
    content_header_write(&name, &object, file);
    content_frame_write(&f, file + CONTENT_HEADER);
    content_nonce(CONTENT_DOMAIN_CHUNK, 0, nonce);
    content_chunk_aad(file, 0, file + CONTENT_HEADER, aad);
    bool ok = seal(s, nonce, (struct bytes){aad, sizeof aad}, (struct bytes){p, n}, file + end - f.sealed, &e);
    content_trailer_write(&t, file + total - CONTENT_TRAILER);
    content_nonce(CONTENT_DOMAIN_INDEX, 0, nonce);
    content_index_aad(file, file + total - CONTENT_TRAILER, aad);
    ok = ok && seal(s, nonce, (struct bytes){aad, sizeof aad}, (struct bytes){index, 4}, file + end, &e);
    if (ok) {
        read_file(file, total, plain);
    }
    free(file);
}

static void read_box(const uint8_t *p, size_t n, uint64_t size)
{
    struct err e = ERR_INIT;
    uint8_t out[CONTENT_INLINE_MAX];
    struct content_kit kit CLEANUP(content_kit_return);
    if (!content_kit_take(shelf(), &kit, &e)) {
        abort();
    }
    if (content_box_open(kit.tools[0], &key, &object, (struct bytes){p, n}, size, out, &e)) {
        abort(); /* nobody made this seal */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    if (n < 6) {
        return 0;
    }
    uint32_t size = (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
    switch (p[0] % 3) {
        case 0:
            read_file(p + 5, n - 5, size);
            break;
        case 1:
            if (n - 5 < CONTENT_CHUNK) {
                read_sealed(p + 5, n - 5, size % CONTENT_CHUNK + 1);
            }
            break;
        default:
            read_box(p + 5, n - 5, size % (2 * CONTENT_INLINE_MAX));
    }
    return 0;
}

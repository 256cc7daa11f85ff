/* content_format.c: writes and reads the fixed parts of a content file (content_format.h).
 *
 * Owns no memory and touches no file. Reading takes any bytes and says no to all that a writer could not have made. */
#include "content_format.h"

#include <string.h>

static const char header_magic[] = "AktaCont";
static const char trailer_magic[] = "AkEn";
static const char key_label[] = "akta content";

enum { FLAG_ZLIB = 1, FLAG_LAST = 2, FLAGS_KNOWN = FLAG_ZLIB | FLAG_LAST };

static void put_be32(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static void put_be64(uint8_t *p, uint64_t v)
{
    put_be32(p, (uint32_t)(v >> 32));
    put_be32(p + 4, (uint32_t)v);
}

void content_subkey(const struct key *record_key, const struct id *name, struct key *out)
{
    uint8_t label[sizeof key_label - 1 + sizeof name->b];
    memcpy(label, key_label, sizeof key_label - 1);
    memcpy(label + sizeof key_label - 1, name->b, sizeof name->b);
    hmac_sha256((struct bytes){record_key->b, sizeof record_key->b}, (struct bytes){label, sizeof label}, out->b);
}

void content_nonce(enum content_domain domain, uint64_t number, uint8_t out[SEAL_NONCE])
{
    memset(out, 0, SEAL_NONCE);
    out[0] = (uint8_t)domain;
    put_be64(out + 4, number);
}

void content_header_write(const struct id *name, const struct id *object, uint8_t out[CONTENT_HEADER])
{
    memcpy(out, header_magic, 8);
    put_be32(out + 8, CONTENT_VERSION);
    put_be32(out + 12, CONTENT_CHUNK);
    memcpy(out + 16, name->b, 16);
    memcpy(out + 32, object->b, 16);
}

bool content_header_check(const uint8_t in[CONTENT_HEADER], const struct id *name, const struct id *object,
                          struct err *e)
{
    struct reader r = reader_of((struct bytes){in, CONTENT_HEADER});
    if (memcmp(rd_bytes(&r, 8).p, header_magic, 8) != 0) {
        return err_set(e, ERR_CORRUPT, "it does not begin as a content file does");
    }
    uint32_t version = rd_be32(&r);
    if (version > CONTENT_VERSION) {
        return err_set(e, ERR_UNSUPPORTED,
                       "it says format version %u and this program knows up to %u: use a newer one, or the file was "
                       "changed",
                       version, CONTENT_VERSION);
    }
    if (version != CONTENT_VERSION) {
        return err_set(e, ERR_CORRUPT, "format version %u never existed", version);
    }
    uint32_t chunk = rd_be32(&r);
    if (chunk != CONTENT_CHUNK) {
        return err_set(e, ERR_CORRUPT, "a chunk size of %u was never written", chunk);
    }
    struct bytes said_name = rd_bytes(&r, 16), said_object = rd_bytes(&r, 16);
    if (memcmp(said_name.p, name->b, 16) != 0) {
        return err_set(e, ERR_CORRUPT, "its header carries the name of another content: files were exchanged");
    }
    if (memcmp(said_object.p, object->b, 16) != 0) {
        return err_set(e, ERR_CORRUPT, "its header says that it belongs to another record");
    }
    return true;
}

void content_frame_write(const struct content_frame *f, uint8_t out[CONTENT_FRAME])
{
    uint32_t flags = (f->zlib ? FLAG_ZLIB : 0u) | (f->last ? FLAG_LAST : 0u);
    put_be32(out, flags << 24 | f->sealed);
    put_be32(out + 4, f->plain);
}

bool content_frame_read(const uint8_t in[CONTENT_FRAME], struct content_frame *out)
{
    struct reader r = reader_of((struct bytes){in, CONTENT_FRAME});
    uint32_t word = rd_be32(&r), plain = rd_be32(&r), flags = word >> 24;
    struct content_frame f = {.zlib = (flags & FLAG_ZLIB) != 0, .last = (flags & FLAG_LAST) != 0};
    f.sealed = word & 0xffffffu;
    f.plain = plain;
    if ((flags & ~(uint32_t)FLAGS_KNOWN) != 0 || plain == 0 || plain > CONTENT_CHUNK || f.sealed <= SEAL_TAG) {
        return false;
    }
    if (f.zlib ? f.sealed - SEAL_TAG >= plain : f.sealed - SEAL_TAG != plain) {
        return false;
    }
    *out = f;
    return true;
}

void content_trailer_write(const struct content_trailer *t, uint8_t out[CONTENT_TRAILER])
{
    put_be64(out, t->size);
    put_be32(out + 8, t->chunks);
    memcpy(out + 12, trailer_magic, 4);
}

bool content_trailer_read(const uint8_t in[CONTENT_TRAILER], struct content_trailer *out)
{
    struct reader r = reader_of((struct bytes){in, CONTENT_TRAILER});
    struct content_trailer t = {.size = rd_be64(&r)};
    t.chunks = rd_be32(&r);
    if (memcmp(rd_bytes(&r, 4).p, trailer_magic, 4) != 0) {
        return false;
    }
    *out = t;
    return true;
}

uint64_t content_chunks(uint64_t size)
{
    return size / CONTENT_CHUNK + (size % CONTENT_CHUNK != 0);
}

uint32_t content_chunk_plain(uint64_t size, uint64_t number)
{
    uint64_t left = size - number * CONTENT_CHUNK;
    return left < CONTENT_CHUNK ? (uint32_t)left : CONTENT_CHUNK;
}

uint64_t content_index_sealed(uint64_t chunks)
{
    return 4 * chunks + SEAL_TAG;
}

void content_chunk_aad(const uint8_t header[CONTENT_HEADER], uint64_t number, const uint8_t frame[CONTENT_FRAME],
                       uint8_t out[CONTENT_AAD])
{
    memcpy(out, header, CONTENT_HEADER);
    put_be64(out + CONTENT_HEADER, number);
    memcpy(out + CONTENT_HEADER + 8, frame, CONTENT_FRAME);
}

void content_index_aad(const uint8_t header[CONTENT_HEADER], const uint8_t trailer[CONTENT_TRAILER],
                       uint8_t out[CONTENT_AAD])
{
    memcpy(out, header, CONTENT_HEADER);
    memcpy(out + CONTENT_HEADER, trailer, CONTENT_TRAILER);
}

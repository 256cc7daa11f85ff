/* content_format.h: the form of a content file, and the bytes that seal it to its place.
 *
 * A content is the plain bytes of one record. It lies in DIR/content/ab/cdef…, where abcdef… is its name: 128 random
 * bits in hexadecimal, 2 characters of folder and 30 of file. Numbers are unsigned and big-endian. A file is
 *
 *   header   48  "AktaCont"            8 bytes of ASCII
 *                version               4   1
 *                chunk size            4   1048576
 *                name                 16   the same 128 bits as in the path
 *                object               16   the id of the record that the content belongs to
 *   chunks       one or more, each:
 *                frame                 8   flags(1) length of the sealed body(3) length of the plain bytes(4)
 *                sealed body           n   ciphertext, then a tag of 16 bytes
 *   index        sealed: one number of 4 bytes for each chunk, the length of its sealed body; then a tag of 16 bytes
 *   trailer  16  plain size            8   of the whole content
 *                chunks                4   how many
 *                "AkEn"                4   bytes of ASCII
 *
 * Nothing follows the trailer and nothing stands between the parts, so the size of the file is exactly
 * 48 + sum(8 + length) + 4 * chunks + 16 + 16, and the index begins 4 * chunks + 32 bytes before the end.
 * Every chunk but the last holds exactly 1048576 plain bytes; the last holds 1 to 1048576.
 * Flags of a frame: 1 = the body is in zlib format (RFC 1950, no preset dictionary); 2 = the last chunk. Others are 0.
 *
 * Sealing is AES-256-GCM (NIST SP 800-38D) with a nonce of 12 bytes and a tag of 16.
 *   key    = HMAC-SHA256(key of the record, "akta content" name). One content has one key, so that two contents of one
 *            record never share a nonce.
 *   nonce  = domain(1) zero(3) number(8). Domain 1: a chunk, number = 0, 1, 2 … in order. Domain 2: the index, number
 * 0. authenticated data of a chunk: header(48) number(8) frame(8); of the index: header(48) trailer(16). What is sealed
 * is the body: the plain bytes, or their zlib form when the flag says so.
 *
 * An inline box holds a content of 1 to 2048 bytes in the record's row instead of a file:
 *   version(1) = 1, flags(1): 1 = zlib; nonce(12), random; ciphertext; tag(16).
 *   key as above with a name of 16 zero bytes; authenticated data: header(48) with that name, version(1) flags(1).
 * An empty content has no file and no box.
 *
 * To read one by hand: take the record's key, make the content's key with any HMAC, cut the chunks by their frames from
 * byte 48 on, open each with any AES-GCM, inflate where the flag says so, and put the pieces one after another. */
#ifndef AKTA_STORE_CONTENT_FORMAT_H
#define AKTA_STORE_CONTENT_FORMAT_H

#include "store.h"

#define CONTENT_VERSION        1u
#define CONTENT_INLINE_VERSION 1u
#define CONTENT_HEADER         48u
#define CONTENT_FRAME          8u
#define CONTENT_TRAILER        16u
#define CONTENT_AAD            64u
#define CONTENT_INLINE_PREFIX  2u
#define CONTENT_CHUNKS_MAX     (1u << 22) /* 4 TiB: the index is then 16 MiB, the most a reader ever allocates for it */

enum content_domain { CONTENT_DOMAIN_CHUNK = 1, CONTENT_DOMAIN_INDEX = 2 };

/* What stands before a sealed body. */
struct content_frame {
    bool zlib, last;
    uint32_t sealed; /* body with its tag */
    uint32_t plain;
};
/* What stands at the end of a file. */
struct content_trailer {
    uint64_t size;
    uint32_t chunks;
};

void content_subkey(const struct key *record_key, const struct id *name, struct key *out);
void content_nonce(enum content_domain domain, uint64_t number, uint8_t out[SEAL_NONCE]);

void content_header_write(const struct id *name, const struct id *object, uint8_t out[CONTENT_HEADER]);
/* Compares with what the caller knows; the reason names the first thing that is wrong. */
bool content_header_check(const uint8_t in[CONTENT_HEADER], const struct id *name, const struct id *object,
                          struct err *e) MUST_USE;

void content_frame_write(const struct content_frame *f, uint8_t out[CONTENT_FRAME]);
/* Any bytes in; false when no writer could have made them. */
bool content_frame_read(const uint8_t in[CONTENT_FRAME], struct content_frame *out);

void content_trailer_write(const struct content_trailer *t, uint8_t out[CONTENT_TRAILER]);
bool content_trailer_read(const uint8_t in[CONTENT_TRAILER], struct content_trailer *out); /* false: no trailer */

/* How many chunks hold `size` plain bytes, and how many bytes lie in the chunk with this number. */
uint64_t content_chunks(uint64_t size);
uint32_t content_chunk_plain(uint64_t size, uint64_t number);
uint64_t content_index_sealed(uint64_t chunks); /* bytes of the sealed index */

void content_chunk_aad(const uint8_t header[CONTENT_HEADER], uint64_t number, const uint8_t frame[CONTENT_FRAME],
                       uint8_t out[CONTENT_AAD]);
void content_index_aad(const uint8_t header[CONTENT_HEADER], const uint8_t trailer[CONTENT_TRAILER],
                       uint8_t out[CONTENT_AAD]);

#endif

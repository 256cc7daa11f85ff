/* content_open.h: a content that is being read; shared by content_read.c and content_verify.c. */
#ifndef AKTA_STORE_CONTENT_OPEN_H
#define AKTA_STORE_CONTENT_OPEN_H

#include "content_shelf.h"

/* A content file whose header, trailer and index were checked. */
struct content_file {
    int fd;
    char path[CONTENT_PATH_SIZE]; /* for reasons given to people */
    uint8_t header[CONTENT_HEADER];
    struct key own;
    uint64_t size, chunks;
    uint64_t *offset;  /* of each chunk's frame, and of the index */
    uint64_t first[2]; /* what offset points to when there is one chunk */
};
#define CONTENT_FILE_NONE ((struct content_file){.fd = -1})

/* Opens by descriptor, which it takes over also when it fails; the fuzzer comes in here. */
bool content_file_open(int fd, const struct id *name, uint64_t size, const struct key *key, const struct id *object,
                       struct content_file *f, struct err *e) MUST_USE;
/* The same by name in the content folder. */
bool content_file_find(const struct content_shelf *sh, const struct id *name, uint64_t size, const struct key *key,
                       const struct id *object, struct content_file *f, struct err *e) MUST_USE;
void content_file_close(struct content_file *f); /* for CLEANUP; wipes the key */
/* Reads, unseals and unpacks one chunk into slot->plain. sealer: of this content, this thread's. */
bool content_file_chunk(const struct content_file *f, uint64_t number, struct sealer *sealer, struct content_tools *t,
                        struct content_slot *slot, struct err *e) MUST_USE;

#endif

/* content_shelf.h: what the content half of the store keeps for as long as a store is open.
 *
 * The store makes one shelf when it opens (content_shelf_open) and frees it when it closes. Everything else of the
 * content half reaches it by content_shelf_of(). Thread-safe. */
#ifndef AKTA_STORE_CONTENT_SHELF_H
#define AKTA_STORE_CONTENT_SHELF_H

#include "compress.h"
#include "content_format.h"

#include <pthread.h>
#include <stdatomic.h>

#define CONTENT_LINE_WORKERS 4u /* threads that one large content may use */
#define CONTENT_LINE_SLOTS   8u /* chunks of it in memory at once */
#define CONTENT_STORED_MAX   (CONTENT_HEADER + CONTENT_FRAME + CONTENT_CHUNK + SEAL_TAG)

/* Room for one chunk, plain and as it lies on disk. */
struct content_slot {
    uint8_t *plain;  /* CONTENT_CHUNK bytes */
    uint8_t *stored; /* CONTENT_STORED_MAX bytes */
    size_t plain_n, stored_n;
    bool last;
    struct content_slot *next; /* in the pool */
};
/* What one thread needs to pack and unpack chunks. */
struct content_tools {
    struct deflater *deflater; /* made at first use by content_tools_deflater() */
    struct inflater *inflater; /* made at first use by content_tools_inflater() */
    uint8_t *packed;           /* CONTENT_CHUNK bytes: the zlib form */
    struct content_tools *next;
};

struct content_shelf {
    int dir; /* DIR/content, owned */
    unsigned cores;
    pthread_mutex_t lock;
    struct content_slot *slots; /* idle ones, kept to save the page faults of fresh memory */
    struct content_tools *tools;
    size_t idle_slots, idle_tools;
    uint8_t settled[32];             /* a bit for each folder of contents whose own name is on the disk for sure */
    bool wide_taken;                 /* one content at a time uses many slots, so that memory stays bounded */
    atomic_uint_fast64_t crowded_ns; /* store_crowded; 0: never */
};

/* dir_fd is DIR/content and is duplicated; cores 0: as many as the machine has. */
bool content_shelf_open(int dir_fd, unsigned cores, struct content_shelf **out, struct err *e) MUST_USE;
void content_shelf_close(struct content_shelf **sh); /* for CLEANUP; accepts a pointer to NULL */
struct content_shelf *content_shelf_of(const struct store *s);

/* What one piece of work holds: a tool set for each thread, and slots. */
struct content_kit {
    struct content_shelf *shelf;
    unsigned workers, slots;
    bool wide;
    struct content_tools *tools[CONTENT_LINE_WORKERS];
    struct content_slot *slot[CONTENT_LINE_SLOTS];
};
#define CONTENT_KIT_NONE ((struct content_kit){0})
bool content_kit_take(struct content_shelf *sh, struct content_kit *kit, struct err *e) MUST_USE; /* one of each */
/* More workers and slots, when no other content has them and there are cores and memory; else the kit stays as it is.
 */
void content_kit_widen(struct content_kit *kit);
void content_kit_return(struct content_kit *kit); /* for CLEANUP */
bool content_tools_deflater(struct content_tools *t, struct err *e) MUST_USE;
bool content_tools_inflater(struct content_tools *t, struct err *e) MUST_USE;

/* Paths within DIR/content: "ab/cdef…", and ".cdef…" for what is not named yet. */
#define CONTENT_PATH_SIZE 40
void content_path(const struct id *name, bool temporary, char out[CONTENT_PATH_SIZE]);
/* The file name back into an id: 30 hexadecimal digits after an optional dot. false: not a file of ours. */
bool content_path_parse(const char *folder, const char *file, struct id *name, bool *temporary);

/* Calls each for every content file and temporary, folder by folder, in the order of the disk; each may remove the
 * file. false from each ends the walk; it is handed on when e says why. Foreign names are given to `foreign` (may be
 * NULL) as "ab/what". */
struct content_walk {
    bool (*each)(void *ctx, const struct id *name, bool temporary, int folder_fd, const char *file, struct err *e);
    void (*foreign)(void *ctx, const char *path);
    void *ctx;
};
bool content_walk(int content_dir, const struct content_walk *w, struct err *e) MUST_USE;

#endif

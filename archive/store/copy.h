/* copy.h: files of a backup on their way there and back. */
#ifndef AKTA_STORE_COPY_H
#define AKTA_STORE_COPY_H

#include "store_internal.h"

#define MANIFEST "MANIFEST"

/* One file, whole, into a temporary beside its name; times are kept. store_name_copy gives it the name. Not synced:
 * who trusts a name later on syncs between the two. sha256 may be NULL. A missing source is ERR_NOT_FOUND. */
bool store_copy_part(int from, const char *name, int to, const char *to_name, uint64_t *size, uint8_t *sha256,
                     struct err *e) MUST_USE;
bool store_name_copy(int to, const char *to_name, struct err *e) MUST_USE;
/* Both at once: for a folder that counts for nothing until all of it was synced. */
bool store_copy_file(int from, const char *name, int to, const char *to_name, uint64_t *size, uint8_t *sha256,
                     struct err *e) MUST_USE;
bool store_file_digest(int dir, const char *name, uint64_t *size, uint8_t sha256[SHA256_SIZE], struct err *e) MUST_USE;
/* A folder that is there already will do, a link to one will not: ERR_CONFLICT. */
bool store_make_folder(int dir, const char *path, mode_t mode, struct err *e) MUST_USE;
bool store_refuse_link(const char *path, struct err *e);
bool store_make_parents(int dir, const char *path, struct err *e) MUST_USE; /* the folders before the last slash */
bool store_sync_all(int fd, const char *what, struct err *e) MUST_USE;

/* One at a time: two that copy into one folder would write into each other's parts. Until flock(to, LOCK_UN). */
bool store_own_copy(int to, struct err *e) MUST_USE;
/* A copy inside the archive is lost with it, and below log/ it would be published. Keys beside the data they open are
 * no secret from whoever finds the backup. */
bool store_lies_apart(const struct store *s, int to, bool keys, struct err *e) MUST_USE;

/* The manifest: a line each for `file SHA256 SIZE PATH` and `content SIZE PATH`, closed by the digest of all before. */
struct backup_manifest_out {
    int fd;
    struct digest *sum;
    struct buf line;
    char pending[1u << 16];
    size_t n;
};
bool backup_manifest_begin(int to, struct backup_manifest_out **out, struct err *e) MUST_USE;
bool backup_manifest_file(struct backup_manifest_out *m, const char *path, uint64_t size,
                          const uint8_t sha256[SHA256_SIZE], struct err *e) MUST_USE;
bool backup_manifest_content(struct backup_manifest_out *m, const char *path, uint64_t size, struct err *e) MUST_USE;
bool backup_manifest_end(struct backup_manifest_out *m, int to, struct err *e) MUST_USE; /* synced, and in force */
bool backup_manifest_take_away(int to, struct err *e) MUST_USE; /* durably: from now on the folder is no whole copy */
void backup_manifest_out_free(struct backup_manifest_out **m);

struct backup_manifest_line {
    bool is_content;
    uint64_t size;
    uint8_t sha256[SHA256_SIZE];
    char path[512]; /* relative, without .. */
};
typedef bool (*backup_manifest_each)(void *ctx, const struct backup_manifest_line *l, struct err *e);
/* Proves the whole manifest first, then hands over its lines. ERR_NOT_FOUND: there is none. */
bool manifest_walk(int dir, backup_manifest_each each, void *ctx, struct err *e) MUST_USE;
/* Compares a backup folder with its manifest. */
bool backup_manifest_check(int dir, struct findings *f, uint64_t *checked, struct err *e) MUST_USE;

#endif

/* figures.c: how much of what. Sizes come from the folders, rows and content from a full count when asked for. */
#include "content_shelf.h"
#include "store_internal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool add_env_file(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    struct store_figures *f = ctx;
    struct stat st;
    size_t n = strlen(name);
    (void)e;
    if (is_folder || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return true;
    }
    if (n > 3 && strcmp(name + n - 3, ".db") == 0) {
        f->table_bytes += (uint64_t)st.st_size;
    } else if (strncmp(name, "log.", 4) == 0) {
        f->log_bytes += (uint64_t)st.st_blocks * 512; /* the rest of the last one is a hole */
    }
    return true;
}

static bool add_content(void *ctx, const struct id *name, bool temporary, int folder, const char *file, struct err *e)
{
    struct store_figures *f = ctx;
    struct stat st;
    (void)name;
    (void)e;
    if (!temporary && fstatat(folder, file, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        f->content_files++;
        f->content_bytes += (uint64_t)st.st_size;
    }
    return true;
}

bool store_figures_get(struct store *s, bool count_rows, struct store_figures *out, struct err *e)
{
    struct store_figures f = {.free_bytes = space_free(s)};
    struct content_walk w = {.each = add_content, .ctx = &f};
    f.commits = atomic_load(&s->commits);
    f.batches = atomic_load(&s->batches);
    f.retries = atomic_load(&s->retries);
    for (int t = 0; t < TABLE_COUNT; t++) {
        f.rows[t] = UINT64_MAX;
        if (count_rows && !engine_count(s, (enum store_table)t, &f.rows[t], e)) {
            return false;
        }
    }
    if (!dir_list(s->env_fd, ".", add_env_file, &f, e)) {
        return false;
    }
    if (count_rows) {
        if (!content_walk(s->content_fd, &w, e)) {
            return false;
        }
    } else {
        f.content_files = f.content_bytes = UINT64_MAX;
    }
    *out = f;
    return true;
}

bool store_checkpoint(struct store *s, struct err *e)
{
    return engine_checkpoint(s, e);
}

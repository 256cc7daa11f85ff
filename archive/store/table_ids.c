/* table_ids.c: which file is which table.
 *
 * Berkeley DB writes 20 bytes of its own into the first page of each file it makes, and keeps them for ever. env/tables
 * lists them beside the names, closed by a digest, so that two table files that changed places, or one that came from
 * another archive, are refused by name instead of being read as what they are not. The list is made when the archive is
 * made, and anew when it is absent (after a restore) or damaged, which is told. */
#include "table_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LIST       "tables"
#define HEAD       "akta-tables 1\n"
#define UID_AT     52u
#define UID_SIZE   20u
#define LIST_MOST  8192u
#define MEND_PLACE N_("put the files back as they were, or restore the newest backup into an empty folder")

static bool read_uid(int env_fd, enum store_table t, uint8_t out[UID_SIZE], bool *there, struct err *e)
{
    char name[80];
    snprintf(name, sizeof name, "%s.db", table_name(t));
    CLEANUP(fd_close) int fd = disk_now()->openat(env_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    *there = fd >= 0;
    if (fd < 0) {
        return true; /* said by those who look at the file itself */
    }
    if (!fd_pread_full(fd, out, UID_SIZE, UID_AT, e)) {
        *there = false;
        *e = (struct err){.lang = e->lang};
    }
    return true;
}

static void add_digest(struct buf *text)
{
    char hex[2 * SHA256_SIZE + 1];
    uint8_t sum[SHA256_SIZE];
    sha256_of(buf_bytes(text), sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    buf_fmt(text, "end %s\n", hex);
}

static bool compose(int env_fd, struct buf *text, struct err *e)
{
    buf_add_str(text, STR(HEAD));
    for (int t = 0; t < TABLE_COUNT; t++) {
        uint8_t uid[UID_SIZE];
        char hex[2 * UID_SIZE + 1];
        bool there = false;
        if (!read_uid(env_fd, (enum store_table)t, uid, &there, e)) {
            return false;
        }
        if (there) {
            hex_encode((struct bytes){uid, sizeof uid}, hex);
            buf_fmt(text, "%s %s\n", hex, table_name((enum store_table)t));
        }
    }
    add_digest(text);
    return buf_ok(text, e);
}

bool table_ids_write(int env_fd, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LIST_MOST);
    return compose(env_fd, &text, e) && file_write_durable(env_fd, LIST, buf_bytes(&text), 0600, e);
}

/* Whole and unchanged? */
static bool list_is_sound(struct str list)
{
    struct buf again CLEANUP(buf_free) = BUF_INIT(LIST_MOST);
    const size_t tail = 4 + 2 * SHA256_SIZE + 1;
    if (list.n < sizeof HEAD - 1 + tail || !str_starts(list, HEAD)) {
        return false;
    }
    buf_add(&again, list.p, list.n - tail);
    add_digest(&again);
    return !again.failed && str_eq(buf_str(&again), list);
}

static bool listed(struct str list, const char *uid_hex, const char *table)
{
    char line[128];
    int n = snprintf(line, sizeof line, "\n%s %s\n", uid_hex, table);
    return n > 0 && memmem(list.p, list.n, line, (size_t)n) != NULL;
}

/* The table whose file this is by the list. */
static const char *listed_as(struct str list, const char *uid_hex)
{
    for (int t = 0; t < TABLE_COUNT; t++) {
        if (listed(list, uid_hex, table_name((enum store_table)t))) {
            return table_name((enum store_table)t);
        }
    }
    return NULL;
}

static bool compare_one(int env_fd, enum store_table t, struct str list, struct findings *f, struct err *e)
{
    uint8_t uid[UID_SIZE];
    char hex[2 * UID_SIZE + 1], place[96];
    bool there = false;
    if (!read_uid(env_fd, t, uid, &there, e)) {
        return false;
    }
    hex_encode((struct bytes){uid, sizeof uid}, hex);
    if (!there || listed(list, hex, table_name(t))) {
        return true;
    }
    const char *other = listed_as(list, hex);
    snprintf(place, sizeof place, "env/%s.db", table_name(t));
    if (other) {
        store_findings_add(f, place, MEND_PLACE, N_("this is the file of another table, %s"), other);
    } else {
        store_findings_add(f, place, MEND_PLACE, N_("this is not the file that was made for this table"));
    }
    return true;
}

bool table_ids_check(int env_fd, const bool damaged[TABLE_COUNT], struct findings *f, enum table_ids *state,
                     struct err *e)
{
    struct arena *a CLEANUP(arena_free) = arena_new(4 * LIST_MOST);
    struct bytes text;
    struct err why = {.lang = e->lang};
    *state = TABLE_IDS_ABSENT;
    if (!a) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!file_read(env_fd, LIST, LIST_MOST, a, &text, &why)) {
        *state = why.code == ERR_NOT_FOUND ? TABLE_IDS_ABSENT : TABLE_IDS_DAMAGED;
        return true;
    }
    struct str list = str_of_bytes(text);
    if (!list_is_sound(list)) {
        *state = TABLE_IDS_DAMAGED;
        return true;
    }
    *state = TABLE_IDS_SOUND;
    for (int t = 0; t < TABLE_COUNT; t++) {
        if (!(damaged && damaged[t]) && !compare_one(env_fd, (enum store_table)t, list, f, e)) {
            return false;
        }
    }
    return true;
}

bool table_of_another(int env_fd, int other_env_fd, enum store_table t)
{
    uint8_t one[UID_SIZE], other[UID_SIZE];
    bool there = false, there_too = false;
    struct err e = ERR_INIT;
    return read_uid(env_fd, t, one, &there, &e) && read_uid(other_env_fd, t, other, &there_too, &e) && there &&
           there_too && memcmp(one, other, sizeof one) != 0;
}

/* ---------------------------------------------------------------- tables that came later */

bool table_is_new(int env_fd, enum store_table t)
{
    char name[80], line[96];
    struct stat st;
    struct err e = ERR_INIT;
    struct bytes list = {NULL, 0};
    struct arena *a CLEANUP(arena_free) = arena_new(4 * LIST_MOST);
    snprintf(name, sizeof name, "%s.db", table_name(t));
    if (t <= T_INDEX || !a || fstatat(env_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT) {
        return false;
    }
    int n = snprintf(line, sizeof line, " %s\n", table_name(t));
    return !file_read(env_fd, LIST, LIST_MOST, a, &list, &e) || memmem(list.p, list.n, line, (size_t)n) == NULL;
}

bool table_ids_forget(int env_fd, struct err *e)
{
    if (disk_now()->unlinkat(env_fd, LIST, 0) != 0 && errno != ENOENT) {
        return err_errno(e, errno, "env/tables cannot be renewed");
    }
    return dir_sync(env_fd, e);
}

/* page_check.c: the pages of the table files as bytes.
 *
 * Berkeley DB keeps a checksum in each page but panics when one is wrong, and only looks when it reads the page from
 * disk. This reads the files directly, so that a changed bit is found and named also where the page is unused, or good
 * in the cache only. A page is good when it is all zero (never written), or its checksum and its own number are right;
 * the checksum of the first page covers 512 bytes, the rest of it must be zero. */
#include "page_check.h"

#include "table_ids.h"

#include "txlog_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define META_SIZE     512u
#define META_SUM_AT   492u
#define PAGE_SUM_AT   28u
#define PAGE_NUMBER   8u
#define META_MAGIC_AT 12u
#define META_PAGE_AT  20u
#define META_LAST_AT  32u
#define BTREE_MAGIC   0x053162u
#define WINDOW_PAGES  64u
#define LOOKS         25

static uint32_t u32_at(const uint8_t *p, size_t at)
{
    uint32_t v;
    memcpy(&v, p + at, sizeof v);
    return v;
}

static bool all_zero(const uint8_t *p, size_t n)
{
    uint8_t any = 0;
    for (size_t i = 0; i < n; i++) {
        any |= p[i];
    }
    return any == 0;
}

/* The checksum is taken with its own four bytes zero. */
static bool sum_is_right(const uint8_t *p, size_t n, size_t sum_at)
{
    static const uint8_t blank[4];
    uint32_t sum = bdb_checksum(0, p, sum_at);
    sum = bdb_checksum(sum, blank, sizeof blank);
    sum = bdb_checksum(sum, p + sum_at + 4, n - sum_at - 4);
    return sum == u32_at(p, sum_at);
}

static const char *first_page_fault(const uint8_t *p)
{
    if (u32_at(p, META_MAGIC_AT) != BTREE_MAGIC || u32_at(p, META_PAGE_AT) != TABLE_PAGE) {
        return N_("the first page does not describe a table");
    }
    if (!sum_is_right(p, META_SIZE, META_SUM_AT)) {
        return N_("the checksum of the first page is wrong");
    }
    return all_zero(p + META_SIZE, TABLE_PAGE - META_SIZE) ? NULL
                                                           : N_("the first page carries bytes that nobody wrote");
}

static const char *page_fault(const uint8_t *p, uint64_t number)
{
    if (number == 0) {
        return first_page_fault(p);
    }
    if (all_zero(p, TABLE_PAGE)) {
        return NULL;
    }
    if (!sum_is_right(p, TABLE_PAGE, PAGE_SUM_AT)) {
        return N_("its checksum is wrong");
    }
    return u32_at(p, PAGE_NUMBER) == number ? NULL : N_("it is in the wrong place");
}

static void report(enum store_table t, uint64_t number, const char *fault, struct findings *f)
{
    char place[96];
    snprintf(place, sizeof place, "env/%s.db", table_name(t));
    store_findings_add(f, place, MEND_RESTORE, N_("page %lu (byte %lu): %s"), (unsigned long)number,
                       (unsigned long)(number * TABLE_PAGE), tr(f->lang, fault));
}

/* Links are not followed: what they lead to is not the archive's. Fails with errno. */
static bool open_table_file(int env_fd, enum store_table t, int *fd, uint64_t *size)
{
    char name[80];
    struct stat st;
    snprintf(name, sizeof name, "%s.db", table_name(t));
    *fd = disk_now()->openat(env_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (*fd < 0 || fstat(*fd, &st) != 0) {
        return false;
    }
    *size = (uint64_t)st.st_size;
    return true;
}

/* Opens the file; one that cannot be read, or has a wrong shape, is a finding. */
static bool open_whole(int env_fd, enum store_table t, bool live, int *fd, uint64_t *size_out, struct findings *f)
{
    char place[96];
    uint64_t size = 0;
    struct err why = {.lang = f->lang};
    snprintf(place, sizeof place, "env/%s.db", table_name(t));
    if (!open_table_file(env_fd, t, fd, &size)) {
        if (errno == ENOENT && table_is_new(env_fd, t)) {
            return false; /* made when the archive is opened */
        }
        if (errno == ENOENT) {
            store_findings_add(f, place, MEND_RESTORE, N_("the file is missing"));
        } else {
            err_errno(&why, errno, "the file cannot be read");
            store_findings_add(f, place, MEND_RESTORE, "%s", why.text);
        }
        return false;
    }
    *size_out = size;
    if (size < TABLE_PAGE || (!live && size % TABLE_PAGE != 0)) {
        store_findings_add(f, place, MEND_RESTORE, N_("the file does not end with a whole page"));
        return false;
    }
    return true;
}

bool page_check_short(int env_fd, enum store_table t, uint64_t *missing, struct err *e)
{
    uint8_t page[TABLE_PAGE];
    uint64_t size = 0;
    CLEANUP(fd_close) int fd = -1;
    *missing = 0;
    if (!open_table_file(env_fd, t, &fd, &size) || size < TABLE_PAGE) {
        return true; /* said elsewhere */
    }
    if (!fd_pread_full(fd, page, sizeof page, 0, e)) {
        return err_wrap(e, "reading env/%s.db", table_name(t));
    }
    uint64_t pages = (uint64_t)u32_at(page, META_LAST_AT) + 1;
    if (!first_page_fault(page) && size / TABLE_PAGE < pages) {
        *missing = pages - size / TABLE_PAGE;
    }
    return true;
}

bool page_check_first(int env_fd, enum store_table t, struct findings *f, struct err *e)
{
    uint8_t page[TABLE_PAGE];
    uint64_t size = 0;
    CLEANUP(fd_close) int fd = -1;
    if (!open_whole(env_fd, t, true, &fd, &size, f)) {
        return true;
    }
    if (!fd_pread_full(fd, page, sizeof page, 0, e)) {
        return false;
    }
    const char *fault = first_page_fault(page);
    if (fault) {
        report(t, 0, fault, f);
    }
    return true;
}

/* A page being written while it is read looks torn for a moment. */
static const char *look_again(int fd, uint64_t number, const char *fault)
{
    uint8_t page[TABLE_PAGE];
    struct err e = ERR_INIT;
    for (int i = 0; i < LOOKS && fault; i++) {
        const struct timespec pause = {0, 2000000};
        nanosleep(&pause, NULL);
        if (!fd_pread_full(fd, page, sizeof page, (off_t)(number * TABLE_PAGE), &e)) {
            return fault;
        }
        fault = page_fault(page, number);
    }
    return fault;
}

static void free_window(uint8_t **p)
{
    mem_free(*p);
}

static bool shrank(int fd, uint64_t *pages)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || (uint64_t)st.st_size / TABLE_PAGE >= *pages) {
        return false;
    }
    *pages = (uint64_t)st.st_size / TABLE_PAGE;
    return true;
}

bool page_check_table(int env_fd, enum store_table t, bool live, struct findings *f, uint64_t *checked, struct err *e)
{
    uint64_t size = 0;
    CLEANUP(fd_close) int fd = -1;
    CLEANUP(free_window) uint8_t *window = mem_alloc(WINDOW_PAGES * TABLE_PAGE);
    if (!window) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!open_whole(env_fd, t, live, &fd, &size, f)) {
        return true;
    }
    uint64_t pages = size / TABLE_PAGE;
    for (uint64_t at = 0; at < pages; at += WINDOW_PAGES) {
        size_t n = pages - at < WINDOW_PAGES ? (size_t)(pages - at) : WINDOW_PAGES;
        if (!fd_pread_full(fd, window, n * TABLE_PAGE, (off_t)(at * TABLE_PAGE), e)) {
            if (live && shrank(fd, &pages)) { /* an undone growth of the file */
                *e = (struct err){.lang = e->lang};
                at -= WINDOW_PAGES;
                continue;
            }
            return err_wrap(e, "reading env/%s.db", table_name(t));
        }
        for (size_t i = 0; i < n; i++) {
            const char *fault = page_fault(window + i * TABLE_PAGE, at + i);
            fault = fault && live ? look_again(fd, at + i, fault) : fault;
            if (fault) {
                report(t, at + i, fault, f);
            }
        }
        *checked += n;
    }
    return true;
}

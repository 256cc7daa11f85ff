/* journal.h: the record of everything that processes under test did to a disk, in the order in which they did it.
 *
 * POWER_DISK names the folder that is the disk, POWER_JOURNAL the file outside of it that takes the records; without
 * both nothing is recorded. Several processes may write to one journal, one after the other or side by side. disk.py
 * reads it; the layout stands there and here, and nowhere else. */
#ifndef AKTA_TEST_POWER_JOURNAL_H
#define AKTA_TEST_POWER_JOURNAL_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum journal_kind {
    JOURNAL_WRITE = 'W',    /* inode, offset, bytes */
    JOURNAL_SIZE = 'T',     /* inode, size */
    JOURNAL_ALLOCATE = 'A', /* inode, size it has at least afterwards */
    JOURNAL_TIME = 'I',     /* inode, time of the last change in nanoseconds */
    JOURNAL_CREATE = 'C',   /* path, inode */
    JOURNAL_FOLDER = 'D',   /* path, inode */
    JOURNAL_RENAME = 'N',   /* path, path it has afterwards */
    JOURNAL_LINK = 'L',     /* path, second path */
    JOURNAL_UNLINK = 'U',   /* path of a file or of an empty folder */
    JOURNAL_SYNC = 'S',     /* inode of a file or a folder, its path; offset 1: only the data (fdatasync) */
    JOURNAL_SYNC_ALL = 'F', /* syncfs */
    JOURNAL_SAY = 'Y',      /* bytes that are about to leave the process by a pipe or a socket */
    JOURNAL_BLIND = 'X',    /* something this shim does not follow; the run proves nothing */
};

/* A change and its record are one step: nobody else's comes between. Signals wait meanwhile. */
struct journal_step {
    sigset_t signals;
};

bool journal_on(void);
void journal_begin(struct journal_step *s);
void journal_end(const struct journal_step *s);

struct journal_record {
    enum journal_kind kind;
    uint64_t inode;
    int64_t number;
    const char *path, *other; /* NULL: none */
    const void *data;
    size_t n;
};

void journal_add(const struct journal_record *r);

/* Is this descriptor a file (or a folder) of the disk? */
bool journal_file(int fd, struct stat *st);
bool journal_folder(int fd, struct stat *st, char path[PATH_MAX]);
/* The path without links, whose last part need not be there; false when it is not on the disk. */
bool journal_path(int dir, const char *path, char out[PATH_MAX]);

#endif

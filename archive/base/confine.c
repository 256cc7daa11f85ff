/* confine.c: a process that gives away what it does not need of the file system, for good: from then on it and its
 * children read below the folders (or the files) that it named, and can neither read, write, make, remove nor execute
 * anything else; nor can it look into the memory of a process that is not so confined. What is open stays open.
 *
 * By Landlock, which needs no privilege. A kernel without it (older than 5.13, or switched off), or a service manager
 * that keeps its calls away, leaves the process as it was, and that is told. Cutting files short is covered from
 * Linux 6.2 on. */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_VERSION                                                                                                  \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |                       \
     LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                    \
     LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                        \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |                     \
     LANDLOCK_ACCESS_FS_MAKE_SYM)
#define REFER    (1ull << 13) /* version 2 */
#define TRUNCATE (1ull << 14) /* version 3; the headers of Linux 6.1 do not know it */

static enum confinement refused(void)
{
    return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM ? CONFINE_NOT_THERE : CONFINE_FAILED;
}

static bool allow(int rules, const char *path)
{
    struct stat st;
    int fd CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES; /* then there is nothing to read */
    }
    if (fstat(fd, &st) != 0) {
        return false;
    }
    struct landlock_path_beneath_attr below = {.parent_fd = fd, .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE};
    if (S_ISDIR(st.st_mode)) {
        below.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    }
    return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0u) == 0;
}

void confine_cores(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none); /* lowering a limit of one's own cannot fail */
}

enum confinement confine_reading(const char *const *paths, size_t n)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) {
        return refused();
    }
    const struct landlock_ruleset_attr all = {.handled_access_fs = FIRST_VERSION | (version >= 2 ? REFER : 0) |
                                                                   (version >= 3 ? TRUNCATE : 0)};
    int rules CLEANUP(fd_close) = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0u);
    if (rules < 0) {
        return refused();
    }
    for (size_t i = 0; i < n; i++) {
        if (!allow(rules, paths[i])) {
            return CONFINE_FAILED;
        }
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0 || syscall(SYS_landlock_restrict_self, rules, 0u) != 0) {
        return refused();
    }
    return CONFINED;
}

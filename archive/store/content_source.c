/* content_source.c: plain bytes from a file descriptor.
 *
 * Holes of a sparse file are answered from the map of the file instead of being read: the kernel would fill its cache
 * with zeros. A pipe or socket is simply read. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_sparse(const struct stat *st)
{
    return S_ISREG(st->st_mode) && (uint64_t)st->st_blocks * 512 < (uint64_t)st->st_size;
}

/* How many bytes from the present position on are a hole; 0: data, or nobody knows. Leaves the position alone. */
static uint64_t hole_ahead(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !is_sparse(&st)) {
        return 0;
    }
    off_t here = lseek(fd, 0, SEEK_CUR);
    if (here < 0 || here >= st.st_size) {
        return 0;
    }
    off_t data = lseek(fd, here, SEEK_DATA);
    if (data < 0 && errno == ENXIO) {
        data = st.st_size;
    }
    if (lseek(fd, here, SEEK_SET) < 0 || data <= here) {
        return 0;
    }
    return (uint64_t)(data - here);
}

static bool unchanged(const struct content_fd *f, struct err *e)
{
    struct stat st;
    if (!f->plain || (fstat(f->fd, &st) == 0 && (uint64_t)st.st_size == f->size && st.st_mtim.tv_sec == f->changed &&
                      st.st_mtim.tv_nsec == f->changed_ns)) {
        return true;
    }
    return err_set(e, ERR_CONFLICT,
                   "the file was written to while it was read, and is not taken: try again when nobody writes to it");
}

static bool read_fd(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    const struct content_fd *f = ctx;
    int fd = f->fd;
    uint64_t hole = hole_ahead(fd);
    if (hole == 0) {
        return fd_read_full(fd, p, n, got, e) && (*got > 0 || n == 0 || unchanged(f, e));
    }
    if (n > hole) {
        n = (size_t)hole;
    }
    if (lseek(fd, (off_t)n, SEEK_CUR) < 0) {
        return err_errno(e, errno, "the source cannot be read on");
    }
    memset(p, 0, n);
    *got = n;
    return true;
}

struct content_source content_source_fd(struct content_fd *f)
{
    struct stat st;
    struct content_source src = {.read = read_fd, .ctx = f};
    *f = (struct content_fd){.fd = f->fd};
    if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *f = (struct content_fd){f->fd, true, (uint64_t)st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
        src.size_hint = f->size;
        (void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* a hint: nothing depends on it */
    }
    return src;
}

/* A process that gave the file system away: it reads what it named and what is open, and nothing else. */
#include "testing.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT 77 /* the kernel has no Landlock */

static struct scratch where;
static char open_folder[512], closed_file[512], kept_file[512];

static void put(char out[512], const char *name, bool folder)
{
    snprintf(out, 512, "%s/%s", where.path, name);
    if (folder) {
        assert_int_equal(mkdir(out, 0700), 0);
        return;
    }
    int fd = open(out, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
}

static int set_up(void **state)
{
    char inside[512];
    (void)state;
    where = scratch_make();
    put(open_folder, "open", true);
    put(inside, "open/file", false);
    put(closed_file, "closed", false);
    put(kept_file, "kept", false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove(&where);
    return 0;
}

static bool opens(const char *path, int flags)
{
    int fd = open(path, flags, 0600);
    return fd >= 0 && close(fd) == 0;
}

/* The number of the first promise that is broken. */
static int broken(const char *const *paths, size_t n, int parents_file)
{
    char inside[600], fresh[600], byte;
    char *const words[] = {(char[]){"/bin/true"}, NULL};
    struct iovec mine = {&byte, 1}, his = {open_folder, 1};
    enum confinement c = confine_reading(paths, n);
    snprintf(inside, sizeof inside, "%s/file", open_folder);
    snprintf(fresh, sizeof fresh, "%s/new", open_folder);
    if (c != CONFINED) {
        return c == CONFINE_NOT_THERE ? CANNOT : 1;
    }
    const bool holds[] = {opens(inside, O_RDONLY),
                          opens(kept_file, O_RDONLY),
                          !opens(closed_file, O_RDONLY) && errno == EACCES,
                          !opens(inside, O_WRONLY) && errno == EACCES,
                          !opens(fresh, O_CREAT | O_WRONLY) && errno == EACCES,
                          unlink(closed_file) != 0 && errno == EACCES,
                          execv(words[0], words) != 0 && errno == EACCES,
                          process_vm_readv(getppid(), &mine, 1, &his, 1, 0) < 0 && errno == EPERM,
                          read(parents_file, &byte, 1) == 1};
    for (size_t i = 0; i < COUNT_OF(holds); i++) {
        if (!holds[i]) {
            return 2 + (int)i;
        }
    }
    return 0;
}

static void only_what_was_named_is_left(void **state)
{
    const char *const paths[] = {open_folder, "/a/path/that/is/not/there", kept_file};
    int status, file = open(closed_file, O_RDONLY);
    (void)state;
    assert_true(file >= 0);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(broken(paths, COUNT_OF(paths), file));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(close(file), 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CANNOT) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(opens(closed_file, O_RDWR)); /* its parent is as free as before */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(only_what_was_named_is_left, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

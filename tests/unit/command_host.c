/* The local host: what the command line names is opened, and nothing else; folders in order; outputs whole or not. */
#include "testing.h"

#include "archive/command/host_local.h"
#include "scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct house {
    struct scratch s;
    char old[4096];
};

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int begin(void **state)
{
    static struct house h;
    h.s = scratch_make();
    if (getcwd(h.old, sizeof h.old) == NULL || chdir(h.s.path) != 0) {
        return 1;
    }
    mkdir("dir", 0755);
    mkdir("dir/b", 0755);
    mkdir("dir/a", 0755);
    mkdir("out", 0755);
    put("dir/b/2.txt", "two");
    put("dir/a/1.txt", "one");
    put("dir/c.txt", "see");
    put("secret.txt", "secret");
    put("list.csv", "x");
    assert_int_equal(symlink("../secret.txt", "dir/link.txt"), 0);
    assert_int_equal(symlink("..", "dir/up"), 0);
    *state = &h;
    return 0;
}

static int end(void **state)
{
    struct house *h = *state;
    int left = chdir(h->old);
    scratch_remove(&h->s);
    return left;
}

static bool stop_now;

static bool stop_asked(void *ctx)
{
    (void)ctx;
    return stop_now;
}

static struct host host_for(int n, const char *const *words)
{
    struct host h = {.out = 1, .err = 2};
    struct err e = ERR_INIT;
    assert_true(host_local_open(n, words, stop_asked, NULL, &h, &e));
    return h;
}

static bool opens(struct host *h, const char *path)
{
    int fd = -1;
    struct err e = ERR_INIT;
    bool ok = h->open_input(h, str_of(path), &fd, &e);
    assert_true(ok == (fd >= 0));
    assert_true(ok || e.text[0] != '\0');
    fd_close(&fd);
    return ok;
}

static void named_only(void **state)
{
    (void)state;
    const char *const words[] = {"ingest", "--file", "M", "dir", "secret.txt"};
    struct host h = host_for(5, words);
    assert_true(opens(&h, "dir"));
    assert_true(opens(&h, "secret.txt"));
    assert_true(opens(&h, "dir/a/1.txt"));
    static const char *const no[] = {"list.csv",
                                     "dir/../list.csv",
                                     "dir/./c.txt",
                                     "dir//c.txt",
                                     "dir/link.txt",
                                     "dir/up/list.csv",
                                     "./dir",
                                     "M",
                                     "/etc/passwd",
                                     "dir/none.txt",
                                     "",
                                     "dirx",
                                     "dir/",
                                     "dir/..",
                                     "secret.txt/x"};
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        if (opens(&h, no[i])) {
            fail_msg("opened %s", no[i]);
        }
    }
    host_local_close(&h);
}

static void below_the_manifest(void **state)
{
    (void)state;
    const char *const here[] = {"ingest", "--manifest", "list.csv"};
    struct host h = host_for(3, here);
    assert_true(opens(&h, "list.csv"));
    assert_true(opens(&h, "dir/c.txt"));
    assert_false(opens(&h, "/etc/passwd"));
    assert_false(opens(&h, "../x"));
    host_local_close(&h);
    put("dir/list.csv", "x");
    const char *const inside[] = {"ingest", "--manifest", "dir/list.csv"};
    h = host_for(3, inside);
    assert_true(opens(&h, "dir/a/1.txt"));
    assert_false(opens(&h, "secret.txt"));
    host_local_close(&h);
}

static void walk(void **state)
{
    (void)state;
    static const char *const wanted[] = {"dir/a/1.txt", "dir/b/2.txt", "dir/c.txt", "dir/link.txt", "dir/up"};
    static const char *const folders[] = {"dir", "dir/", "dir//"};
    struct arena *a = arena_new(1u << 20);
    for (size_t k = 0; k < COUNT_OF(folders); k++) {
        const char *const words[] = {"ingest", "--file", "M", folders[k]};
        struct host h = host_for(4, words);
        struct err e = ERR_INIT;
        struct input in;
        for (int round = 0; round < 2; round++) { /* after the end it begins anew */
            for (size_t i = 0; i < COUNT_OF(wanted); i++) {
                assert_true(h.next_input(&h, str_of(folders[k]), a, &in, &e));
                assert_string_equal(in.path.p, wanted[i]);
                assert_int_equal(in.kind, i < 3 ? INPUT_FILE : INPUT_OTHER);
                assert_true(i >= 3 || (in.size == 3 && opens(&h, in.path.p)));
            }
            assert_true(h.next_input(&h, str_of(folders[k]), a, &in, &e) && in.kind == INPUT_END);
        }
        assert_false(h.next_input(&h, STR("out"), a, &in, &e));
        host_local_close(&h);
    }
    arena_free(&a);
}

static size_t entries(const char *folder)
{
    struct arena *a = arena_new(1u << 20);
    const char *const words[] = {"ingest", "--file", "M", folder};
    struct host h = host_for(4, words);
    struct err e = ERR_INIT;
    struct input in = {.kind = INPUT_FILE};
    size_t n = 0;
    while (in.kind != INPUT_END) {
        assert_true(h.next_input(&h, str_of(folder), a, &in, &e));
        n += in.kind != INPUT_END;
    }
    host_local_close(&h);
    arena_free(&a);
    return n;
}

static void outputs(void **state)
{
    (void)state;
    const char *const words[] = {"get", "x", "-o", "out/file"};
    struct host h = host_for(4, words);
    struct err e = ERR_INIT;
    int fd = -1;
    put("out/file", "before");
    assert_true(h.create_output(&h, STR("out/file"), &fd, &e));
    assert_int_equal(write(fd, "after!", 6), 6);
    fd_close(&fd);
    char text[16] = {0};
    int seen = open("out/file", O_RDONLY);
    assert_int_equal(read(seen, text, 15), 6);
    close(seen);
    assert_string_equal(text, "before"); /* until it is finished */
    assert_true(h.finish_output(&h, STR("out/file"), true, &e));
    seen = open("out/file", O_RDONLY);
    assert_int_equal(read(seen, text, 15), 6);
    close(seen);
    assert_string_equal(text, "after!");
    assert_true(h.create_output(&h, STR("out/file"), &fd, &e));
    fd_close(&fd);
    assert_true(h.finish_output(&h, STR("out/file"), false, &e));
    assert_false(h.finish_output(&h, STR("out/file"), true, &e));
    assert_true(h.create_output(&h, STR("out/file"), &fd, &e));
    fd_close(&fd);
    assert_false(h.create_output(&h, STR("out/other"), &fd, &e));
    assert_int_equal(e.code, ERR_DENIED);
    host_local_close(&h); /* what was not finished vanishes */
    assert_int_equal(entries("out"), 1);
}

static void output_folder(void **state)
{
    (void)state;
    const char *const words[] = {"evidence", "x", "-o", "new"};
    struct host h = host_for(4, words);
    struct err e = ERR_INIT;
    int fd = -1;
    assert_false(h.open_folder(&h, STR("new"), false, &fd, &e)); /* named for writing, not for reading */
    assert_true(h.open_folder(&h, STR("new"), true, &fd, &e));
    fd_close(&fd);
    assert_true(h.create_output(&h, STR("new/document"), &fd, &e));
    fd_close(&fd);
    assert_true(h.finish_output(&h, STR("new/document"), true, &e));
    static const char *const no[] = {"new/a/b", "new/../x", "document", "new", "new/..", "new/", "out/file"};
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        assert_false(h.create_output(&h, str_of(no[i]), &fd, &e));
    }
    host_local_close(&h);
    assert_int_equal(entries("new"), 1);
}

static void stopping(void **state)
{
    (void)state;
    const char *const words[] = {"queue"};
    struct host h = host_for(1, words);
    assert_false(h.stopped(&h));
    stop_now = true;
    assert_true(h.stopped(&h));
    stop_now = false;
    host_local_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(named_only, begin, end),
        cmocka_unit_test_setup_teardown(below_the_manifest, begin, end),
        cmocka_unit_test_setup_teardown(walk, begin, end),
        cmocka_unit_test_setup_teardown(outputs, begin, end),
        cmocka_unit_test_setup_teardown(output_folder, begin, end),
        cmocka_unit_test_setup_teardown(stopping, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Contents go in and come out the same: sizes, boundaries, random access, batches, the sweep. */
#include "content_case.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

static int begin(void **state)
{
    *state = calloc(1, sizeof(struct content_case));
    case_begin(*state);
    return 0;
}

static int end(void **state)
{
    case_end(*state);
    free(*state);
    return 0;
}

struct gathered {
    uint8_t *p;
    size_t n, room;
};

static bool gather(void *ctx, struct bytes plain, struct err *e)
{
    struct gathered *g = ctx;
    (void)e;
    assert_true(plain.n <= g->room - g->n);
    memcpy(g->p + g->n, plain.p, plain.n);
    g->n += plain.n;
    return true;
}

static void round_trip(struct content_case *c, const uint8_t *plain, size_t n)
{
    struct err e = ERR_INIT;
    struct content in;
    struct digests want;
    struct content_reader *r;
    uint8_t *back = malloc(n + 64);
    struct gathered g = {.p = back, .room = n + 64};
    size_t got;
    if (!case_store(c, (struct bytes){plain, n}, &in, &e)) {
        fail_msg("%zu bytes: %s", n, e.text);
    }
    digests_of((struct bytes){plain, n}, &want);
    assert_int_equal(in.size, n);
    assert_true(digests_equal(&in.digests, &want));
    assert_int_equal(in.head_n, n < sizeof in.head ? n : sizeof in.head);
    assert_memory_equal(in.head, plain, in.head_n);
    assert_int_equal(id_is_zero(in.name), n <= CONTENT_INLINE_MAX);
    assert_int_equal(in.inline_sealed.n != 0, n > 0 && n <= CONTENT_INLINE_MAX);
    if (!content_verify(&c->store, &in, &c->key, &c->object, gather, &g, &e)) {
        fail_msg("%zu bytes: %s", n, e.text);
    }
    assert_int_equal(g.n, n);
    assert_memory_equal(back, plain, n);
    memset(back, 0, n + 64);
    assert_true(content_open(&c->store, &in.name, in.inline_sealed, in.size, &c->key, &c->object, &r, &e));
    assert_true(content_read(r, 0, back, n + 64, &got, &e));
    assert_int_equal(got, n);
    assert_memory_equal(back, plain, n);
    assert_true(content_read(r, n, back, 1, &got, &e));
    assert_int_equal(got, 0);
    content_close(&r);
    free(back);
}

static void sizes_come_back(void **state)
{
    static const size_t sizes[] = {0,
                                   1,
                                   2,
                                   63,
                                   CONTENT_INLINE_MAX - 1,
                                   CONTENT_INLINE_MAX,
                                   CONTENT_INLINE_MAX + 1,
                                   16383,
                                   16384,
                                   CONTENT_CHUNK - 1,
                                   CONTENT_CHUNK,
                                   CONTENT_CHUNK + 1,
                                   2 * CONTENT_CHUNK,
                                   3 * CONTENT_CHUNK + 17};
    size_t most = 3 * CONTENT_CHUNK + 17;
    uint8_t *p = malloc(most);
    for (int kind = 0; kind < 3; kind++) {
        if (kind == 0) {
            noise_fill(p, most, 1);
        } else if (kind == 1) {
            text_fill(p, most);
        } else {
            memset(p, 0, most);
        }
        for (size_t i = 0; i < COUNT_OF(sizes); i++) {
            round_trip(*state, p, sizes[i]);
        }
    }
    free(p);
}

static void stored_size_is_what_lies_there(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content in;
    size_t n = 2 * CONTENT_CHUNK + 5, on_disk;
    uint8_t *p = malloc(n);
    text_fill(p, n);
    assert_true(case_store(c, (struct bytes){p, n}, &in, &e));
    free(file_load(c, &in.name, &on_disk));
    assert_int_equal(in.stored, on_disk);
    assert_true(in.stored < n / 4); /* text pays */
    noise_fill(p, n, 3);
    assert_true(case_store(c, (struct bytes){p, n}, &in, &e));
    assert_int_equal(in.stored,
                     n + CONTENT_HEADER + 3 * (CONTENT_FRAME + SEAL_TAG) + content_index_sealed(3) + CONTENT_TRAILER);
    free(p);
}

/* Plain bytes must not be readable on disk, nor the record's id be all that hides them. */
static void nothing_plain_on_disk(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content in;
    static const char secret[] = "PESEL 44051401359 JAN KOWALSKI";
    uint8_t p[6000];
    size_t n;
    noise_fill(p, sizeof p, 9);
    memcpy(p + 3000, secret, sizeof secret);
    assert_true(case_store(c, (struct bytes){p, sizeof p}, &in, &e));
    uint8_t *file = file_load(c, &in.name, &n);
    assert_null(memmem(file, n, secret, sizeof secret - 1));
    assert_null(memmem(file, n, p + 100, 32));
    free(file);
    assert_true(case_store(c, (struct bytes){(const uint8_t *)secret, sizeof secret}, &in, &e));
    assert_null(memmem(in.inline_sealed.p, in.inline_sealed.n, secret, 8));
}

static void equal_contents_differ_on_disk(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content a, b;
    uint8_t p[5000];
    size_t n, m;
    noise_fill(p, sizeof p, 4);
    assert_true(case_store(c, (struct bytes){p, sizeof p}, &a, &e));
    assert_true(case_store(c, (struct bytes){p, sizeof p}, &b, &e));
    uint8_t *x = file_load(c, &a.name, &n), *y = file_load(c, &b.name, &m);
    assert_int_equal(n, m);
    assert_memory_not_equal(x + CONTENT_HEADER + CONTENT_FRAME, y + CONTENT_HEADER + CONTENT_FRAME, 1000);
    free(x);
    free(y);
}

/* ---------------------------------------------------------------- batches */

static void unsynced_batch_leaves_nothing(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content out;
    size_t count[2];
    uint8_t p[4000] = {1};
    struct content_batch *b = content_batch_new(&c->store, &e);
    for (int i = 0; i < 5; i++) {
        struct piecewise w = {.left = {p, sizeof p}};
        assert_true(content_add(b, (struct content_source){.read = piecewise_read, .ctx = &w}, &c->key, &c->object,
                                c->arena, &out, &e));
    }
    case_count(c, count);
    assert_int_equal(count[0], 0);
    assert_int_equal(count[1], 5);
    content_batch_free(&b);
    case_count(c, count);
    assert_int_equal(count[0] + count[1], 0);
}

static void closed_batch_takes_no_more(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content out;
    uint8_t p[4000] = {1};
    struct piecewise w = {.left = {p, sizeof p}};
    struct content_batch *b = content_batch_new(&c->store, &e);
    assert_true(content_batch_sync(b, &e));
    assert_false(content_add(b, (struct content_source){.read = piecewise_read, .ctx = &w}, &c->key, &c->object,
                             c->arena, &out, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_false(content_batch_sync(b, &e));
    assert_int_equal(e.code, ERR_STATE);
    content_batch_free(&b);
}

static bool broken_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    size_t *left = ctx;
    if (*left == 0) {
        return err_set(e, ERR_IO, "the scanner is gone");
    }
    *got = n < *left ? n : *left;
    *left -= *got;
    noise_fill(p, *got, 6);
    return true;
}

static void failing_source_leaves_nothing(void **state)
{
    struct content_case *c = *state;
    static const size_t after[] = {0, 100, 5000, 3 * CONTENT_CHUNK};
    for (size_t i = 0; i < COUNT_OF(after); i++) {
        struct err e = ERR_INIT;
        struct content out;
        size_t count[2], left = after[i];
        struct content_batch *b = content_batch_new(&c->store, &e);
        assert_false(content_add(b, (struct content_source){.read = broken_read, .ctx = &left}, &c->key, &c->object,
                                 c->arena, &out, &e));
        assert_string_equal(e.text, "the scanner is gone");
        case_count(c, count);
        assert_int_equal(count[0] + count[1], 0);
        assert_true(content_batch_sync(b, &e)); /* the others of the batch do not suffer */
        content_batch_free(&b);
    }
}

static void nearly_full_disk_is_left_alone(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content out;
    uint8_t p[4000] = {1};
    size_t count[2];
    c->store.config.floor_bytes = UINT64_MAX / 2; /* more than any disk has */
    assert_false(case_store(c, (struct bytes){p, sizeof p}, &out, &e));
    assert_int_equal(e.code, ERR_FULL);
    case_count(c, count);
    assert_int_equal(count[0] + count[1], 0);
    assert_true(case_store(c, (struct bytes){p, 100}, &out, &e)); /* goes into the row: the writer judges that */
    c->store.config.floor_bytes = 0;
    assert_true(case_store(c, (struct bytes){p, sizeof p}, &out, &e));
}

/* ---------------------------------------------------------------- removing */

struct named {
    struct id keep;
};

static bool is_named(void *ctx, const struct id *name, bool *yes, struct err *e)
{
    const struct named *n = ctx;
    (void)e;
    *yes = memcmp(name, &n->keep, sizeof *name) == 0;
    return true;
}

static void sweep_takes_only_what_nothing_names(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content keep, orphan;
    uint8_t p[4000] = {7};
    uint64_t removed = 99;
    size_t count[2];
    char path[CONTENT_PATH_SIZE];
    assert_true(case_store(c, (struct bytes){p, sizeof p}, &keep, &e));
    assert_true(case_store(c, (struct bytes){p, sizeof p}, &orphan, &e));
    struct id crashed = keep.name;
    crashed.b[15] ^= 1;
    content_path(&crashed, true, path);
    int fd = openat(c->scratch.dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    struct named n = {.keep = keep.name};
    assert_true(content_sweep(&c->store, is_named, &n, time(NULL) - 3600, &removed, &e));
    assert_int_equal(removed, 0); /* too young: it may still be on its way */
    assert_true(content_sweep(&c->store, is_named, &n, time(NULL) + 3600, &removed, &e));
    assert_int_equal(removed, 2);
    case_count(c, count);
    assert_int_equal(count[0], 1);
    assert_int_equal(count[1], 0);
    assert_true(case_verify(c, &keep, &e));
    assert_false(case_verify(c, &orphan, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_non_null(strstr(e.text, "missing"));
}

static void sweep_leaves_foreign_files_alone(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    uint64_t removed;
    struct named n = {0};
    static const char *const foreign[] = {"README", "ab/notes.txt", "ab/.0123",
                                          "ab/"
                                          "zz34567890123456789012345678901"};
    assert_int_equal(mkdirat(c->scratch.dir, "ab", 0700), 0);
    assert_int_equal(mkdirat(c->scratch.dir, "lost+found", 0700), 0);
    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        int fd = openat(c->scratch.dir, foreign[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    assert_true(content_sweep(&c->store, is_named, &n, time(NULL) + 3600, &removed, &e));
    assert_int_equal(removed, 0);
    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        assert_int_equal(faccessat(c->scratch.dir, foreign[i], F_OK, 0), 0);
    }
}

static void remove_is_final_and_may_be_repeated(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content in;
    uint8_t p[4000] = {7};
    assert_true(case_store(c, (struct bytes){p, sizeof p}, &in, &e));
    assert_true(content_remove(&c->store, &in.name, &e));
    assert_false(case_verify(c, &in, &e));
    assert_true(content_remove(&c->store, &in.name, &e));
}

/* ---------------------------------------------------------------- descriptors as sources */

static void sparse_file_comes_back(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content in;
    off_t size = 40 * (off_t)CONTENT_CHUNK + 11;
    int fd = openat(c->scratch.dir, "sparse", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, size), 0);
    assert_int_equal(pwrite(fd, "island", 6, 7 * (off_t)CONTENT_CHUNK + 4090), 6);
    struct content_fd file = {.fd = fd};
    struct content_source src = content_source_fd(&file);
    assert_int_equal(src.size_hint, size);
    struct content_batch *b = content_batch_new(&c->store, &e);
    assert_true(content_add(b, src, &c->key, &c->object, c->arena, &in, &e));
    assert_true(content_batch_sync(b, &e));
    content_batch_free(&b);
    close(fd);
    assert_int_equal(in.size, size);
    assert_true(in.stored < 100000);
    uint8_t *whole = calloc(1, (size_t)size);
    memcpy(whole + 7 * (size_t)CONTENT_CHUNK + 4090, "island", 6);
    struct digests want;
    digests_of((struct bytes){whole, (size_t)size}, &want);
    free(whole);
    assert_true(digests_equal(&want, &in.digests));
    assert_true(case_verify(c, &in, &e));
}

/* Reads as the source does, and cuts or lengthens the file after the first piece. */
struct meddler {
    struct content_source inner;
    int fd;
    off_t size;
};

static bool meddle_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct meddler *m = ctx;
    bool ok = m->inner.read(m->inner.ctx, p, n, got, e);
    assert_int_equal(ftruncate(m->fd, m->size), 0);
    return ok;
}

static void a_file_that_changes_while_it_is_read_is_not_taken(void **state)
{
    struct content_case *c = *state;
    static const off_t sizes[] = {100, 5000000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct err e = ERR_INIT;
        struct content in;
        int fd = openat(c->scratch.dir, "busy", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(posix_fallocate(fd, 0, 4000000), 0);
        struct content_fd file = {.fd = fd};
        struct meddler m = {.inner = content_source_fd(&file), .fd = fd, .size = sizes[i]};
        struct content_source src = {.read = meddle_read, .ctx = &m};
        struct content_batch *b = content_batch_new(&c->store, &e);
        assert_false(content_add(b, src, &c->key, &c->object, c->arena, &in, &e));
        assert_int_equal(e.code, ERR_CONFLICT);
        content_batch_free(&b);
        close(fd);
    }
}

static void *feed_pipe(void *p)
{
    static uint8_t block[10000];
    int fd = *(int *)p;
    for (int i = 0; i < 300; i++) {
        memset(block, i, sizeof block);
        assert_int_equal(write(fd, block, sizeof block), sizeof block);
    }
    close(fd);
    return NULL;
}

static void pipe_is_a_source_too(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content in;
    pthread_t feeder;
    int ends[2];
    struct content_fd pipe_end;
    assert_int_equal(pipe(ends), 0);
    pipe_end.fd = ends[0];
    assert_int_equal(pthread_create(&feeder, NULL, feed_pipe, &ends[1]), 0);
    struct content_batch *b = content_batch_new(&c->store, &e);
    assert_true(content_add(b, content_source_fd(&pipe_end), &c->key, &c->object, c->arena, &in, &e));
    assert_true(content_batch_sync(b, &e));
    content_batch_free(&b);
    pthread_join(feeder, NULL);
    close(ends[0]);
    assert_int_equal(in.size, 3000000);
    assert_true(case_verify(c, &in, &e));
}

/* ---------------------------------------------------------------- memory */

static bool endless_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    uint64_t *left = ctx;
    (void)e;
    *got = n < *left ? n : (size_t)*left;
    *left -= *got;
    if (*got > 0) {
        memset(p, 0x5a, *got);
        memcpy(p, left, *got < 8 ? *got : 8);
    }
    return true;
}

static long peak_kb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* Twenty times the slots of the line pass through it, and memory stays where it was after the first few. */
static void memory_stays_bounded(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    long after[2];
    for (int i = 0; i < 2; i++) {
        uint64_t left = (i == 0 ? 24 : 200) * (uint64_t)CONTENT_CHUNK;
        struct content in;
        struct content_batch *b = content_batch_new(&c->store, &e);
        assert_true(content_add(b, (struct content_source){.read = endless_read, .ctx = &left}, &c->key, &c->object,
                                c->arena, &in, &e));
        assert_true(content_batch_sync(b, &e));
        content_batch_free(&b);
        assert_true(case_verify(c, &in, &e));
        after[i] = peak_kb();
    }
    assert_true(after[1] - after[0] < 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_stays_bounded, begin, end), /* first: the peak is the process's */
        cmocka_unit_test_setup_teardown(sizes_come_back, begin, end),
        cmocka_unit_test_setup_teardown(stored_size_is_what_lies_there, begin, end),
        cmocka_unit_test_setup_teardown(nothing_plain_on_disk, begin, end),
        cmocka_unit_test_setup_teardown(equal_contents_differ_on_disk, begin, end),
        cmocka_unit_test_setup_teardown(unsynced_batch_leaves_nothing, begin, end),
        cmocka_unit_test_setup_teardown(closed_batch_takes_no_more, begin, end),
        cmocka_unit_test_setup_teardown(failing_source_leaves_nothing, begin, end),
        cmocka_unit_test_setup_teardown(nearly_full_disk_is_left_alone, begin, end),
        cmocka_unit_test_setup_teardown(sweep_takes_only_what_nothing_names, begin, end),
        cmocka_unit_test_setup_teardown(sweep_leaves_foreign_files_alone, begin, end),
        cmocka_unit_test_setup_teardown(remove_is_final_and_may_be_repeated, begin, end),
        cmocka_unit_test_setup_teardown(sparse_file_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(pipe_is_a_source_too, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_changes_while_it_is_read_is_not_taken, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* corpus.c: makes the corpus of the speed bench: files as an office has them, and a manifest for `akta ingest`.
 *
 *   corpus DIR [FILES [SEED]]
 *
 * Sizes are log-normal with a median of 100 kB and a mean of about 200 kB (1,500 files: about 300 MB), 40 of 100 bytes
 * are text or XML, the rest PDF with random streams. The same FILES and SEED give the same bytes. DIR must not exist.
 * Prints what it made. Exit: 0 made; 2 usage; 4 cannot write. */
#include "corpus_document.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEDIAN = 100000, RECORDS_A_FILE = 10, TEXT_PERCENT = 40, FILES_MAX = 1000000 };
static const double SIGMA = 1.177410; /* mean = 2 medians */

struct corpus {
    const char *dir;
    int dir_fd;
    size_t files;
    struct chance chance;
    size_t *size; /* in the order of the files */
    FILE *manifest;
    size_t bytes, text_bytes;
};

static void die(const char *what, const char *name)
{
    fprintf(stderr, "corpus: cannot %s %s: %s\n", what, name, strerror(errno));
    exit(4);
}

/* The inverse of the normal distribution by bisection of erf: exact enough, and no table of constants to mistrust. */
static double normal_quantile(double p)
{
    double low = -8, high = 8;
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if (0.5 * (1 + erf(middle / sqrt(2.0))) < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

/* One size from each of `files` equal shares of the distribution, in random order: the median and the sum are then the
 * distribution's own, whatever the seed. */
static void sizes_draw(struct corpus *c)
{
    for (size_t i = 0; i < c->files; i++) {
        double z = normal_quantile(((double)i + 0.5) / (double)c->files);
        c->size[i] = (size_t)(MEDIAN * exp(SIGMA * z));
    }
    for (size_t i = c->files; i > 1; i--) {
        size_t j = chance_below(&c->chance, i), swap = c->size[i - 1];
        c->size[i - 1] = c->size[j];
        c->size[j] = swap;
    }
}

static void file_write(struct corpus *c, const char *name, const struct text *t)
{
    int fd = openat(c->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        die("create", name);
    }
    for (size_t done = 0; done < t->n;) {
        ssize_t n = write(fd, t->p + done, t->n - done);
        if (n <= 0) {
            die("write", name);
        }
        done += (size_t)n;
    }
    if (close(fd) != 0) {
        die("close", name);
    }
}

/* Case files of ten records, closed ones, in classes of the municipal plan (general, citizens', planning, taxes). */
static void manifest_line(struct corpus *c, size_t i, const char *name)
{
    static const char *const classes[] = {"0143", "1431", "1610", "5343", "5345",
                                          "6220", "6825", "6847", "7031", "0002"};
    static const char *const units[] = {"OR", "WA", "OR", "SO", "SO", "GK", "GN", "GN", "GK", "BR"};
    size_t file = i / RECORDS_A_FILE, kind = file % (sizeof classes / sizeof classes[0]);
    unsigned year = 2012 + (unsigned)(file % 9);
    struct chance own = {0xa11ce + file};
    struct text title = {NULL, 0, 0};
    document_title(&title, &own);
    fprintf(c->manifest, "%s.%s.%zu.%u,%s,%s,%.*s,%u-02-%02u,%u-11-%02u,%s/%s\n", units[kind], classes[kind],
            1 + file / 90, year, classes[kind], units[kind], (int)title.n, title.p, year, 1 + (unsigned)(file % 28),
            year, 1 + (unsigned)(file % 30), c->dir, name);
    free(title.p);
}

static void files_write(struct corpus *c)
{
    struct text t = {NULL, 0, 0};
    for (size_t i = 0; i < c->files; i++) {
        bool text = c->text_bytes * 100 < c->bytes * TEXT_PERCENT || (i == 0);
        enum document_kind kind = text ? (enum document_kind)chance_below(&c->chance, TEXT_KINDS) : DOC_PDF;
        document_write(&t, kind, c->size[i], &c->chance);
        char folder[32], name[64];
        snprintf(folder, sizeof folder, "%03zu", i / 100);
        snprintf(name, sizeof name, "%03zu/%06zu.%s", i / 100, i, document_extension(kind));
        if (mkdirat(c->dir_fd, folder, 0755) != 0 && errno != EEXIST) {
            die("make the folder", folder);
        }
        file_write(c, name, &t);
        manifest_line(c, i, name);
        c->bytes += t.n;
        c->text_bytes += text ? t.n : 0;
    }
    free(t.p);
}

static size_t number_or(const char *s, size_t otherwise)
{
    if (s == NULL) {
        return otherwise;
    }
    char *end = NULL;
    errno = 0;
    unsigned long n = strtoul(s, &end, 10);
    if (errno != 0 || end == s || *end != 0 || n == 0 || n > FILES_MAX) {
        fprintf(stderr, "corpus: %s is not a number from 1 to %d\n", s, FILES_MAX);
        exit(2);
    }
    return n;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 4) {
        fputs("usage: corpus DIR [FILES [SEED]]   writes the files and DIR/manifest.csv\n", stderr);
        return 2;
    }
    struct corpus c = {.dir = argv[1], .files = number_or(argc > 2 ? argv[2] : NULL, 1500)};
    c.chance.state = number_or(argc > 3 ? argv[3] : NULL, 2026);
    c.size = calloc(c.files, sizeof *c.size);
    if (c.size == NULL || mkdir(c.dir, 0755) != 0 || (c.dir_fd = open(c.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        die("make", c.dir);
    }
    int fd = openat(c.dir_fd, "manifest.csv", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    c.manifest = fd < 0 ? NULL : fdopen(fd, "w");
    if (c.manifest == NULL) {
        die("create", "manifest.csv");
    }
    fputs("mark,class,unit,title,opened,closed,path\n", c.manifest);
    sizes_draw(&c);
    files_write(&c);
    if (fclose(c.manifest) != 0) {
        die("write", "manifest.csv");
    }
    printf("%zu files, %zu bytes, %zu of them text or XML\n", c.files, c.bytes, c.text_bytes);
    free(c.size);
    return 0;
}

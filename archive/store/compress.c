/* compress.c: the one place that knows libdeflate. Whole chunks in, whole chunks out.
 *
 * The level was chosen by measurement (libdeflate 1.14, one core of an AMD EPYC, chunks of 1 MiB; the text and XML of
 * the bench corpus, 120 MB, beside zstd -3, which restic's standard is; MB/s of plain bytes):
 *
 *   level      1      2      3      4      5      6      7      8      9    zstd -3
 *   ratio    4.07   4.25   4.44   4.52   4.61   4.70   4.74   4.77   4.77   4.71
 *   MB/s      287    209    180    160    139    105     82     60     51    271
 *   archive 1.013  1.007  1.001  0.999  0.996  0.994                        1.000
 *
 * The last row is the whole corpus, of which text is 40 %, without tables, as a part of restic's repository. Level 2
 * leaves 2.3 % for the tables, which take 1.4 %; each step up costs 0.1 s of one core, and level 1 leaves too little.
 * But markup repeats itself word for word, which level 1 finds as well: there level 2 saves 1.9 % and takes a third
 * longer (XML: 331 and 235 MB/s, 4.30 and 4.39), in prose 6.4 % (267 and 190 MB/s, 3.83 and 4.10).
 * Running Polish text alone (laws, service cards): 3.88 at level 2, 4.12 at 6, and 4.13 with zstd -3.
 *
 * What does not shrink costs 110 MB/s at any level, so a sample is judged first: 8 pieces of 1 KiB, by how unevenly
 * their byte values are spread. Where random bytes give 1.03 (1.06 for the smallest inputs) images, archives and the
 * streams of a PDF give less than 1.15, text more than 7. On 400 images, fonts and packed files this judges as well as
 * compressing the sample does (0.3 % of size lost, against 0.5 %) and takes 3 µs instead of 33. */
#include "compress.h"
#include "store.h"

#include <libdeflate.h>
#include <pthread.h>
#include <string.h>

#define LEVEL_PROSE  2
#define LEVEL_MARKUP 1
#define MARKUP_FROM  128u /* one "<" in so many bytes; forms and tables have one in 25 to 100 */
#define PIECES       8u
#define PIECE        1024u
#define SAMPLE_FROM  4096u /* smaller inputs say too little, and cost little */
#define ZEROS        (1u << 20)
#define ZEROS_PACKED 2048u

struct deflater {
    struct libdeflate_compressor *prose, *markup;
    size_t zeros_n; /* 0: not made yet */
    uint8_t zeros[ZEROS_PACKED];
};

struct inflater {
    struct libdeflate_decompressor *d;
};

/* The library's memory comes from where all memory comes from, so that a test can let it fail. */
static void use_our_memory(void)
{
    libdeflate_set_memory_allocator(mem_alloc, mem_free);
}

static void library_ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, use_our_memory);
}

struct deflater *deflater_new(void)
{
    library_ready();
    struct deflater *d = mem_zalloc(sizeof *d);
    if (d == NULL) {
        return NULL;
    }
    d->prose = libdeflate_alloc_compressor(LEVEL_PROSE);
    d->markup = libdeflate_alloc_compressor(LEVEL_MARKUP);
    if (d->prose == NULL || d->markup == NULL) {
        deflater_free(&d);
    }
    return d;
}

void deflater_free(struct deflater **d)
{
    if (*d == NULL) {
        return;
    }
    libdeflate_free_compressor((*d)->prose);
    libdeflate_free_compressor((*d)->markup);
    mem_free(*d);
    *d = NULL;
}

/* Each byte equals the one 16 before it, and the first 16 are zero. */
static bool all_zero(struct bytes in)
{
    static const uint8_t zero[16];
    return in.n > sizeof zero && memcmp(in.p, zero, sizeof zero) == 0 &&
           memcmp(in.p, in.p + sizeof zero, in.n - sizeof zero) == 0;
}

/* A sparse file is one chunk of zeros after another: their form is made once. */
static size_t deflate_zeros(struct deflater *d, struct bytes in, uint8_t *out)
{
    if (d->zeros_n == 0) {
        d->zeros_n = libdeflate_zlib_compress(d->markup, in.p, in.n, d->zeros, sizeof d->zeros);
    }
    memcpy(out, d->zeros, d->zeros_n);
    return d->zeros_n;
}

/* Counts byte values; four tables, so that equal neighbours do not wait for each other. */
static void count_values(const uint8_t *p, size_t n, uint32_t count[4][256])
{
    for (size_t i = 0; i + 4 <= n; i += 4) {
        count[0][p[i]]++;
        count[1][p[i + 1]]++;
        count[2][p[i + 2]]++;
        count[3][p[i + 3]]++;
    }
}

enum nature { NATURE_PACKED, NATURE_PROSE, NATURE_MARKUP };

/* The sum of squares of an even spread is n * n / 256; up to 1.15 times that is called even, and hardly shrinks. The
 * pieces keep off both ends: there a PDF is text around images. */
static enum nature nature_of(struct bytes in)
{
    uint32_t count[4][256] = {{0}};
    size_t piece = in.n / PIECES < PIECE ? in.n / PIECES / 4 * 4 : PIECE, step = (in.n - piece) / PIECES;
    uint64_t squares = 0, n = PIECES * piece, brackets = 0;
    for (size_t i = 0; i < PIECES; i++) {
        count_values(in.p + step * i + step / 2, piece, count);
    }
    for (size_t v = 0; v < 256; v++) {
        uint64_t all = (uint64_t)count[0][v] + count[1][v] + count[2][v] + count[3][v];
        squares += all * all;
        brackets = v == '<' ? all : brackets;
    }
    if (squares * 256 * 100 < n * n * 115) {
        return NATURE_PACKED;
    }
    return brackets * MARKUP_FROM >= n ? NATURE_MARKUP : NATURE_PROSE;
}

size_t deflate_if_it_pays(struct deflater *d, struct bytes in, uint8_t *out)
{
    if (in.n == ZEROS && all_zero(in)) {
        return deflate_zeros(d, in, out);
    }
    enum nature nature = in.n < SAMPLE_FROM ? NATURE_PROSE : nature_of(in);
    if (in.n < 2 || nature == NATURE_PACKED) {
        return 0;
    }
    struct libdeflate_compressor *with = nature == NATURE_MARKUP ? d->markup : d->prose;
    return libdeflate_zlib_compress(with, in.p, in.n, out, in.n - 1);
}

struct inflater *inflater_new(void)
{
    library_ready();
    struct inflater *i = mem_zalloc(sizeof *i);
    if (i == NULL) {
        return NULL;
    }
    i->d = libdeflate_alloc_decompressor();
    if (i->d == NULL) {
        inflater_free(&i);
    }
    return i;
}

void inflater_free(struct inflater **i)
{
    if (*i == NULL) {
        return;
    }
    libdeflate_free_decompressor((*i)->d);
    mem_free(*i);
    *i = NULL;
}

bool inflate_exactly(struct inflater *i, struct bytes in, uint8_t *out, size_t n)
{
    size_t read = 0, made = 0;
    enum libdeflate_result r = libdeflate_zlib_decompress_ex(i->d, in.p, in.n, out, n, &read, &made);
    return r == LIBDEFLATE_SUCCESS && read == in.n && made == n;
}

uint32_t store_crc32(uint32_t crc, struct bytes in)
{
    return libdeflate_crc32(crc, in.p, in.n);
}

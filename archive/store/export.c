/* export.c: a table as a stream of rows, and back.
 *
 * Rows are read in short transactions, a few hundred at a time, so an export under load holds nobody up; each row is a
 * committed one. The closing row proves the stream whole: a cut or changed stream is ERR_CORRUPT. Import inserts and
 * never overwrites; when it fails the target is to be thrown away. */
#include "stream.h"

#include <errno.h>
#include <string.h>

#define ROWS_A_READ  400u
#define BYTES_A_READ (1u << 20)
#define OUT_MAX      (96u << 20)
#define VALUE_MAX    (64u << 20)
#define CLOSING_SIZE (8u + SHA256_SIZE)

/* ---- out */

struct exporting {
    enum store_table table;
    struct buf out;  /* this read's rows */
    struct buf last; /* the key to go on after */
    struct buf next_last;
    unsigned rows;
    bool more;
};

static void add_row(struct buf *b, enum store_table t, struct bytes key, struct bytes val)
{
    const char *name = table_name(t);
    buf_add(b, name, strlen(name) + 1);
    buf_add_be32(b, (uint32_t)key.n);
    buf_add_be32(b, (uint32_t)val.n);
    buf_add(b, key.p, key.n);
    buf_add(b, val.p, val.n);
}

static bool export_row(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct exporting *x = ctx;
    (void)e;
    if (bytes_cmp(key, buf_bytes(&x->last)) == 0) {
        return true; /* the one before ended here */
    }
    if (x->rows == ROWS_A_READ || x->out.n > BYTES_A_READ) {
        x->more = true;
        return false;
    }
    add_row(&x->out, x->table, key, val);
    buf_reset(&x->next_last);
    buf_add(&x->next_last, key.p, key.n);
    x->rows++;
    return true;
}

static bool export_some(struct txn *t, void *ctx, struct err *e)
{
    struct exporting *x = ctx;
    buf_reset(&x->out);
    x->rows = 0;
    x->more = false;
    struct store_range r = {.table = x->table, .from = buf_bytes(&x->last)};
    return store_walk(t, r, export_row, x, e) && buf_ok(&x->out, e) && buf_ok(&x->next_last, e);
}

static bool export_rows(struct store *s, struct exporting *x, struct digest *d, int fd, uint64_t *rows, struct err *e)
{
    do {
        if (!store_read(s, export_some, x, e)) {
            return false;
        }
        digest_add(d, buf_bytes(&x->out));
        if (!fd_write_full(fd, x->out.p, x->out.n, e)) {
            return err_wrap(e, "exporting the table %s", table_name(x->table));
        }
        *rows += x->rows;
        buf_reset(&x->last);
        buf_add(&x->last, x->next_last.p, x->next_last.n);
    } while (x->more);
    return true;
}

static bool export_closing(struct exporting *x, struct digest *d, int fd, uint64_t rows, struct err *e)
{
    uint8_t val[CLOSING_SIZE];
    for (int i = 0; i < 8; i++) {
        val[i] = (uint8_t)(rows >> (56 - 8 * i));
    }
    digest_end(d, val + 8);
    buf_reset(&x->out);
    add_row(&x->out, x->table, (struct bytes){NULL, 0}, (struct bytes){val, sizeof val});
    return buf_ok(&x->out, e) && fd_write_full(fd, x->out.p, x->out.n, e);
}

bool store_export(struct store *s, enum store_table t, int fd, struct err *e)
{
    struct exporting x = {.table = t,
                          .out = BUF_INIT(OUT_MAX),
                          .last = BUF_INIT(UINT16_MAX + 1u),
                          .next_last = BUF_INIT(UINT16_MAX + 1u)};
    uint64_t rows = 0;
    struct digest *d = digest_new(DIGEST_SHA256);
    bool ok = d ? export_rows(s, &x, d, fd, &rows, e) && export_closing(&x, d, fd, rows, e)
                : err_set(e, ERR_MEMORY, "out of memory");
    digest_free(&d);
    buf_free(&x.out);
    buf_free(&x.last);
    buf_free(&x.next_last);
    return ok;
}

/* ---- in */

struct stream {
    enum store_table table;
    int fd;
    struct digest *d;
    struct buf row;
    uint64_t rows;
    uint8_t b[1u << 16];
    size_t at, n;
};

static bool cut_off(const struct stream *s, struct err *e)
{
    return err_set(e, ERR_CORRUPT, "the export of the table %s is cut off or damaged", table_name(s->table));
}

static bool take(struct stream *s, uint8_t *out, size_t n, struct err *e)
{
    while (n > 0) {
        if (s->at == s->n) {
            s->at = 0;
            if (!fd_read_full(s->fd, s->b, sizeof s->b, &s->n, e)) {
                return false;
            }
            if (s->n == 0) {
                return cut_off(s, e);
            }
        }
        size_t piece = s->n - s->at < n ? s->n - s->at : n;
        memcpy(out, s->b + s->at, piece);
        s->at += piece;
        out += piece;
        n -= piece;
    }
    return true;
}

static bool take_row(struct stream *s, struct bytes *head, struct bytes *key, struct bytes *val, struct err *e)
{
    uint8_t start[64];
    const char *name = table_name(s->table);
    size_t name_n = strlen(name) + 1, head_n = name_n + 8;
    if (!take(s, start, head_n, e)) {
        return false;
    }
    struct reader r = reader_of((struct bytes){start + name_n, 8});
    uint32_t key_n = rd_be32(&r), val_n = rd_be32(&r);
    if (memcmp(start, name, name_n) != 0 || key_n > UINT16_MAX || val_n > VALUE_MAX) {
        return cut_off(s, e);
    }
    buf_reset(&s->row);
    buf_add(&s->row, start, head_n);
    for (size_t left = (size_t)key_n + val_n; left > 0;) { /* in pieces: a lying length cannot claim memory */
        uint8_t piece[4096];
        size_t n = left < sizeof piece ? left : sizeof piece;
        if (!take(s, piece, n, e)) {
            return false;
        }
        buf_add(&s->row, piece, n);
        left -= n;
    }
    *head = buf_bytes(&s->row);
    *key = (struct bytes){s->row.p + head_n, key_n};
    *val = (struct bytes){s->row.p + head_n + key_n, val_n};
    return buf_ok(&s->row, e);
}

static bool closes(struct stream *s, struct bytes val, struct err *e)
{
    uint8_t sum[SHA256_SIZE], extra;
    size_t got = 0;
    digest_end(s->d, sum);
    struct reader r = reader_of(val);
    uint64_t rows = rd_be64(&r);
    struct bytes want = rd_bytes(&r, SHA256_SIZE);
    if (!rd_done(&r) || rows != s->rows || memcmp(want.p, sum, sizeof sum) != 0 || s->at != s->n) {
        return cut_off(s, e);
    }
    if (!fd_read_full(s->fd, &extra, 1, &got, e)) {
        return false;
    }
    return got == 0 || cut_off(s, e);
}

static bool read_rows(struct stream *s, stream_row each, void *ctx, struct err *e)
{
    for (;;) {
        struct bytes all, key, val;
        if (!take_row(s, &all, &key, &val, e)) {
            return false;
        }
        if (key.n == 0) {
            return closes(s, val, e);
        }
        digest_add(s->d, all);
        s->rows++;
        if (!each(ctx, key, val, e)) {
            return false;
        }
    }
}

bool table_stream_read(enum store_table t, int fd, stream_row each, void *ctx, struct err *e)
{
    struct stream *s = mem_zalloc(sizeof *s);
    if (!s) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    s->table = t;
    s->fd = fd;
    s->row = BUF_INIT(OUT_MAX);
    s->d = digest_new(DIGEST_SHA256);
    bool ok = s->d ? read_rows(s, each, ctx, e) : err_set(e, ERR_MEMORY, "out of memory");
    digest_free(&s->d);
    buf_free(&s->row);
    mem_free(s);
    return ok;
}

struct importing {
    struct store *s;
    enum store_table table;
    struct buf rows; /* key-length value-length key value … */
    unsigned n;
};

static bool insert_pack(struct txn *t, void *ctx, struct err *e)
{
    const struct importing *im = ctx;
    struct reader r = reader_of(buf_bytes(&im->rows));
    while (r.left > 0) {
        uint32_t key_n = rd_be32(&r), val_n = rd_be32(&r);
        struct bytes key = rd_bytes(&r, key_n), val = rd_bytes(&r, val_n);
        if (!store_insert(t, im->table, key, val, e)) {
            return false;
        }
    }
    return true;
}

static bool flush_pack(struct importing *im, struct err *e)
{
    bool ok = buf_ok(&im->rows, e) && (im->n == 0 || store_write(im->s, insert_pack, im, e));
    buf_reset(&im->rows);
    im->n = 0;
    return ok;
}

static bool import_row(void *ctx, struct bytes key, struct bytes val, struct err *e)
{
    struct importing *im = ctx;
    buf_add_be32(&im->rows, (uint32_t)key.n);
    buf_add_be32(&im->rows, (uint32_t)val.n);
    buf_add(&im->rows, key.p, key.n);
    buf_add(&im->rows, val.p, val.n);
    if (++im->n < ROWS_A_READ && im->rows.n < BYTES_A_READ) {
        return true;
    }
    return flush_pack(im, e);
}

bool store_import(struct store *s, enum store_table t, int fd, struct err *e)
{
    struct importing im = {.s = s, .table = t, .rows = BUF_INIT(OUT_MAX)};
    bool ok = table_stream_read(t, fd, import_row, &im, e) && flush_pack(&im, e);
    buf_free(&im.rows);
    return ok;
}

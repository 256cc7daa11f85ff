/* class_row.c: versions of classes as rows of T_CLASS, and their text folded for searching. Fails with the store; a
 * damaged row is ERR_CORRUPT. */
#include "law.h"

#include <string.h>

#define ROW_MAX (64u * 1024)

static const struct field class_fields[] = {
    {1, "id", F_ID, offsetof(struct class_row, v.id), 0, FIELD_REQUIRED},
    {2, "symbol", F_TEXT, offsetof(struct class_row, v.symbol), 10, FIELD_REQUIRED},
    {3, "title", F_TEXT, offsetof(struct class_row, v.title), 500, FIELD_REQUIRED},
    {4, "category", F_TEXT, offsetof(struct class_row, v.category), CATEGORY_TEXT_SIZE, 0},
    {5, "remarks", F_TEXT, offsetof(struct class_row, v.remarks), 2000, 0},
    {6, "source", F_TEXT, offsetof(struct class_row, v.source), 500, 0},
    {7, "valid_from", F_DAY, offsetof(struct class_row, v.valid_from), 0, FIELD_REQUIRED},
    {8, "valid_until", F_DAY, offsetof(struct class_row, v.valid_until), 0, 0},
    {9, "status", F_U64, offsetof(struct class_row, v.status), CLASS_LOCAL, FIELD_REQUIRED},
    {10, "leaf", F_U64, offsetof(struct class_row, v.leaf), 1, 0},
    {11, "events", F_U64, offsetof(struct class_row, v.events), 0, 0},
};
const struct row_kind class_row_kind = {"class", 1, class_fields, COUNT_OF(class_fields)};

void law_kinds(struct store *s)
{
    store_kind(s, T_CLASS, &class_row_kind);
    store_kind(s, T_RULE, &rule_row_kind);
    store_kind(s, T_CONF, &conf_row_kind);
}

/* Letters and digits of any script stay; general punctuation (U+2000 … U+206F: dashes, quotes) and ASCII signs part
 * words.
 */
static void add_words(struct str s, struct buf *out)
{
    bool pending = out->n > 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool punctuation = c == 0xe2 && i + 2 < s.n && ((unsigned char)s.p[i + 1] & 0xfe) == 0x80;
        bool word = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (punctuation || !word) {
            i += punctuation ? 2 : 0;
            pending = out->n > 0;
            continue;
        }
        if (pending) {
            buf_add_u8(out, ' ');
            pending = false;
        }
        buf_add_u8(out, c);
    }
}

static bool copy_of(const struct buf *b, struct arena *a, struct str *out, struct err *e)
{
    if (!buf_ok(b, e)) {
        return false;
    }
    *out = arena_str(a, buf_str(b));
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

bool words_fold(struct str in, struct arena *a, struct str *out, struct err *e)
{
    struct str folded;
    struct buf b CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    if (!text_fold(a, in, &folded, e)) {
        return false;
    }
    add_words(folded, &b);
    return copy_of(&b, a, out, e);
}

bool class_fold(const struct class_version *v, struct arena *a, struct str *out, struct err *e)
{
    struct str title, remarks;
    struct buf b CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    if (!words_fold(v->title, a, &title, e) || !words_fold(v->remarks, a, &remarks, e)) {
        return false;
    }
    buf_add_u8(&b, ' ');
    buf_add_str(&b, v->symbol);
    add_words(title, &b);
    add_words(remarks, &b);
    return copy_of(&b, a, out, e);
}

static struct row_key class_key(struct str symbol, struct day valid_from)
{
    return rk_day(rk_text(ROW_KEY_EMPTY, symbol), valid_from);
}

bool class_row_put(struct txn *t, const struct class_row *row, struct err *e)
{
    struct row_key key = class_key(row->v.symbol, row->v.valid_from);
    struct buf val CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    return row_encode(&class_row_kind, row, NULL, NULL, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_CLASS, rk_bytes(&key), buf_bytes(&val), e);
}

bool class_row_decode(struct bytes val, struct arena *a, struct class_row *out, struct err *e)
{
    struct bytes copy = arena_bytes(a, val);
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *out = (struct class_row){.v.valid_from = DAY_NONE, .v.valid_until = DAY_NONE};
    return row_decode(&class_row_kind, copy, NULL, NULL, a, out, e);
}

struct rows_ctx {
    struct arena *a;
    class_row_each each;
    void *ctx;
};

static bool rows_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rows_ctx *c = ctx;
    struct class_row row;
    (void)key;
    return class_row_decode(val, c->a, &row, e) && c->each(&row, c->ctx, e);
}

bool class_rows(struct txn *t, struct arena *a, class_row_each each, void *ctx, struct err *e)
{
    struct rows_ctx c = {a, each, ctx};
    return store_walk(t, (struct store_range){.table = T_CLASS}, rows_each, &c, e);
}

struct find_ctx {
    struct day on;
    struct class_row *out;
    bool found;
};

static bool find_each(const struct class_row *row, void *ctx, struct err *e)
{
    struct find_ctx *c = ctx;
    (void)e;
    if (row->v.valid_from.n <= c->on.n && (day_is_none(row->v.valid_until) || c->on.n <= row->v.valid_until.n)) {
        *c->out = *row;
        c->found = true;
    }
    return true;
}

bool class_find(struct txn *t, struct str symbol, struct day on, struct arena *a, struct class_row *out, bool *found,
                struct err *e)
{
    struct day serving;
    *found = false;
    if (!symbol_valid(symbol)) {
        return true;
    }
    if (!conf_day_serving(t, CONF_PLAN, on, &serving, found, e) || !*found) {
        return *found || e->code == ERR_NONE;
    }
    struct find_ctx c = {on.n < serving.n ? serving : on, out, false};
    struct rows_ctx rows = {a, find_each, &c};
    struct row_key prefix = rk_text(ROW_KEY_EMPTY, symbol);
    if (!store_walk(t, (struct store_range){.table = T_CLASS, .prefix = rk_bytes(&prefix)}, rows_each, &rows, e)) {
        return false;
    }
    *found = c.found;
    return true;
}

static bool absent(struct txn *t, struct str symbol, struct day on, struct arena *a, struct err *e)
{
    char day[DAY_TEXT_SIZE];
    day_text(on, day);
    for (size_t n = symbol.n; n > 1; n--) {
        struct class_row above;
        bool found;
        if (!class_find(t, (struct str){symbol.p, n - 1}, on, a, &above, &found, e)) {
            return false;
        }
        if (found) {
            return err_field(e, ERR_NOT_FOUND, "class",
                             "there is no class %.*s in the plan in force on %s; the nearest one above it is %.*s %.*s",
                             (int)symbol.n, symbol.p, day, (int)above.v.symbol.n, above.v.symbol.p,
                             (int)above.v.title.n, above.v.title.p);
        }
    }
    return err_field(e, ERR_NOT_FOUND, "class", "there is no class %.*s in the plan in force on %s", (int)symbol.n,
                     symbol.p, day);
}

bool class_get(struct txn *t, struct str symbol, struct day on, struct arena *a, struct class_version *out,
               struct err *e)
{
    struct class_row row;
    bool found;
    if (!symbol_valid(symbol)) {
        return err_field(e, ERR_INVALID, "class", "“%.*s” is no class symbol; it has one to ten digits",
                         symbol.n < 20 ? (int)symbol.n : 20, symbol.p);
    }
    if (!class_find(t, symbol, on, a, &row, &found, e)) {
        return false;
    }
    if (!found) {
        return absent(t, symbol, on, a, e);
    }
    *out = row.v;
    return true;
}

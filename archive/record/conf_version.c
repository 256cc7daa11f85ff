/* conf_version.c: immutable versions of dated documents: T_CONF holds the texts by kind and day, T_META "conf-days" the
 * days alone, so that finding the version for a day never reads a text. Fails with the store; a damaged row is
 * ERR_CORRUPT. */
#include "law.h"

#include <string.h>

#define CONF_TEXT_MAX (4u << 20)
#define VERSIONS_MAX  1000u

static const struct field conf_fields[] = {
    {1, "id", F_ID, offsetof(struct conf_row, id), 0, FIELD_REQUIRED},
    {2, "valid_from", F_DAY, offsetof(struct conf_row, valid_from), 0, FIELD_REQUIRED},
    {3, "imported", F_INSTANT, offsetof(struct conf_row, imported), 0, 0},
    {4, "sha256", F_TEXT, offsetof(struct conf_row, sha256), 64, FIELD_REQUIRED},
    {5, "text", F_BYTES, offsetof(struct conf_row, text), CONF_TEXT_MAX + 1, FIELD_REQUIRED},
};
const struct row_kind conf_row_kind = {"conf", 1, conf_fields, COUNT_OF(conf_fields)};

bool conf_row_encode(const struct conf_row *row, struct buf *out, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(CONF_TEXT_MAX + 1);
    struct conf_row packed = *row;
    if (!store_pack(row->text, &text, e)) {
        return false;
    }
    packed.text = buf_bytes(&text);
    return row_encode(&conf_row_kind, &packed, NULL, NULL, out, e) && buf_ok(out, e);
}

bool conf_row_decode(struct bytes val, struct arena *a, struct conf_row *out, struct err *e)
{
    struct bytes packed;
    *out = (struct conf_row){.valid_from = DAY_NONE};
    if (!row_decode(&conf_row_kind, val, NULL, NULL, a, out, e)) {
        return false;
    }
    packed = out->text;
    out->text = (struct bytes){NULL, 0};
    return store_unpack(packed, CONF_TEXT_MAX, a, &out->text, e);
}

const char *conf_kind_name(enum conf_kind k)
{
    static const char *const names[CONF_KIND_COUNT] = {[CONF_PLAN] = "plan",
                                                       [CONF_RULES] = "retention-rules",
                                                       [CONF_HOLIDAYS] = "holidays",
                                                       [CONF_PROPOSALS] = "proposals",
                                                       [CONF_CARD] = "card",
                                                       [CONF_REGISTER] = "register",
                                                       [CONF_ACCESS_RULE] = "access-rule",
                                                       [CONF_NOTICE] = "text"};
    return (size_t)k < CONF_KIND_COUNT ? names[k] : "unknown";
}

static struct row_key days_key(enum conf_kind k)
{
    return rk_text(rk_text(ROW_KEY_EMPTY, STR("conf-days")), str_of(conf_kind_name(k)));
}

static struct row_key text_key(enum conf_kind k, struct day valid_from)
{
    return rk_day(rk_text(ROW_KEY_EMPTY, str_of(conf_kind_name(k))), valid_from);
}

bool conf_days(struct txn *t, enum conf_kind k, struct arena *a, struct day **out, size_t *n, struct err *e)
{
    struct row_key key = days_key(k);
    struct bytes val;
    bool found;
    if (!store_find(t, T_META, rk_bytes(&key), a, &val, &found, e)) {
        return false;
    }
    size_t count = found ? val.n / 4 : 0;
    struct day *days = arena_alloc(a, (count + 1) * sizeof *days);
    if (days == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct reader r = reader_of(found ? val : (struct bytes){NULL, 0});
    for (size_t i = 0; i < count; i++) {
        days[i] = rd_day(&r);
    }
    if (!rd_done(&r)) {
        return err_set(e, ERR_CORRUPT, "the list of versions of %s is damaged", conf_kind_name(k));
    }
    *out = days;
    *n = count;
    return true;
}

bool conf_day_serving(struct txn *t, enum conf_kind k, struct day on, struct day *out, bool *found, struct err *e)
{
    struct arena *a CLEANUP(arena_free) = arena_new(64u * 1024);
    struct day *days;
    size_t n;
    if (a == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!conf_days(t, k, a, &days, &n, e)) {
        return false;
    }
    *found = n > 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || days[i].n <= on.n) {
            *out = days[i];
        }
    }
    return true;
}

bool conf_row_get(struct txn *t, enum conf_kind k, struct day valid_from, struct arena *a, struct conf_row *out,
                  bool *found, struct err *e)
{
    struct row_key key = text_key(k, valid_from);
    struct bytes val;
    if (!store_find(t, T_CONF, rk_bytes(&key), a, &val, found, e)) {
        return false;
    }
    return !*found || conf_row_decode(val, a, out, e);
}

/* Versions come in order (conf_apply sees to it), so the new day goes to the end. */
static bool add_day(struct txn *t, enum conf_kind k, struct day day, struct arena *a, struct err *e)
{
    struct row_key key = days_key(k);
    struct day *days;
    size_t n;
    if (!conf_days(t, k, a, &days, &n, e)) {
        return false;
    }
    if (n >= VERSIONS_MAX) {
        return err_set(e, ERR_TOO_BIG, "%s has %u versions already, which is the most there can be", conf_kind_name(k),
                       VERSIONS_MAX);
    }
    days[n] = day;
    struct buf val CLEANUP(buf_free) = BUF_INIT(4 * (VERSIONS_MAX + 1));
    for (size_t i = 0; i <= n; i++) {
        struct row_key one = rk_day(ROW_KEY_EMPTY, days[i]);
        buf_add(&val, one.b, one.n);
    }
    return buf_ok(&val, e) && store_put(t, T_META, rk_bytes(&key), buf_bytes(&val), e);
}

bool conf_row_put(struct txn *t, enum conf_kind k, const struct conf_row *row, struct err *e)
{
    struct row_key key = text_key(k, row->valid_from);
    struct buf val CLEANUP(buf_free) = BUF_INIT(CONF_TEXT_MAX + 1024);
    struct arena *a CLEANUP(arena_free) = arena_new(64u * 1024);
    if (a == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return conf_row_encode(row, &val, e) && store_insert(t, T_CONF, rk_bytes(&key), buf_bytes(&val), e) &&
           add_day(t, k, row->valid_from, a, e);
}

bool conf_in_force(struct txn *t, enum conf_kind k, struct day on, struct arena *a, struct bytes *text, struct err *e)
{
    struct day day;
    bool found;
    struct conf_row row;
    if (!conf_day_serving(t, k, on, &day, &found, e)) {
        return false;
    }
    if (found && day.n <= on.n) {
        if (!conf_row_get(t, k, day, a, &row, &found, e)) {
            return false;
        }
    } else {
        found = false;
    }
    if (!found) {
        char on_text[DAY_TEXT_SIZE];
        day_text(on, on_text);
        return err_set(e, ERR_NOT_FOUND, "no version of %s is in force on %s; import one", conf_kind_name(k), on_text);
    }
    *text = row.text;
    return true;
}

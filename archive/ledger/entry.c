/* entry.c: what an entry of the log says, as bytes and back.
 *
 * An entry is lines `key SP value LF` of printable ASCII in a fixed order: version, type, time, object, event, actor,
 * the type's own lines, openings. What is empty or zero has no line, so that one entry has exactly one text. Pure. */
#include "ledger_internal.h"

#include <string.h>

#define KEY_MAX 24

static const char entry_version[] = "akta-entry/v1";
static const char entry_family[] = "akta-entry/";

static const char *const type_names[ENTRY_TYPE_COUNT] = {
    [E_GENESIS] = "genesis",
    [E_CLASS] = "class",
    [E_CLASS_CONFIRM] = "class-confirm",
    [E_RULE] = "rule",
    [E_CONF] = "conf",
    [E_FILE_OPEN] = "file-open",
    [E_FILE_CLOSE] = "file-close",
    [E_FILE_REOPEN] = "file-reopen",
    [E_FILE_CHANGE] = "file-change",
    [E_FACT] = "fact",
    [E_ACCESSION] = "accession",
    [E_METADATA] = "metadata",
    [E_RECLASSIFY] = "reclassify",
    [E_HOLD] = "hold",
    [E_HOLD_RELEASE] = "hold-release",
    [E_FIXITY] = "fixity",
    [E_BACKUP] = "backup",
    [E_RESTORE] = "restore",
    [E_KEY_EPOCH] = "key-epoch",
    [E_OFFICE] = "office",
    [E_SUCCESSOR] = "successor",
    [E_REQUEST_FILE] = "request-file",
    [E_REQUEST_ATTACH] = "request-attach",
    [E_REQUEST_SUPPLEMENT] = "request-supplement",
    [E_REQUEST_WAY] = "request-way",
    [E_REQUEST_KEEP_FEE] = "request-keep-fee",
    [E_REQUEST_ACCEPT] = "request-accept",
    [E_REQUEST_OBJECT] = "request-object",
    [E_REQUEST_WITHDRAW] = "request-withdraw",
    [E_REQUEST_QUALIFY] = "request-qualify",
    [E_REQUEST_ASSIGN] = "request-assign",
    [E_REQUEST_CALL] = "request-call",
    [E_REQUEST_EXTEND] = "request-extend",
    [E_REQUEST_FEE] = "request-fee",
    [E_REQUEST_FORM] = "request-form",
    [E_REQUEST_OFFER] = "request-offer",
    [E_REQUEST_SERVED] = "request-served",
    [E_REQUEST_ANSWER] = "request-answer",
    [E_REQUEST_PARTLY] = "request-partly",
    [E_REQUEST_REFUSE] = "request-refuse",
    [E_REQUEST_NOT_HELD] = "request-not-held",
    [E_REQUEST_DISCONTINUE] = "request-discontinue",
    [E_REQUEST_LEAVE] = "request-leave",
    [E_REQUEST_FORWARD] = "request-forward",
    [E_REQUEST_SUBJECT] = "request-subject",
    [E_REQUEST_REOPEN] = "request-reopen",
    [E_REQUEST_CLOSE] = "request-close",
    [E_REQUEST_LAPSE] = "request-lapse",
    [E_REQUEST_PUBLISH] = "request-publish",
    [E_REQUEST_UNPUBLISH] = "request-unpublish",
    [E_DESTROY_DECIDE] = "destroy-decide",
    [E_DESTROY_BEGIN] = "destroy-begin",
    [E_DESTROY_DONE] = "destroy-done",
};

const char *entry_type_name(enum entry_type t)
{
    return t < ENTRY_TYPE_COUNT ? type_names[t] : "unknown";
}

void entry_add(struct entry *e, const char *key, struct str value)
{
    if (value.n == 0)
        return;
    if (e->line_count < ENTRY_LINES_MAX)
        e->lines[e->line_count] = (struct entry_line){key, value};
    if (e->line_count <= ENTRY_LINES_MAX)
        e->line_count++; /* one too many is kept as a count, and entry_text refuses it */
}

struct str entry_value(const struct entry *e, const char *key)
{
    size_t n = e->line_count < ENTRY_LINES_MAX ? e->line_count : ENTRY_LINES_MAX;
    for (size_t i = 0; i < n; i++)
        if (strcmp(e->lines[i].key, key) == 0)
            return e->lines[i].value;
    return STR_NONE;
}

void entry_add_opening(struct entry *e, const char *what, const struct digests *d)
{
    if (e->opening_count < ENTRY_OPENINGS_MAX)
        e->openings[e->opening_count] = (struct opening_digests){what, *d};
    if (e->opening_count <= ENTRY_OPENINGS_MAX)
        e->opening_count++;
}

static bool is_word(struct str s, bool digits)
{
    for (size_t i = 0; i < s.n; i++) {
        bool ok = (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-' || (digits && s.p[i] >= '0' && s.p[i] <= '9');
        if (!ok)
            return false;
    }
    return s.n >= 1 && s.n <= KEY_MAX;
}

static bool is_reserved(struct str key)
{
    static const char *const reserved[] = {"type", "time", "object", "event", "actor", "opening"};
    for (size_t i = 0; i < COUNT_OF(reserved); i++) {
        if (str_is(key, reserved[i]))
            return true;
    }
    return false;
}

static bool line_ok(struct str key, struct str value)
{
    return is_word(key, false) && !is_reserved(key) && value.n > 0 && ascii_printable(value) && value.p[0] != ' ' &&
           value.p[value.n - 1] != ' ';
}

static bool entry_ok(const struct entry *en, struct err *e)
{
    if (en->type >= ENTRY_TYPE_COUNT)
        return err_set(e, ERR_INVALID, "log entry type %u does not exist", (unsigned)en->type);
    if (en->line_count > ENTRY_LINES_MAX || en->opening_count > ENTRY_OPENINGS_MAX)
        return err_set(e, ERR_TOO_BIG, "a log entry has at most %d lines and %d openings", ENTRY_LINES_MAX,
                       ENTRY_OPENINGS_MAX);
    if (!id_is_zero(en->object) && en->event == 0)
        return err_set(e, ERR_INVALID, "a log entry about an object needs an event number from 1");
    for (size_t i = 0; i < en->line_count; i++) {
        if (!line_ok(str_of(en->lines[i].key), en->lines[i].value))
            return err_field(e, ERR_INVALID, en->lines[i].key,
                             "the log takes only printable ASCII without blanks at its ends: line %s",
                             en->lines[i].key);
    }
    for (size_t i = 0; i < en->opening_count; i++) {
        if (!is_word(str_of(en->openings[i].what), true))
            return err_set(e, ERR_INVALID, "an opening's name is a short word of small letters");
    }
    return true;
}

static void add_hex(struct buf *out, const char *before, const uint8_t *p, size_t n)
{
    char hex[2 * BLAKE2B_SIZE + 1];
    hex_encode((struct bytes){p, n}, hex);
    buf_add_z(out, before);
    buf_add_z(out, hex);
}

static void add_pair(struct buf *out, const char *key, struct str value)
{
    buf_add_z(out, key);
    buf_add_z(out, " ");
    buf_add_str(out, value);
    buf_add_z(out, "\n");
}

static void add_head(const struct entry *en, instant time, struct buf *out)
{
    char when[INSTANT_TEXT_SIZE];
    uint8_t actor[8];
    instant_text(time, when);
    buf_add_z(out, entry_version);
    buf_add_z(out, "\n");
    add_pair(out, "type", str_of(type_names[en->type]));
    add_pair(out, "time", str_of(when));
    if (!id_is_zero(en->object)) {
        add_hex(out, "object ", en->object.b, sizeof en->object.b);
        buf_add_z(out, "\n");
    }
    if (en->event > 0)
        buf_fmt(out, "event %u\n", en->event);
    for (unsigned i = 0; i < 8; i++)
        actor[i] = (uint8_t)(en->actor >> (56 - 8 * i));
    if (en->actor != 0) {
        add_hex(out, "actor ", actor, sizeof actor);
        buf_add_z(out, "\n");
    }
}

bool entry_text(const struct entry *en, instant time, struct buf *out, struct err *e)
{
    size_t start = out->n;
    if (!entry_ok(en, e))
        return false;
    add_head(en, time, out);
    for (size_t i = 0; i < en->line_count; i++)
        add_pair(out, en->lines[i].key, en->lines[i].value);
    for (size_t i = 0; i < en->opening_count; i++) {
        const struct opening_digests *o = &en->openings[i];
        buf_add_z(out, "opening ");
        buf_add_z(out, o->what);
        add_hex(out, " sha256:", o->d.sha256, SHA256_SIZE);
        add_hex(out, " blake2b-512:", o->d.blake2b, BLAKE2B_SIZE);
        buf_add_z(out, "\n");
    }
    if (!buf_ok(out, e))
        return false;
    return out->n - start <= ENTRY_MAX || err_set(e, ERR_TOO_BIG, "a log entry has at most %u bytes", ENTRY_MAX);
}

/* ---------------------------------------------------------------- reading */

static bool type_of(struct str name, enum entry_type *out)
{
    for (unsigned i = 0; i < ENTRY_TYPE_COUNT; i++) {
        if (str_is(name, type_names[i])) {
            *out = (enum entry_type)i;
            return true;
        }
    }
    return false;
}

/* Cuts the next line into key and value at its first blank. */
static bool pair_take(struct str *rest, struct str *key, struct str *value)
{
    struct str line;
    if (!line_take(rest, &line))
        return false;
    const char *space = line.n > 0 ? memchr(line.p, ' ', line.n) : NULL;
    if (space == NULL)
        return false;
    *key = (struct str){line.p, (size_t)(space - line.p)};
    *value = (struct str){space + 1, line.n - key->n - 1};
    return true;
}

/* Takes the line `key` when it stands next. */
static bool pair_if(struct str *rest, const char *key, struct str *value)
{
    struct str after = *rest, got;
    if (!pair_take(&after, &got, value) || !str_is(got, key))
        return false;
    *rest = after;
    return true;
}

static bool version_take(struct str *rest, struct err *e)
{
    struct str line;
    if (!line_take(rest, &line) || !str_starts(line, entry_family))
        return err_set(e, ERR_CORRUPT, "this is no log entry: it does not begin with %s", entry_version);
    return str_is(line, entry_version) ||
           err_set(e, ERR_UNSUPPORTED, "this log entry has version %.*s, and this program knows %s",
                   (int)(line.n < 40 ? line.n : 40), line.p, entry_version);
}

static bool head_take(struct str *rest, struct entry *en, instant *time, struct err *e)
{
    struct str type, v;
    uint64_t n = 0;
    uint8_t actor[8];
    if (!version_take(rest, e))
        return false;
    if (!pair_if(rest, "type", &type) || !pair_if(rest, "time", &v) || !instant_parse(v, time))
        return err_set(e, ERR_CORRUPT, "the log entry has no type and time in its place");
    if (!type_of(type, &en->type))
        return err_set(e, ERR_UNSUPPORTED, "log entries of the type %.*s are not known to this program",
                       (int)(type.n < 40 ? type.n : 40), type.p);
    if (pair_if(rest, "object", &v) && (!id_parse(v, &en->object) || id_is_zero(en->object)))
        return err_set(e, ERR_CORRUPT, "the log entry's object is not 32 hexadecimal digits");
    if (pair_if(rest, "event", &v)) {
        if (!parse_u64(v, 1, UINT32_MAX, &n))
            return err_set(e, ERR_CORRUPT, "the log entry's event is not a number from 1");
        en->event = (uint32_t)n;
    }
    if (pair_if(rest, "actor", &v)) {
        struct reader r = reader_of((struct bytes){actor, sizeof actor});
        if (!hex_decode(v, actor, sizeof actor) || (en->actor = rd_be64(&r)) == 0)
            return err_set(e, ERR_CORRUPT, "the log entry's actor is not 16 hexadecimal digits");
    }
    if (!id_is_zero(en->object) && en->event == 0)
        return err_set(e, ERR_CORRUPT, "the log entry names an object and no event");
    return true;
}

static bool opening_take(struct str v, struct arena *a, struct entry *en, struct err *e)
{
    struct opening_digests o;
    const char *space = v.n > 0 ? memchr(v.p, ' ', v.n) : NULL;
    struct str what = {v.p, space != NULL ? (size_t)(space - v.p) : 0};
    struct str rest = {v.p + what.n, v.n - what.n};
    if (en->opening_count == ENTRY_OPENINGS_MAX)
        return err_set(e, ERR_UNSUPPORTED, "a log entry with more than %d openings is not known here",
                       ENTRY_OPENINGS_MAX);
    bool ok = is_word(what, true) && prefix_take(&rest, " sha256:") && rest.n > 2 * SHA256_SIZE &&
              hex_decode((struct str){rest.p, 2 * SHA256_SIZE}, o.d.sha256, SHA256_SIZE);
    if (ok) {
        rest = (struct str){rest.p + 2 * SHA256_SIZE, rest.n - 2 * SHA256_SIZE};
        ok = prefix_take(&rest, " blake2b-512:") && hex_decode(rest, o.d.blake2b, BLAKE2B_SIZE);
    }
    if (!ok)
        return err_set(e, ERR_CORRUPT, "an opening line of the log entry is not a name and two digests");
    o.what = arena_str(a, what).p;
    if (o.what == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading a log entry");
    en->openings[en->opening_count++] = o;
    return true;
}

static bool own_line_take(struct str key, struct str value, struct arena *a, struct entry *en, struct err *e)
{
    if (!line_ok(key, value) || en->opening_count > 0)
        return err_set(e, ERR_CORRUPT, "line %zu of the log entry's own lines is malformed or out of place",
                       en->line_count + 1);
    if (en->line_count == ENTRY_LINES_MAX)
        return err_set(e, ERR_UNSUPPORTED, "a log entry with more than %d lines is not known here", ENTRY_LINES_MAX);
    const char *copy = arena_str(a, key).p;
    if (copy == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading a log entry");
    en->lines[en->line_count++] = (struct entry_line){copy, value};
    return true;
}

bool entry_parse(struct bytes in, struct arena *a, struct entry *out, instant *time, struct err *e)
{
    struct entry en = {0};
    struct str rest = str_of_bytes(in), key, value;
    instant when;
    if (in.n > ENTRY_MAX)
        return err_set(e, ERR_CORRUPT, "a log entry has at most %u bytes", ENTRY_MAX);
    if (!head_take(&rest, &en, &when, e))
        return false;
    while (rest.n > 0) {
        if (!pair_take(&rest, &key, &value))
            return err_set(e, ERR_CORRUPT, "a line of the log entry has no value or no end");
        bool ok = str_is(key, "opening") ? opening_take(value, a, &en, e) : own_line_take(key, value, a, &en, e);
        if (!ok)
            return false;
    }
    *out = en;
    *time = when;
    return true;
}

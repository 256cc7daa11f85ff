/* verify_proof.c: the verdict about documents of which a file of proof speaks (FORMATS §12): its sections are read as
 * hostile bytes; a document counts when its opening is the one of its entry, the entry leads to a checkpoint that this
 * archive's log signed, and the archive holds that very entry. Whoever has the opening knows the digest already, so
 * that the answer tells nothing new about what is private. Fails with the store; a file that is no proof is
 * ERR_INVALID. */
#include "verify.h"

#include <string.h>

#define DOCUMENTS_MAX 128u
#define NAME_MOST     40u

struct shown { /* one document of the file */
    struct str name, text, opening, entry, proof;
};
struct reading {
    struct archive *a;
    struct arena *ar;
    struct note_key key;
    struct shown list[DOCUMENTS_MAX];
    size_t n;
};

/* ---------------------------------------------------------------- sections */

/* The next section from the front of *rest: its name, and its body up to the next one. */
static bool section_next(struct str *rest, struct str *name, struct str *body)
{
    const char *begin = str_starts(*rest, "=== ") ? rest->p : memmem(rest->p, rest->n, "\n=== ", 5);
    const char *end = rest->p + rest->n;
    if (begin == NULL) {
        return false;
    }
    begin += *begin == '\n' ? 5 : 4;
    const char *line = memchr(begin, '\n', (size_t)(end - begin));
    if (line == NULL) {
        return false;
    }
    *name = (struct str){begin, (size_t)(line - begin)};
    const char *next = memmem(line, (size_t)(end - line), "\n=== ", 5);
    const char *stop = next != NULL ? next + 1 : end;
    *body = (struct str){line + 1, (size_t)(stop - line - 1)};
    *rest = (struct str){stop, (size_t)(end - stop)};
    return true;
}

static struct shown *shown_named(struct reading *r, struct str name)
{
    for (size_t i = 0; i < r->n; i++) {
        if (str_eq(r->list[i].name, name)) {
            return &r->list[i];
        }
    }
    if (r->n == DOCUMENTS_MAX || name.n == 0 || name.n > NAME_MOST) {
        return NULL;
    }
    r->list[r->n] = (struct shown){.name = name};
    return &r->list[r->n++];
}

static void take_section(struct reading *r, struct str name, struct str body)
{
    const char *dot = memchr(name.p, '.', name.n);
    struct str stem = {name.p, dot != NULL ? (size_t)(dot - name.p) : name.n};
    struct str ending = {name.p + stem.n, name.n - stem.n};
    if (str_is(name, "log.vkey")) {
        return; /* the archive knows its own */
    }
    struct shown *s = shown_named(r, stem);
    struct str *at = s == NULL                       ? NULL
                     : str_is(ending, ".txt")        ? &s->text
                     : str_is(ending, ".opening")    ? &s->opening
                     : str_is(ending, ".entry")      ? &s->entry
                     : str_is(ending, ".tlog-proof") ? &s->proof
                                                     : NULL;
    if (at != NULL && at->n == 0) {
        *at = body;
    }
}

/* ---------------------------------------------------------------- one document */

/* `content size N sha256:… blake2b-512:…` of an opening. */
static bool opening_says(struct str opening, struct vouched *out)
{
    static const char size_key[] = "\ncontent size ", sha_key[] = " sha256:";
    const char *end = opening.p + opening.n, *line = memmem(opening.p, opening.n, size_key, sizeof size_key - 1);
    if (line == NULL) {
        return false;
    }
    line += sizeof size_key - 1;
    const char *sha = memmem(line, (size_t)(end - line), sha_key, sizeof sha_key - 1);
    if (sha == NULL || (size_t)(end - sha) < sizeof sha_key - 1 + 2 * SHA256_SIZE) {
        return false;
    }
    struct str hex = {sha + sizeof sha_key - 1, 2 * SHA256_SIZE};
    return parse_u64((struct str){line, (size_t)(sha - line)}, 0, UINT64_MAX, &out->size) &&
           hex_decode(hex, out->sha256, sizeof out->sha256);
}

static bool entry_commits(const struct entry *en, struct str opening)
{
    struct digests d;
    digests_of(bytes_of(opening), &d);
    for (size_t i = 0; i < en->opening_count; i++) {
        if (strcmp(en->openings[i].what, "content") == 0 && digests_equal(&en->openings[i].d, &d)) {
            return true;
        }
    }
    return false;
}

/* What is published has its digest in the entry. */
static bool entry_says(const struct entry *en, struct vouched *out)
{
    static const char prefix[] = "sha256:";
    for (size_t i = 0; en->type == E_CONF && i < en->line_count; i++) {
        struct str v = en->lines[i].value;
        if (strcmp(en->lines[i].key, "digest") == 0 && str_starts(v, prefix)) {
            v = (struct str){v.p + sizeof prefix - 1, v.n - (sizeof prefix - 1)};
            return hex_decode(v, out->sha256, sizeof out->sha256);
        }
    }
    return false;
}

struct held {
    const struct entry *en;
    struct str text;
    struct arena *ar;
    uint64_t index;
    bool same;
};

static bool held_fn(struct txn *t, void *ctx, struct err *e)
{
    struct held *h = ctx;
    struct bytes text;
    h->same = false;
    if (!ledger_find(t, &h->en->object, h->en->event, &h->index, e) || !ledger_entry(t, h->index, h->ar, &text, e)) {
        return false;
    }
    h->same = bytes_cmp(text, bytes_of(h->text)) == 0;
    return true;
}

/* Whether the archive has this entry, at *index. */
static bool entry_held(struct reading *r, const struct entry *en, struct str text, uint64_t *index, bool *same,
                       struct err *e)
{
    struct held h = {.en = en, .text = text, .ar = r->ar};
    struct err why;
    err_init(&why, e->lang);
    *same = false;
    if (!store_read(archive_store(r->a), held_fn, &h, &why)) {
        if (why.code != ERR_NOT_FOUND) {
            *e = why;
            return false;
        }
        return true;
    }
    *index = h.index;
    *same = h.same;
    return true;
}

/* *holds: all of it is true. */
static bool check(struct reading *r, const struct shown *s, struct vouched *out, struct str *number, bool *holds,
                  struct err *e)
{
    struct entry en;
    struct checkpoint head;
    struct err unsaid;
    err_init(&unsaid, e->lang);
    *holds = false;
    *out = (struct vouched){.name = s->name};
    if (!entry_parse(bytes_of(s->entry), r->ar, &en, &out->since, &unsaid) ||
        !(s->opening.n > 0 ? entry_commits(&en, s->opening) && opening_says(s->opening, out) : entry_says(&en, out)) ||
        !tlog_proof_verify(s->proof, bytes_of(s->entry), &r->key, &head, r->ar, &unsaid)) {
        return true;
    }
    for (size_t i = 0; i < en.line_count; i++) {
        *number = strcmp(en.lines[i].key, "number") == 0 ? en.lines[i].value : *number;
    }
    return entry_held(r, &en, s->entry, &out->entry, holds, e);
}

/* ---------------------------------------------------------------- the whole file */

static bool own_key(struct reading *r, struct err *e)
{
    struct buf vkey CLEANUP(buf_free) = BUF_INIT(4096);
    if (!ledger_vkey(archive_ledger(r->a), &vkey, e) || !buf_ok(&vkey, e)) {
        return false;
    }
    struct str text = buf_str(&vkey);
    while (text.n > 0 && text.p[text.n - 1] == '\n') {
        text.n--;
    }
    return note_key_parse(text, &r->key, e);
}

static bool is_changed(struct str text, const struct vouched *v)
{
    uint8_t sha256[SHA256_SIZE];
    sha256_of(bytes_of(text), sha256);
    return text.n > 0 && memcmp(sha256, v->sha256, SHA256_SIZE) != 0;
}

/* Without a digest the documents that lie in the file are asked about; the first that was changed decides, else the
 * first that was destroyed. */
static bool ask_itself(const struct reading *r, const struct vouched *list, const size_t *from, size_t n,
                       struct verdict *out, struct err *e)
{
    bool gone = false;
    for (size_t i = 0; i < n; i++) {
        if (is_changed(r->list[from[i]].text, &list[i])) {
            out->kind = VERDICT_CHANGED;
            out->known = &list[i];
            out->known_count = 1;
            return true;
        }
    }
    for (size_t i = 0; i < n && !gone; i++) {
        if (!destruction_after(r->a, list[i].entry, r->ar, &out->destruction, &gone, e)) {
            return false;
        }
        out->found = gone || i == 0 ? list[i] : out->found;
    }
    out->kind = gone ? VERDICT_DESTROYED : n > 0 ? VERDICT_GENUINE : VERDICT_UNKNOWN;
    return true;
}

static bool read_all(struct reading *r, const uint8_t *sha256, struct verdict *out, struct err *e)
{
    struct vouched *list = arena_alloc(r->ar, (r->n + 1) * sizeof *list);
    size_t *from = arena_alloc(r->ar, (r->n + 1) * sizeof *from), n = 0;
    if (list == NULL || from == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < r->n; i++) {
        bool holds;
        if (!check(r, &r->list[i], &list[n], &out->number, &holds, e)) {
            return false;
        }
        from[n] = i;
        n += holds;
    }
    out->published = true;
    return sha256 != NULL ? verify_among(r->a, list, n, sha256, r->ar, out, e) : ask_itself(r, list, from, n, out, e);
}

bool verify_proof(struct archive *a, struct str proof, const uint8_t *sha256, struct arena *ar, struct verdict *out,
                  struct err *e)
{
    struct reading *r = arena_alloc(ar, sizeof *r);
    struct str rest = proof, name, body;
    *out = (struct verdict){.kind = VERDICT_UNKNOWN, .source = VERDICT_BY_PROOF, .number = STR("")};
    if (r == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    r->a = a;
    r->ar = ar;
    r->n = 0;
    while (section_next(&rest, &name, &body)) {
        take_section(r, name, body);
    }
    if (r->n == 0 || !str_starts(proof, "akta-")) {
        return err_field(e, ERR_INVALID, "receipt", "this is no file of proof of ours; it begins with akta-receipt/v1");
    }
    return own_key(r, e) && read_all(r, sha256, out, e);
}

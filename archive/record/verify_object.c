/* verify_object.c: is this record still what was accessioned? Compares every place that knows something of it: the row,
 * the index, the key, the content, the openings, the ledger's entries and the leaves of the published tree.
 *
 * Promises: each fault is named with its place, as many as there are (at most eight a record). The content opening is
 * rebuilt from the digests in the row, so that row, opening and entry stand or fall together; both digests are
 * recomputed from the unsealed bytes. Fails only when it could not look. */
#include "verify.h"

#include <string.h>

/* The next free place for a fault; the last one is overwritten when there are too many. */
static struct err *next_fault(struct check *c)
{
    struct err *f = &c->faults[c->fault_count < CHECK_FAULTS_MAX ? c->fault_count++ : CHECK_FAULTS_MAX - 1];
    err_init(f, c->lang);
    return f;
}

/* What damages a single record is a fault; what concerns the whole store ends the run. */
static bool is_fault(const struct err *e)
{
    return e->code == ERR_CORRUPT || e->code == ERR_NOT_FOUND || e->code == ERR_INVALID || e->code == ERR_UNSUPPORTED ||
           e->code == ERR_TOO_BIG || e->code == ERR_IO;
}

static void fault_from(struct check *c, const struct err *why, const char *place)
{
    struct err *f = next_fault(c);
    err_set(f, ERR_CORRUPT, "%s: %s", tr(c->lang, place), why->text);
}

/* ---------------------------------------------------------------- collecting, inside a read */

static bool collect_row(struct txn *t, struct check *c, struct arena *ar, struct bytes *raw, struct err *e)
{
    uint64_t stamp;
    if (!store_find(t, T_RECORD, id_bytes(&c->id), ar, raw, &c->has_row, e))
        return false;
    if (c->has_row)
        return true;
    /* Removed with everything else of it, or only the row lost? */
    uint8_t place[20];
    struct bytes val;
    bool entry_key;
    object_event_key(&c->id, 1, place);
    if (!fixity_stamp(t, &c->id, &stamp, e) || !store_find(t, T_KEY, id_bytes(&c->id), ar, &val, &entry_key, e))
        return false;
    c->gone = !entry_key;
    if (!c->gone)
        err_set(next_fault(c), ERR_CORRUPT, "row missing: the record has a key but no row");
    return true;
}

static bool collect_key(struct txn *t, struct archive *a, struct check *c, struct err *e)
{
    if (key_get(t, a->store, &c->id, &c->key, e)) {
        c->has_key = true;
        return true;
    }
    if (!is_fault(e))
        return false;
    fault_from(c, e, N_("key"));
    return true;
}

static bool collect_listing(struct txn *t, struct check *c, struct arena *ar, struct err *e)
{
    uint8_t key[20];
    struct bytes val;
    bool found;
    struct err why;
    err_init(&why, c->lang);
    if (!record_by_file_key(&c->r.file, c->r.seq, key, &why)) {
        fault_from(c, &why, N_("row changed"));
        return true;
    }
    if (!store_find(t, T_RECORD_BY_FILE, (struct bytes){key, sizeof key}, ar, &val, &found, e))
        return false;
    if (!found)
        err_set(next_fault(c), ERR_CORRUPT, "index: the list of its case file does not name it under number %llu",
                (unsigned long long)c->r.seq);
    else if (bytes_cmp(val, id_bytes(&c->id)) != 0)
        err_set(next_fault(c), ERR_CORRUPT, "index: the list of its case file names another record under number %llu",
                (unsigned long long)c->r.seq);
    return true;
}

static bool collect_event(struct txn *t, struct check *c, uint32_t event, struct check_event *out, struct arena *ar,
                          struct err *e)
{
    uint8_t key[20];
    bool found;
    struct err why;
    err_init(&why, c->lang);
    object_event_key(&c->id, event, key);
    if (!store_find(t, T_OPENING, (struct bytes){key, sizeof key}, ar, &out->opening, &found, e))
        return false;
    if (!found)
        out->opening = (struct bytes){NULL, 0};
    if (!ledger_entry(t, out->index, ar, &out->entry, &why)) {
        if (!is_fault(&why)) {
            *e = why;
            return false;
        }
        fault_from(c, &why, N_("ledger entry"));
        out->entry = (struct bytes){NULL, 0};
        return true;
    }
    out->has_leaf = ledger_leaf(t, out->index, &out->leaf, &why);
    if (out->has_leaf || why.code == ERR_NOT_FOUND)
        return true;
    if (!is_fault(&why)) {
        *e = why;
        return false;
    }
    fault_from(c, &why, N_("ledger tile"));
    return true;
}

static bool event_exists(struct txn *t, struct check *c, uint32_t event, uint64_t *index, bool *found, struct err *e)
{
    struct err why;
    err_init(&why, c->lang);
    *found = ledger_find(t, &c->id, event, index, &why);
    if (*found || why.code == ERR_NOT_FOUND)
        return true;
    if (!is_fault(&why)) {
        *e = why;
        return false;
    }
    fault_from(c, &why, N_("ledger index"));
    return true;
}

static bool collect_events(struct txn *t, struct check *c, struct arena *ar, struct err *e)
{
    uint64_t n = c->r.events, extra;
    bool found;
    if (n == 0 || n > CHECK_EVENTS_MAX) {
        err_set(next_fault(c), ERR_CORRUPT, "row changed: it claims %llu ledger events", (unsigned long long)n);
        n = 1;
    }
    c->events = arena_alloc(ar, (size_t)n * sizeof *c->events);
    if (!c->events)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (uint32_t k = 1; k <= n; k++) {
        struct check_event *ev = &c->events[k - 1];
        if (!event_exists(t, c, k, &ev->index, &found, e))
            return false;
        if (!found) {
            err_set(next_fault(c), ERR_CORRUPT, "ledger: its event %u has no entry", (unsigned)k);
            break;
        }
        if (!collect_event(t, c, k, ev, ar, e))
            return false;
        c->event_count = k;
    }
    if (!event_exists(t, c, (uint32_t)n + 1, &extra, &found, e))
        return false;
    if (found)
        err_set(next_fault(c), ERR_CORRUPT, "row changed: the ledger knows more events of it than the row counts");
    return true;
}

bool check_collect(struct txn *t, struct archive *a, struct check *c, struct arena *ar, struct err *e)
{
    struct bytes raw;
    struct err why;
    err_init(&why, c->lang);
    c->gone = c->has_row = c->has_key = false; /* a read may run again */
    c->fault_count = c->event_count = 0;
    if (!collect_row(t, c, ar, &raw, e))
        return false;
    if (!c->has_row)
        return true;
    if (!collect_key(t, a, c, e))
        return false;
    if (!record_decode(raw, &c->id, c->has_key ? &c->key : NULL, ar, &c->r, &why)) {
        fault_from(c, &why, N_("row changed"));
        if (!record_decode(raw, &c->id, NULL, ar, &c->r, &why)) {
            c->has_row = false;
            return true;
        }
        c->has_key = false; /* what is sealed cannot be had */
    }
    return collect_listing(t, c, ar, e) && collect_events(t, c, ar, e);
}

/* ---------------------------------------------------------------- examining */

static const struct opening_digests *entry_opening(const struct entry *en, const char *what)
{
    for (size_t i = 0; i < en->opening_count; i++)
        if (strcmp(en->openings[i].what, what) == 0)
            return &en->openings[i];
    return NULL;
}

static struct str line_value(const struct entry_line *lines, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(lines[i].key, key) == 0)
            return lines[i].value;
    return STR_NONE;
}

static void compare_opening(struct check *c, const struct entry *en, uint32_t event, const char *what,
                            const struct buf *text)
{
    const struct opening_digests *o = entry_opening(en, what);
    struct digests d;
    digests_of(buf_bytes(text), &d);
    if (!o)
        err_set(next_fault(c), ERR_CORRUPT, "ledger entry: event %u has no %s opening", (unsigned)event, what);
    else if (!digests_equal(&o->d, &d))
        err_set(next_fault(c), ERR_CORRUPT, "%s opening of event %u: it is not what the ledger entry commits to", what,
                (unsigned)event);
}

/* The texts behind the entry's openings, from salts, lines and the row's digests. */
static bool examine_openings(struct check *c, const struct entry *en, uint32_t event, const struct opening_set *set,
                             struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(64u * 1024);
    if (set->has_content) {
        if (!opening_content_text(set, &c->id, event, &c->r.digests, c->r.size, &text, e))
            return false;
        compare_opening(c, en, event, "content", &text);
        buf_reset(&text);
    }
    if (set->has_metadata) {
        if (!opening_metadata_text(set, &c->id, event, &text, e))
            return false;
        compare_opening(c, en, event, "metadata", &text);
    }
    if (en->opening_count != (size_t)set->has_content + (size_t)set->has_metadata)
        err_set(next_fault(c), ERR_CORRUPT, "opening of event %u: the ledger entry commits to more than is kept",
                (unsigned)event);
    return true;
}

static void examine_accession(struct check *c, const struct check_event *ev, const struct entry *en)
{
    char file[33];
    uint64_t seq;
    id_text(c->r.file, file);
    if (en->type != E_ACCESSION)
        err_set(next_fault(c), ERR_CORRUPT, "ledger entry: its first event is no accession");
    if (!str_is(line_value(en->lines, en->line_count, "file"), file))
        err_set(next_fault(c), ERR_CORRUPT, "row changed: the ledger entry names another case file");
    if (!parse_u64(line_value(en->lines, en->line_count, "seq"), 1, UINT32_MAX, &seq) || seq != c->r.seq)
        err_set(next_fault(c), ERR_CORRUPT, "row changed: the ledger entry gives another number in the case file");
    if (ev->index != c->r.entry)
        err_set(next_fault(c), ERR_CORRUPT, "row changed: it names entry %llu, the ledger has it as entry %llu",
                (unsigned long long)c->r.entry, (unsigned long long)ev->index);
}

/* Entry against leaf and row; the opening set comes back for the comparison of metadata. */
static bool examine_event(struct check *c, uint32_t event, struct opening_set *set, bool *has_set, struct arena *ar,
                          struct err *e)
{
    const struct check_event *ev = &c->events[event - 1];
    struct entry en;
    struct hash leaf;
    instant when;
    struct err why;
    err_init(&why, c->lang);
    *has_set = false;
    if (ev->entry.n == 0)
        return true;
    merkle_leaf(ev->entry, &leaf);
    if (ev->has_leaf && !hash_equal(&leaf, &ev->leaf))
        err_set(next_fault(c), ERR_CORRUPT, "ledger entry %llu: it is not what the published tree holds",
                (unsigned long long)ev->index);
    if (!entry_parse(ev->entry, ar, &en, &when, &why)) {
        fault_from(c, &why, N_("ledger entry"));
        return true;
    }
    if (memcmp(&en.object, &c->id, sizeof c->id) != 0 || en.event != event)
        err_set(next_fault(c), ERR_CORRUPT, "ledger entry %llu: it belongs to another object or event",
                (unsigned long long)ev->index);
    if (event == 1)
        examine_accession(c, ev, &en);
    if (ev->opening.n == 0) {
        if (en.opening_count)
            err_set(next_fault(c), ERR_CORRUPT, "opening of event %u: it is missing", (unsigned)event);
        return true;
    }
    if (!c->has_key)
        return true; /* a fault already */
    if (!opening_unseal(ev->opening, &c->id, event, &c->key, ar, set, &why)) {
        fault_from(c, &why, N_("opening"));
        return true;
    }
    *has_set = true;
    return examine_openings(c, &en, event, set, e);
}

/* The row's own words against those that were committed to: description from the last event that gave one, the rest
 * from the accession. */
static bool examine_metadata(struct check *c, const struct opening_set *first, const struct opening_set *last,
                             struct arena *ar, struct err *e)
{
    static const char *const described[] = {"title", "origin", "access", "dated"};
    static const char *const accessioned[] = {"name", "shelf", "media-type", "accessioned"};
    struct entry_line lines[16];
    size_t n = record_metadata_lines(&c->r, true, ar, lines);
    if (n == 0)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < COUNT_OF(described) + COUNT_OF(accessioned); i++) {
        bool is_described = i < COUNT_OF(described);
        const char *key = is_described ? described[i] : accessioned[i - COUNT_OF(described)];
        const struct opening_set *set = is_described ? last : first;
        if (!str_eq(line_value(lines, n, key), line_value(set->lines, set->line_count, key)))
            err_set(next_fault(c), ERR_CORRUPT, "row changed: %s is not what the ledger event says", key);
    }
    return true;
}

static bool examine_events(struct check *c, struct arena *ar, struct err *e)
{
    struct opening_set first = {0}, last = {0}, set;
    bool has_first = false, has_set;
    for (uint32_t k = 1; k <= c->event_count; k++) {
        if (!examine_event(c, k, &set, &has_set, ar, e))
            return false;
        if (has_set && k == 1) {
            first = set;
            has_first = true;
        }
        if (has_set && set.has_metadata)
            last = set;
    }
    return !has_first || examine_metadata(c, &first, &last, ar, e);
}

struct content_watch {
    const atomic_bool *stop;
    uint64_t bytes;
};

static bool content_sink(void *ctx, struct bytes plain, struct err *e)
{
    struct content_watch *w = ctx;
    w->bytes += plain.n;
    return !atomic_load_explicit(w->stop, memory_order_relaxed) || err_set(e, ERR_INTERRUPTED, "stopped");
}

static bool examine_content(struct archive *a, struct check *c, const atomic_bool *stop, struct err *e)
{
    const struct record *r = &c->r;
    struct content_watch w = {.stop = stop};
    struct err why;
    err_init(&why, c->lang);
    struct content content = {.name = r->content,
                              .size = r->size,
                              .stored = r->stored,
                              .digests = r->digests,
                              .inline_sealed = r->inline_sealed};
    if (r->shelf.n) {
        if (r->size || r->stored || !id_is_zero(r->content))
            err_set(next_fault(c), ERR_CORRUPT, "row changed: a record on paper has no bytes");
        return true;
    }
    if (id_is_zero(r->content) && r->stored != r->inline_sealed.n)
        err_set(next_fault(c), ERR_CORRUPT, "row changed: the size of its sealed content is wrong");
    bool ok = content_verify(a->store, &content, &c->key, &c->id, content_sink, &w, &why);
    c->bytes = w.bytes;
    if (ok)
        return true;
    if (why.code == ERR_INTERRUPTED) {
        c->stopped = true;
        return true;
    }
    if (!is_fault(&why)) {
        *e = why;
        return false;
    }
    fault_from(c, &why, N_("content"));
    return true;
}

bool check_examine(struct archive *a, struct check *c, struct arena *ar, const atomic_bool *stop, struct err *e)
{
    if (c->gone || !c->has_row)
        return true;
    return examine_events(c, ar, e) && (!c->has_key || examine_content(a, c, stop, e));
}

void check_wipe(struct check *c)
{
    key_wipe(&c->key);
}

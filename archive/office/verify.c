/* verify.c: the verdict about a digest: of what is public, and among the documents of one case. A public digest is
 * looked up in two indexes, whether it is known or not, and in no others. Fails with the store. */
#include "verify.h"

#include <string.h>

const char *verdict_kind_name(enum verdict_kind k)
{
    switch (k) {
        case VERDICT_GENUINE:
            return "genuine";
        case VERDICT_CHANGED:
            return "changed";
        case VERDICT_DESTROYED:
            return "destroyed";
        case VERDICT_UNKNOWN:
            break;
    }
    return "unknown";
}

/* ---------------------------------------------------------------- the time of an entry */

struct entry_ask {
    uint64_t index;
    struct arena *ar;
    struct bytes text;
};

static bool entry_fn(struct txn *t, void *ctx, struct err *e)
{
    struct entry_ask *k = ctx;
    return ledger_entry(t, k->index, k->ar, &k->text, e);
}

static bool entry_of(struct archive *a, uint64_t index, struct arena *ar, struct entry *en, instant *since,
                     struct err *e)
{
    struct entry_ask k = {.index = index, .ar = ar};
    return store_read(archive_store(a), entry_fn, &k, e) && entry_parse(k.text, ar, en, since, e);
}

static bool is_published(struct archive *a, uint64_t index, struct arena *ar, bool *published, struct err *e)
{
    struct ledger_head head;
    if (!ledger_head_get(archive_ledger(a), ar, &head, e)) {
        return false;
    }
    *published = LOG_NUMBER(index) < head.number || LOG_PLACE(index) < head.published;
    return true;
}

static bool genuine(struct archive *a, struct arena *ar, struct verdict *out, struct err *e)
{
    struct entry en;
    out->kind = VERDICT_GENUINE;
    if (!entry_of(a, out->found.entry, ar, &en, &out->found.since, e) ||
        (out->source == VERDICT_BY_RECORD && !vouched_answer(a, &en, ar, &out->number, e))) {
        return false;
    }
    if (out->source == VERDICT_BY_RECORD && out->number.n > 0) {
        out->source = VERDICT_BY_ANSWER;
    }
    return is_published(a, out->found.entry, ar, &out->published, e);
}

/* ---------------------------------------------------------------- public ones */

static bool ends_with(struct str s, const char *end)
{
    size_t n = strlen(end);
    return s.n > n && memcmp(s.p + s.n - n, end, n) == 0;
}

static void take_version(const struct bulletin_version *v, struct verdict *out)
{
    bool text = v->kind == PUBLISHED_TEXT;
    out->source = VERDICT_BY_PUBLICATION;
    out->publication = v->kind;
    out->lang = text && ends_with(v->name, ".en") ? LANG_EN : LANG_PL;
    out->slug = text ? (struct str){v->name.p, v->name.n - 3} : v->name;
    out->sequence = v->sequence;
    out->found.entry = v->entry;
}

bool verify_public(struct archive *a, const struct bulletin *b, const uint8_t sha256[SHA256_SIZE], struct arena *ar,
                   struct verdict *out, struct err *e)
{
    struct public_digest p;
    bool found;
    *out = (struct verdict){.kind = VERDICT_UNKNOWN, .number = STR("")};
    const struct bulletin_version *v = bulletin_vouches(b, sha256);
    if (!public_find(a, sha256, &p, &found, e)) {
        return false;
    }
    if (!found && v == NULL) {
        return true;
    }
    memcpy(out->found.sha256, sha256, SHA256_SIZE);
    out->found.name = STR("");
    if (v != NULL) {
        take_version(v, out);
    } else {
        out->source = VERDICT_BY_RECORD;
        out->found.entry = p.entry;
        out->found.size = p.size;
    }
    return genuine(a, ar, out, e);
}

/* ---------------------------------------------------------------- those of a case */

static void take_letter(const struct request_event *ev, struct arena *ar, struct vouched *out)
{
    *out = (struct vouched){.name = ev->event == 1 ? STR("letter.txt")
                                                   : arena_fmt(ar, "%03llu-%s.txt", (unsigned long long)ev->event,
                                                               request_verb_name(ev->verb)),
                            .size = ev->letter_size,
                            .entry = ev->entry,
                            .since = ev->at,
                            .event = ev->event};
    memcpy(out->sha256, ev->letter.sha256, SHA256_SIZE);
}

static void take_file(const struct request_view *v, const struct request_attachment *f, struct vouched *out)
{
    *out = (struct vouched){.name = f->name, .size = f->size, .entry = f->entry, .event = f->event};
    out->since = f->event > 0 && f->event <= v->event_count ? v->events[f->event - 1].at : v->received;
    memcpy(out->sha256, f->digests.sha256, SHA256_SIZE);
}

static bool list_case(const struct request_view *v, struct arena *ar, struct vouched **list, size_t *n, struct err *e)
{
    *n = 0;
    *list = arena_alloc(ar, (v->event_count + v->file_count + 1) * sizeof **list);
    if (*list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < v->file_count; i++) {
        take_file(v, &v->files[i], &(*list)[(*n)++]);
    }
    for (size_t i = 0; i < v->event_count; i++) {
        if (v->events[i].letter_size > 0) {
            take_letter(&v->events[i], ar, &(*list)[(*n)++]);
        }
    }
    return true;
}

static bool take_match(struct archive *a, const struct vouched *v, struct arena *ar, struct verdict *out, struct err *e)
{
    struct destruction d;
    bool gone;
    if (!destruction_after(a, v->entry, ar, &d, &gone, e)) {
        return false;
    }
    enum verdict_kind kind = gone ? VERDICT_DESTROYED : VERDICT_GENUINE;
    bool first = out->kind == VERDICT_CHANGED, older = out->kind == kind && v->entry < out->found.entry;
    if (first || older || (out->kind == VERDICT_DESTROYED && !gone)) {
        out->kind = kind;
        out->found = *v;
        out->destruction = gone ? d : (struct destruction){.on = DAY_NONE};
    }
    return true;
}

bool verify_among(struct archive *a, const struct vouched *list, size_t n, const uint8_t sha256[SHA256_SIZE],
                  struct arena *ar, struct verdict *out, struct err *e)
{
    out->kind = n > 0 ? VERDICT_CHANGED : VERDICT_UNKNOWN;
    out->known = list;
    out->known_count = n;
    for (size_t i = 0; i < n; i++) {
        if (memcmp(list[i].sha256, sha256, SHA256_SIZE) == 0 && !take_match(a, &list[i], ar, out, e)) {
            return false;
        }
    }
    return true;
}

/* A destroyed document is told of as long as its row can be read; once its key is gone, so is the digest in the row,
 * and only the file of proof still speaks of it. What is public keeps its yes, even if the case's own copy is
 * destroyed. */
bool verify_case(struct request_desk *d, const struct bulletin *b, const struct request_view *v,
                 const uint8_t sha256[SHA256_SIZE], struct arena *ar, struct verdict *out, struct err *e)
{
    struct vouched *list;
    size_t n;
    struct verdict open;
    *out = (struct verdict){.source = VERDICT_BY_CASE, .number = arena_str(ar, str_of(v->number))};
    if (!list_case(v, ar, &list, &n, e) || !verify_public(d->a, b, sha256, ar, &open, e) ||
        !verify_among(d->a, list, n, sha256, ar, out, e)) {
        return false;
    }
    if (out->kind == VERDICT_GENUINE) {
        return genuine(d->a, ar, out, e);
    }
    *out = open.kind == VERDICT_GENUINE ? open : *out;
    return true;
}

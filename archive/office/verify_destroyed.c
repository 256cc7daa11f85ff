/* verify_destroyed.c: was the object of an entry destroyed, as the law provides, and on which decision. The log alone
 * says so (FORMATS §5): a destroy-done leads to the destroy-begin, and that to the destroy-decide, of the same object.
 * Rows and keys are gone by then, and nothing of them is needed. No verb of this version writes these entries.
 *
 * A chain that does not hold gives no verdict at all (ERR_CORRUPT, and a line for the operators). "Destroyed lawfully"
 * would call lawful what the log does not show to be so; "genuine" would pass over what it tells; "unknown" would
 * disown a document that the asker can prove. So the office stops until somebody has looked; the file of proof holds
 * without it, by its own commands. Fails else with the store. */
#include "verify.h"

#include <string.h>

#define ACTOR_SIZE 8

struct told { /* an entry as the log has it */
    struct entry en;
    uint64_t index;
    instant at;
};
struct tracing {
    uint64_t entry; /* where the document came in */
    struct arena *ar;
    struct told done, begin, decision;
    bool found;
};

static bool told_at(struct txn *t, uint64_t index, struct arena *ar, struct told *out, struct err *e)
{
    struct bytes text;
    out->index = index;
    return ledger_entry(t, index, ar, &text, e) && entry_parse(text, ar, &out->en, &out->at, e);
}

/* The earlier entry of the same object that a line of `from` names. */
static bool told_before(struct txn *t, const struct told *from, const char *line, enum entry_type type,
                        struct arena *ar, struct told *out, struct err *e)
{
    uint64_t index;
    bool named = parse_u64(entry_value(&from->en, line), 0, UINT64_MAX, &index) && index < from->index;
    if (named && !told_at(t, index, ar, out, e) && e->code != ERR_NOT_FOUND && e->code != ERR_UNSUPPORTED) {
        return false;
    }
    if (!named || e->code != ERR_NONE || out->en.type != type ||
        memcmp(&out->en.object, &from->en.object, sizeof out->en.object) != 0) {
        return err_set(e, ERR_CORRUPT,
                       "entry %llu of the log tells of a destruction, but the act before it that it names is not there",
                       (unsigned long long)LOG_PLACE(from->index));
    }
    return true;
}

/* Two people, not one twice. */
static bool two_approve(const struct told *told, struct err *e)
{
    uint8_t first[ACTOR_SIZE], next[ACTOR_SIZE];
    size_t n = 0;
    for (size_t i = 0; i < told->en.line_count; i++) {
        const struct entry_line *l = &told->en.lines[i];
        if (strcmp(l->key, "approve") == 0 && hex_decode(l->value, n == 0 ? first : next, ACTOR_SIZE) &&
            (n == 0 || memcmp(first, next, ACTOR_SIZE) != 0)) {
            n++;
        }
    }
    return n >= 2 ||
           err_set(e, ERR_CORRUPT, "entry %llu of the log tells of a destruction, but two people did not approve it",
                   (unsigned long long)LOG_PLACE(told->index));
}

/* From one epoch of keys to a later one: without it the content could still be opened. */
static bool epoch_turned(const struct told *done, struct err *e)
{
    struct str line = entry_value(&done->en, "epoch");
    const char *space = line.n > 0 ? memchr(line.p, ' ', line.n) : NULL;
    size_t n = space != NULL ? (size_t)(space - line.p) : 0;
    uint64_t from, to;
    bool turned = n > 0 && parse_u64((struct str){line.p, n}, 0, UINT32_MAX, &from) &&
                  parse_u64((struct str){space + 1, line.n - n - 1}, 0, UINT32_MAX, &to) && from < to;
    return turned ||
           err_set(e, ERR_CORRUPT, "entry %llu of the log tells of a destruction, but not that the keys were changed",
                   (unsigned long long)LOG_PLACE(done->index));
}

static bool day_reached(const struct told *decision, const struct told *begin, struct err *e)
{
    struct day earliest;
    bool reached = day_parse(entry_value(&decision->en, "not-before"), &earliest) &&
                   warsaw_day(begin->at).n >= earliest.n && entry_value(&decision->en, "rule").n > 0;
    return reached ||
           err_set(e, ERR_CORRUPT, "entry %llu of the log tells of a destruction before its day, or without its rule",
                   (unsigned long long)LOG_PLACE(begin->index));
}

static bool trace_fn(struct txn *t, void *ctx, struct err *e)
{
    struct tracing *k = ctx;
    struct told in;
    uint64_t done;
    k->found = false;
    if (!told_at(t, k->entry, k->ar, &in, e) ||
        !ledger_find_type(t, &in.en.object, E_DESTROY_DONE, in.en.event, &done, &k->found, e)) {
        return false;
    }
    return !k->found || (told_at(t, done, k->ar, &k->done, e) &&
                         told_before(t, &k->done, "begin", E_DESTROY_BEGIN, k->ar, &k->begin, e) &&
                         told_before(t, &k->begin, "decision", E_DESTROY_DECIDE, k->ar, &k->decision, e) &&
                         two_approve(&k->decision, e) && two_approve(&k->done, e) && epoch_turned(&k->done, e) &&
                         day_reached(&k->decision, &k->begin, e));
}

bool destruction_after(struct archive *a, uint64_t entry, struct arena *ar, struct destruction *out, bool *found,
                       struct err *e)
{
    struct tracing *k = arena_alloc(ar, sizeof *k);
    struct err why; /* for the operators, whatever language the asker speaks */
    err_init(&why, LANG_EN);
    if (k == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *k = (struct tracing){.entry = entry, .ar = ar};
    if (!store_read(archive_store(a), trace_fn, k, &why)) {
        if (k->found && why.code == ERR_CORRUPT) {
            log_line(LOG_ERROR, "office", "no verdict: %s", why.text);
        }
        *e = why;
        return false;
    }
    *found = k->found;
    if (k->found) {
        out->on = warsaw_day(k->done.at);
        out->basis = entry_value(&k->decision.en, "rule");
        out->entry = k->done.index;
    }
    return true;
}

/* request_personal.c: the last look before words of a case become public: a subject or a published answer that names
 * the requester, carries an address or an identifying number, or a file that was not released, is refused (P-09, trap
 * 14). It finds slips; whether the rest may be public is for the person who approves it. Fails with the store. */
#include "request_act.h"

#include "bulletin_internal.h"

#include <string.h>

#define NAME_LEAST  4u /* letters of a surname that are looked for */
#define ENDING_MOST 5u /* letters by which a case ending makes a name longer */
#define TEXT_LIMIT  4000u

struct looking {
    struct acting *a;
    const struct key *key;
    struct arena *ar;
    struct str subject, text; /* folded */
};

/* ---------------------------------------------------------------- names and addresses */

/* The part of a name that its case endings leave: Zięba, Zięby. */
static struct str name_base(struct str name)
{
    char last = name.p[name.n - 1];
    bool vowel = last == 'a' || last == 'i' || last == 'o' || last == 'y' || last == 'e';
    return vowel && name.n > NAME_LEAST ? (struct str){name.p, name.n - 1} : name;
}

static bool has_name(struct str folded, struct str name)
{
    struct str word, base = name_base(name);
    size_t at = 0;
    while (word_next(folded, &at, &word)) {
        if (word.n >= base.n && word.n <= base.n + ENDING_MOST && memcmp(word.p, base.p, base.n) == 0) {
            return true;
        }
    }
    return false;
}

/* The last word of a name, and each part of a double one, is the surname: given names stand in streets, too. */
static bool names_person(struct looking *l, struct str folded, struct str name, bool *yes, struct err *e)
{
    struct str all, word, last = STR("");
    size_t at = 0;
    if (name.n == 0 || folded.n == 0) {
        return true;
    }
    if (!text_fold(l->ar, name, &all, e)) {
        return false;
    }
    while (word_next(all, &at, &word)) {
        bool joined = word.p > all.p && word.p[-1] == '-';
        if (joined && last.n >= NAME_LEAST) {
            *yes |= has_name(folded, last);
        }
        last = word;
    }
    *yes |= last.n >= NAME_LEAST && has_name(folded, last);
    return true;
}

static bool holds(struct looking *l, struct str folded, struct str what, bool *yes, struct err *e)
{
    struct str small;
    if (what.n < NAME_LEAST || folded.n == 0) {
        return true;
    }
    if (!text_fold(l->ar, what, &small, e)) {
        return false;
    }
    *yes |= memmem(folded.p, folded.n, small.p, small.n) != NULL;
    return true;
}

static bool has_digit(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') {
            return true;
        }
    }
    return false;
}

static bool names_requester(struct looking *l, struct str folded, const struct request_form *f, struct err *e)
{
    bool *yes = &l->a->reveals;
    return names_person(l, folded, f->name, yes, e) && names_person(l, folded, f->proxy, yes, e) &&
           holds(l, folded, f->email, yes, e) && holds(l, folded, f->phone, yes, e) &&
           (!has_digit(f->street) || holds(l, folded, f->street, yes, e));
}

static bool look_at_event(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct looking *l = ctx;
    struct request_event_row row;
    struct bytes copy = arena_bytes(l->ar, val);
    (void)key;
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return row_decode(&request_event_kind, copy, l->key, &l->a->before.id, l->ar, &row, e) &&
           names_requester(l, l->subject, &row.form, e) && names_requester(l, l->text, &row.form, e);
}

/* ---------------------------------------------------------------- numbers and addresses of anybody */

static bool fold_checked(struct looking *l, struct str in, struct str *out, struct err *e)
{
    *out = STR("");
    if (in.n == 0) {
        return true;
    }
    l->a->reveals |= holds_identifier(in, l->ar);
    return text_fold(l->ar, in, out, e);
}

/* ---------------------------------------------------------------- files */

static bool check_files(struct txn *t, struct looking *l, struct err *e)
{
    struct acting *a = l->a;
    a->unreleased = 0;
    for (size_t i = 0; i < a->act->publish_count && a->unreleased == 0; i++) {
        struct rq_key k = rq_event(&a->before.id, a->act->publish[i]);
        struct request_file_row row = {.released = 0};
        struct bytes val;
        bool found = false;
        if (a->act->publish[i] <= UINT32_MAX && !store_find(t, T_REQUEST_FILE, rq_bytes(&k), l->ar, &val, &found, e)) {
            return false;
        }
        if (found && !row_decode(&request_file_kind, val, NULL, NULL, l->ar, &row, e)) {
            return false;
        }
        a->unreleased = row.released != 0 ? 0 : a->act->publish[i];
    }
    return true;
}

bool publishing_known(struct txn *t, struct acting *a, const struct key *key, struct err *e)
{
    bool concerns = a->act->verb == REQUEST_DO_SUBJECT || a->act->verb == REQUEST_DO_PUBLISH;
    a->reveals = false;
    if (!concerns) {
        return true;
    }
    struct arena *ar CLEANUP(arena_free) = arena_new(16u << 20);
    struct looking l = {.a = a, .key = key, .ar = ar};
    struct str subject = a->act->subject.n > 0 ? a->act->subject : a->before.subject;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return fold_checked(&l, subject, &l.subject, e) && fold_checked(&l, a->act->text, &l.text, e) &&
           store_walk(t, (struct store_range){.table = T_REQUEST_EVENT, .prefix = id_bytes(&a->before.id)},
                      look_at_event, &l, e) &&
           check_files(t, &l, e);
}

/* ---------------------------------------------------------------- what may be done */

static bool answers(uint64_t outcome)
{
    static const unsigned given =
        1u << REQUEST_DISCLOSED | 1u << REQUEST_DISCLOSED_PART | 1u << REQUEST_POINTER | 1u << REQUEST_GIVEN_ORALLY;
    return (given & 1u << outcome) != 0;
}

static bool guard_publish(const struct acting *a, struct err *e)
{
    if (!answers(a->before.outcome)) {
        return err_set(e, ERR_STATE, "only an answer that discloses something is published");
    }
    if (a->after.subject.n == 0) {
        return err_field(e, ERR_INVALID, "subject", "nothing is published without a subject that a person approved");
    }
    if (a->text.n == 0 && a->act->publish_count == 0) {
        return err_field(e, ERR_INVALID, "file", "name the files that everybody may fetch, or write what was answered");
    }
    if (a->text.n > TEXT_LIMIT || a->act->publish_count > ANSWER_FILES_MAX) {
        return err_field(e, ERR_INVALID, "text", "a published answer has at most %u characters and %u files",
                         TEXT_LIMIT, ANSWER_FILES_MAX);
    }
    return a->unreleased == 0 ||
           err_field(e, ERR_INVALID, "file", "file %llu was not released to the requester: it is not published",
                     (unsigned long long)a->unreleased);
}

bool guard_public(const struct acting *a, struct err *e)
{
    if (a->reveals) {
        return err_field(e, ERR_INVALID, a->act->verb == REQUEST_DO_SUBJECT ? "subject" : "text",
                         "these words name the requester, or hold a personal number: everybody would read them (P-09)");
    }
    if (a->act->verb == REQUEST_DO_UNPUBLISH && a->before.published == 0) {
        return err_set(e, ERR_STATE, "the answer is not published");
    }
    return a->act->verb != REQUEST_DO_PUBLISH || guard_publish(a, e);
}

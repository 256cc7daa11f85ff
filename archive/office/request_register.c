/* request_register.c: data from registers and certificates, prepared and never stored. From typed choices comes whether
 * the way is lawful, what it costs, who decides, which channels there are, what to know: all of it rows of
 * conf/register-*.tsv with their validity (rules E, D, S, K-21, X). Pure; fails without memory. */
#include "request_internal.h"

#include <string.h>

#define PERSONS_MOST 300u

extern const char _binary_register_access_tsv_start[], _binary_register_access_tsv_end[];
extern const char _binary_register_fees_tsv_start[], _binary_register_fees_tsv_end[];
extern const char _binary_register_texts_tsv_start[], _binary_register_texts_tsv_end[];
#define DOCUMENT(name)                                                                                                 \
    ((struct str){_binary_register_##name##_tsv_start,                                                                 \
                  (size_t)(_binary_register_##name##_tsv_end - _binary_register_##name##_tsv_start)})

enum {
    A_SOURCE,
    A_GROUND,
    A_LAWFUL,
    A_FEE,
    A_PER,
    A_DECIDES,
    A_APPEAL,
    A_FORM,
    A_TERM,
    A_LEGAL,
    A_REASON,
    A_NOTES,
    A_RULES,
    A_FROM,
    A_UNTIL,
    A_COLUMNS
};
enum { F_CODE, F_GROSZE, F_WHAT, F_PAYEE, F_WHEN, F_BASIS, F_FROM, F_UNTIL, F_COLUMNS };
enum { T_CODE, T_PL, T_EN, T_COLUMNS };

struct preparing {
    const struct register_question *q;
    struct day on;
    enum lang lang;
    struct arena *ar;
    struct str row[A_COLUMNS]; /* of the access table */
    bool found;
    struct str code; /* being looked for */
    struct str text;
    struct register_fee fee;
    bool fee_found;
    struct register_answer *out;
};

/* ---------------------------------------------------------------- looking things up */

static bool take_text(const struct str *c, void *ctx, struct err *e)
{
    struct preparing *p = ctx;
    (void)e;
    if (!str_eq(c[T_CODE], p->code)) {
        return true;
    }
    p->text = c[p->lang == LANG_PL ? T_PL : T_EN];
    return false;
}

/* A code that has no text is a fault of this program, and shown as it is rather than hidden. */
static struct str text_of(struct preparing *p, struct str code)
{
    struct err e = ERR_INIT;
    p->code = p->text = code;
    if (code.n > 0 && !tsv_walk(DOCUMENT(texts), T_COLUMNS, take_text, p, &e)) {
        log_line(LOG_WARN, "office", "texts of registers: %s", e.text);
    }
    return p->text;
}

static bool take_fee(const struct str *c, void *ctx, struct err *e)
{
    struct preparing *p = ctx;
    uint64_t grosze;
    if (!str_eq(c[F_CODE], p->code) || !tsv_in_force(c[F_FROM], c[F_UNTIL], p->on)) {
        return true;
    }
    if (!parse_u64(c[F_GROSZE], 0, 1000000, &grosze)) {
        return err_set(e, ERR_CORRUPT, "the fees of registers in this program are damaged; build it again");
    }
    p->fee = (struct register_fee){
        .what = c[F_WHAT], .basis = c[F_BASIS], .payee = c[F_PAYEE], .when = c[F_WHEN], .grosze = grosze};
    p->fee_found = true;
    return true;
}

static bool add_fee(struct preparing *p, struct str code, uint64_t times, struct err *e)
{
    p->code = code;
    p->fee_found = false;
    if (code.n == 0) {
        return true;
    }
    if (!tsv_walk(DOCUMENT(fees), F_COLUMNS, take_fee, p, e)) {
        return false;
    }
    if (!p->fee_found || p->out->fee_count == COUNT_OF(p->out->fees)) {
        return err_set(e, ERR_CORRUPT, "this program knows no fee %.*s; build it again", (int)code.n, code.p);
    }
    struct register_fee fee = p->fee;
    fee.what = text_of(p, fee.what);
    fee.payee = text_of(p, fee.payee);
    fee.when = text_of(p, fee.when);
    fee.grosze *= times;
    p->out->fees[p->out->fee_count++] = fee;
    p->out->grosze += fee.grosze;
    return true;
}

static bool take_access(const struct str *c, void *ctx, struct err *e)
{
    struct preparing *p = ctx;
    (void)e;
    if (str_is(c[A_SOURCE], register_source_name(p->q->source)) &&
        str_is(c[A_GROUND], register_ground_name(p->q->ground)) && tsv_in_force(c[A_FROM], c[A_UNTIL], p->on)) {
        memcpy(p->row, c, sizeof p->row);
        p->found = true;
    }
    return true;
}

/* ---------------------------------------------------------------- the answer */

static void add_notes(struct preparing *p, struct str codes)
{
    while (codes.n > 0 && p->out->note_count < COUNT_OF(p->out->notes)) {
        const char *comma = memchr(codes.p, ',', codes.n);
        size_t n = comma == NULL ? codes.n : (size_t)(comma - codes.p);
        p->out->notes[p->out->note_count++] = text_of(p, (struct str){codes.p, n});
        n += comma != NULL;
        codes = (struct str){codes.p + n, codes.n - n};
    }
}

static void add_channels(struct preparing *p)
{
    static const char *const lawful[] = {"channel-counter", "channel-post", "channel-edelivery"};
    for (size_t i = 0; i < COUNT_OF(lawful); i++) {
        p->out->channels[p->out->channel_count++] = text_of(p, str_of(lawful[i]));
    }
}

static bool answer(struct preparing *p, struct err *e)
{
    struct register_answer *out = p->out;
    uint64_t persons = p->q->persons > 0 ? p->q->persons : 1;
    out->lawful = str_is(p->row[A_LAWFUL], "yes");
    out->reason = text_of(p, p->row[A_REASON]);
    out->decides = text_of(p, p->row[A_DECIDES]);
    out->appeal = text_of(p, p->row[A_APPEAL]);
    out->form = p->row[A_FORM];
    out->term = text_of(p, p->row[A_TERM]);
    out->legal = p->row[A_LEGAL];
    out->rules = arena_str(p->ar, p->row[A_RULES]).p;
    add_notes(p, p->row[A_NOTES]);
    if (out->lawful) {
        add_channels(p);
    }
    if (out->lawful && p->q->proxy) {
        add_notes(p, STR("note-proxy"));
    }
    if (out->rules == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return add_fee(p, p->row[A_FEE], str_is(p->row[A_PER], "person") ? persons : 1, e) &&
           (!out->lawful || !p->q->proxy || add_fee(p, STR("proxy"), 1, e));
}

/* ---------------------------------------------------------------- what must be said */

static void need(struct request_faults *out, enum lang lang, const char *field, bool there, const char *msgid)
{
    if (!there) {
        fault_add(out, field, str_of(tr(lang, msgid)), "");
    }
}

static void check(const struct register_question *q, enum lang lang, struct request_faults *out)
{
    bool argued =
        q->ground == GROUND_LEGAL_INTEREST || q->ground == GROUND_FACTUAL_INTEREST || q->ground == GROUND_PUBLIC_TASK;
    need(out, lang, "source", q->source >= REGISTER_RESIDENTS && q->source < REGISTER_SOURCE_END,
         N_("Choose the register."));
    need(out, lang, "ground", q->ground >= GROUND_SELF && q->ground < GROUND_END,
         N_("Choose on which ground you ask for the data."));
    need(out, lang, "keys", q->keys.n > 0, N_("Write whom or what to search for: name, date of birth, address."));
    need(out, lang, "scope", q->scope.n > 0, N_("Write which data you need."));
    need(out, lang, "purpose", q->purpose.n > 0 || q->ground == GROUND_SELF,
         N_("Write what you will use the data for. You may use them for nothing else."));
    need(out, lang, "basis", q->basis.n > 0 || !argued,
         N_("Write the provision, or which documents or facts support your request."));
    need(out, lang, "persons", q->persons <= PERSONS_MOST, N_("One request takes at most 300 persons."));
}

bool register_prepare(const struct register_question *q, struct day on, struct arena *ar, struct register_answer *out,
                      struct request_faults *faults, struct err *e)
{
    struct register_answer made = {.lawful = false};
    struct preparing p = {.q = q, .on = on, .lang = e->lang, .ar = ar, .out = &made};
    faults->count = 0;
    check(q, e->lang, faults);
    if (faults->count > 0) {
        *out = made;
        return true;
    }
    if (!tsv_walk(DOCUMENT(access), A_COLUMNS, take_access, &p, e)) {
        return false;
    }
    if (!p.found) {
        return err_set(e, ERR_CORRUPT, "this program knows no rule for this register and ground; build it again");
    }
    if (!answer(&p, e)) {
        return false;
    }
    *out = made;
    return true;
}

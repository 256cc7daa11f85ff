/* publish_parse.c: a published document as the office knows it, read from its text by one table of fields. A name that
 * is not in the table, that does not belong to the kind, or that stands twice where it may stand once is an error,
 * because a line silently dropped would be a sentence of law that no citizen reads. Fails with ERR_INVALID naming the
 * line. */
#include "publish_internal.h"

#include <string.h>

#define BODY_MAX 200000u

#define CARD (1u << PUBLISHED_CARD)
#define REG  (1u << PUBLISHED_REGISTER)
#define RULE (1u << PUBLISHED_RULE)
#define TEXT (1u << PUBLISHED_TEXT)
#define ALL  (CARD | REG | RULE | TEXT)

enum value_type {
    V_TEXT,
    V_SLUG,
    V_DAY,
    V_NUMBER,
    V_TEXTS,
    V_SLUGS,
    V_TOPICS,
    V_LIST,
    V_STATUS,
    V_LANG,
    V_TERM,
    V_ACCESS
};

struct field_rule {
    const char *name;
    unsigned kinds, required; /* of which kinds it may, and must, stand */
    enum value_type type;
    size_t offset; /* in struct published; of a list: its pointer */
    size_t count;  /* of a V_LIST: where its count stands */
    size_t size;   /* of a V_LIST: one element */
    value_read read;
};

#define AT(field) offsetof(struct published, field)
#define LIST(name, kinds, field, n, type, read)                                                                        \
    {                                                                                                                  \
        name, kinds, 0, V_LIST, AT(field), AT(n), sizeof(type), read                                                   \
    }

static const struct field_rule rules[] = {
    {"slug", ALL, ALL, V_SLUG, AT(slug), 0, 0, NULL},
    {"title", ALL, ALL, V_TEXT, AT(title[LANG_PL]), 0, 0, NULL},
    {"title-en", CARD | REG | RULE, 0, V_TEXT, AT(title[LANG_EN]), 0, 0, NULL},
    {"summary", ALL, CARD | TEXT, V_TEXT, AT(summary[LANG_PL]), 0, 0, NULL},
    {"summary-en", CARD | REG | RULE, 0, V_TEXT, AT(summary[LANG_EN]), 0, 0, NULL},
    {"lang", TEXT, TEXT, V_LANG, AT(lang), 0, 0, NULL},
    {"order", ALL, ALL, V_NUMBER, AT(order), 0, 0, NULL},
    {"status", ALL, ALL, V_STATUS, AT(status), 0, 0, NULL},
    {"valid-from", ALL, ALL, V_DAY, AT(valid_from), 0, 0, NULL},
    {"version", ALL, 0, V_TEXT, AT(version), 0, 0, NULL},
    {"number", CARD | REG | RULE, REG | RULE, V_TEXT, AT(number), 0, 0, NULL},
    {"office", ALL, ALL, V_TEXT, AT(office), 0, 0, NULL},
    {"unit", ALL, CARD | REG, V_TEXT, AT(unit), 0, 0, NULL},
    {"class", ALL, 0, V_TEXT, AT(symbol), 0, 0, NULL},
    {"topics", ALL, 0, V_TOPICS, AT(topics), 0, 0, NULL},
    LIST("bring", CARD, bring, bring_count, struct bring, value_bring),
    LIST("fee", CARD, fees, fee_count, struct published_fee, value_fee),
    {"account", CARD, 0, V_TEXTS, AT(account), 0, 0, NULL},
    {"time", CARD, CARD, V_TEXT, AT(time), 0, 0, NULL},
    {"term", CARD, 0, V_TERM, AT(term), 0, 0, NULL},
    {"place", CARD, CARD, V_TEXTS, AT(places), 0, 0, NULL},
    {"handled", CARD, CARD, V_TEXTS, AT(handled), 0, 0, NULL},
    LIST("appeal", CARD, appeals, appeal_count, struct published_appeal, value_appeal),
    {"basis", CARD, 0, V_TEXTS, AT(legal_bases), 0, 0, NULL},
    {"form", CARD, 0, V_TEXTS, AT(forms), 0, 0, NULL},
    LIST("attachment", CARD | TEXT, attachments, attachment_count, struct published_attachment, value_attachment),
    {"related", ALL, 0, V_SLUGS, AT(related), 0, 0, NULL},
    {"access", REG, REG, V_ACCESS, AT(access), 0, 0, NULL},
    {"note", REG, 0, V_TEXT, AT(note[LANG_PL]), 0, 0, NULL},
    {"note-en", REG, 0, V_TEXT, AT(note[LANG_EN]), 0, 0, NULL},
    {"ground", REG, REG, V_TEXT, AT(ground), 0, 0, NULL},
    LIST("price", TEXT, prices, price_count, struct price, value_price),
    LIST("retention", ALL, retention, retention_count, struct published_retention, value_retention),
    LIST("current", ALL, current_rules, current_rule_count, struct current_rule, value_current),
    {"disclosed-by", ALL, ALL, V_TEXT, AT(metryka.disclosed_by), 0, 0, NULL},
    {"made-by", ALL, ALL, V_TEXT, AT(metryka.made_by), 0, 0, NULL},
    {"entered-by", ALL, 0, V_TEXT, AT(metryka.entered_by), 0, 0, NULL},
    {"published-by", ALL, 0, V_TEXT, AT(metryka.published_by), 0, 0, NULL},
    {"made", ALL, 0, V_DAY, AT(metryka.made), 0, 0, NULL},
    {"entered", ALL, 0, V_DAY, AT(metryka.entered), 0, 0, NULL},
    {"changed", ALL, 0, V_DAY, AT(metryka.changed), 0, 0, NULL},
    {"published", ALL, 0, V_DAY, AT(metryka.first_published), 0, 0, NULL},
    {"source", ALL, 0, V_TEXT, AT(metryka.source), 0, 0, NULL},
};
#define RULE_COUNT COUNT_OF(rules)

struct parse {
    enum published_kind kind;
    struct arena *ar;
    struct published *out;
    size_t seen[RULE_COUNT], wanted[RULE_COUNT];
};

static const struct field_rule *find_rule(struct str name, size_t *index)
{
    for (*index = 0; *index < RULE_COUNT; (*index)++) {
        if (str_is(name, rules[*index].name)) {
            return &rules[*index];
        }
    }
    return NULL;
}

static bool repeats(const struct field_rule *r)
{
    return r->type == V_TEXTS || r->type == V_LIST || r->type == V_SLUGS;
}

static bool bad_value(const struct header_line *l, struct err *e)
{
    static const struct {
        const char *name, *form;
    } forms[] = {
        {"bring", N_("“required | what it is”; the first word is required, view, proxy or when")},
        {"fee", N_("“17,00 zł | what for”, or “- | how it comes about”")},
        {"term", N_("“14 days”, “2 months” or “at-once”")},
        {"appeal", N_("“odwołanie | who decides | through whom | 14 | against what”, or “none | why”")},
        {"attachment", N_("“name | PDF | 111,71 KB”")},
        {"current", N_("“topic | legal basis | Polish sentence | English sentence”")},
        {"price", N_("“code | item | item in English | unit | unit in English | 0,13 zł”")},
        {"retention", N_("the symbol of a class, such as 1431")},
        {"access", N_("words of: bip, foi, party, stat, self, secret, pointer")},
        {"status", N_("aktualna, historyczna or wycofana")},
        {"lang", N_("pl or en")},
        {"order", N_("a number from 1 to 9999")},
        {"slug", N_("small letters, digits and hyphens, at most 80")},
        {"related", N_("the slug of another document")},
    };
    const char *form = N_("a day as 2026-11-21");
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        form = str_is(l->name, forms[i].name) ? forms[i].form : form;
    }
    char field[48];
    text_printable(l->name, field, sizeof field);
    return err_field(e, ERR_INVALID, field, "line %zu: %s is written as: %s", l->line, field, tr(e->lang, form));
}

/* ---------------------------------------------------------------- values into the struct */

static bool add_text(struct texts *to, size_t at, struct str value)
{
    struct str *list;
    memcpy(&list, &to->list, sizeof list); /* ours until it is handed out, so not const yet */
    list[at] = value;
    to->count = at + 1;
    return true;
}

static struct str without_blanks(struct str s)
{
    while (s.n > 0 && s.p[0] == ' ') {
        s = (struct str){s.p + 1, s.n - 1};
    }
    while (s.n > 0 && s.p[s.n - 1] == ' ') {
        s.n--;
    }
    return s;
}

static bool read_topics(struct parse *p, struct str value, struct texts *to)
{
    size_t n = 1, begin = 0;
    for (size_t i = 0; i < value.n; i++) {
        n += value.p[i] == ',';
    }
    struct str *list = arena_alloc(p->ar, n * sizeof *list);
    if (list == NULL) {
        return false;
    }
    for (size_t i = 0; i <= value.n; i++) {
        if (i == value.n || value.p[i] == ',') {
            struct str topic = without_blanks((struct str){value.p + begin, i - begin});
            begin = i + 1;
            list[to->count] = topic;
            to->count += topic.n > 0;
        }
    }
    to->list = list;
    return true;
}

static bool read_list(const struct field_rule *r, size_t at, struct str value, char *base)
{
    struct value_parts parts;
    char *list;
    value_split(value, &parts);
    memcpy(&list, base + r->offset, sizeof list);
    size_t count = at + 1;
    memcpy(base + r->count, &count, sizeof count);
    return r->read(&parts, list + at * r->size);
}

static bool read_value(struct parse *p, const struct field_rule *r, size_t at, struct str value)
{
    char *base = (char *)p->out;
    void *place = base + r->offset;
    uint64_t number;
    switch (r->type) {
        case V_SLUG:
        case V_TEXT:
            *(struct str *)place = value;
            return r->type == V_TEXT || value_slug(value);
        case V_DAY:
            return day_parse(value, place);
        case V_NUMBER:
            number = 0;
            bool ok = parse_u64(value, 1, 9999, &number);
            *(unsigned *)place = (unsigned)number;
            return ok;
        case V_SLUGS:
            return value_slug(value) && add_text(place, at, value);
        case V_TEXTS:
            return add_text(place, at, value);
        case V_TOPICS:
            return read_topics(p, value, place);
        case V_LIST:
            return read_list(r, at, value, base);
        case V_STATUS:
            return value_status(value, place);
        case V_LANG:
            *(enum lang *)place = str_is(value, "pl") ? LANG_PL : LANG_EN;
            return str_is(value, "pl") || str_is(value, "en");
        case V_TERM:
            return value_term(value, place);
        case V_ACCESS:
            return value_access(value, place);
    }
    return false;
}

/* ---------------------------------------------------------------- the two passes */

static bool count_fields(struct parse *p, const struct header *h, struct err *e)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct header_line *l = &h->list[i];
        size_t at;
        const struct field_rule *r = find_rule(l->name, &at);
        int n = (int)l->name.n;
        if (r == NULL) {
            return err_field(e, ERR_INVALID, "header", "line %zu: no field is called %.*s", l->line, n, l->name.p);
        }
        if ((r->kinds & (1u << p->kind)) == 0) {
            return err_field(e, ERR_INVALID, r->name, "line %zu: a document of the kind %s has no field %s", l->line,
                             published_kind_name(p->kind), r->name);
        }
        if (++p->wanted[at] > 1 && !repeats(r)) {
            return err_field(e, ERR_INVALID, r->name, "line %zu: %s stands there already", l->line, r->name);
        }
    }
    return true;
}

static bool make_lists(struct parse *p, struct err *e)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const struct field_rule *r = &rules[i];
        if (!repeats(r) || p->wanted[i] == 0) {
            continue;
        }
        void *list = arena_alloc(p->ar, p->wanted[i] * (r->type == V_LIST ? r->size : sizeof(struct str)));
        if (list == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        memcpy((char *)p->out + r->offset, &list, sizeof list); /* struct texts begins with its list too */
    }
    return true;
}

static bool fill(struct parse *p, const struct header *h, struct err *e)
{
    for (size_t i = 0; i < h->count; i++) {
        size_t at;
        const struct field_rule *r = find_rule(h->list[i].name, &at);
        if (r == NULL || !read_value(p, r, p->seen[at]++, h->list[i].value)) {
            return bad_value(&h->list[i], e);
        }
    }
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if ((rules[i].required & (1u << p->kind)) != 0 && p->wanted[i] == 0) {
            return err_field(e, ERR_INVALID, rules[i].name, "the header lacks the field %s", rules[i].name);
        }
    }
    return true;
}

static void stand_in(struct str texts[2])
{
    texts[LANG_EN] = texts[LANG_EN].n > 0 ? texts[LANG_EN] : texts[LANG_PL];
}

static bool finish(struct parse *p, const struct header *h, struct err *e)
{
    struct published *out = p->out;
    if (!text_gate(p->ar, "body", h->body, BODY_MAX, true, &out->body, e)) {
        return err_wrap(e, "body from line %zu", h->body_line);
    }
    if (out->body.n == 0 && p->kind != PUBLISHED_REGISTER) {
        return err_field(e, ERR_INVALID, "body", "line %zu: the document has no body", h->body_line);
    }
    if (out->summary[LANG_PL].n == 0) {
        out->summary[LANG_PL] = out->title[LANG_PL];
        out->summary[LANG_EN] = out->title[LANG_EN];
    }
    stand_in(out->title);
    stand_in(out->summary);
    stand_in(out->note);
    struct metryka *m = &out->metryka;
    m->made_after_entered = !day_is_none(m->made) && !day_is_none(m->entered) && m->made.n > m->entered.n;
    return true;
}

bool published_parse(enum published_kind k, struct str text, struct arena *ar, struct published *out, struct err *e)
{
    struct header h;
    struct published doc = {
        .kind = k, .lang = LANG_PL, .valid_from = DAY_NONE, .valid_until = DAY_NONE, .sequence = 1, .versions = 1};
    struct parse p = {.kind = k, .ar = ar, .out = &doc};
    doc.metryka.made = doc.metryka.entered = doc.metryka.changed = doc.metryka.first_published = DAY_NONE;
    if ((size_t)k >= PUBLISHED_KIND_COUNT) {
        return err_set(e, ERR_INVALID, "there is no such kind of document");
    }
    if (!header_parse(text, ar, &h, e) || !count_fields(&p, &h, e) || !make_lists(&p, e) || !fill(&p, &h, e) ||
        !finish(&p, &h, e)) {
        return false;
    }
    *out = doc;
    return true;
}

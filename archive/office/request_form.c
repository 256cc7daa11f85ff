/* request_form.c: what a citizen may be asked, kind by kind, and whether it can be taken as it is. Two tables rule: the
 * fields with their sizes, and which kind uses which. Promises all faults at once, each with its field, a sentence that
 * says what to do, and the rule it comes from; what the law does not ask for is not asked (F-05, F-06). Pure; fails
 * only without memory. */
#include "notice.h"

#include <string.h>

#define AT(field) offsetof(struct request_form, field)

static const struct request_field fields[] = {
    {"kind", REQUEST_CHOICE, AT(kind), REQUEST_KIND_END - 1, ""},
    {"right", REQUEST_CHOICE, AT(right), REQUEST_RIGHT_END - 1, ""},
    {"content", REQUEST_LINES, AT(content), 20000, ""},
    {"purpose", REQUEST_LINES, AT(purpose), 5000, ""},
    {"source", REQUEST_LINES, AT(source), 2000, ""},
    {"conditions", REQUEST_LINES, AT(conditions), 5000, ""},
    {"format", REQUEST_LINES, AT(format), 1000, ""},
    {"period", REQUEST_LINES, AT(period), 2000, ""},
    {"behalf", REQUEST_LINES, AT(behalf), 1000, ""},
    {"way", REQUEST_CHOICE, AT(way), REQUEST_WAY_END - 1, ""},
    {"way_other", REQUEST_LINES, AT(way_other), 500, ""},
    {"name", REQUEST_TEXT, AT(name), 200, "name"},
    {"organisation", REQUEST_TEXT, AT(organisation), 300, "organization"},
    {"proxy", REQUEST_TEXT, AT(proxy), 300, ""},
    {"email", REQUEST_TEXT, AT(email), 254, "email"},
    {"phone", REQUEST_TEXT, AT(phone), 40, "tel"},
    {"street", REQUEST_TEXT, AT(street), 200, "street-address"},
    {"postal_code", REQUEST_TEXT, AT(postal_code), 12, "postal-code"},
    {"city", REQUEST_TEXT, AT(city), 100, "address-level2"},
    {"country", REQUEST_TEXT, AT(country), 60, "country-name"},
    {"publish_name", REQUEST_TICK, AT(publish_name), 1, ""},
};

/* A letter for each kind in their order: FOI, re-use, data subject, complaint, proposal, petition, own words.
 * - not asked, o optional, w by the way of answer, r required. Rules: F-01, F-05, R-03, P-07, X-08. */
static const struct {
    const char *field, *use;
} uses[] = {
    {"kind", "rrrrrrr"},         {"right", "--r----"},       {"content", "rrrrrrr"},   {"purpose", "-r-----"},
    {"source", "-o-----"},       {"conditions", "-o-----"},  {"format", "-r-----"},    {"period", "-o-----"},
    {"behalf", "-----o-"},       {"way", "rrrrrrr"},         {"way_other", "ww----w"}, {"name", "orrrrro"},
    {"organisation", "oo-oooo"}, {"proxy", "-o-----"},       {"email", "wwwwwww"},     {"phone", "ooooooo"},
    {"street", "wwwrrrw"},       {"postal_code", "wwwrrrw"}, {"city", "wwwrrrw"},      {"country", "ooooooo"},
    {"publish_name", "-----o-"},
};

const struct request_field *request_fields(size_t *n)
{
    *n = COUNT_OF(fields);
    return fields;
}

enum request_use request_use(enum request_kind k, const char *field)
{
    size_t column = (size_t)k - 1;
    for (size_t i = 0; i < COUNT_OF(uses) && k >= REQUEST_FOI && k < REQUEST_KIND_END; i++) {
        if (strcmp(uses[i].field, field) == 0) {
            switch (uses[i].use[column]) {
                case 'o':
                    return REQUEST_OPTIONAL;
                case 'w':
                    return REQUEST_BY_WAY;
                case 'r':
                    return REQUEST_REQUIRED;
                default:
                    return REQUEST_NOT_ASKED;
            }
        }
    }
    return REQUEST_NOT_ASKED;
}

/* The channel matrix (requests.md §8) as far as answers go: personal data are not handed out to whoever holds a code
 * (P-07), and only documents can be looked at in the office. */
bool request_way_allowed(enum request_kind k, enum request_way w)
{
    static const char *const allowed[REQUEST_KIND_END] = {
        /*                          here, e-mail, post, sight, other */
        [REQUEST_FOI] = "yyyyy",       [REQUEST_REUSE] = "yyyny",    [REQUEST_DATA_SUBJECT] = "nyyyn",
        [REQUEST_COMPLAINT] = "yyynn", [REQUEST_PROPOSAL] = "yyynn", [REQUEST_PETITION] = "yyynn",
        [REQUEST_OWN_WORDS] = "yyyyy",
    };
    return k >= REQUEST_FOI && k < REQUEST_KIND_END && w >= REQUEST_HERE && w < REQUEST_WAY_END &&
           allowed[k][(size_t)w - 1] == 'y';
}

bool request_choice_parse(const char *field, struct str word, uint64_t *out)
{
    enum request_kind kind;
    enum request_way way;
    enum request_right right;
    if (strcmp(field, "kind") == 0 && request_kind_parse(word, &kind)) {
        *out = kind;
        return true;
    }
    if (strcmp(field, "way") == 0 && request_way_parse(word, &way)) {
        *out = way;
        return true;
    }
    if (strcmp(field, "right") == 0 && request_right_parse(word, &right)) {
        *out = right;
        return true;
    }
    return false;
}

struct str *form_text(struct request_form *form, const struct request_field *f)
{
    return (struct str *)(void *)((char *)form + f->offset);
}

uint64_t *form_number(struct request_form *form, const struct request_field *f)
{
    return (uint64_t *)(void *)((char *)form + f->offset);
}

bool field_is_text(const struct request_field *f)
{
    return f->input == REQUEST_TEXT || f->input == REQUEST_LINES;
}

/* ---------------------------------------------------------------- faults */

struct check {
    struct arena *ar;
    struct request_form *form;
    enum request_kind kind; /* whose rules hold; own words while none is chosen */
    bool known;
    bool here; /* the letter lies in the office: what it lacks is asked for later */
    struct request_faults *out;
    enum lang lang;
    bool no_memory;
};

static bool has_fault(const struct request_faults *f, const char *field)
{
    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(f->list[i].field, field) == 0) {
            return true;
        }
    }
    return false;
}

void fault_add(struct request_faults *out, const char *field, struct str text, const char *rule)
{
    if (out->count < REQUEST_FAULTS_MAX && !has_fault(out, field)) {
        out->list[out->count++] = (struct request_fault){field, text, rule};
    }
}

static void fault(struct check *c, const char *field, const char *rule, const char *msgid)
{
    fault_add(c->out, field, str_of(tr(c->lang, msgid)), rule);
}

static void fault_said(struct check *c, const char *field, struct str text)
{
    c->no_memory |= text.p == NULL;
    fault_add(c->out, field, text, "");
}

/* ---------------------------------------------------------------- texts through the gate */

static void gate_text(struct check *c, const struct request_field *f)
{
    struct str *text = form_text(c->form, f), in = *text;
    struct err why;
    err_init(&why, c->lang);
    *text = STR("");
    if (in.n == 0 || text_gate(c->ar, f->name, in, f->max, f->input == REQUEST_LINES, text, &why)) {
        return;
    }
    if (why.code == ERR_MEMORY) {
        c->no_memory = true;
    } else if (why.code == ERR_TOO_BIG) {
        fault_said(c, f->name,
                   arena_fmt(c->ar, tr(c->lang, "This text has %zu characters, the limit is %u. Shorten it."),
                             utf8_valid(in) ? utf8_length(in) : in.n, f->max));
    } else {
        fault(c, f->name, "", N_("This text holds characters that cannot be shown. Type them anew."));
    }
}

/* Without the blanks and hyphens that people write into numbers. */
static struct str squeezed(struct check *c, struct str s)
{
    char *p = arena_alloc(c->ar, s.n + 1);
    size_t n = 0;
    c->no_memory |= p == NULL;
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        if (s.p[i] != ' ' && s.p[i] != '-') {
            p[n++] = s.p[i];
        }
    }
    return (struct str){p, n};
}

static bool only_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return s.n > 0;
}

static bool is_poland(struct check *c)
{
    struct str folded;
    struct err e = ERR_INIT;
    if (c->form->country.n == 0) {
        return true;
    }
    if (!text_fold(c->ar, c->form->country, &folded, &e)) {
        c->no_memory |= e.code == ERR_MEMORY;
        return false;
    }
    return str_is(folded, "polska") || str_is(folded, "poland") || str_is(folded, "pl");
}

static void check_postal_code(struct check *c)
{
    struct str code = c->form->postal_code;
    if (code.n == 0 || !is_poland(c)) {
        return;
    }
    code = squeezed(c, code);
    if (code.n != 5 || !only_digits(code)) {
        fault(c, "postal_code", "", N_("A postal code has 5 digits."));
        return;
    }
    c->form->postal_code = arena_fmt(c->ar, "%.2s-%.3s", code.p, code.p + 2);
    c->no_memory |= c->form->postal_code.p == NULL;
}

/* What came along from where it was copied: the comma of a list, the marks of a mail program, blanks of no width. */
static bool only_signs_of_email(struct check *c)
{
    static const char wrong[] = ",;:<>()[]\\\"";
    static const char *const unseen[] = {"\u00a0", "\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"};
    struct str s = c->form->email;
    for (size_t i = 0; i < s.n; i++) {
        if (memchr(wrong, s.p[i], sizeof wrong - 1) != NULL) {
            fault_said(
                c, "email",
                arena_fmt(c->ar,
                          tr(c->lang, "The e-mail address has the sign \"%c\", which cannot stand there. Leave it "
                                      "out."),
                          s.p[i]));
            return false;
        }
    }
    for (size_t i = 0; i < COUNT_OF(unseen); i++) {
        if (memmem(s.p, s.n, unseen[i], strlen(unseen[i])) != NULL) {
            fault(c, "email", "", N_("This text holds characters that cannot be shown. Type them anew."));
            return false;
        }
    }
    return true;
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] > '~') {
            return false;
        }
    }
    return true;
}

/* An address that no mail can go to is a slip now, not a notice that fails later; letters of all scripts may stand. */
static void check_email(struct check *c)
{
    struct str s = c->form->email;
    const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;
    if (s.n == 0) {
        return;
    }
    if (at == NULL) {
        fault(c, "email", "", N_("The e-mail address lacks the sign @."));
        return;
    }
    if (!only_signs_of_email(c)) {
        return;
    }
    struct str name = {s.p, (size_t)(at - s.p)}, host = {at + 1, s.n - name.n - 1};
    bool whole = name.n > 0 && host.n > 2 && memchr(host.p, '@', host.n) == NULL && memchr(s.p, ' ', s.n) == NULL &&
                 memchr(host.p, '.', host.n) != NULL && host.p[0] != '.' && host.p[host.n - 1] != '.' &&
                 (!is_ascii(s) || notice_address_ok(s));
    if (!whole) {
        fault(c, "email", "", N_("The e-mail address is not complete. Write it like anna@example.pl."));
    }
}

static void check_phone(struct check *c)
{
    struct str s = c->form->phone;
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        digits += s.p[i] >= '0' && s.p[i] <= '9';
    }
    if (s.n > 0 && digits < 5) {
        fault(c, "phone", "", N_("A telephone number has more digits. Check it or leave it empty."));
    }
}

/* ---------------------------------------------------------------- what must be there */

static const char *missing_content(enum request_kind k)
{
    switch (k) {
        case REQUEST_DATA_SUBJECT:
            return N_("Write which data or which matter it is about.");
        case REQUEST_COMPLAINT:
            return N_("Write what you complain about.");
        case REQUEST_PROPOSAL:
            return N_("Write what you propose.");
        case REQUEST_PETITION:
            return N_("Write what you demand.");
        case REQUEST_OWN_WORDS:
            return N_("Write what you need.");
        case REQUEST_FOI:
        case REQUEST_REUSE:
        case REQUEST_KIND_END:
            break;
    }
    return N_("Write which information you ask for.");
}

static const struct {
    const char *field, *rule, *missing;
} requirements[] = {
    {"right", "P-05", N_("Choose what you want us to do.")},
    {"purpose", "R-03", N_("Write what you will use the information for. The act requires it.")},
    {"format", "R-03", N_("Write in which form or file format you want the information.")},
    {"way", "F-05", N_("Choose how we should answer.")},
    {"way_other", "F-18", N_("Write in which way we should answer.")},
    {"name", "", N_("Write your name and surname. The law requires it for this kind of letter.")},
    {"email", "F-05", N_("Write the e-mail address for the answer.")},
    {"street", "", N_("Write the street with the number, or the village with the number.")},
    {"postal_code", "", N_("Write the postal code.")},
    {"city", "", N_("Write the town.")},
};

static void missing(struct check *c, const char *field)
{
    if (strcmp(field, "content") == 0) {
        fault(c, field, "F-05", missing_content(c->kind));
    }
    for (size_t i = 0; i < COUNT_OF(requirements); i++) {
        if (strcmp(requirements[i].field, field) == 0) {
            fault(c, field, requirements[i].rule, requirements[i].missing);
        }
    }
}

static bool by_way(const struct request_form *f, const char *field)
{
    bool address = strcmp(field, "street") == 0 || strcmp(field, "postal_code") == 0 || strcmp(field, "city") == 0;
    return (address && f->way == REQUEST_POST) || (strcmp(field, "email") == 0 && f->way == REQUEST_EMAIL) ||
           (strcmp(field, "way_other") == 0 && f->way == REQUEST_OTHER_WAY);
}

static bool is_empty(struct request_form *form, const struct request_field *f)
{
    return field_is_text(f) ? form_text(form, f)->n == 0 : *form_number(form, f) == 0;
}

static bool needed(struct check *c, const struct request_field *f)
{
    enum request_use use = request_use(c->kind, f->name);
    bool name = strcmp(f->name, "name") == 0;
    if (c->here && field_is_text(f)) {
        return strcmp(f->name, "content") == 0;
    }
    if (name && c->form->organisation.n > 0) {
        return false; /* a body has its own name */
    }
    return use == REQUEST_REQUIRED || (use == REQUEST_BY_WAY && by_way(c->form, f->name));
}

static void check_field(struct check *c, const struct request_field *f)
{
    if (is_empty(c->form, f)) {
        if (needed(c, f)) {
            missing(c, f->name);
        }
        return;
    }
    if (c->known && request_use(c->kind, f->name) == REQUEST_NOT_ASKED) {
        fault_said(c, f->name,
                   arena_fmt(c->ar, tr(c->lang, "This kind of letter has no field \"%s\". Leave it away."), f->name));
    } else if (!field_is_text(f) && *form_number(c->form, f) > f->max) {
        fault(c, f->name, "", N_("Choose one of the answers."));
    }
}

static void choose_way(struct check *c)
{
    struct request_form *f = c->form;
    if (f->way != 0) {
        return;
    }
    f->way = f->email.n > 0                               ? REQUEST_EMAIL
             : f->street.n > 0 || f->city.n > 0           ? REQUEST_POST
             : request_way_allowed(c->kind, REQUEST_HERE) ? REQUEST_HERE
                                                          : REQUEST_SIGHT;
}

/* an answer about re-use goes to an address, of whichever kind. */
static void check_reuse_address(struct check *c)
{
    const struct request_form *f = c->form;
    if (c->kind == REQUEST_REUSE && f->email.n == 0 && (f->street.n == 0 || f->city.n == 0)) {
        fault(c, "email", "R-03", N_("Write an e-mail address or a postal address. The act requires one of them."));
    }
}

static void check_way(struct check *c)
{
    const struct request_form *f = c->form;
    if (f->way > 0 && f->way < REQUEST_WAY_END && !request_way_allowed(c->kind, (enum request_way)f->way)) {
        fault(c, "way", "P-07", N_("This kind of letter cannot be answered in that way. Choose another."));
    }
}

/* Faults in the order of the fields, as the page shows them. */
static void put_in_order(struct request_faults *out)
{
    struct request_faults sorted = {.count = 0};
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        for (size_t k = 0; k < out->count; k++) {
            if (strcmp(out->list[k].field, fields[i].name) == 0) {
                sorted.list[sorted.count++] = out->list[k];
            }
        }
    }
    *out = sorted;
}

static bool check(const struct request_form *in, bool here, struct arena *ar, struct request_form *clean,
                  struct request_faults *out, struct err *e)
{
    struct request_form form = *in;
    struct request_faults faults = {.count = 0};
    bool known = in->kind >= REQUEST_FOI && in->kind < REQUEST_KIND_END;
    struct check c = {.ar = ar,
                      .form = &form,
                      .kind = known ? (enum request_kind)in->kind : REQUEST_OWN_WORDS,
                      .known = known,
                      .here = here,
                      .out = &faults,
                      .lang = e->lang};
    if (!known) {
        fault(&c, "kind", "", N_("Choose what you want to ask for."));
    }
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (field_is_text(&fields[i])) {
            gate_text(&c, &fields[i]);
        }
    }
    if (here) {
        choose_way(&c);
    }
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        check_field(&c, &fields[i]);
    }
    check_email(&c);
    check_phone(&c);
    check_postal_code(&c);
    if (!here) {
        check_reuse_address(&c);
    }
    check_way(&c);
    if (c.no_memory) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    put_in_order(&faults);
    *clean = form;
    *out = faults;
    return true;
}

bool request_check(const struct request_form *in, struct arena *ar, struct request_form *clean,
                   struct request_faults *out, struct err *e)
{
    return check(in, false, ar, clean, out, e);
}

bool request_check_received(const struct request_form *in, struct arena *ar, struct request_form *clean,
                            struct request_faults *out, struct err *e)
{
    return check(in, true, ar, clean, out, e);
}

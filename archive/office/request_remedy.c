/* request_remedy.c: what a person can do against silence, a decision or a fee: by kind and state, from one table, so
 * that no kind ever shows another one's remedy (re-use appeals to the minister, public information to the SKO,
 * complaints know only the reminder). Terms that begin with service say so while the day of service is not known. Fails
 * with the store and without memory. */
#include "request_internal.h"

#include <string.h>

#define K(kind)  (1u << (kind))
#define S(state) (1u << (state))
#define FOI      (K(REQUEST_FOI) | K(REQUEST_OWN_WORDS))
#define OPEN                                                                                                           \
    (S(REQUEST_FILED) | S(REQUEST_IN_WORK) | S(REQUEST_CALLED) | S(REQUEST_EXTENDED) | S(REQUEST_FEE) |                \
     S(REQUEST_FORM) | S(REQUEST_OFFER) | S(REQUEST_OBJECTED))

#define O(outcome) (1u << (outcome))

#define TO_MINISTER                                                                                                    \
    N_("You have 14 days from service for an appeal to the minister responsible for computerisation, through this "    \
       "office.")

#define COURT    N_("the regional administrative court")
#define SKO      N_("the local government board of appeal (SKO)")
#define MINISTER N_("the minister responsible for computerisation")
#define PUODO    N_("the President of the Personal Data Protection Office")
#define COUNCIL  N_("the municipal council")
#define HIGHER   N_("the body above this office")
#define OFFICE   N_("this office")
#define VIA      OFFICE

struct remedy_row {
    unsigned kinds, states;
    enum request_remedy_kind kind;
    unsigned days;      /* of the term; 0: none */
    bool after_due;     /* from the first day on which the office is late */
    bool after_service; /* the term begins with service */
    const char *body, *via;
    const char *text; /* %s: the first day, when after_due */
    const char *rule;
    unsigned outcomes; /* 0: any */
    bool objected;     /* only after an objection to an offer */
};

static const struct remedy_row rows[] = {
    {FOI, OPEN, REQUEST_REMEDY_SILENCE, 0, true, false, COURT, VIA,
     N_("From %s you can complain of inactivity to the regional administrative court, through this office. No reminder "
        "is "
        "needed before. The office has 15 days to pass the complaint to the court."),
     "F-33", 0, false},
    {K(REQUEST_REUSE), OPEN & ~S(REQUEST_OFFER), REQUEST_REMEDY_ASK, 0, true, false, OFFICE, NULL,
     N_("From %s the office is late. Ask it for the reason and a new date. It may set one once, at most 2 months after "
        "you filed."),
     "R-05", 0, false},
    {K(REQUEST_DATA_SUBJECT), OPEN, REQUEST_REMEDY_PUODO, 0, true, false, PUODO, NULL,
     N_("From %s you can complain to the President of the Personal Data Protection Office that there is no answer."),
     "P-06", 0, false},
    {K(REQUEST_COMPLAINT), OPEN, REQUEST_REMEDY_URGE, 0, true, false, HIGHER, VIA,
     N_("From %s you can send a reminder (ponaglenie) to the body above this office, through this office. It passes "
        "the "
        "reminder on within 7 days."),
     "K-11", 0, false},
    {K(REQUEST_PROPOSAL), OPEN, REQUEST_REMEDY_COMPLAINT, 0, true, false, COUNCIL, NULL,
     N_("From %s you can complain to the municipal council that your proposal was not dealt with in time."), "KPA 246",
     0, false},
    {K(REQUEST_PROPOSAL), S(REQUEST_ANSWERED), REQUEST_REMEDY_COMPLAINT, 0, false, false, COUNCIL, NULL,
     N_("You do not agree with the way your proposal was dealt with? You can complain to the municipal council."),
     "KPA 246", 0, false},
    {K(REQUEST_PETITION), OPEN, REQUEST_REMEDY_ASK, 0, true, false, OFFICE, NULL,
     N_("From %s the office is late: it has three months for a petition. Ask it for the reason and a new date."),
     "PETITION", 0, false},
    {FOI, S(REQUEST_FEE), REQUEST_REMEDY_COURT, 30, false, true, COURT, VIA,
     N_("You do not agree with the fee? You have 30 days for a complaint to the regional administrative court, through "
        "this office."),
     "F-23", 0, false},
    {FOI, S(REQUEST_REFUSED) | S(REQUEST_PARTLY) | S(REQUEST_DISCONTINUED), REQUEST_REMEDY_APPEAL, 14, false, true, SKO,
     VIA,
     N_("You have 14 days from service for an appeal to the local government board of appeal (SKO), through this "
        "office. "
        "An appeal needs no reasons."),
     "F-31", 0, false},
    {FOI, S(REQUEST_NOT_HELD), REQUEST_REMEDY_SILENCE, 0, false, false, COURT, VIA,
     N_("You think that the office has this information? You can complain of inactivity to the regional administrative "
        "court, through this office. No reminder is needed before."),
     "F-11 F-33", 0, false},
    {FOI, S(REQUEST_ANSWERED), REQUEST_REMEDY_SILENCE, 0, false, false, COURT, VIA,
     N_("You think that this is public information? You can complain of inactivity to the regional administrative "
        "court, through this office. No reminder is needed before."),
     "F-27 F-33", O(REQUEST_NOT_PUBLIC) | O(REQUEST_OTHER_MODE), false},
    {K(REQUEST_REUSE), S(REQUEST_REFUSED) | S(REQUEST_PARTLY), REQUEST_REMEDY_APPEAL, 14, false, true, MINISTER, VIA,
     TO_MINISTER, "R-09", 0, false},
    {K(REQUEST_REUSE), S(REQUEST_ANSWERED), REQUEST_REMEDY_APPEAL, 14, false, true, MINISTER, VIA, TO_MINISTER,
     "R-07 R-09", 0, true}, /* the conditions were set by decision */
    {K(REQUEST_REUSE), S(REQUEST_OFFER), REQUEST_REMEDY_OBJECT, 14, false, true, VIA, NULL,
     N_("You have 14 days from service to accept the offer or to object to it. If you do neither, the request counts "
        "as "
        "withdrawn."),
     "R-07", 0, false},
    {K(REQUEST_DATA_SUBJECT), S(REQUEST_ANSWERED) | S(REQUEST_REFUSED) | S(REQUEST_NOT_HELD), REQUEST_REMEDY_PUODO, 0,
     false, false, PUODO, NULL,
     N_("You can complain to the President of the Personal Data Protection Office, and you can go to court."), "P-06",
     0, false},
};

/* ---------------------------------------------------------------- days in words */

struct str day_words(struct arena *ar, struct day d, enum lang lang)
{
    static const char *const polish[] = {"stycznia", "lutego",   "marca",    "kwietnia",     "maja",      "czerwca",
                                         "lipca",    "sierpnia", "września", "października", "listopada", "grudnia"};
    static const char *const english[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
    int year, month, day;
    day_split(d, &year, &month, &day);
    return lang == LANG_PL ? arena_fmt(ar, "%d %s %d r.", day, polish[month - 1], year)
                           : arena_fmt(ar, "%d %s %d", day, english[month - 1], year);
}

/* ---------------------------------------------------------------- the question */

/* While the requester chooses another form the office is not late (F-19); before service is known, nobody can say when.
 */
static struct day first_late_day(const struct request_view *v)
{
    if (!day_is_none(v->overdue_since)) {
        return v->overdue_since;
    }
    if (v->state != REQUEST_FORM) {
        return day_add(v->due, 1);
    }
    return day_is_none(v->waiting_until) ? DAY_NONE
                                         : day_add(v->waiting_until.n > v->due.n ? v->waiting_until : v->due, 1);
}

/* The day of service of what the remedy is against; of an offer the requester's own term tells that it is known. */
static struct day begun_by(const struct remedy_row *row, const struct request_view *v)
{
    return row->kind == REQUEST_REMEDY_OBJECT ? v->waiting_until : v->served;
}

static bool remedy_of(const struct remedy_row *row, const struct request_view *v, struct arena *ar, enum lang lang,
                      struct request_remedy *out)
{
    *out = (struct request_remedy){.kind = row->kind,
                                   .from = row->after_due ? first_late_day(v) : DAY_NONE,
                                   .until = DAY_NONE,
                                   .days = row->days,
                                   .unserved = row->after_service && day_is_none(begun_by(row, v)),
                                   .body = str_of(tr(lang, row->body)),
                                   .via = str_of(row->via != NULL ? tr(lang, row->via) : ""),
                                   .text = str_of(tr(lang, row->text)),
                                   .rule = row->rule};
    if (row->after_due) {
        struct str day = day_words(ar, out->from, lang);
        const char *at = strstr(out->text.p, "%s");
        if (day.p == NULL || at == NULL) {
            return false;
        }
        struct str before = {out->text.p, (size_t)(at - out->text.p)};
        out->text = arena_fmt(ar, "%.*s%s%s", (int)before.n, before.p, day.p, at + 2);
    }
    return out->text.p != NULL;
}

/* The last day of a term that began with service: it moves over free days (K-05). */
static bool count_from_service(struct request_desk *d, const struct request_view *v, const struct remedy_row *row,
                               struct request_remedy *out, struct err *e)
{
    struct request_law *law CLEANUP(law_give) = NULL;
    struct term term;
    if (row->kind == REQUEST_REMEDY_OBJECT) {
        out->until = v->waiting_until;
        return true;
    }
    if (!row->after_service || day_is_none(v->served)) {
        return true;
    }
    if (!law_take(d, v->served, &law, e) ||
        !term_compute(law->holidays, v->served, TERM_DAYS, row->days, true, e->lang, &term, e)) {
        return false;
    }
    out->until = term.end;
    return true;
}

static bool applies(const struct remedy_row *row, const struct request_view *v)
{
    bool objected = !row->objected;
    for (size_t i = 0; i < v->event_count; i++) {
        objected |= v->events[i].verb == REQUEST_DO_OBJECT;
    }
    return (row->kinds & K(v->kind)) != 0 && (row->states & S(v->state)) != 0 &&
           (row->outcomes == 0 || (row->outcomes & O(v->outcome)) != 0) && objected &&
           (!row->after_due || !day_is_none(first_late_day(v)));
}

bool remedies_of(struct request_desk *d, struct request_view *v, struct arena *ar, struct err *e)
{
    struct request_remedy *list = arena_alloc(ar, COUNT_OF(rows) * sizeof *list);
    size_t n = 0;
    if (list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!applies(&rows[i], v)) {
            continue;
        }
        if (!remedy_of(&rows[i], v, ar, e->lang, &list[n])) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        if (!count_from_service(d, v, &rows[i], &list[n++], e)) {
            return false;
        }
    }
    v->remedies = list;
    v->remedy_count = n;
    return true;
}

/* ---------------------------------------------------------------- the draft of the letter, in Polish */

static const char *heading_of(enum request_remedy_kind k)
{
    switch (k) {
        case REQUEST_REMEDY_SILENCE:
            return "SKARGA NA BEZCZYNNOŚĆ";
        case REQUEST_REMEDY_URGE:
            return "PONAGLENIE";
        case REQUEST_REMEDY_APPEAL:
            return "ODWOŁANIE";
        case REQUEST_REMEDY_COURT:
        case REQUEST_REMEDY_PUODO:
        case REQUEST_REMEDY_COMPLAINT:
            return "SKARGA";
        case REQUEST_REMEDY_ASK:
            return "PYTANIE O SPRAWĘ";
        case REQUEST_REMEDY_OBJECT:
            break;
    }
    return "SPRZECIW";
}

static const struct request_remedy *find_remedy(const struct request_view *v, enum request_remedy_kind k)
{
    for (size_t i = 0; i < v->remedy_count; i++) {
        if (v->remedies[i].kind == k) {
            return &v->remedies[i];
        }
    }
    return NULL;
}

static void demand(enum request_remedy_kind k, enum request_state s, struct buf *out)
{
    if (k == REQUEST_REMEDY_SILENCE) {
        buf_add_z(out, "Zarzucam organowi naruszenie art. 13 ust. 1 ustawy z dnia 6 września 2001 r. o dostępie do "
                       "informacji publicznej. Wnoszę o:\n"
                       "1. zobowiązanie organu do załatwienia wniosku w terminie 14 dni,\n"
                       "2. stwierdzenie, czy bezczynność miała miejsce z rażącym naruszeniem prawa,\n"
                       "3. zasądzenie zwrotu kosztów postępowania.\n");
    } else if (k == REQUEST_REMEDY_ASK) {
        buf_add_z(out, "Termin minął, a nie mam odpowiedzi ani zawiadomienia o nowym terminie. Proszę o odpowiedź albo "
                       "o podanie powodu i nowego terminu.\n");
    } else if (k == REQUEST_REMEDY_URGE) {
        buf_add_z(out,
                  "Sprawa nie została załatwiona w terminie i nie wyznaczono nowego. Wnoszę o wyznaczenie terminu "
                  "załatwienia sprawy, na podstawie art. 37 w związku z art. 237 § 4 KPA.\n");
    } else if (k == REQUEST_REMEDY_COMPLAINT && request_ended(s)) {
        buf_add_z(
            out,
            "Nie zgadzam się ze sposobem załatwienia mojego wniosku i na podstawie art. 246 § 1 KPA wnoszę skargę.\n"
            "Uzasadnienie: ……………\n");
    } else if (k == REQUEST_REMEDY_COMPLAINT) {
        buf_add_z(out,
                  "Mój wniosek nie został załatwiony w terminie. Na podstawie art. 246 § 2 KPA wnoszę skargę i proszę "
                  "o spowodowanie, aby został załatwiony.\n");
    } else if (k == REQUEST_REMEDY_APPEAL) {
        buf_add_z(out, "Wnoszę o uchylenie decyzji w całości (w części: ……………).\n"
                       "Uzasadnienie (nieobowiązkowe): ……………\n");
    } else {
        buf_add_z(out, "Treść i uzasadnienie: ……………\n");
    }
}

bool request_remedy_letter(struct request_desk *d, const struct request_view *v, enum request_remedy_kind k,
                           struct arena *ar, struct str *out, struct err *e)
{
    const struct request_remedy *r = find_remedy(v, k);
    struct buf text CLEANUP(buf_free) = BUF_INIT(64u * 1024);
    struct office_info office;
    if (r == NULL) {
        return err_set(e, ERR_STATE, "this remedy does not exist for the request as it stands");
    }
    if (!archive_office(d->a, ar, &office, e)) {
        return false;
    }
    struct str filed = day_words(ar, v->term.start, LANG_PL), due = day_words(ar, v->due, LANG_PL);
    struct err polish;
    err_init(&polish, LANG_PL);
    struct request_view in_polish = *v;
    if (!remedies_of(d, &in_polish, ar, &polish) || filed.p == NULL || due.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    r = find_remedy(&in_polish, k);
    buf_fmt(&text, "……………, dnia …………… r.\n\nImię i nazwisko: %.*s\nAdres do doręczeń: ……………\n\n", (int)v->form.name.n,
            v->form.name.n ? v->form.name.p : "");
    if (k != REQUEST_REMEDY_ASK) {
        buf_fmt(&text, "Do: %.*s\n", (int)r->body.n, r->body.p);
    }
    const char *role = k == REQUEST_REMEDY_ASK ? "Do: " : r->via.n > 0 ? "za pośrednictwem: " : "organ: ";
    buf_fmt(&text, "%s%.*s\n%.*s\n\n", role, (int)office.name.n, office.name.p, (int)office.address.n,
            office.address.n ? office.address.p : "");
    buf_fmt(&text, "%s\n\nSprawa: %s nr %s, z dnia %s Termin załatwienia: %s\n\n", heading_of(k),
            request_kind_title(v->kind, LANG_PL), v->number, filed.p, due.p);
    demand(k, v->state, &text);
    buf_add_z(&text, "\nDowód: potwierdzenie złożenia, w załączeniu.\n\n……………………………\n(podpis)\n");
    if (!buf_ok(&text, e)) {
        return false;
    }
    *out = arena_str(ar, buf_str(&text));
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

/* office.h: the office. Knows the law of terms, requests and people; knows no HTTP and no terminal.
 * Rules: law/requests.md (ids K-01 … as there). */
#ifndef AKTA_OFFICE_H
#define AKTA_OFFICE_H

#include "record.h"

/* ---------------------------------------------------------------- free days and legal terms (KPA art. 57) */

/* The table of statutory free days as data with validity years: conf/holidays.tsv. */
struct holidays;
bool holidays_parse(struct str tsv, struct holidays **out, struct err *e) MUST_USE;
void holidays_free(struct holidays **h);
/* The version in force in the archive; without an archive, the one that ships with the program. */
bool holidays_in_force(struct archive *a, struct day on, struct holidays **out, struct err *e) MUST_USE;
bool holidays_builtin(struct holidays **out, struct err *e) MUST_USE;
struct str holidays_builtin_text(void); /* the document itself, for the import at the start of an archive */
/* The name of the free day in the language asked for; false: a working day. Saturday counts (K-05). */
bool holiday_name(const struct holidays *h, struct day d, enum lang lang, struct str *name);

enum term_unit { TERM_DAYS, TERM_WEEKS, TERM_MONTHS, TERM_YEARS };
#define TERM_SKIPPED_MAX 16
struct term {
    struct day start, raw, end; /* raw: before rolling; end: the legal end */
    struct {
        struct day date;
        struct str why;
    } skipped[TERM_SKIPPED_MAX];
    size_t skipped_count;
};
/* K-01 … K-05: the day of the event is not counted; the end rolls over free days and Saturdays, free days inside count.
 * rolls = false for fictions of service (K-06). ERR_INVALID: amount 0 or out of range, or beyond the supported years. */
bool term_compute(const struct holidays *h, struct day start, enum term_unit unit, unsigned amount, bool rolls,
                  enum lang lang, struct term *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- identifiers with check digits (law/requests.md §10) */

enum ident_kind { IDENT_PESEL, IDENT_NIP, IDENT_REGON, IDENT_ID_CARD, IDENT_PASSPORT, IDENT_KW, IDENT_NRB, IDENT_VIN,
                  IDENT_CARD, IDENT_KIND_COUNT };
const char *ident_kind_name(enum ident_kind k); /* "pesel" … as the tool spells them */
bool ident_kind_parse(struct str s, enum ident_kind *out);
/* Form and check digit. Spaces, hyphens and U+00A0 as printed are allowed. *why: the fault and its repair in lang, or
 * what was checked. Never logs the value. */
bool ident_check(enum ident_kind k, struct str value, enum lang lang, struct arena *a, struct str *why);

#endif

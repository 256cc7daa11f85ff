/* publish_internal.h: what the files about published documents share. */
#ifndef AKTA_OFFICE_PUBLISH_INTERNAL_H
#define AKTA_OFFICE_PUBLISH_INTERNAL_H

#include "office.h"

/* ---------------------------------------------------------------- the header of a document (publish_header.c) */

/* One `name: value` of the header; what continues on indented lines is joined with a blank. */
struct header_line {
    struct str name, value;
    size_t line; /* where it begins, from 1 */
};
struct header {
    struct header_line *list;
    size_t count;
    struct str body;  /* after the line `---` */
    size_t body_line; /* where it begins */
};
#define DOCUMENT_MAX     (1u << 20)
#define HEADER_LINES_MAX 400u
bool header_parse(struct str text, struct arena *ar, struct header *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- values of fields (publish_value.c) */

/* A value in parts, parted by a vertical bar; blanks around a part do not count. */
#define VALUE_PARTS_MAX 8u
struct value_parts {
    struct str list[VALUE_PARTS_MAX];
    size_t count; /* VALUE_PARTS_MAX + 1: more */
};
void value_split(struct str value, struct value_parts *out);

/* Each false without a reason: the caller knows the field and the line. */
bool value_money(struct str s, uint64_t *grosze);        /* "31,00 zł", "1 250,00 zł" */
bool value_size(struct str s, uint64_t *bytes);          /* "111,71 KB" */
bool value_term(struct str s, struct published_term *t); /* "at-once" "14 days" "2 months" */
/* Of repeated fields: out is one element of their list. */
typedef bool (*value_read)(const struct value_parts *v, void *out);
bool value_bring(const struct value_parts *v, void *out);      /* struct bring */
bool value_fee(const struct value_parts *v, void *out);        /* struct published_fee */
bool value_appeal(const struct value_parts *v, void *out);     /* struct published_appeal */
bool value_attachment(const struct value_parts *v, void *out); /* struct published_attachment */
bool value_current(const struct value_parts *v, void *out);    /* struct current_rule */
bool value_price(const struct value_parts *v, void *out);      /* struct price */
bool value_retention(const struct value_parts *v, void *out);  /* struct published_retention, its symbol alone */
bool value_access(struct str s, unsigned *out);                /* "foi, self" */
bool value_status(struct str s, enum published_status *out);
bool value_slug(struct str s);

/* ---------------------------------------------------------------- names in the archive (publish.c) */

enum conf_kind published_conf_kind(enum published_kind k);
/* "slug", of a text "slug.pl". */
bool published_name(enum published_kind k, struct str slug, enum lang lang, struct arena *ar, struct str *out,
                    struct err *e) MUST_USE;

/* ---------------------------------------------------------------- retention of a class in words (publish_retention.c)
 */

/* a NULL: of the plan that ships. A class that the plan does not have is not settled. */
bool published_retention_of(struct archive *a, struct str symbol, struct day on, struct arena *ar,
                            struct published_retention *out, struct err *e) MUST_USE;

#endif

/* request_case.h: an archive with a desk that takes requests in, and the shortest ways to forms, drafts and files.
 * Every helper asserts. */
#ifndef AKTA_TESTS_REQUEST_CASE_H
#define AKTA_TESTS_REQUEST_CASE_H

#include "record_case.h"

#include "office_request.h"

struct request_case {
    struct archive_case *c;
    struct request_desk *d;
    struct arena *ar;
};

static inline void desk_open(struct request_case *r, const struct request_limits *limits)
{
    must(request_desk_open(r->c->a, limits, &r->d, &e));
}

static inline struct request_case *request_case_make(void)
{
    struct request_case *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->c = case_make();
    r->ar = r->c->ar;
    desk_open(r, NULL);
    return r;
}

static inline void request_case_end(struct request_case *r)
{
    request_desk_close(&r->d);
    case_end(r->c);
    free(r);
}

static inline int request_setup(void **state)
{
    *state = request_case_make();
    return 0;
}

static inline int request_teardown(void **state)
{
    request_case_end(*state);
    return 0;
}

static inline struct day request_today(const struct request_case *r)
{
    return warsaw_day(r->c->now);
}

/* A form that is sound for its kind. */
static inline struct request_form sound_form(enum request_kind k)
{
    struct request_form f = {
        .kind = k, .way = REQUEST_HERE, .content = STR("Proszę o umowy na odśnieżanie z 2026 roku.")};
    if (k == REQUEST_DATA_SUBJECT) {
        f.right = REQUEST_ACCESS;
        f.way = REQUEST_EMAIL;
    }
    f.name = STR("Żaneta Ćwikła");
    if (k != REQUEST_FOI && k != REQUEST_OWN_WORDS) {
        f.email = STR("zaneta@example.pl");
    }
    if (k == REQUEST_REUSE) {
        f.purpose = STR("aplikacja dla kierowców");
        f.format = STR("CSV");
    }
    if (k == REQUEST_COMPLAINT || k == REQUEST_PROPOSAL || k == REQUEST_PETITION) {
        f.street = STR("Polna 3");
        f.postal_code = STR("17-300");
        f.city = STR("Siemiatycze");
    }
    return f;
}

static inline struct request_filed file_form(struct request_case *r, const struct request_form *f, const char *draft,
                                             const char *once)
{
    struct request_filed out;
    struct request_faults faults;
    const struct request_filing in = {
        .form = *f, .channel = REQUEST_PORTAL, .received = r->c->now, .draft = str_of(draft), .once = str_of(once)};
    must(request_file(r->d, &in, NULL, r->ar, &out, &faults, &e));
    return out;
}

static inline struct request_filed file_kind(struct request_case *r, enum request_kind k)
{
    struct request_form f = sound_form(k);
    return file_form(r, &f, NULL, NULL);
}

static inline struct request_view open_request(struct request_case *r, const struct request_filed *f)
{
    struct request_view v;
    must(request_open(r->d, str_of(f->number), str_of(f->secret.code), request_today(r), r->ar, &v, &e));
    return v;
}

static inline struct draft_file attach(struct request_case *r, const char *token, const char *name, struct bytes b)
{
    struct draft_file out;
    struct case_bytes source = {.b = b};
    must(draft_attach(r->d, str_of(token), str_of(name),
                      (struct content_source){.read = case_bytes_read, .ctx = &source}, r->ar, &out, &e));
    return out;
}

static inline void request_doctor_finds_nothing(struct request_case *r)
{
    uint64_t checked;
    char first[600] = "";
    must(request_doctor(r->d, case_first_finding, first, &checked, &e));
    if (first[0]) {
        fail_msg("doctor of requests: %s", first);
    }
    assert_true(checked > 0);
}

#endif

/* route.c: the table of addresses. Every address of the window stands here and nowhere else, with what its gate
 * demands.
 *
 * Pages answer in Polish, and in English below /en. */
#include "window.h"

#include <string.h>

static const struct input_field search_fields[] = {{"q", INPUT_TEXT, 0, 200}};

#define GET_ROW .method = "GET", .who = WHO_ANYONE, .body = BODY_NONE, .limit = 0
#define PAGE    GET_ROW, .face = FACE_PAGE, .cache = CACHE_PUBLIC
#define API     GET_ROW, .face = FACE_API, .cache = CACHE_PUBLIC

static const struct route_row rows[] = {
    {PAGE, .path = "/", .handle = page_start},
    {PAGE, .path = "/karty", .handle = page_cards, .section = SECTION_CARDS},
    {PAGE, .path = "/karty/{slug}", .handle = page_card, .section = SECTION_CARDS},
    {PAGE, .path = "/karty/{slug}/tresc", .handle = page_card_text, .section = SECTION_CARDS},
    {PAGE, .path = "/karty/{slug}/wersje", .handle = page_versions, .section = SECTION_CARDS},
    {PAGE, .path = "/karty/{slug}/wersje/{v}", .handle = page_version, .section = SECTION_CARDS},
    {PAGE, .path = "/rejestry", .handle = page_registers, .section = SECTION_REGISTERS},
    {PAGE, .path = "/rejestry/zasady", .handle = page_access_rules, .section = SECTION_REGISTERS},
    {PAGE, .path = "/rejestry/{n}", .handle = page_register, .section = SECTION_REGISTERS},
    {PAGE, .path = "/rejestry/{n}/wersje", .handle = page_versions, .section = SECTION_REGISTERS},
    {PAGE, .path = "/rejestry/{n}/wersje/{v}", .handle = page_version, .section = SECTION_REGISTERS},
    {PAGE, .path = "/informacje", .handle = page_texts},
    {PAGE, .path = "/informacje/{slug}", .handle = page_text},
    {PAGE, .path = "/informacje/{slug}/wersje", .handle = page_versions},
    {PAGE, .path = "/informacje/{slug}/wersje/{v}", .handle = page_version},
    {PAGE, .path = "/zmiany", .handle = page_changes},
    {PAGE, .path = "/redakcja", .handle = page_editors},
    {PAGE, .path = "/dane-osobowe", .handle = page_notices},
    {PAGE, .path = "/dziennik", .handle = page_log, .section = SECTION_LOG},
    {PAGE, .path = "/szukaj", .handle = page_search, .fields = search_fields, .field_count = COUNT_OF(search_fields),
     .flags = ROW_OWN_FAULTS},
    {API, .path = "/api/v1/services", .handle = api_services},
    {API, .path = "/api/v1/services/{slug}", .handle = api_service},
    {API, .path = "/api/v1/registers", .handle = api_registers},
    {API, .path = "/api/v1/registers/{n}", .handle = api_register},
    {GET_ROW, .path = "/site/{file}", .handle = page_site, .face = FACE_PLAIN, .cache = CACHE_FOREVER,
     .flags = ROW_IN_MAINTENANCE},
    {GET_ROW, .path = "/healthz", .handle = page_healthz, .face = FACE_PLAIN, .cache = CACHE_NEVER},
    {.method = "GET", .path = "/metrics", .handle = page_metrics, .who = WHO_LOOPBACK, .face = FACE_PLAIN},
};

const struct route_row *route_rows(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

static bool fits_slug(struct str s, bool dots)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (dots && c == '.'))) {
            return false;
        }
    }
    return s.n > 0 && s.n <= 80;
}

static struct str segment(const char *p, size_t n)
{
    const char *slash = memchr(p, '/', n);
    return (struct str){p, slash != NULL ? (size_t)(slash - p) : n};
}

static bool segment_fits(struct str want, struct str have, struct parts *parts)
{
    if (str_is(want, "{n}")) {
        return parse_u64(have, 1, 999999, &parts->number);
    }
    if (str_is(want, "{v}")) {
        return parse_u64(have, 1, 999999, &parts->version);
    }
    if (str_is(want, "{slug}") || str_is(want, "{file}")) {
        parts->slug = have;
        return fits_slug(have, want.n == 6 && want.p[1] == 'f');
    }
    return str_eq(want, have);
}

/* Segment by segment; both begin with a slash. */
bool route_match(const struct route_row *row, struct str path, struct parts *parts)
{
    const char *want = row->path, *want_end = want + strlen(want), *have = path.p, *have_end = path.p + path.n;
    while (want < want_end && have < have_end && *have == '/') {
        struct str w = segment(want + 1, (size_t)(want_end - want - 1));
        struct str s = segment(have + 1, (size_t)(have_end - have - 1));
        if (!segment_fits(w, s, parts)) {
            return false;
        }
        want += 1 + w.n;
        have += 1 + s.n;
    }
    return want == want_end && have == have_end;
}

/* Every row that is posted to, generated from the table of addresses: who may not, which bodies, how large, from where,
 * with which ticket; every field with text that would be markup; and whatever a filed letter shows. */
#include "archive_case.h"

#include "fcgi/form.h"

extern const char _binary_pl_mo_start[], _binary_pl_mo_end[];

struct desk {
    struct case_world world;
    struct window window;
    struct arena *ar;
    char draft[DRAFT_TOKEN_SIZE];
    struct request_secret secret; /* of a letter that is filed */
    char number[REQUEST_NUMBER_SIZE];
};

#define URLENCODED "application/x-www-form-urlencoded"
static const char script[] = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>' onfocus='x &lt;b&gt;";

/* ---------------------------------------------------------------- asking */

struct drip {
    struct str text;
    size_t at;
    uint64_t endless; /* so many zeros after the text */
};

static bool drip_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct drip *d = ctx;
    size_t left = d->text.n - d->at;
    (void)e;
    if (left == 0 && d->endless > 0) {
        *got = n < d->endless ? n : (size_t)d->endless;
        memset(p, '0', *got);
        d->endless -= *got;
        return true;
    }
    *got = n < left ? n : left;
    memcpy(p, d->text.p + d->at, *got);
    d->at += *got;
    return true;
}

/* The answer's body lives until the next question. */
static struct answer *ask_with(struct desk *d, struct request q, struct drip *body)
{
    static struct answer a;
    buf_free(&a.body);
    a = (struct answer){.body = BUF_INIT(BODY_MAX)};
    arena_reset(d->ar);
    q.remote = q.remote.n > 0 ? q.remote : STR("unix:");
    q.host = STR("bip.example");
    if (body != NULL) {
        q.body = (struct content_source){.read = drip_read, .ctx = body};
    }
    window_answer(&d->window, &q, d->ar, &a);
    return &a;
}

static struct answer *get(struct desk *d, const char *path)
{
    return ask_with(d, (struct request){.method = STR("GET"), .path = str_of(path)}, NULL);
}

static struct answer *post(struct desk *d, const char *path, const char *type, struct str body)
{
    struct drip drip = {.text = body};
    return ask_with(d,
                    (struct request){
                        .method = STR("POST"), .path = str_of(path), .content_type = str_of(type), .body_size = body.n},
                    &drip);
}

static bool says(const struct answer *a, const char *text)
{
    return a->body.n > 0 && memmem(a->body.p, a->body.n, text, strlen(text)) != NULL;
}

/* ---------------------------------------------------------------- the world */

static void file_letter(struct desk *d)
{
    struct request_filing in = {.form = {.kind = REQUEST_FOI, .way = REQUEST_HERE},
                                .channel = REQUEST_PORTAL,
                                .received = d->world.now,
                                .draft = str_of(d->draft)};
    struct drip drip = {.text = STR("x")};
    struct request_filed filed;
    struct request_faults faults = {.count = 0};
    struct draft_file file;
    struct err e = ERR_INIT;
    in.form.content = str_of(script);
    in.form.name = str_of(script);
    if (!draft_attach(d->window.requests, str_of(d->draft), str_of("<script>.pdf"),
                      (struct content_source){drip_read, &drip, 0}, d->ar, &file, &e) ||
        !request_file(d->window.requests, &in, NULL, d->ar, &filed, &faults, &e)) {
        fail_msg("%s", e.text);
    }
    d->secret = filed.secret;
    memcpy(d->number, filed.number, sizeof d->number);
}

static int open_desk(void **state)
{
    static struct desk d;
    struct err e = ERR_INIT;
    d = (struct desk){.ar = arena_new(32u << 20)};
    case_open(&d.world, "2026-11-21");
    d.window.archive = d.world.a;
    d.window.transfer_max = 2;
    site_fill(&d.window.site);
    draft_new(d.draft);
    *state = &d;
    if (!bulletin_desk_open(d.world.a, &d.window.desk, &e) || !ticket_key_open(d.world.a, &d.window.form_key, &e) ||
        !request_desk_open(d.world.a, NULL, &d.window.requests, &e)) {
        return -1;
    }
    file_letter(&d);
    draft_new(d.draft);
    return 0;
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    request_desk_close(&d->window.requests);
    bulletin_desk_close(&d->window.desk);
    rate_free(&d->window.rate);
    arena_free(&d->ar);
    case_close(&d->world);
    return 0;
}

/* ---------------------------------------------------------------- rows */

/* An address of the row: {token} is the filed letter's, or a draft's where a letter is written. */
static void address_of(const struct desk *d, const struct route_row *row, char *out, size_t size)
{
    size_t n = 0;
    bool draft = strstr(row->path, "/pytanie/") != NULL || strstr(row->path, "}/sprawdz") != NULL;
    for (const char *p = row->path; *p != '\0' && n + 100 < size; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        const char *said = strncmp(p, "{sha", 4) == 0
                               ? "00000000000000000000000000000000000000000000000000000000000000ab"
                           : p[1] == 'n' ? "1"
                           : p[1] == 'c' ? d->secret.code
                           : p[1] == 's' ? d->number
                           : draft       ? d->draft
                                         : d->secret.token;
        n += (size_t)snprintf(out + n, size - n, "%s", said);
        p = strchr(p, '}');
    }
    out[n] = '\0';
}

static const struct route_row *next_posted(size_t *at)
{
    size_t count;
    const struct route_row *rows = route_rows(&count);
    while (*at < count) {
        const struct route_row *row = &rows[(*at)++];
        if (strcmp(row->method, "POST") == 0) {
            return row;
        }
    }
    return NULL;
}

/* The ticket of the path, as its form would carry it; a copy that outlives the arena. */
static struct str ticket_for(struct desk *d, const char *path)
{
    static char text[200];
    struct call c = {.w = &d->window, .ar = d->ar};
    struct str t = ticket_make(&c, str_of(path));
    memcpy(text, t.p, t.n);
    return (struct str){text, t.n};
}

static void add_coded(struct buf *out, const char *name, struct str value)
{
    buf_fmt(out, "%s%s=", out->n > 0 ? "&" : "", name);
    for (size_t i = 0; i < value.n; i++) {
        buf_fmt(out, "%%%02X", (unsigned char)value.p[i]);
    }
}

static void expect(const struct answer *a, int status, const char *path, const char *what)
{
    if (a->status != status) {
        fail_msg("%s: %s: %d, not %d: %.*s", path, what, a->status, status, (int)(a->body.n < 300 ? a->body.n : 300),
                 (const char *)a->body.p);
    }
    assert_int_equal(a->cache, CACHE_NEVER);
}

/* ---------------------------------------------------------------- what the gate lets through */

static void there_are_rows_to_test(void **state)
{
    size_t at = 0, pages = 0, others = 0;
    (void)state;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        assert_true(row->body != BODY_NONE && row->limit > 0);
        assert_int_equal(row->cache, CACHE_NEVER);
        if (row->face == FACE_PAGE) {
            assert_non_null(row->again); /* a form that is not sound goes back to its sender */
        }
        for (size_t i = 0; i < row->field_count; i++) {
            assert_non_null(row->fields[i].name);
            assert_true(row->fields[i].type != INPUT_FILES || row->file != NULL || (row->body & BODY_MULTIPART) == 0);
        }
        pages += row->face == FACE_PAGE;
        others += row->face != FACE_PAGE;
    }
    assert_true(pages >= 8 && others >= 1);
}

static void other_sites_cannot_post(void **state)
{
    struct desk *d = *state;
    size_t at = 0;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        char path[300];
        address_of(d, row, path, sizeof path);
        static const struct request foreign[] = {
            {.fetch_site = STR_INIT("cross-site")},
            {.fetch_site = STR_INIT("same-site")},
            {.origin = STR_INIT("https://evil.example")},
            {.fetch_site = STR_INIT("cross-site"), .origin = STR_INIT("https://bip.example")}};
        for (size_t i = 0; i < COUNT_OF(foreign); i++) {
            struct request q = foreign[i];
            q.method = STR("POST");
            q.path = str_of(path);
            q.content_type = row->face == FACE_PAGE ? STR(URLENCODED) : STR("application/json");
            expect(ask_with(d, q, NULL), 403, path, "from another site");
        }
    }
}

static void bodies_are_of_the_kind_and_size_declared(void **state)
{
    struct desk *d = *state;
    size_t at = 0;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        char path[300];
        address_of(d, row, path, sizeof path);
        static const char *const types[] = {"",
                                            "text/csv",
                                            "application/x-www-form-urlencodedx",
                                            "multipart/mixed",
                                            "application/octet-stream",
                                            "text/xml; charset=utf-8",
                                            "a\r\nb"};
        for (size_t i = 0; i < COUNT_OF(types); i++) {
            expect(post(d, path, types[i], STR("a=b")), 415, path, types[i]);
        }
        const char *type = row->face == FACE_PAGE ? URLENCODED : "application/json";
        if ((row->body & BODY_MULTIPART) == 0) {
            expect(post(d, path, "multipart/form-data; boundary=x", STR("--x--")), 415, path, "multipart");
        }
        struct request large = {
            .method = STR("POST"), .path = str_of(path), .content_type = str_of(type), .body_size = row->limit + 1};
        expect(ask_with(d, large, NULL), 413, path, "too large, as announced");
        struct drip endless = {.text = STR("x="), .endless = 2u << 20};
        large.body_size = BODY_UNKNOWN;
        expect(ask_with(d, large, &endless), 413, path, "too large, as it comes");
        assert_true(endless.endless > 1u << 20); /* it stopped reading */
    }
}

static void other_methods_are_405(void **state)
{
    struct desk *d = *state;
    size_t at = 0;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        char path[300];
        address_of(d, row, path, sizeof path);
        static const char *const methods[] = {"PUT", "DELETE", "PATCH", "OPTIONS", "post"};
        for (size_t i = 0; i < COUNT_OF(methods); i++) {
            struct answer *a = ask_with(d, (struct request){.method = str_of(methods[i]), .path = str_of(path)}, NULL);
            expect(a, 405, path, methods[i]);
            assert_non_null(memmem(a->allow.p, a->allow.n, "POST", 4));
        }
        if (row->face == FACE_PAGE) {
            assert_int_not_equal(get(d, path)->status, 405);
        }
    }
}

static void broken_forms_are_400(void **state)
{
    struct desk *d = *state;
    size_t at = 0;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        char path[300], body[600];
        address_of(d, row, path, sizeof path);
        if (row->face != FACE_PAGE) {
            continue;
        }
        static const char *const bad[] = {"x=%", "x=%zz", "x=%ff", "%C0%80=1", "x=\xFF"};
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
            struct str t = ticket_for(d, path);
            snprintf(body, sizeof body, TICKET_FIELD "=%.*s&%s", (int)t.n, t.p, bad[i]);
            expect(post(d, path, URLENCODED, str_of(body)), 400, path, bad[i]);
        }
        if (row->field_count > 0) {
            struct str t = ticket_for(d, path);
            const char *name = row->fields[0].name;
            snprintf(body, sizeof body, TICKET_FIELD "=%.*s&%s=a&%s=b", (int)t.n, t.p, name, name);
            expect(post(d, path, URLENCODED, str_of(body)), 400, path, "a field twice");
        }
    }
}

/* ---------------------------------------------------------------- tickets */

static void a_form_without_its_ticket_is_403(void **state)
{
    struct desk *d = *state;
    size_t at = 0;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        char path[300], body[400];
        address_of(d, row, path, sizeof path);
        if (row->face != FACE_PAGE) {
            continue;
        }
        expect(post(d, path, URLENCODED, STR("")), 403, path, "nothing");
        expect(post(d, path, URLENCODED, STR("kind=foi&co=1")), 403, path, "no ticket");
        expect(post(d, path, URLENCODED, STR(TICKET_FIELD "=")), 403, path, "an empty ticket");
        struct str t = ticket_for(d, "/another/form");
        snprintf(body, sizeof body, TICKET_FIELD "=%.*s", (int)t.n, t.p);
        expect(post(d, path, URLENCODED, str_of(body)), 403, path, "another form's ticket");
        t = ticket_for(d, path);
        snprintf(body, sizeof body, TICKET_FIELD "=%.*s&" TICKET_FIELD "=%.*s", (int)t.n, t.p, (int)t.n, t.p);
        expect(post(d, path, URLENCODED, str_of(body)), 403, path, "two tickets");
    }
}

static void a_file_before_the_ticket_is_403(void **state)
{
    struct desk *d = *state;
    size_t at = 0, tried = 0;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        char path[300], body[900];
        address_of(d, row, path, sizeof path);
        if (row->face != FACE_PAGE || row->file == NULL) {
            continue;
        }
        struct str t = ticket_for(d, path);
        snprintf(body, sizeof body,
                 "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nabc\r\n"
                 "--x\r\nContent-Disposition: form-data; name=\"" TICKET_FIELD "\"\r\n\r\n%.*s\r\n--x--\r\n",
                 (int)t.n, t.p);
        expect(post(d, path, "multipart/form-data; boundary=x", str_of(body)), 403, path, "a file first");
        tried++;
    }
    assert_true(tried >= 2);
    struct draft draft;
    struct err e = ERR_INIT;
    assert_false(draft_open(d->window.requests, str_of(d->draft), d->ar, &draft, &e)); /* nothing of it was kept */
}

static void an_old_form_comes_back_filled_in(void **state)
{
    struct desk *d = *state;
    size_t at = 0;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        char path[300];
        struct buf body CLEANUP(buf_free) = BUF_INIT(1u << 16);
        if (row->face != FACE_PAGE) {
            continue;
        }
        address_of(d, row, path, sizeof path);
        case_set_day(&d->world, "2026-11-21");
        add_coded(&body, TICKET_FIELD, ticket_for(d, path));
        add_coded(&body, "pismo", STR("informacja"));
        add_coded(&body, "content", STR("Zażółć gęślą jaźń"));
        add_coded(&body, "numer", STR("Zażółć gęślą jaźń"));
        case_set_day(&d->world, "2026-11-23");
        struct answer *a = post(d, path, URLENCODED, buf_str(&body));
        if (a->status == 409) {
            continue; /* this act is not open in the case */
        }
        expect(a, 422, path, "an old ticket");
        assert_true(says(a, "otwarty dłużej niż dobę"));
        if (strstr(path, "pytanie") != NULL || strcmp(path, "/sprawa") == 0) {
            assert_true(says(a, "Zażółć gęślą jaźń"));
        }
        case_set_day(&d->world, "2026-11-21");
    }
}

/* ---------------------------------------------------------------- markup in every field */

static void no_markup(const struct answer *a, const char *path)
{
    static const char *const signs[] = {"<script>", "<img src=x", "onerror=alert(1)>", "' onfocus='x", "\"><"};
    for (size_t i = 0; a->body.n > 0 && i < COUNT_OF(signs); i++) {
        const uint8_t *hit = memmem(a->body.p, a->body.n, signs[i], strlen(signs[i]));
        if (hit != NULL && !(i == 4 && hit[3] != 'i')) { /* "><p> of our own is fine, "><img is not */
            fail_msg("%s: %s in the page", path, signs[i]);
        }
    }
}

static void no_field_becomes_markup(void **state)
{
    struct desk *d = *state;
    size_t at = 0, echoes = 0;
    for (const struct route_row *row; (row = next_posted(&at)) != NULL;) {
        char path[300];
        address_of(d, row, path, sizeof path);
        for (size_t i = 0; row->face == FACE_PAGE && i < row->field_count; i++) {
            struct buf body CLEANUP(buf_free) = BUF_INIT(1u << 16);
            add_coded(&body, TICKET_FIELD, ticket_for(d, path));
            if (strcmp(row->fields[i].name, "pismo") != 0) {
                add_coded(&body, "pismo", i % 2 == 0 ? STR("informacja") : STR("skarga"));
            }
            add_coded(&body, row->fields[i].name, str_of(script));
            struct answer *a = post(d, path, URLENCODED, buf_str(&body));
            assert_true(a->status == 200 || a->status == 303 || a->status == 404 || a->status == 409 ||
                        a->status == 422);
            no_markup(a, path);
            echoes += says(a, "&lt;script&gt;alert(1)");
        }
    }
    assert_true(echoes >= 4);
}

static void no_filed_letter_becomes_markup(void **state)
{
    struct desk *d = *state;
    size_t count, shown = 0;
    const struct route_row *rows = route_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char path[300], english[310];
        if (strcmp(rows[i].method, "GET") != 0 || !str_starts(str_of(rows[i].path), "/s/")) {
            continue;
        }
        address_of(d, &rows[i], path, sizeof path);
        struct answer *a = get(d, path);
        if (a->type != NULL && str_starts(str_of(a->type), "text/html")) {
            no_markup(a, path);
            shown += says(a, "&lt;script&gt;");
        }
        assert_int_equal(a->cache, CACHE_NEVER);
        snprintf(english, sizeof english, "/en%s", path);
        assert_int_equal(get(d, english)->status, get(d, path)->status);
    }
    assert_true(shown >= 2);
}

/* ---------------------------------------------------------------- who holds no secret */

static void strangers_learn_nothing(void **state)
{
    struct desk *d = *state;
    size_t count, tried = 0;
    const struct route_row *rows = route_rows(&count);
    struct request_secret kept = d->secret;
    memcpy(d->secret.token, "0123456789abcdefghjkmnpqrstvwxyz", sizeof d->secret.token);
    for (size_t i = 0; i < count; i++) {
        char path[300];
        bool draft = strstr(rows[i].path, "/pytanie/") != NULL || strstr(rows[i].path, "/sprawdz") != NULL;
        if (!str_starts(str_of(rows[i].path), "/s/") || draft) {
            continue;
        }
        address_of(d, &rows[i], path, sizeof path);
        struct answer *a = get(d, path);
        expect(a, 404, path, "an unknown token");
        assert_false(says(a, d->number));
        tried++;
    }
    d->secret = kept;
    assert_true(tried >= 10);
    char path[100];
    snprintf(path, sizeof path, "/api/v1/requests/%s", d->number);
    expect(get(d, path), 404, path, "without a secret");
    struct request q = {.method = STR("GET"), .path = str_of(path), .secret = STR("ABCDE-ABCDE-ABCDE-ABCDE")};
    expect(ask_with(d, q, NULL), 404, path, "with a wrong secret");
    q.secret = str_of(d->secret.code);
    assert_int_equal(ask_with(d, q, NULL)->status, 200);
}

static void a_foreign_code_is_not_shown(void **state)
{
    struct desk *d = *state;
    char path[200];
    snprintf(path, sizeof path, "/s/%s/potwierdzenie/%s", d->secret.token, d->secret.code);
    assert_true(says(get(d, path), "class=\"code\""));
    snprintf(path, sizeof path, "/s/%s/potwierdzenie/%s", d->secret.token, "ABCDE-ABCDE-ABCDE-ABCDE");
    assert_int_equal(get(d, path)->status, 200);
    assert_false(says(get(d, path), "class=\"code\""));
}

/* ---------------------------------------------------------------- measure and slots */

static void one_network_files_with_measure(void **state)
{
    struct desk *d = *state;
    char path[300];
    unsigned refused = 0;
    d->window.rate = rate_new();
    snprintf(path, sizeof path, "/s/%s/pytanie/1", d->draft);
    for (int i = 0; i < 400; i++) {
        struct answer *a = ask_with(d,
                                    (struct request){.method = STR("POST"),
                                                     .path = str_of(path),
                                                     .remote = STR("192.0.2.7"),
                                                     .content_type = STR(URLENCODED)},
                                    NULL);
        if (a->status == 429) {
            assert_true(a->retry_after > 0);
            refused++;
        } else {
            assert_int_equal(a->status, 403);
        }
    }
    assert_true(refused > 100);
    assert_int_equal(post(d, path, URLENCODED, STR(""))->status, 403); /* others go on */
    rate_free(&d->window.rate);
}

static void uploads_leave_threads_for_others(void **state)
{
    struct desk *d = *state;
    char path[300];
    snprintf(path, sizeof path, "/s/%s/pytanie/1", d->draft);
    struct request large = {.method = STR("POST"),
                            .path = str_of(path),
                            .content_type = STR("multipart/form-data; boundary=x"),
                            .body_size = 1u << 20};
    atomic_store(&d->window.transfers, d->window.transfer_max);
    struct answer *a = ask_with(d, large, NULL);
    expect(a, 503, path, "no slot is free");
    assert_true(a->retry_after > 0);
    large.body_size = BODY_UNKNOWN;
    expect(ask_with(d, large, NULL), 503, path, "an unknown size counts as large");
    expect(post(d, path, URLENCODED, STR("a=b")), 403, path, "small ones go on");
    atomic_store(&d->window.transfers, 0);
    large.body_size = 1u << 20;
    expect(ask_with(d, large, NULL), 400, path, "and now it is read");
    assert_int_equal(atomic_load(&d->window.transfers), 0);
}

/* The fields of the window are those of the office, with the same sizes. */
static void the_fields_are_the_offices(void **state)
{
    size_t n, found = 0;
    const struct request_field *list = request_fields(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < ASK_FIELDS; k++) {
            if (strcmp(ask_fields[k].name, list[i].name) != 0) {
                continue;
            }
            bool text = list[i].input == REQUEST_TEXT || list[i].input == REQUEST_LINES;
            assert_int_equal(ask_fields[k].type, list[i].input == REQUEST_TEXT    ? INPUT_TEXT
                                                 : list[i].input == REQUEST_LINES ? INPUT_LINES
                                                                                  : INPUT_WORD);
            if (text && ask_fields[k].max != list[i].max) {
                fail_msg("%s: %llu, not %u", list[i].name, (unsigned long long)ask_fields[k].max, list[i].max);
            }
            found++;
        }
    }
    assert_int_equal(found, n);
}

int main(void)
{
    struct err e = ERR_INIT;
    if (!catalogue_register(LANG_PL, _binary_pl_mo_start, (size_t)(_binary_pl_mo_end - _binary_pl_mo_start), &e)) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_rows_to_test),
        cmocka_unit_test(other_sites_cannot_post),
        cmocka_unit_test(bodies_are_of_the_kind_and_size_declared),
        cmocka_unit_test(other_methods_are_405),
        cmocka_unit_test(broken_forms_are_400),
        cmocka_unit_test(a_form_without_its_ticket_is_403),
        cmocka_unit_test(a_file_before_the_ticket_is_403),
        cmocka_unit_test(an_old_form_comes_back_filled_in),
        cmocka_unit_test(no_field_becomes_markup),
        cmocka_unit_test(no_filed_letter_becomes_markup),
        cmocka_unit_test(strangers_learn_nothing),
        cmocka_unit_test(a_foreign_code_is_not_shown),
        cmocka_unit_test(one_network_files_with_measure),
        cmocka_unit_test(uploads_leave_threads_for_others),
        cmocka_unit_test(the_fields_are_the_offices),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}

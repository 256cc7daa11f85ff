/* Notices by e-mail: what a message is made of, and its way through the outbox: queued with the act, handed over once,
 * settled by what the server said, given up after days, and never without its act nor the act without it. */
#include "request_acts.h"

#include "archive/office/notice.h"

#define ORIGIN "bip.example/dziennik"

static const struct notice_patience patience = {60, 5};

/* ---------------------------------------------------------------- the message */

static void addresses_go_into_headers_or_not(void **state)
{
    (void)state;
    static const char *const good[] = {"a@b.pl", "anna.nowak+bip@poczta.example.pl", "o'neil=x@a-b.example"};
    static const char *const bad[] = {"",           "a",           "@b.pl",       "a@",        "a@b@c.pl",
                                      "a b@c.pl",   "a@b..pl",     "a@.pl",       ".a@b.pl",   "a.@b.pl",
                                      "a@b.pl.",    "<a@b.pl>",    "a@b.pl\r\nX", "żółw@b.pl", "a@żółw.pl",
                                      "\"a\"@b.pl", "a@[1.2.3.4]", "a,b@c.pl",    "a@b_c.pl"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(notice_address_ok(str_of(good[i])));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(notice_address_ok(str_of(bad[i])));
    }
}

static void encoded(void (*how)(struct buf *, struct str), const char *text, const char *wanted)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(8192);
    how(&b, str_of(text));
    buf_add_u8(&b, 0);
    assert_string_equal((const char *)b.p, wanted);
}

static void headers_are_encoded(void **state)
{
    (void)state;
    encoded(mime_words, "Case 2026-000001: closed", "Case 2026-000001: closed");
    encoded(mime_words, "=?x", "=?UTF-8?B?PT94?=");
    encoded(mime_words, "zażółć", "=?UTF-8?B?emHFvMOzxYLEhw==?=");
    /* 45 bytes end within the 23rd ó: it goes to the next word whole. */
    encoded(mime_words, "óóóóóóóóóóóóóóóóóóóóóóóó",
            "=?UTF-8?B?w7PDs8Ozw7PDs8Ozw7PDs8Ozw7PDs8Ozw7PDs8Ozw7PDs8Ozw7PDs8Ozw7M=?=\r\n =?UTF-8?B?w7PDsw==?=");
    encoded(mime_phrase, "Town Hall 2", "Town Hall 2");
    encoded(mime_phrase, "Hall, \"x\" <a@b>", "=?UTF-8?B?SGFsbCwgIngiIDxhQGI+?=");
}

static void bodies_are_quoted(void **state)
{
    (void)state;
    encoded(mime_quoted, "a=b ż\n.\nend \n", "a=3Db =C5=BC\r\n=2E\r\nend=20\r\n");
    encoded(mime_quoted, "1234567890123456789012345678901234567890123456789012345678901234567890123456789",
            "1234567890123456789012345678901234567890123456789012345678901234567890123=\r\n456789");
}

static struct notice_job a_job(uint64_t event, enum request_verb verb, const char *email)
{
    struct notice_job j = {.event = event,
                           .verb = verb,
                           .lang = LANG_EN,
                           .number = "2026-000007",
                           .queued = 1795325106,
                           .email = str_of(email)};
    return j;
}

static void a_message_has_the_number_only(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free) = BUF_INIT(1u << 16);
    struct err e = ERR_INIT;
    const struct office_info office = {
        .name = STR("Urząd"), .origin = STR(ORIGIN), .address = STR("Rynek 1"), .email = STR("office@bip.example")};
    const struct notice_head head = {
        .office = &office, .from = STR("notices@bip.example"), .site = STR("https://bip.example")};
    const struct notice_job j = a_job(4, REQUEST_DO_ANSWER, "anna@example.pl");
    assert_true(notice_message(&j, &head, &b, &e));
    buf_add_u8(&b, 0);
    const char *m = (const char *)b.p;
    assert_non_null(strstr(m, "Date: Sun, 22 Nov 2026 05:25:06 +0000\r\n"));
    assert_non_null(strstr(m, "From: =?UTF-8?B?VXJ6xIVk?=\r\n <notices@bip.example>\r\nTo: <anna@example.pl>\r\n"));
    assert_non_null(strstr(m, "Subject: Case 2026-000007: the answer is ready\r\n"));
    assert_non_null(strstr(m, "Message-ID: <2026-000007.4@bip.example>\r\nIn-Reply-To: <2026-000007.1@bip.example>\r\n"
                              "References: <2026-000007.1@bip.example>\r\nAuto-Submitted: auto-generated\r\n"));
    assert_non_null(strstr(m, "\r\n\r\nThe office has answered.\r\n"));
    assert_non_null(strstr(m, "https://bip.example/en/sprawa\r\n"));
    for (const char *p = strstr(m, "\r\n\r\n"); *p != '\0'; p++) {
        assert_true((*p >= ' ' && *p <= '~') || *p == '\r' || *p == '\n');
    }
}

static void every_act_has_its_words(void **state)
{
    (void)state;
    struct buf first CLEANUP(buf_free) = BUF_INIT(1u << 16);
    struct err e = ERR_INIT;
    const struct office_info office = {.name = STR("Hall"), .origin = STR(ORIGIN), .address = STR("1")};
    const struct notice_head head = {.office = &office, .from = STR("notices@bip.example")};
    size_t told = 0;
    for (enum request_verb v = REQUEST_DO_FILE; v < REQUEST_VERB_END; v++) {
        const struct notice_job j = a_job(2, v, "a@b.pl");
        told += notice_verb(v);
        buf_reset(&first);
        assert_true(!notice_verb(v) || notice_message(&j, &head, &first, &e));
    }
    assert_int_equal(told, 19);
    const struct notice_job broken = a_job(2, REQUEST_DO_ANSWER, "a@b.pl\r\nBcc: c@d.pl");
    assert_false(notice_message(&broken, &head, &first, &e));
    assert_int_equal(e.code, ERR_INVALID);
}

/* ---------------------------------------------------------------- the outbox */

static const struct request_limits with_mail = {
    .files = 10, .file_bytes = 1u << 20, .draft_bytes = 1u << 24, .draft_hours = 24, .notices = true};

static int mail_setup(void **state)
{
    struct request_case *r = request_case_make();
    request_desk_close(&r->d);
    desk_open(r, &with_mail);
    *state = r;
    return 0;
}

static struct request_filed file_with(struct request_case *r, const char *email)
{
    struct request_form f = sound_form(REQUEST_FOI);
    f.email = str_of(email);
    return file_form(r, &f, NULL, NULL);
}

static struct notice *only(struct request_case *r, const struct request_filed *f, size_t wanted)
{
    struct notice *list;
    size_t n;
    must(notice_list(r->d, &f->id, r->ar, &list, &n, &e));
    assert_int_equal(n, wanted);
    return list;
}

static bool next(struct request_case *r, struct notice_job *j)
{
    bool found;
    must(notice_next(r->d, r->c->now, r->ar, j, &found, &e));
    return found;
}

static void report(struct request_case *r, const struct notice_job *j, enum notice_fate fate, enum notice_stage stage,
                   unsigned code)
{
    const struct notice_report said = {fate, stage, code};
    must(notice_settle(r->d, j, &said, &patience, r->c->now, &e));
}

static void act(struct request_case *r, const struct request_filed *f, enum request_verb v)
{
    struct request_act a = sound_act(v, REQUEST_FOI, REQUEST_FILED, r->c->now);
    struct request_done done;
    a.at = r->c->now;
    must(request_do(r->d, &f->id, &a, NULL, r->ar, &done, NULL, &e));
}

static void nothing_without_an_address(void **state)
{
    struct request_case *r = *state;
    struct notice_job j;
    struct request_filed f = file_with(r, "");
    act(r, &f, REQUEST_DO_EXTEND);
    (void)only(r, &f, 0);
    assert_false(next(r, &j));
}

static void nothing_without_mail(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_with(r, "anna@example.pl");
    act(r, &f, REQUEST_DO_EXTEND);
    (void)only(r, &f, 0);
}

static void once_each_in_order(void **state)
{
    struct request_case *r = *state;
    struct notice_job j, again;
    struct err why = ERR_INIT;
    bool found;
    struct request_filed f = file_with(r, "anna@example.pl");
    r->c->now += 5;
    act(r, &f, REQUEST_DO_ASSIGN); /* is not told */
    act(r, &f, REQUEST_DO_EXTEND);
    assert_int_equal(only(r, &f, 2)[1].event, 3);
    assert_true(next(r, &j));
    assert_true(j.event == 1 && str_is(j.email, "anna@example.pl") && strcmp(j.number, f.number) == 0);
    must(notice_hand(r->d, &j, &e));
    assert_false(notice_hand(r->d, &j, &why)); /* nobody else may */
    assert_int_equal(why.code, ERR_STATE);
    must(notice_handed(r->d, r->ar, &again, &found, &e));
    assert_true(found && again.event == 1);
    assert_true(next(r, &again) && again.event == 3); /* the other one waits still */
    request_doctor_finds_nothing(r);
    report(r, &j, NOTICE_TAKEN, NOTICE_STAGE_NONE, 0);
    assert_int_equal(only(r, &f, 2)[0].state, NOTICE_SENT);
    err_init(&why, LANG_EN);
    const struct notice_report twice = {.fate = NOTICE_LATER, .stage = NOTICE_CONNECT};
    assert_false(notice_settle(r->d, &j, &twice, &patience, r->c->now, &why)); /* sent is sent */
    assert_int_equal(why.code, ERR_STATE);
    report(r, &again, NOTICE_TAKEN, NOTICE_STAGE_NONE, 0);
    assert_false(next(r, &j));
    request_doctor_finds_nothing(r);
}

static void tries_grow_apart_and_end(void **state)
{
    struct request_case *r = *state;
    struct notice_job j;
    instant waited = 0, before = r->c->now;
    unsigned tries = 0;
    struct request_filed f = file_with(r, "anna@example.pl");
    for (; only(r, &f, 1)->state == NOTICE_WAITING; tries++) {
        instant gap = only(r, &f, 1)->next - r->c->now;
        assert_true(gap >= 0 && (gap >= waited || gap == only(r, &f, 1)->next - r->c->now) && gap <= 4 * 3600);
        r->c->now += gap - 1;
        assert_true(gap == 0 || !next(r, &j)); /* not a second before */
        r->c->now++;
        assert_true(next(r, &j));
        must(notice_hand(r->d, &j, &e));
        report(r, &j, NOTICE_LATER, NOTICE_CONNECT, 0);
        waited = gap;
        arena_reset(r->ar);
    }
    assert_int_equal(only(r, &f, 1)->state, NOTICE_GIVEN_UP);
    assert_int_equal(r->c->now - before, 5 * 86400);
    assert_true(tries > 30 && tries < 60);
    struct notice_figures figures;
    must(notice_figures(r->d, r->c->now, &figures, &e));
    assert_true(figures.waiting == 0 && figures.failed == 1);
    request_doctor_finds_nothing(r);
}

static void refusals_and_gaps_are_told(void **state)
{
    struct request_case *r = *state;
    struct notice_job j;
    struct request_filed f = file_with(r, "anna@example.pl");
    struct notice_figures figures;
    assert_true(next(r, &j));
    must(notice_hand(r->d, &j, &e));
    report(r, &j, NOTICE_UNKNOWN, NOTICE_CONTENT, 0);
    struct notice *n = only(r, &f, 1);
    assert_true(n->state == NOTICE_WAITING && n->repeated && n->attempts == 1 && n->next == r->c->now + 60);
    r->c->now += 2 * 86400;
    must(notice_figures(r->d, r->c->now, &figures, &e));
    assert_true(figures.waiting == 1 && figures.late == 1);
    report(r, &j, NOTICE_NEVER, NOTICE_RECIPIENT, 550);
    n = only(r, &f, 1);
    assert_true(n->state == NOTICE_REFUSED && n->stage == NOTICE_RECIPIENT && n->code == 550);
    request_doctor_finds_nothing(r);
    act(r, &f, REQUEST_DO_CHANGE_WAY); /* to another address */
    assert_true(next(r, &j) && str_is(j.email, "nowy@example.pl"));
    assert_int_equal(only(r, &f, 1)->attempts, 0);
    request_doctor_finds_nothing(r);
}

static bool erase(struct txn *t, void *ctx, struct err *e)
{
    return store_delete(t, T_KEY, id_bytes(ctx), e);
}

static void an_erased_request_has_no_address(void **state)
{
    struct request_case *r = *state;
    struct notice_job j;
    struct request_filed f = file_with(r, "anna@example.pl");
    must(store_write(archive_store(r->c->a), erase, &f.id, &e));
    assert_true(next(r, &j) && j.email.n == 0);
    report(r, &j, NOTICE_NEVER, NOTICE_STAGE_NONE, 0);
    assert_int_equal(only(r, &f, 1)->state, NOTICE_DROPPED);
    assert_false(next(r, &j));
}

static void an_address_is_spared(void **state)
{
    struct request_case *r = *state;
    struct notice_job j;
    struct request_filed f = file_with(r, "anna@example.pl");
    assert_true(next(r, &j) && j.attempts == 0 && notice_own_act(j.verb) && !notice_own_act(REQUEST_DO_ANSWER));
    report(r, &j, NOTICE_ENOUGH, NOTICE_STAGE_NONE, 0);
    assert_int_equal(only(r, &f, 1)->state, NOTICE_SPARED);
    assert_int_equal(only(r, &f, 1)->attempts, 0);
    assert_false(next(r, &j));
}

struct planting {
    const struct request_filed *f;
    unsigned what;
};

static bool plant(struct txn *t, void *ctx, struct err *e)
{
    const struct planting *p = ctx;
    struct rq_key k = rq_notice(&p->f->id, 1), listed;
    struct notice_row row;
    bool found;
    if (!notice_get(t, &p->f->id, 1, &row, &found, e) || !notice_listed(&row, &p->f->id, 1, &listed)) {
        return false;
    }
    return store_delete(t, T_REQUEST_INDEX, p->what == 0 ? rq_bytes(&k) : rq_bytes(&listed), e);
}

static void the_doctor_sees_what_does_not_agree(void **state)
{
    struct request_case *r = *state;
    for (unsigned what = 0; what < 2; what++) {
        struct request_filed f = file_with(r, "anna@example.pl");
        struct planting p = {&f, what};
        char first[600] = "";
        uint64_t checked;
        request_doctor_finds_nothing(r);
        must(store_write(archive_store(r->c->a), plant, &p, &e));
        must(request_doctor(r->d, case_first_finding, first, &checked, &e));
        assert_non_null(strstr(first, "notice"));
        if (what == 0) {
            break;
        }
    }
}

static void nothing_half_done_without_memory(void **state)
{
    struct request_case *r = *state;
    struct notice_job j;
    struct request_filed f = file_with(r, "anna@example.pl");
    bool done = false;
    assert_true(next(r, &j));
    for (uint64_t nth = 1; !done && nth < 200; nth++) {
        struct err e = ERR_INIT;
        mem_fault_after(nth);
        done = notice_hand(r->d, &j, &e);
        mem_fault_after(0);
        assert_int_equal(only(r, &f, 1)->state, done ? NOTICE_HANDED : NOTICE_WAITING);
    }
    assert_true(done);
    request_doctor_finds_nothing(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_go_into_headers_or_not),
        cmocka_unit_test(headers_are_encoded),
        cmocka_unit_test(bodies_are_quoted),
        cmocka_unit_test(a_message_has_the_number_only),
        cmocka_unit_test(every_act_has_its_words),
        cmocka_unit_test_setup_teardown(nothing_without_an_address, mail_setup, request_teardown),
        cmocka_unit_test_setup_teardown(nothing_without_mail, request_setup, request_teardown),
        cmocka_unit_test_setup_teardown(once_each_in_order, mail_setup, request_teardown),
        cmocka_unit_test_setup_teardown(tries_grow_apart_and_end, mail_setup, request_teardown),
        cmocka_unit_test_setup_teardown(refusals_and_gaps_are_told, mail_setup, request_teardown),
        cmocka_unit_test_setup_teardown(an_erased_request_has_no_address, mail_setup, request_teardown),
        cmocka_unit_test_setup_teardown(an_address_is_spared, mail_setup, request_teardown),
        cmocka_unit_test_setup_teardown(the_doctor_sees_what_does_not_agree, mail_setup, request_teardown),
        cmocka_unit_test_setup_teardown(nothing_half_done_without_memory, mail_setup, request_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

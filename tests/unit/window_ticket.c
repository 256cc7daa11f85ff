/* Tickets of forms, where a request comes from, the measure of senders, slots and pace of transfers. */
#include "archive_case.h"

#include "fcgi/window.h"

#include <pthread.h>

struct desk {
    struct case_world world;
    struct window window;
    struct call call;
};

static int open_desk(void **state)
{
    static struct desk d;
    struct err e = ERR_INIT;
    case_open(&d.world, "2026-11-21");
    d.window.archive = d.world.a;
    d.call = (struct call){.w = &d.window, .ar = d.world.ar};
    *state = &d;
    return ticket_key_open(d.world.a, &d.window.form_key, &e) ? 0 : -1;
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    case_close(&d->world);
    return 0;
}

/* ---------------------------------------------------------------- tickets */

static void a_ticket_serves_its_own_form(void **state)
{
    struct desk *d = *state;
    struct str once, again, t = ticket_make(&d->call, STR("/wniosek/informacja"));
    assert_int_equal(ticket_check(&d->call, t, STR("/wniosek/informacja"), &once), TICKET_SOUND);
    assert_int_equal(once.n, 32);
    assert_int_equal(ticket_check(&d->call, t, STR("/wniosek/informacja"), &again), TICKET_SOUND);
    assert_true(str_eq(once, again));
    assert_int_equal(ticket_check(&d->call, t, STR("/wniosek/skarga"), &once), TICKET_FALSE);
    struct str other = ticket_make(&d->call, STR("/wniosek/informacja"));
    assert_false(str_eq(t, other));
}

static void a_changed_ticket_is_false(void **state)
{
    struct desk *d = *state;
    struct str once, t = ticket_make(&d->call, STR("/x"));
    for (size_t i = 0; i < t.n; i++) {
        char text[200];
        memcpy(text, t.p, t.n);
        text[i] = text[i] == '0' ? '1' : '0';
        assert_int_equal(ticket_check(&d->call, (struct str){text, t.n}, STR("/x"), &once), TICKET_FALSE);
        assert_int_equal(ticket_check(&d->call, (struct str){t.p, i}, STR("/x"), &once), TICKET_FALSE);
    }
    assert_int_equal(ticket_check(&d->call, STR_NONE, STR("/x"), &once), TICKET_FALSE);
    struct key kept = d->window.form_key;
    key_random(&d->window.form_key);
    assert_int_equal(ticket_check(&d->call, t, STR("/x"), &once), TICKET_FALSE);
    d->window.form_key = kept;
    assert_int_equal(ticket_check(&d->call, t, STR("/x"), &once), TICKET_SOUND);
}

static void a_ticket_is_good_for_a_day(void **state)
{
    struct desk *d = *state;
    struct str once, t = ticket_make(&d->call, STR("/x"));
    case_set_day(&d->world, "2026-11-22");
    assert_int_equal(ticket_check(&d->call, t, STR("/x"), &once), TICKET_SOUND);
    case_set_day(&d->world, "2026-11-23");
    assert_int_equal(ticket_check(&d->call, t, STR("/x"), &once), TICKET_STALE);
    assert_int_equal(once.n, 32);
}

static void the_key_outlives_a_restart(void **state)
{
    struct desk *d = *state;
    struct key again;
    struct err e = ERR_INIT;
    assert_true(ticket_key_open(d->world.a, &again, &e));
    assert_memory_equal(again.b, d->window.form_key.b, sizeof again.b);
}

/* ---------------------------------------------------------------- where a request comes from */

static void other_sites_are_told_apart(void **state)
{
    static const struct {
        const char *fetch_site, *origin, *host;
        bool ours;
    } cases[] = {
        {"", "", "bip.example", true},
        {"same-origin", "", "bip.example", true},
        {"same-origin", "https://evil.example", "bip.example", true}, /* the browser itself has decided */
        {"cross-site", "https://bip.example", "bip.example", false},
        {"same-site", "", "bip.example", false},
        {"none", "", "bip.example", false},
        {"", "null", "bip.example", true},
        {"", "https://bip.example", "bip.example", true},
        {"", "https://BIP.example", "bip.example", true},
        {"", "http://127.0.0.1:8080", "127.0.0.1:8080", true},
        {"", "http://127.0.0.1:8081", "127.0.0.1:8080", false},
        {"", "https://evil.example", "bip.example", false},
        {"", "https://bip.example.evil.example", "bip.example", false},
        {"", "https://", "", false},
        {"", "bip.example", "bip.example", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct request q = {.fetch_site = str_of(cases[i].fetch_site),
                            .origin = str_of(cases[i].origin),
                            .host = str_of(cases[i].host)};
        if (comes_from_here(&q) != cases[i].ours) {
            fail_msg("case %zu", i);
        }
    }
}

/* ---------------------------------------------------------------- measure */

#define SECOND 1000000000ull

static void a_network_files_with_measure(void **state)
{
    struct rate *r = rate_new();
    uint64_t now = 5 * SECOND;
    (void)state;
    for (unsigned i = 0; i < 240; i++) {
        assert_int_equal(rate_take(r, STR("192.0.2.7"), now), 0);
    }
    unsigned wait = rate_take(r, STR("192.0.2.7"), now);
    assert_true(wait > 0 && wait <= 3);
    assert_int_equal(rate_take(r, STR("192.0.2.8"), now), 0);
    assert_int_equal(rate_take(r, STR("192.0.2.7"), now + wait * SECOND), 0);
    assert_true(rate_take(r, STR("192.0.2.7"), now + wait * SECOND) > 0);
    assert_int_equal(rate_take(r, STR("192.0.2.7"), now + 3600 * SECOND), 0);
    for (unsigned i = 0; i < 240; i++) {
        assert_int_equal(rate_take(r, STR("2001:db8:1:1::1"), now), 0);
    }
    assert_true(rate_take(r, STR("2001:db8:1:2:ffff::1"), now) > 0); /* the same network */
    assert_int_equal(rate_take(r, STR("2001:db8:2:1::1"), now), 0);
    rate_free(&r);
}

static void an_address_gets_with_measure(void **state)
{
    struct rate *r = rate_new_of(2, 43200);
    uint64_t now = 5 * SECOND;
    (void)state;
    assert_int_equal(rate_take_address(r, STR("anna@example.pl"), now), 0);
    assert_int_equal(rate_take_address(r, STR("Anna+bip@Example.pl"), now), 0); /* the same mailbox */
    assert_int_equal(rate_take_address(r, STR("anna+x@example.pl"), now), 43200 + 1);
    assert_int_equal(rate_take_address(r, STR("anna@example.org"), now), 0);
    assert_int_equal(rate_take_address(r, STR("ann@example.pl"), now), 0);
    assert_int_equal(rate_take_address(r, STR("anna@example.pl"), now + 43201 * SECOND), 0);
    rate_free(&r);
}

static void nobody_is_held_back_by_others(void **state)
{
    struct rate *r = rate_new();
    char address[32];
    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        snprintf(address, sizeof address, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        assert_int_equal(rate_take(r, str_of(address), SECOND + i), 0);
    }
    for (unsigned i = 0; i < 200; i++) { /* no address of a network: not counted */
        assert_int_equal(rate_take(r, STR("unix:"), SECOND), 0);
        assert_int_equal(rate_take(NULL, STR("192.0.2.7"), SECOND), 0);
    }
    rate_free(&r);
}

/* ---------------------------------------------------------------- transfers */

static void *come_and_go(void *ctx)
{
    struct window *w = ctx;
    uintptr_t most = 0;
    for (int i = 0; i < 20000; i++) {
        if (transfer_begin(w)) {
            unsigned now = atomic_load(&w->transfers);
            most = now > most ? now : most;
            transfer_end(w);
        }
    }
    return (void *)most;
}

static void slots_are_counted_by_all_threads(void **state)
{
    struct window w = {.transfer_max = 3};
    pthread_t threads[8];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &w), 0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        void *most;
        pthread_join(threads[i], &most);
        assert_true((uintptr_t)most <= 3);
    }
    assert_int_equal(atomic_load(&w.transfers), 0);
    assert_true(transfer_begin(&w) && transfer_begin(&w) && transfer_begin(&w));
    assert_false(transfer_begin(&w));
}

static void a_slow_sender_has_ten_seconds(void **state)
{
    (void)state;
    assert_true(pace_holds(0, 0, 0));
    assert_true(pace_holds(SECOND, 10 * SECOND + SECOND - 1, 0));
    assert_false(pace_holds(SECOND, 11 * SECOND, 0));
    assert_false(pace_holds(0, 20 * SECOND, 20 * 16384 - 1));
    assert_true(pace_holds(0, 20 * SECOND, 20 * 16384));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_ticket_serves_its_own_form, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_changed_ticket_is_false, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_ticket_is_good_for_a_day, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(the_key_outlives_a_restart, open_desk, close_desk),
        cmocka_unit_test(other_sites_are_told_apart),
        cmocka_unit_test(a_network_files_with_measure),
        cmocka_unit_test(an_address_gets_with_measure),
        cmocka_unit_test(nobody_is_held_back_by_others),
        cmocka_unit_test(slots_are_counted_by_all_threads),
        cmocka_unit_test(a_slow_sender_has_ten_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

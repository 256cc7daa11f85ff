/* The Nth allocation fails, for every N until a run is clean: appending, publishing, proving, verifying, exporting and
 * opening either work or say that there is no memory; afterwards everything works and nothing is damaged or leaked. */
#include "ledger_case.h"

static struct ledger_case k;

static int begin(void **state)
{
    (void)state;
    case_begin(&k);
    case_append(&k, 300, 300);
    case_publish(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    case_end(&k);
    return 0;
}

typedef bool (*step)(struct err *e);

/* Runs a step with the 1st, 2nd, … allocation failing until it comes through; n is how many there were. */
static void starve(const char *what, step run)
{
    for (uint64_t n = 1;; n++) {
        struct err e = ERR_INIT;
        mem_fault_after(n);
        bool ok = run(&e);
        mem_fault_after(0);
        if (ok) {
            print_message("# %s: %llu allocations\n", what, (unsigned long long)(n - 1));
            return;
        }
        /* A buffer or an arena that could not grow may say so as "too big"; a store as "busy". */
        if (e.code != ERR_MEMORY && e.code != ERR_TOO_BIG && e.code != ERR_BUSY)
            fail_msg("%s, allocation %llu: %s: %s", what, (unsigned long long)n, err_name(e.code), e.text);
        if (!ledger_ok(k.ledger, &e))
            fail_msg("%s, allocation %llu: the log stands still: %s", what, (unsigned long long)n, e.text);
        assert_true(n < 5000);
    }
}

static bool append_one(struct err *e)
{
    struct case_append a = {.l = k.ledger, .first = k.made, .n = 1};
    if (!store_write(k.store, case_append_in, &a, e))
        return false;
    k.made++;
    return true;
}

static bool publish(struct err *e)
{
    return ledger_publish(k.ledger, e);
}

static bool prove(struct err *e)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(16384);
    return ledger_prove(k.ledger, 77, &out, e);
}

static bool verify(struct err *e)
{
    struct case_faults f = {0};
    uint64_t n;
    bool ok = ledger_verify(k.ledger, case_fault, &f, &n, e);
    if (ok && f.n > 0)
        ok = err_set(e, strstr(f.all, "memory") != NULL ? ERR_MEMORY : ERR_CORRUPT, "%s", f.all);
    return ok;
}

static bool read_a_proof(struct err *e)
{
    static struct buf proof, entry;
    static struct note_key key;
    struct checkpoint head;
    if (proof.n == 0) {
        struct entry en = case_entry(77);
        proof = BUF_INIT(16384);
        entry = BUF_INIT(8192);
        mem_fault_after(0);
        assert_true(ledger_prove(k.ledger, 77, &proof, e) && entry_text(&en, k.now, &entry, e));
        key = *signer_key(k.ledger->signer);
        return err_set(e, ERR_MEMORY, "again");
    }
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "no arena");
    bool ok = tlog_proof_verify(buf_str(&proof), buf_bytes(&entry), &key, &head, a, e);
    if (ok) {
        buf_free(&proof);
        buf_free(&entry);
    }
    return ok;
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    starve("append", append_one);
    starve("publish", publish);
    starve("prove", prove);
    starve("read a proof", read_a_proof);
    starve("verify", verify);
    case_assert_sound(&k);
    assert_int_equal(case_head(&k).published, case_head(&k).size);
}

static bool open_again(struct err *e)
{
    struct ledger_config c = case_config(&k);
    return ledger_open(k.store, &c, &k.ledger, e);
}

static void opening_without_memory(void **state)
{
    (void)state;
    case_append(&k, 5, 5);
    ledger_close(&k.ledger);
    for (uint64_t n = 1;; n++) {
        struct err e = ERR_INIT;
        mem_fault_after(n);
        bool ok = open_again(&e);
        mem_fault_after(0);
        if (ok && case_head(&k).published == case_head(&k).size)
            break;
        assert_true(ok || e.code == ERR_MEMORY || e.code == ERR_TOO_BIG || e.code == ERR_BUSY);
        ledger_close(&k.ledger);
        assert_true(n < 5000);
    }
    case_assert_sound(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_allocation_fails_once, begin, end),
        cmocka_unit_test_setup_teardown(opening_without_memory, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

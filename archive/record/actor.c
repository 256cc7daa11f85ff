/* actor.c: who acts, as the ledger may say it. A person gets a random number for each year; the table that links the
 * two lies in the store only. Fails only with the store. */
#include "record_internal.h"

#include <string.h>

#define PERSON_MAX 128

/* person NUL year(be16) */
static bool actor_key(struct str person, int year, struct buf *out, struct err *e)
{
    if (person.n > PERSON_MAX)
        return err_field(e, ERR_TOO_BIG, "actor", "a person's name has at most %d bytes", PERSON_MAX);
    buf_add_str(out, person);
    buf_add_u8(out, 0);
    buf_add_be16(out, (uint16_t)year);
    return buf_ok(out, e);
}

static uint64_t fresh_pseudonym(void)
{
    uint64_t p;
    do
        random_bytes(&p, sizeof p);
    while (p == 0); /* 0 is the system */
    return p;
}

bool actor_pseudonym(struct txn *t, const struct actor *who, int year, uint64_t *out, struct err *e)
{
    if (who->person.n == 0) {
        *out = 0;
        return true;
    }
    struct buf key CLEANUP(buf_free) = BUF_INIT(PERSON_MAX + 8);
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    struct bytes val;
    bool found;
    if (!actor_key(who->person, year, &key, e) || !store_find(t, T_ACTOR, buf_bytes(&key), ar, &val, &found, e))
        return false;
    if (found) {
        struct reader r = reader_of(val);
        uint64_t p = rd_be64(&r);
        if (!rd_done(&r))
            return err_set(e, ERR_CORRUPT, "a row of the table of acting persons is damaged");
        *out = p;
        return true;
    }
    uint64_t p = fresh_pseudonym();
    uint8_t be[8];
    for (int i = 0; i < 8; i++)
        be[i] = (uint8_t)(p >> (56 - 8 * i));
    *out = p;
    return store_insert(t, T_ACTOR, buf_bytes(&key), (struct bytes){be, sizeof be}, e);
}

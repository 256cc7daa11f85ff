/* due_tally.c: a table of counters by key, open addressing, grown at three quarters. Fails without memory. */
#include "due_tally.h"

#include <string.h>

#define FIRST_SLOTS 4096u

void tally_free(struct tally *t)
{
    mem_free(t->slot);
    *t = (struct tally){NULL, 0, 0};
}

static uint64_t hash(struct bytes key)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a: the keys are ours and few */
    for (size_t i = 0; i < key.n; i++) {
        h = (h ^ key.p[i]) * 0x100000001b3u;
    }
    return h ^ h >> 29;
}

static struct tally_slot *place(const struct tally *t, struct bytes key)
{
    size_t i = (size_t)hash(key) & (t->slots - 1);
    while (t->slot[i].key_n != 0 && (t->slot[i].key_n != key.n || memcmp(t->slot[i].key, key.p, key.n) != 0)) {
        i = (i + 1) & (t->slots - 1);
    }
    return &t->slot[i];
}

static bool grow(struct tally *t, struct err *e)
{
    struct tally bigger = {.slots = t->slots == 0 ? FIRST_SLOTS : t->slots * 2, .used = t->used};
    bigger.slot = mem_zalloc(bigger.slots * sizeof *bigger.slot);
    if (bigger.slot == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < t->slots; i++) {
        if (t->slot[i].key_n != 0) {
            *place(&bigger, (struct bytes){t->slot[i].key, t->slot[i].key_n}) = t->slot[i];
        }
    }
    mem_free(t->slot);
    *t = bigger;
    return true;
}

static bool count(struct tally *t, struct row_key key, const struct case_file *f, struct err *e)
{
    if (t->used * 4 >= t->slots * 3 && !grow(t, e)) {
        return false;
    }
    if (key.n == 0 || key.n > sizeof t->slot[0].key) {
        return err_set(e, ERR_CORRUPT, "the class of file %.*s is longer than a class can be", (int)f->mark.n,
                       f->mark.p);
    }
    struct tally_slot *s = place(t, rk_bytes(&key));
    if (s->key_n == 0) {
        memcpy(s->key, key.b, key.n);
        s->key_n = (uint8_t)key.n;
        t->used++;
    }
    s->count.files++;
    s->count.records += f->records;
    s->count.bytes += f->bytes;
    s->count.held += f->holds > 0;
    return true;
}

bool tally_add(struct tally *t, const struct case_file *f, struct err *e)
{
    struct due_place p = due_place_of(f);
    int year = day_year(p.day);
    return !p.due || (count(t, due_year_key(p.action, year), f, e) && count(t, due_day_key(p.action, p.day), f, e) &&
                      count(t, due_class_key(f->symbol, p.action, year), f, e));
}

struct tally_slot *tally_find(struct tally *t, struct bytes key)
{
    if (t->slots == 0 || key.n == 0 || key.n > sizeof t->slot[0].key) {
        return NULL;
    }
    struct tally_slot *s = place(t, key);
    return s->key_n != 0 ? s : NULL;
}

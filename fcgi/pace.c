/* pace.c: transfers that take long: how many threads they may hold, how many of these one network, and how slow they
 * may be. */
#include "window.h"

#define NOBODY UINT64_MAX

static bool enter(struct window *w)
{
    unsigned under_way = atomic_load(&w->transfers);
    do {
        if (under_way >= w->transfer_max || atomic_load(&w->closing)) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&w->transfers, &under_way, under_way + 1));
    return true;
}

/* Of whom is let in at most TRANSFERS_MOST are there, so that one place is free. */
static unsigned take_place(struct window *w, uint64_t network)
{
    unsigned i = 0;
    for (uint_fast64_t free = 0; !atomic_compare_exchange_strong(&w->transfer_of[i], &free, network); free = 0) {
        i = (i + 1) % TRANSFERS_MOST;
    }
    return i;
}

static unsigned held_by(struct window *w, uint64_t network)
{
    unsigned n = 0;
    for (unsigned i = 0; i < TRANSFERS_MOST; i++) {
        n += atomic_load(&w->transfer_of[i]) == network;
    }
    return n;
}

bool transfer_begin(struct window *w, struct str remote, unsigned *place)
{
    uint64_t network = is_loopback(remote) ? 0 : network_of(remote);
    if (!enter(w)) {
        return false;
    }
    *place = take_place(w, network != 0 ? network : NOBODY);
    if (network == 0 || held_by(w, network) <= (w->transfer_max + 1) / 2) {
        return true;
    }
    transfer_end(w, *place);
    return false;
}

void transfer_end(struct window *w, unsigned place)
{
    atomic_store(&w->transfer_of[place], 0);
    atomic_fetch_sub(&w->transfers, 1);
}

bool pace_holds(uint64_t begun_ns, uint64_t now_ns, uint64_t bytes)
{
    uint64_t seconds = (now_ns - begun_ns) / 1000000000u;
    return seconds < PACE_GRACE || bytes / seconds >= PACE_LEAST;
}

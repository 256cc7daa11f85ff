/* pace.c: transfers that take long: how many threads they may hold, and how slow they may be. */
#include "window.h"

bool transfer_begin(struct window *w)
{
    unsigned under_way = atomic_load(&w->transfers);
    do {
        if (under_way >= w->transfer_max || atomic_load(&w->closing)) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&w->transfers, &under_way, under_way + 1));
    return true;
}

void transfer_end(struct window *w)
{
    atomic_fetch_sub(&w->transfers, 1);
}

bool pace_holds(uint64_t begun_ns, uint64_t now_ns, uint64_t bytes)
{
    uint64_t seconds = (now_ns - begun_ns) / 1000000000u;
    return seconds < PACE_GRACE || bytes / seconds >= PACE_LEAST;
}

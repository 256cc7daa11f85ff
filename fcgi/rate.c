/* rate.c: how many letters one sender may file: a bucket of LETTERS_MOST for each network, refilled one by one.
 *
 * A network is an IPv4 address or the first 56 bits of an IPv6 one. Generous: a school behind one address files for its
 * whole class. A fixed table in memory, forgotten at a restart; where it has no room, nobody is held back. */
#include "window.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

#define SLOTS           4096u
#define NEIGHBOURS      8u
#define LETTERS_MOST    240u
#define SECONDS_FOR_ONE 2u

struct bucket {
    uint64_t network;
    uint64_t full_at; /* ns of the monotonic clock at which it will be full again; 0: never used */
};
struct rate {
    pthread_mutex_t lock;
    uint8_t salt[16];
    struct bucket buckets[SLOTS];
};

struct rate *rate_new(void)
{
    struct rate *r = mem_zalloc(sizeof *r);
    if (r != NULL) {
        pthread_mutex_init(&r->lock, NULL);
        random_bytes(r->salt, sizeof r->salt);
    }
    return r;
}

void rate_free(struct rate **rate)
{
    if (*rate != NULL) {
        pthread_mutex_destroy(&(*rate)->lock);
        mem_free(*rate);
        *rate = NULL;
    }
}

bool is_loopback(struct str remote)
{
    return str_starts(remote, "127.") || str_is(remote, "::1");
}

uint64_t network_of(struct str remote)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t bytes[sizeof(uint64_t)] = {0};
    uint64_t network;
    struct in_addr four;
    struct in6_addr six;
    if (remote.n >= sizeof text) {
        return 0;
    }
    memcpy(text, remote.p, remote.n);
    text[remote.n] = '\0';
    if (inet_pton(AF_INET, text, &four) == 1) {
        memcpy(bytes, &four, 4);
        bytes[7] = 4;
    } else if (inet_pton(AF_INET6, text, &six) == 1) {
        memcpy(bytes, &six, 7);
        bytes[7] = 6;
    }
    memcpy(&network, bytes, sizeof network);
    return network;
}

/* The network's own bucket, or one that is full again and so nobody's. */
static struct bucket *bucket_of(struct rate *r, uint64_t network, uint64_t now)
{
    uint8_t digest[SHA256_SIZE];
    struct bucket *idle = NULL;
    sha256_of2((struct bytes){r->salt, sizeof r->salt}, (struct bytes){(const uint8_t *)&network, sizeof network},
               digest);
    uint32_t first = (uint32_t)digest[0] << 8 | digest[1];
    for (uint32_t i = 0; i < NEIGHBOURS; i++) {
        struct bucket *b = &r->buckets[(first + i) % SLOTS];
        if (b->full_at > 0 && b->network == network) {
            return b;
        }
        idle = idle == NULL && b->full_at <= now ? b : idle;
    }
    if (idle != NULL) {
        idle->network = network;
    }
    return idle;
}

unsigned rate_take(struct rate *r, struct str remote, uint64_t now)
{
    const uint64_t one = SECONDS_FOR_ONE * 1000000000ull, all = LETTERS_MOST * one;
    uint64_t network = network_of(remote);
    unsigned wait = 0;
    if (r == NULL || network == 0) {
        return 0;
    }
    pthread_mutex_lock(&r->lock);
    struct bucket *b = bucket_of(r, network, now);
    if (b != NULL) {
        uint64_t full_at = (b->full_at > now ? b->full_at : now) + one;
        if (full_at - now > all) {
            wait = (unsigned)((full_at - now - all) / 1000000000u) + 1;
        } else {
            b->full_at = full_at;
        }
    }
    pthread_mutex_unlock(&r->lock);
    return wait;
}

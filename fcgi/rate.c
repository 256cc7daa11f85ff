/* rate.c: how much one sender may file and one address may get: a bucket for each, refilled one by one.
 *
 * A sender is a network, that is an IPv4 address or the first 56 bits of an IPv6 one. Generous: a school behind one
 * address files for its whole class. An address is one for mail, as a mailbox sees it. A fixed table in memory,
 * forgotten at a restart; where it has no room, nobody is held back. */
#include "window.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

#define SLOTS           4096u
#define NEIGHBOURS      8u
#define KEY_SIZE        8u
#define MAILBOX_MOST    512u
#define LETTERS_MOST    240u
#define SECONDS_FOR_ONE 2u

struct bucket {
    uint8_t key[KEY_SIZE];
    uint64_t full_at; /* ns of the monotonic clock at which it will be full again; 0: never used */
};
struct rate {
    pthread_mutex_t lock;
    uint64_t most, one; /* what a bucket holds, and the ns after which one more is in it */
    uint8_t salt[16];
    struct bucket buckets[SLOTS];
};

struct rate *rate_new(void)
{
    return rate_new_of(LETTERS_MOST, SECONDS_FOR_ONE);
}

struct rate *rate_new_of(uint64_t most, uint64_t seconds_for_one)
{
    struct rate *r = mem_zalloc(sizeof *r);
    if (r != NULL) {
        pthread_mutex_init(&r->lock, NULL);
        random_bytes(r->salt, sizeof r->salt);
        r->most = most;
        r->one = seconds_for_one * 1000000000u;
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

/* false: it is no address of a network, such as that of a Unix socket. */
static bool network_of(struct str remote, uint8_t out[KEY_SIZE])
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr four;
    struct in6_addr six;
    if (remote.n >= sizeof text) {
        return false;
    }
    memcpy(text, remote.p, remote.n);
    text[remote.n] = '\0';
    memset(out, 0, KEY_SIZE);
    if (inet_pton(AF_INET, text, &four) == 1) {
        memcpy(out, &four, 4);
        out[7] = 4;
        return true;
    }
    if (inet_pton(AF_INET6, text, &six) == 1) {
        memcpy(out, &six, 7);
        out[7] = 6;
        return true;
    }
    return false;
}

/* Its own bucket, or one that is full again and so nobody's. */
static struct bucket *bucket_of(struct rate *r, const uint8_t key[KEY_SIZE], uint64_t now)
{
    uint8_t digest[SHA256_SIZE];
    struct bucket *idle = NULL;
    sha256_of2((struct bytes){r->salt, sizeof r->salt}, (struct bytes){key, KEY_SIZE}, digest);
    uint32_t first = (uint32_t)digest[0] << 8 | digest[1];
    for (uint32_t i = 0; i < NEIGHBOURS; i++) {
        struct bucket *b = &r->buckets[(first + i) % SLOTS];
        if (b->full_at > 0 && memcmp(b->key, key, KEY_SIZE) == 0) {
            return b;
        }
        idle = idle == NULL && b->full_at <= now ? b : idle;
    }
    if (idle != NULL) {
        memcpy(idle->key, key, KEY_SIZE);
    }
    return idle;
}

static unsigned take(struct rate *r, const uint8_t key[KEY_SIZE], uint64_t now)
{
    const uint64_t all = r->most * r->one;
    unsigned wait = 0;
    pthread_mutex_lock(&r->lock);
    struct bucket *b = bucket_of(r, key, now);
    if (b != NULL) {
        uint64_t full_at = (b->full_at > now ? b->full_at : now) + r->one;
        if (full_at - now > all) {
            wait = (unsigned)((full_at - now - all) / 1000000000u) + 1;
        } else {
            b->full_at = full_at;
        }
    }
    pthread_mutex_unlock(&r->lock);
    return wait;
}

unsigned rate_take(struct rate *r, struct str remote, uint64_t now)
{
    uint8_t network[KEY_SIZE];
    return r != NULL && network_of(remote, network) ? take(r, network, now) : 0;
}

/* Capitals make no other mailbox, and what stands behind a plus mostly none. */
unsigned rate_take_address(struct rate *r, struct str email, uint64_t now)
{
    uint8_t digest[SHA256_SIZE];
    char folded[MAILBOX_MOST];
    size_t n = 0;
    bool behind_plus = false;
    if (r == NULL || email.n > sizeof folded) {
        return 0;
    }
    for (size_t i = 0; i < email.n; i++) {
        char c = email.p[i];
        behind_plus = c != '@' && (behind_plus || c == '+');
        if (!behind_plus) {
            folded[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        }
    }
    sha256_of2((struct bytes){r->salt, sizeof r->salt}, (struct bytes){(const uint8_t *)folded, n}, digest);
    return take(r, digest, now);
}

/* ticket.c: the ticket of a form: proof that this house made it, for this address, not long ago.
 *
 * Without cookies nobody can be made to act in another's name, for there is no name to act in; the ticket and the check
 * of where a request comes from keep other sites from filing through their visitors all the same. Its random part also
 * makes a repeat of the same form known. Text: expiry (8 hex), random (32 hex), HMAC-SHA-256 of both and of the address
 * (32 hex). The key lies wrapped in the store, so that a restart invalidates no open form. */
#include "window.h"

#include <string.h>

#define EXPIRY_HEX   8u
#define RANDOM_BYTES 16u
#define MAC_BYTES    16u
#define PLAIN_HEX    (EXPIRY_HEX + 2 * RANDOM_BYTES)
#define TICKET_HEX   (PLAIN_HEX + 2 * MAC_BYTES)
#define LIFE_SECONDS 86400

static void mac_of(const struct window *w, struct str plain, struct str path, char out[2 * MAC_BYTES + 1])
{
    struct buf in CLEANUP(buf_free) = BUF_INIT(16384);
    uint8_t mac[SHA256_SIZE];
    buf_add_str(&in, plain);
    buf_add_u8(&in, ' ');
    buf_add_str(&in, path);
    if (in.failed) { /* nobody can make such a ticket */
        random_bytes(mac, sizeof mac);
    } else {
        hmac_sha256((struct bytes){w->form_key.b, sizeof w->form_key.b}, buf_bytes(&in), mac);
    }
    hex_encode((struct bytes){mac, MAC_BYTES}, out);
}

struct str ticket_make(struct call *c, struct str path)
{
    char text[TICKET_HEX + 1];
    uint8_t random[RANDOM_BYTES];
    uint32_t expiry = (uint32_t)(clock_now(archive_clock(c->w->archive)) + LIFE_SECONDS);
    random_bytes(random, sizeof random);
    snprintf(text, sizeof text, "%08x", expiry);
    hex_encode((struct bytes){random, sizeof random}, text + EXPIRY_HEX);
    mac_of(c->w, (struct str){text, PLAIN_HEX}, path, text + PLAIN_HEX);
    return arena_str(c->ar, str_of(text));
}

enum ticket_state ticket_check(const struct call *c, struct str ticket, struct str path, struct str *once)
{
    uint8_t expiry[EXPIRY_HEX / 2];
    char mac[2 * MAC_BYTES + 1];
    if (ticket.n != TICKET_HEX || !hex_decode((struct str){ticket.p, EXPIRY_HEX}, expiry, sizeof expiry)) {
        return TICKET_FALSE;
    }
    mac_of(c->w, (struct str){ticket.p, PLAIN_HEX}, path, mac);
    if (!equal_constant_time(mac, ticket.p + PLAIN_HEX, 2 * MAC_BYTES)) {
        return TICKET_FALSE;
    }
    instant until = (instant)((uint32_t)expiry[0] << 24 | (uint32_t)expiry[1] << 16 | (uint32_t)expiry[2] << 8 |
                              (uint32_t)expiry[3]);
    *once = (struct str){ticket.p + EXPIRY_HEX, 2 * RANDOM_BYTES};
    return clock_now(archive_clock(c->w->archive)) > until ? TICKET_STALE : TICKET_SOUND;
}

/* Browsers say where a request comes from; what they say decides. One that says nothing, or hides it because our pages
 * send no referrer, is judged by the ticket alone. */
bool comes_from_here(const struct request *q)
{
    const char *slashes;
    if (q->fetch_site.n > 0) {
        return str_is(q->fetch_site, "same-origin");
    }
    if (q->origin.n == 0 || str_is(q->origin, "null")) {
        return true;
    }
    slashes = memmem(q->origin.p, q->origin.n, "://", 3);
    if (slashes == NULL) {
        return false;
    }
    size_t gone = (size_t)(slashes - q->origin.p) + 3;
    struct str host = {q->origin.p + gone, q->origin.n - gone};
    return host.n > 0 && host.n == q->host.n && strncasecmp(host.p, q->host.p, host.n) == 0;
}

/* ---------------------------------------------------------------- the key */

static const uint8_t key_name[] = "window.form-key";

struct key_work {
    struct store *store;
    struct arena *ar;
    struct key *out;
    struct id fresh;
    struct wrapped_key wrapped;
    bool found;
};

static bool find_key(struct txn *t, void *ctx, struct err *e)
{
    struct key_work *k = ctx;
    struct bytes id;
    struct id object;
    if (!store_find(t, T_META, (struct bytes){key_name, sizeof key_name - 1}, k->ar, &id, &k->found, e)) {
        return false;
    }
    if (!k->found) {
        return true;
    }
    if (id.n != sizeof object.b) {
        return err_set(e, ERR_CORRUPT, "the name of the key of forms is damaged");
    }
    memcpy(object.b, id.p, id.n);
    struct err why = ERR_INIT;
    k->found = key_get(t, k->store, &object, k->out, &why);
    if (!k->found && why.code != ERR_NOT_FOUND) { /* one that is gone is made anew: open forms come back once */
        *e = why;
        return false;
    }
    return true;
}

static bool put_key(struct txn *t, void *ctx, struct err *e)
{
    struct key_work *k = ctx;
    return key_put(t, &k->fresh, &k->wrapped, e) &&
           store_put(t, T_META, (struct bytes){key_name, sizeof key_name - 1}, id_bytes(&k->fresh), e);
}

bool ticket_key_open(struct archive *a, struct key *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 10);
    struct key_work k = {.store = archive_store(a), .ar = ar, .out = out};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_read(k.store, find_key, &k, e) || k.found) {
        return e->code == ERR_NONE;
    }
    key_random(out);
    id_random(&k.fresh);
    return key_wrap(k.store, &k.fresh, out, &k.wrapped, e) && store_write(k.store, put_key, &k, e);
}

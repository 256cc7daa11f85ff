/* request_desk_verbs_known.c: is the requester known, so that a decision can be addressed to somebody (F-26)? Known is
 * who gave a name in the letter, or who answered a call to sign. And is there an e-mail address? Fails with the store.
 */
#include "request_act.h"

struct knowing {
    const struct id *request;
    const struct key *key;
    struct arena *ar;
    bool called, known, email;
};

static bool look_at_event(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct knowing *k = ctx;
    struct request_event_row row;
    (void)key;
    arena_reset(k->ar);
    struct bytes copy = arena_bytes(k->ar, val);
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!row_decode(&request_event_kind, copy, k->key, k->request, k->ar, &row, e)) {
        return false;
    }
    bool named = row.verb == REQUEST_DO_FILE && (row.form.name.n > 0 || row.form.organisation.n > 0);
    k->known |= named || (row.verb == REQUEST_DO_SUPPLEMENT && k->called);
    if (row.verb == REQUEST_DO_CALL) {
        k->called = row.call == REQUEST_CALL_SIGN;
    }
    k->email |= row.form.email.n > 0;
    return !k->known || !k->email;
}

bool requester_known(struct txn *t, const struct id *request, const struct key *key, bool *known, bool *email,
                     struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(512u * 1024);
    struct knowing k = {.request = request, .key = key, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_walk(t, (struct store_range){.table = T_REQUEST_EVENT, .prefix = id_bytes(request)}, look_at_event, &k,
                    e)) {
        return false;
    }
    *known = k.known;
    *email = k.email;
    return true;
}

bool guard_known(const struct acting *a, struct err *e)
{
    const enum request_verb v = a->act->verb;
    bool decision = v == REQUEST_DO_REFUSE || v == REQUEST_DO_PARTLY || v == REQUEST_DO_DISCONTINUE;
    return !decision || a->known ||
           err_set(e, ERR_STATE,
                   "a decision needs somebody to whom it is addressed, and this requester gave no name: call for a "
                   "signature first (F-26)");
}

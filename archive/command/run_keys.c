/* run_keys.c: akta keys: the epochs of the key-encryption key looked at, turned, and ended. Each turn and each end is
 * an entry of the log, so that a destruction of keys can be shown later. */
#include "table.h"

#include <stdio.h>

/* ---------------------------------------------------------------- list */

static void epoch_told(struct run *r, struct grid *g, const struct key_epoch_figures *f)
{
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "epoch", f->epoch);
        json_u64(o, "keys", f->keys);
        json_bool(o, "newest", f->newest);
        (void)out_json(r, &o);
        return;
    }
    grid_cell(g, number_for_people(r->ar, f->epoch));
    grid_cell(g, number_for_people(r->ar, f->keys));
    grid_cell(g, str_of(tr(r->h->lang, f->newest     ? N_("in force")
                                       : f->keys > 0 ? N_("the turning was interrupted")
                                                     : N_("wraps nothing any more"))));
}

int run_keys_list(struct run *r)
{
    struct key_epoch_figures f[KEY_EPOCHS_MAX];
    struct grid g;
    size_t n = 0;
    if (!keys_figures(archive_store(r->a), f, &n, &r->e)) {
        return run_fail(r);
    }
    grid_begin(&g, r, 3);
    if (!r->h->json) {
        grid_cell(&g, str_of(tr(r->h->lang, N_("Epoch"))));
        grid_cell(&g, str_of(tr(r->h->lang, N_("Keys"))));
        grid_cell(&g, STR(""));
    }
    for (size_t i = 0; i < n; i++) {
        epoch_told(r, &g, &f[i]);
    }
    grid_end(&g);
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- rotate */

static bool note_turn(struct run *r, const struct key_turn *t)
{
    char epochs[32], carried[24], kek[2 * SHA256_SIZE + 8] = "sha256:", objects[2 * SHA256_SIZE + 8] = "sha256:";
    snprintf(epochs, sizeof epochs, "%u %u", t->from, t->to);
    snprintf(carried, sizeof carried, "%llu", (unsigned long long)t->carried);
    hex_encode((struct bytes){t->kek, sizeof t->kek}, kek + 7);
    hex_encode((struct bytes){t->objects, sizeof t->objects}, objects + 7);
    const struct entry_line lines[] = {
        {"epoch", str_of(epochs)}, {"kek", str_of(kek)}, {"carried", str_of(carried)}, {"objects", str_of(objects)}};
    return archive_note(r->a, E_KEY_EPOCH, lines, COUNT_OF(lines), &r->h->who, &r->e);
}

int run_keys_rotate(struct run *r)
{
    struct key_turn t;
    struct meter m;
    meter_begin(&m, r);
    bool ok = keys_turn(archive_store(r->a), &t, &m.p, &r->e);
    meter_end(&m);
    if (!ok || !note_turn(r, &t)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "from", t.from);
        json_u64(o, "to", t.to);
        json_u64(o, "carried", t.carried);
        json_hex(o, "kek", (struct bytes){t.kek, sizeof t.kek});
        (void)out_json(r, &o);
        return EXIT_DONE;
    }
    out_say(r,
            trn(r->h->lang, "%s key is wrapped under the key-encryption key of epoch %u.\n",
                "%s keys are wrapped under the key-encryption key of epoch %u.\n", t.carried),
            number_for_people(r->ar, t.carried).p, t.to);
    out_paragraph(r,
                  str_of(tr(r->h->lang,
                            N_("Copy the keys now: “akta backup --keys FOLDER”. The older copies open nothing that is "
                               "taken in from today on. After that “akta keys destroy” ends the old epoch."))));
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- destroy */

int run_keys_destroy(struct run *r)
{
    uint64_t number;
    if (!parse_u64(r->p->args[0].text, 1, 99999999, &number)) {
        err_field(&r->e, ERR_INVALID, "epoch", "an epoch is a whole number, as akta keys list shows it");
        return run_fail(r);
    }
    uint32_t epoch = (uint32_t)number;
    if (!archive_key_destroy(r->a, epoch, &r->h->who, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "destroyed", epoch);
        (void)out_json(r, &o);
    } else {
        out_say(r, tr(r->h->lang, N_("The key of epoch %u is destroyed here. Destroy its copies, too.\n")), epoch);
    }
    return EXIT_DONE;
}

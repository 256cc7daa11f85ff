/* api_verify.c: the verdict about a digest as JSON: of what is public by the digest alone, of the rest with the number
 * and the Akta-Secret of a case, or with a file of proof that this office handed out. */
#include "verify.h"

#include <string.h>

static void add_vouched(struct call *c, struct json *o, const struct verdict *v, struct str token)
{
    const struct vouched *f = &v->found;
    char hex[2 * SHA256_SIZE + 1];
    struct str document = verdict_document(c, v);
    if (v->source != VERDICT_BY_PROOF) {
        json_text(o, "document", document.n > 0 ? document : STR_NONE);
    }
    json_instant(o, "since", f->since);
    json_u64(o, "entry", LOG_PLACE(f->entry));
    json_u64(o, "witnesses", 0);
    hex_encode((struct bytes){f->sha256, SHA256_SIZE}, hex);
    if (v->source == VERDICT_BY_CASE) {
        json_text(o, "name", f->name);
        json_text(o, "proof", arena_fmt(c->ar, "/s/%.*s/sprawa.zip", (int)token.n, token.p));
    } else if (v->source == VERDICT_BY_PROOF) {
        json_text(o, "name", f->name);
    } else {
        json_text(o, "proof", v->published ? arena_fmt(c->ar, "/sprawdz/%s/dowod.txt", hex) : STR_NONE);
    }
}

static void add_known(struct json *o, const struct verdict *v)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < v->known_count; i++) {
        struct json *j CLEANUP(json_free) = json_object();
        json_text(j, "name", v->known[i].name);
        json_hex(j, "sha256", (struct bytes){v->known[i].sha256, SHA256_SIZE});
        json_push(list, &j);
    }
    json_put(o, "known", &list);
}

static void add_destroyed(struct json *o, const struct verdict *v)
{
    json_text(o, "name", v->found.name);
    json_instant(o, "since", v->found.since);
    json_u64(o, "entry", LOG_PLACE(v->found.entry));
    json_day(o, "destroyed", v->destruction.on);
    json_text(o, "basis", v->destruction.basis);
    json_u64(o, "destroyed_entry", LOG_PLACE(v->destruction.entry));
}

static void send_verdict(struct call *c, const struct verdict *v, const uint8_t *sha256, struct str token)
{
    struct json *o CLEANUP(json_free) = json_object();
    bool found = v->kind == VERDICT_GENUINE || v->kind == VERDICT_DESTROYED;
    const uint8_t *digest = sha256 != NULL ? sha256 : found ? v->found.sha256 : NULL;
    json_text(o, "verdict", str_of(verdict_kind_name(v->kind)));
    if (digest != NULL) {
        json_hex(o, "sha256", (struct bytes){digest, SHA256_SIZE});
    }
    if (v->number.n > 0) {
        json_text(o, "number", v->number);
    }
    if (v->kind == VERDICT_GENUINE) {
        add_vouched(c, o, v, token);
    } else if (v->kind == VERDICT_CHANGED) {
        add_known(o, v);
    } else if (v->kind == VERDICT_DESTROYED) {
        add_destroyed(o, v);
    }
    api_send(c, o, 200);
}

void api_verify(struct call *c)
{
    uint8_t sha256[SHA256_SIZE];
    char token[REQUEST_TOKEN_SIZE] = "";
    struct request_view view;
    struct verdict v;
    struct str number = posted_text(c, "number");
    if (!digest_take(c->parts.slug, sha256)) { /* the gate let nothing else through */
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
    } else if (c->q->secret.n == 0) { /* a number alone opens nothing */
        if (verify_public(c->w->archive, c->bulletin, sha256, c->ar, &v, &c->e)) {
            send_verdict(c, &v, sha256, STR(""));
        } else {
            answer_error(c);
        }
    } else if (!verify_open_case(c, number, c->q->secret, &view, token)) {
        if (c->e.code == ERR_NOT_FOUND) {
            err_init(&c->e, c->lang);
            answer_problem(c, 404, N_("We do not know this pair of number and code. Check both."));
        } else {
            answer_error(c);
        }
    } else if (verify_case(c->w->requests, c->bulletin, &view, sha256, c->ar, &v, &c->e)) {
        send_verdict(c, &v, sha256, str_of(token));
    } else {
        answer_error(c);
    }
}

/* ---------------------------------------------------------------- with a file of proof */

/* As a part of a multipart body, as the body itself, or as {"receipt": "…"}. */
static struct str proof_of_body(struct call *c)
{
    struct json_member *list;
    size_t n = 0;
    if (c->shown != NULL && c->shown->proof.n > 0) {
        return c->shown->proof;
    }
    size_t at = 0;
    while (at < c->json.n && (c->json.p[at] == ' ' || c->json.p[at] == '\n')) {
        at++;
    }
    if (at == c->json.n || c->json.p[at] != '{') {
        return c->json.p != NULL ? c->json : STR("");
    }
    if (api_read(c, &list, &n)) {
        for (size_t i = 0; i < n; i++) {
            if (str_is(list[i].name, "receipt") && list[i].type == JSON_IS_TEXT) {
                return list[i].text;
            }
        }
    }
    err_init(&c->e, c->lang); /* it is then no file of proof */
    return STR("");
}

void api_verify_proof(struct call *c)
{
    uint8_t sha256[SHA256_SIZE];
    bool given = digest_take(c->parts.slug, sha256); /* the gate lets nothing else through */
    struct verdict v;
    if (verify_proof(c->w->archive, proof_of_body(c), given ? sha256 : NULL, c->ar, &v, &c->e)) {
        send_verdict(c, &v, given ? sha256 : NULL, STR(""));
    } else if (c->e.code == ERR_INVALID) {
        answer_problem_said(c, 422, sentence_said(c->ar, c->e.text));
    } else {
        answer_error(c);
    }
}

/* run_request_fee.c: akta request fee: a fee notice whose sum anyone can follow: each item, its price and where the
 * price comes from. */
#include "run_request.h"

#include <string.h>

#define ITEMS_MOST 40u

bool money_read(struct str s, uint64_t *grosze)
{
    uint64_t whole, part = 0;
    size_t at = 0;
    while (at < s.n && s.p[at] != ',' && s.p[at] != '.') {
        at++;
    }
    if (!parse_u64((struct str){s.p, at}, 0, 1000000, &whole)) {
        return false;
    }
    if (at < s.n) {
        struct str rest = {s.p + at + 1, s.n - at - 1};
        if (rest.n != 2 || rest.p[0] < '0' || rest.p[0] > '9' || rest.p[1] < '0' || rest.p[1] > '9') {
            return false;
        }
        part = (uint64_t)(rest.p[0] - '0') * 10 + (uint64_t)(rest.p[1] - '0');
    }
    *grosze = whole * 100 + part;
    return true;
}

/* CODE=COUNT, or CODE=COUNT@PRICE for a price that is not the list's. */
static bool item_read(struct run *r, struct str s, struct fee_item *out)
{
    const char *equals = memchr(s.p, '=', s.n);
    char shown[80];
    *out = (struct fee_item){.count = 0};
    if (equals != NULL) {
        struct str rest = {equals + 1, s.n - (size_t)(equals + 1 - s.p)};
        const char *at = rest.n > 0 ? memchr(rest.p, '@', rest.n) : NULL;
        struct str count = {rest.p, at != NULL ? (size_t)(at - rest.p) : rest.n};
        out->code = (struct str){s.p, (size_t)(equals - s.p)};
        out->by_hand = at != NULL;
        if (out->code.n > 0 && parse_u64(count, 1, 1000000, &out->count) &&
            (at == NULL || money_read((struct str){at + 1, rest.n - count.n - 1}, &out->grosze))) {
            return true;
        }
    }
    text_printable(s, shown, sizeof shown);
    return err_field(&r->e, ERR_INVALID, "item",
                     "“%s”: write CODE=COUNT, such as 1a-bw-A4=120, or CODE=COUNT@PRICE, such as 4XL=1@31,50", shown);
}

static bool items_read(struct run *r, struct fee_item *items, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < r->p->opt_count; i++) {
        if (strcmp(r->p->opts[i].row->name, "item") != 0) {
            continue;
        }
        if (*n == ITEMS_MOST) {
            return err_field(&r->e, ERR_TOO_BIG, "item", "a notice has at most %u items", ITEMS_MOST);
        }
        if (!item_read(r, r->p->opts[i].text, &items[(*n)++])) {
            return false;
        }
    }
    return true;
}

int run_request_fee(struct run *r)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    struct request_view v;
    struct request_act act = {.verb = REQUEST_DO_FEE, .until = DAY_NONE, .served = parsed_day(r->p, "served")};
    struct request_done done;
    struct fee_item items[ITEMS_MOST];
    struct fee_sum sum;
    size_t n;
    if (!items_read(r, items, &n) || !request_desk_of(r, &d) || !request_argument(r, d, &v) ||
        !desk_fee(r->a, &v, items, n, parsed_text(r->p, "reason"), r->ar, &sum, &r->e)) {
        return run_fail(r);
    }
    act.text = sum.text;
    act.grosze = sum.grosze;
    if (!request_act_now(r, d, &v, &act, 1, &done)) {
        return run_fail(r);
    }
    if (!r->h->json) {
        out_say(r, "%.*s", (int)sum.text.n, sum.text.p);
    }
    return request_tell(r, d, &v, act.verb, &done);
}

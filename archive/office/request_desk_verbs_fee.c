/* request_desk_verbs_fee.c: what the office tells a requester in words that it may not leave out: how a fee was counted
 * (F-20, F-23), and what is to stand below an answer (F-35). Prices are those of the list in force on the day of
 * filing. Fails: ERR_INVALID for a code that the list does not have; ERR_STATE for a sum of 0; with the store. */
#include "office_desk.h"
#include "request_internal.h"

#define FEE_MOST   UINT64_C(100000000) /* grosze, of one notice */
#define COUNT_MOST UINT64_C(1000000)
#define TEXT_MOST  16000u

struct counting {
    const struct published *list; /* NULL: none is published */
    enum lang lang;
    struct arena *ar;
    struct buf *text;
    uint64_t sum;
};

static void money(struct buf *b, uint64_t grosze)
{
    buf_fmt(b, "%llu,%02llu zł", (unsigned long long)(grosze / 100), (unsigned long long)(grosze % 100));
}

static const struct price *price_of(const struct published *list, struct str code)
{
    for (size_t i = 0; list != NULL && i < list->price_count; i++) {
        if (str_eq(list->prices[i].code, code)) {
            return &list->prices[i];
        }
    }
    return NULL;
}

static bool no_such_price(const struct published *list, struct str code, struct err *e)
{
    struct buf all CLEANUP(buf_free) = BUF_INIT(2000);
    char shown[60];
    text_printable(code, shown, sizeof shown);
    for (size_t i = 0; list != NULL && i < list->price_count; i++) {
        buf_fmt(&all, "%s%.*s", i > 0 ? ", " : "", (int)list->prices[i].code.n, list->prices[i].code.p);
    }
    if (all.n == 0 || all.failed) {
        return err_field(e, ERR_INVALID, "item",
                         "no price list is published: publish one, or give a price and a reason");
    }
    return err_field(e, ERR_INVALID, "item",
                     "the price list has no “%s”; it has %.*s. For anything else give a price and a reason", shown,
                     (int)all.n, (const char *)all.p);
}

static bool item_line(struct counting *c, const struct fee_item *it, struct err *e)
{
    const struct price *p = price_of(c->list, it->code);
    uint64_t each = it->by_hand || p == NULL ? it->grosze : p->grosze;
    if (p == NULL && !it->by_hand) {
        return no_such_price(c->list, it->code, e);
    }
    if (it->count == 0 || it->count > COUNT_MOST || each > FEE_MOST || each * it->count > FEE_MOST) {
        return err_field(e, ERR_INVALID, "item", "“%.*s”: a count is 1 to 1000000, and a notice at most 1000000,00 zł",
                         (int)(it->code.n < 60 ? it->code.n : 60), it->code.p);
    }
    struct str what = p != NULL ? p->item[c->lang] : it->code;
    buf_fmt(c->text, "%llu × ", (unsigned long long)it->count);
    money(c->text, each);
    buf_add_z(c->text, " = ");
    money(c->text, each * it->count);
    buf_fmt(c->text, " – %.*s", (int)what.n, what.p);
    if (p != NULL) {
        buf_fmt(c->text, " (%.*s)", (int)p->code.n, p->code.p);
    }
    buf_add_z(c->text, it->by_hand ? tr(c->lang, N_(", price given by hand")) : "");
    buf_add_z(c->text, "\n");
    c->sum += each * it->count;
    return true;
}

static void closing_lines(struct counting *c, struct str reason)
{
    buf_add_z(c->text, tr(c->lang, N_("Sum: ")));
    money(c->text, c->sum);
    buf_add_z(c->text, "\n");
    if (c->list != NULL) {
        struct str from = day_words(c->ar, c->list->valid_from, c->lang);
        buf_fmt(c->text, tr(c->lang, N_("Price list in force since %.*s, version %u")), (int)from.n, from.p,
                c->list->sequence);
        buf_add_z(c->text, "\n");
    }
    if (reason.n > 0) {
        buf_add_z(c->text, tr(c->lang, N_("Reason: ")));
        buf_add_str(c->text, reason);
        buf_add_z(c->text, "\n");
    }
}

static bool count_items(struct counting *c, const struct fee_item *items, size_t n, struct str reason, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (items[i].by_hand && reason.n == 0) {
            return err_field(e, ERR_INVALID, "reason", "a price given by hand needs a reason (F-23)");
        }
        if (!item_line(c, &items[i], e)) {
            return false;
        }
    }
    if (c->sum == 0) {
        return err_set(e, ERR_STATE,
                       "this costs 0,00 zł: no fee notice is made, it would only put the answer off by 14 days (F-21). "
                       "Answer without one");
    }
    if (c->sum > FEE_MOST) {
        return err_field(e, ERR_INVALID, "item", "a notice asks for at most 1000000,00 zł");
    }
    closing_lines(c, reason);
    return buf_ok(c->text, e);
}

bool desk_fee(struct archive *a, const struct request_view *v, const struct fee_item *items, size_t n,
              struct str reason, struct arena *ar, struct fee_sum *out, struct err *e)
{
    struct bulletin *b CLEANUP(bulletin_free) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(TEXT_MOST);
    if (!bulletin_load(a, v->term.start, &b, e)) {
        return false;
    }
    struct counting c = {
        .list = bulletin_find(b, PUBLISHED_TEXT, STR(TEXT_PRICES), v->lang), .lang = v->lang, .ar = ar, .text = &text};
    if (!count_items(&c, items, n, reason, e)) {
        return false;
    }
    out->grosze = c.sum;
    out->text = arena_str(ar, buf_str(&text));
    return out->text.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

bool desk_answer_text(const struct request_view *v, struct str office, struct str text, struct str made_by,
                      struct str disclosed_by, struct day on, struct arena *ar, struct str *out, struct err *e)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(4 * TEXT_MOST);
    struct str day = day_words(ar, on, v->lang);
    if (text.n > 0) {
        buf_add_str(&b, text);
        buf_add_z(&b, "\n\n");
    }
    struct str made = made_by.n > 0 ? made_by : office, given = disclosed_by.n > 0 ? disclosed_by : office;
    buf_fmt(&b,
            tr(v->lang, N_("Disclosed by: %.*s\nMade by, or answers for the content: %.*s\nHanded over by: %.*s\n"
                           "Day of disclosure: %.*s")),
            (int)office.n, office.p, (int)made.n, made.p, (int)given.n, given.p, (int)day.n, day.p);
    if (!buf_ok(&b, e)) {
        return false;
    }
    *out = arena_str(ar, buf_str(&b));
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

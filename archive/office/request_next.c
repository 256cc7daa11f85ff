/* request_next.c: what the days of a request mean today: until when the office has time, whether it is late, who must
 * act next. Never late wrongly: while the requester's own term runs after an offer or a notice of another form, the
 * office waits; after a fee notice its day is the one after the 14 (F-21). Pure. */
#include "request_internal.h"

static struct day later(struct day a, struct day b)
{
    if (day_is_none(a) || day_is_none(b)) {
        return day_is_none(a) ? b : a;
    }
    return a.n > b.n ? a : b;
}

struct day head_due(const struct request_head *h)
{
    if (h->state == REQUEST_FEE && !day_is_none(h->disclose_from)) {
        return h->disclose_from;
    }
    return later(day_is_none(h->extended_to) ? h->due : h->extended_to, h->decide_by);
}

struct day head_overdue(const struct request_head *h, struct day today)
{
    struct day last = head_due(h);
    bool theirs = h->state == REQUEST_FORM;
    if (request_ended((enum request_state)h->state) || h->state == REQUEST_OFFER ||
        (theirs && day_is_none(h->waiting_until))) {
        /* Over; or silence on the offer is withdrawal; or the requester's term has not begun, because service
         * is not known. */
        return DAY_NONE;
    }
    if (theirs) {
        last = later(last, h->waiting_until);
    }
    return today.n > last.n ? day_add(last, 1) : DAY_NONE;
}

static bool still_theirs(const struct request_head *h, struct day today)
{
    return day_is_none(h->waiting_until) || today.n <= h->waiting_until.n;
}

static enum request_next yours_or(const struct request_head *h, struct day today, enum request_next yours,
                                  enum request_next office)
{
    return still_theirs(h, today) ? yours : office;
}

static enum request_next next_of(const struct request_head *h, struct day today)
{
    switch ((enum request_state)h->state) {
        case REQUEST_FILED:
        case REQUEST_IN_WORK:
        case REQUEST_EXTENDED:
            return REQUEST_NEXT_OFFICE_ANSWERS;
        case REQUEST_CALLED:
            return yours_or(h, today, REQUEST_NEXT_YOU_REPLY, REQUEST_NEXT_OFFICE_ANSWERS);
        case REQUEST_FEE:
            return today.n < h->disclose_from.n ? REQUEST_NEXT_YOU_CHOOSE_FEE : REQUEST_NEXT_OFFICE_DISCLOSES;
        case REQUEST_FORM:
            return yours_or(h, today, REQUEST_NEXT_YOU_CHOOSE_FORM, REQUEST_NEXT_OFFICE_DECIDES);
        case REQUEST_OFFER:
            return yours_or(h, today, REQUEST_NEXT_YOU_ACCEPT, REQUEST_NEXT_NONE);
        case REQUEST_OBJECTED:
            return REQUEST_NEXT_OFFICE_DECIDES;
        case REQUEST_ANSWERED:
        case REQUEST_PARTLY:
        case REQUEST_REFUSED:
        case REQUEST_NOT_HELD:
        case REQUEST_DISCONTINUED:
        case REQUEST_LEFT:
        case REQUEST_WITHDRAWN:
        case REQUEST_FORWARDED:
        case REQUEST_CLOSED:
        case REQUEST_STATE_END:
            break;
    }
    return REQUEST_NEXT_NONE;
}

void head_next(const struct request_head *h, struct day today, enum request_next *next, struct day *until)
{
    *next = next_of(h, today);
    switch (*next) {
        case REQUEST_NEXT_YOU_REPLY:
        case REQUEST_NEXT_YOU_CHOOSE_FORM:
        case REQUEST_NEXT_YOU_ACCEPT:
            *until = h->waiting_until;
            return;
        case REQUEST_NEXT_YOU_CHOOSE_FEE:
            *until = day_add(h->disclose_from, -1);
            return;
        case REQUEST_NEXT_NONE:
            *until = DAY_NONE;
            return;
        case REQUEST_NEXT_OFFICE_ANSWERS:
        case REQUEST_NEXT_OFFICE_DISCLOSES:
        case REQUEST_NEXT_OFFICE_DECIDES:
        case REQUEST_NEXT_OFFICE_LATE:
            break;
    }
    *until = head_due(h);
    if (!day_is_none(head_overdue(h, today))) {
        *next = REQUEST_NEXT_OFFICE_LATE;
    }
}

/* run_request_register.c: akta request register: a letter that came another way than through the window is filed as any
 * other, by the day on which it reached the office. Promises: it is registered whole, with all of its files, or not at
 * all; every fault of what was typed is told at once. Fails with what the office says of the letter. */
#include "run_request.h"

#include <string.h>

#define OPTION_SIZE 32

/* "postal_code" of the form is --postal-code. */
static const char *option_of(const char *field, char out[OPTION_SIZE])
{
    snprintf(out, OPTION_SIZE, "%s", field);
    for (char *p = out; *p != '\0'; p++) {
        if (*p == '_') {
            *p = '-';
        }
    }
    return out;
}

static bool read_field(struct run *r, const struct request_field *f, struct request_form *form)
{
    char option[OPTION_SIZE];
    const struct given *g = parsed_option(r->p, option_of(f->name, option));
    void *at = (char *)form + f->offset;
    if (g == NULL) {
        return true;
    }
    if (f->input == REQUEST_TEXT || f->input == REQUEST_LINES) {
        *(struct str *)at = g->text;
        return true;
    }
    *(uint64_t *)at = 1; /* a tick */
    return f->input == REQUEST_TICK || request_choice_parse(f->name, g->text, at) ||
           request_wrong_word(r, f->name, g->text);
}

bool request_form_options(struct run *r, struct request_form *form)
{
    size_t n;
    const struct request_field *fields = request_fields(&n);
    for (size_t i = 0; i < n; i++) {
        if (!read_field(r, &fields[i], form)) {
            return false;
        }
    }
    return true;
}

bool request_channel_option(struct run *r, enum request_channel *out)
{
    struct str word = parsed_text(r->p, "channel");
    return (request_channel_parse(word, out) && request_channel_entered(*out)) ||
           request_wrong_word(r, "channel", word);
}

static bool two_digits(const char *p, int most, int *out)
{
    *out = (p[0] - '0') * 10 + (p[1] - '0');
    return p[0] >= '0' && p[0] <= '9' && p[1] >= '0' && p[1] <= '9' && *out <= most;
}

static bool time_read(struct str s, int *hour, int *minute)
{
    return s.n == 5 && s.p[2] == ':' && two_digits(s.p, 23, hour) && two_digits(s.p + 3, 59, minute);
}

/* Paper bears a day: it is taken to have come at noon, or now if that is still to come, and no hour is ever shown. */
static bool read_received(struct run *r, enum request_channel channel, instant *out)
{
    struct day day = parsed_day(r->p, "received");
    struct str at = parsed_text(r->p, "at");
    instant now = clock_now(archive_clock(r->a));
    int hour = 12, minute = 0;
    if (at.n == 0 && request_channel_has_hour(channel)) {
        return err_field(&r->e, ERR_INVALID, "at", "write the time at which it reached the office, such as --at 22:41");
    }
    if (at.n > 0 && !time_read(at, &hour, &minute)) {
        return err_field(&r->e, ERR_INVALID, "at", "--at: write hour and minute, such as 09:05");
    }
    if (day.n > warsaw_day(now).n) {
        return err_field(&r->e, ERR_INVALID, "received", "--received: that day is still to come");
    }
    if (!warsaw_instant(day, hour, minute, out)) {
        return err_field(&r->e, ERR_INVALID, "at", "--at: on that day the clocks went forward and skipped this hour");
    }
    if (at.n == 0 && *out > now) {
        *out = now;
    }
    return *out <= now || err_field(&r->e, ERR_INVALID, "at", "--at: that time is still to come");
}

/* The first fault is the error; the others are told before it. */
static void tell_others(struct run *r, const struct request_faults *faults)
{
    char option[OPTION_SIZE];
    for (size_t i = 1; i < faults->count; i++) {
        struct str said =
            arena_fmt(r->ar, "--%s: %s", option_of(faults->list[i].field, option), faults->list[i].text.p);
        out_note(r, "%s", said.p != NULL ? said.p : faults->list[i].text.p);
    }
}

/* What the office says of a field of the letter is said of the option that holds it. */
static void name_option(struct run *r)
{
    size_t n;
    const struct request_field *fields = request_fields(&n);
    const char *holds = strcmp(r->e.field, "received") == 0 ? "received" : NULL;
    for (size_t i = 0; i < n && holds == NULL; i++) {
        holds = strcmp(r->e.field, fields[i].name) == 0 ? fields[i].name : NULL;
    }
    if (holds != NULL) {
        char option[OPTION_SIZE], shown[OPTION_SIZE + 2];
        snprintf(shown, sizeof shown, "--%s", option_of(holds, option));
        (void)err_wrap(&r->e, "%s", shown);
    }
}

static bool file_letter(struct run *r, struct request_desk *d, struct request_filing *in, struct request_filed *out)
{
    struct request_faults faults;
    if (!request_attach(r, d, 0, &in->draft)) {
        return false;
    }
    if (request_file(d, in, &r->h->who, r->ar, out, &faults, &r->e)) {
        return true;
    }
    tell_others(r, &faults);
    name_option(r);
    request_unattach(r, d, in->draft);
    return false;
}

static int tell(struct run *r, struct request_desk *d, const struct request_filed *filed)
{
    struct request_view v;
    if (!request_get(d, str_of(filed->number), run_today(r), r->ar, &v, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = request_as_json(r, &v);
        json_text(o, "secret", str_of(filed->secret.code));
        json_u64(o, "entry", LOG_PLACE(filed->entry));
        (void)out_json(r, &o);
        return EXIT_DONE;
    }
    request_say(r, &v);
    out_say(r, tr(r->h->lang, N_("code for the sender: %s\n")), filed->secret.code);
    return EXIT_DONE;
}

int run_request_register(struct run *r)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    struct request_filing in = {.channel = REQUEST_COUNTER};
    struct request_filed filed;
    if (!request_form_options(r, &in.form) || !request_channel_option(r, &in.channel) ||
        !read_received(r, in.channel, &in.received) || !request_desk_of(r, &d) || !file_letter(r, d, &in, &filed)) {
        return run_fail(r);
    }
    return tell(r, d, &filed);
}

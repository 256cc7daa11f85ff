/* notice_text.c: what a notice says. The number is the one thing of the case in it: whoever reads along in a mailbox
 * learns that there is a letter of this number, and not what it is about, nor the way to it. The same bytes each time,
 * so that a repeat is the same message. Fails without memory, and for an address that would break a header. */
#include "notice.h"

#include <string.h>

#define TEXT_MOST 16384u
#define WIDTH     72u

/* Of several acts people are told the same: what it is stands in the case. */
static const char *subject_of(enum request_verb v, enum lang lang)
{
    switch ((int)v) {
        case REQUEST_DO_FILE:
            return tr(lang, N_("your letter has come in"));
        case REQUEST_DO_SUPPLEMENT:
            return tr(lang, N_("what you added has come in"));
        case REQUEST_DO_WITHDRAW:
            return tr(lang, N_("withdrawn"));
        case REQUEST_DO_CALL:
            return tr(lang, N_("the office waits for your reply"));
        case REQUEST_DO_EXTEND:
            return tr(lang, N_("a new term"));
        case REQUEST_DO_FEE:
            return tr(lang, N_("notice of costs"));
        case REQUEST_DO_FORM:
            return tr(lang, N_("choose another way of answer"));
        case REQUEST_DO_OFFER:
            return tr(lang, N_("an offer of the office"));
        case REQUEST_DO_ANSWER:
        case REQUEST_DO_NOT_HELD:
            return tr(lang, N_("the answer is ready"));
        case REQUEST_DO_PARTLY:
        case REQUEST_DO_REFUSE:
        case REQUEST_DO_DISCONTINUE:
            return tr(lang, N_("there is a decision"));
        case REQUEST_DO_CLOSE:
            return tr(lang, N_("closed"));
        case REQUEST_DO_LAPSE:
            return tr(lang, N_("the term has run out"));
        default:
            return tr(lang, N_("a message of the office"));
    }
}

static const char *sentence_of(enum request_verb v, enum lang lang)
{
    switch ((int)v) {
        case REQUEST_DO_FILE:
            return tr(lang, N_("Your letter has come in. The office has given it a number."));
        case REQUEST_DO_SUPPLEMENT:
            return tr(lang, N_("What you added to the case has come in."));
        case REQUEST_DO_WITHDRAW:
            return tr(lang, N_("The letter is withdrawn. The office does no more about it."));
        case REQUEST_DO_CALL:
            return tr(lang, N_("The office needs your reply. Look what it asks for, and until when."));
        case REQUEST_DO_EXTEND:
            return tr(lang, N_("The office needs more time. Look until when and why."));
        case REQUEST_DO_FEE:
            return tr(lang, N_("The way of answer that you asked for has its costs. Look how much, and choose."));
        case REQUEST_DO_FORM:
            return tr(lang, N_("The office cannot answer in the way you asked for. Choose another one in time."));
        case REQUEST_DO_OFFER:
            return tr(lang, N_("The office offers terms of re-use. Accept them or object in time."));
        case REQUEST_DO_ANSWER:
        case REQUEST_DO_NOT_HELD:
            return tr(lang, N_("The office has answered."));
        case REQUEST_DO_PARTLY:
        case REQUEST_DO_REFUSE:
        case REQUEST_DO_DISCONTINUE:
            return tr(lang, N_("The office has decided. Look what you can do if you do not agree, and until when."));
        case REQUEST_DO_CLOSE:
            return tr(lang, N_("The case is closed. Its papers lie in the archive of the office."));
        case REQUEST_DO_LAPSE:
            return tr(lang, N_("The term for accepting the offer has run out. The case has ended."));
        default:
            return tr(lang, N_("There is a new message of the office in the case."));
    }
}

/* ---------------------------------------------------------------- the body */

/* A paragraph in lines of at most 72 characters; what is longer than a line stays whole. */
static void paragraph(struct buf *out, struct str text)
{
    size_t column = 0;
    for (size_t at = 0; at < text.n;) {
        const char *blank = memchr(text.p + at, ' ', text.n - at);
        size_t n = blank != NULL ? (size_t)(blank - (text.p + at)) : text.n - at;
        size_t wide = utf8_length((struct str){text.p + at, n});
        if (column > 0) {
            bool fits = column + 1 + wide <= WIDTH;
            buf_add_u8(out, fits ? ' ' : '\n');
            column = fits ? column + 1 : 0;
        }
        buf_add(out, text.p + at, n);
        column += wide;
        at += n + 1;
    }
    buf_add_z(out, "\n\n");
}

static void say(struct buf *out, const char *text)
{
    paragraph(out, str_of(text));
}

static void body(const struct notice_job *j, const struct notice_head *h, struct buf *out)
{
    enum lang lang = j->lang;
    const struct office_info *o = h->office;
    say(out, sentence_of(j->verb, lang));
    buf_fmt(out, "%s %s\n\n", tr(lang, N_("Number of the case:")), j->number);
    say(out, tr(lang, N_("What it is, terms and files stand on the page of the case. Open the office's site, choose "
                         "“Check your case – number and code”, and give the number and the code of your receipt.")));
    if (h->site.n > 0) {
        buf_fmt(out, "%.*s%s/sprawa\n\n", (int)h->site.n, h->site.p, lang == LANG_EN ? "/en" : "");
    }
    say(out,
        tr(lang, N_("This message has no link to the case and nothing of what it is about, because others may read "
                    "mail. The office never asks for the code by e-mail.")));
    if (o->email.n > 0) {
        buf_fmt(out, "%s %.*s\n\n", tr(lang, N_("A program has sent this. Write to the office:")), (int)o->email.n,
                o->email.p);
    } else {
        say(out, tr(lang, N_("A program has sent this. Do not reply to it.")));
    }
    buf_fmt(out, "-- \n%.*s\n%.*s\n", (int)o->name.n, o->name.p, (int)o->address.n, o->address.p);
}

/* ---------------------------------------------------------------- the headers */

bool notice_address_ok(struct str s)
{
    static const char atoms[] = "!#$%&'*+-/=?^_`{|}~.";
    const char *at = s.n > 0 ? memchr(s.p, '@', s.n) : NULL;
    if (at == NULL || s.n > 254 || at == s.p || at - s.p > 64 || at + 1 == s.p + s.n) {
        return false;
    }
    for (const char *p = s.p; p < s.p + s.n; p++) {
        bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        bool dot = *p == '.', edge = p == s.p || p + 1 == s.p + s.n || p + 1 == at || p == at + 1;
        if (p == at) {
            continue;
        }
        if (!word && (p < at ? memchr(atoms, *p, sizeof atoms - 1) == NULL : *p != '-' && !dot)) {
            return false;
        }
        if (dot && (edge || p[1] == '.')) {
            return false;
        }
    }
    return true;
}

/* Sun, 22 Nov 2026 04:05:06 +0000 */
static void date(struct buf *out, instant t)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct day d = {(int32_t)(t / 86400)};
    int year, month, day;
    unsigned s = (unsigned)(t % 86400);
    day_split(d, &year, &month, &day);
    buf_fmt(out, "Date: %s, %02d %s %04d %02u:%02u:%02u +0000\r\n", days[day_weekday(d) - 1], day, months[month - 1],
            year, s / 3600, s / 60 % 60, s % 60);
}

/* <2026-000123.4@bip.example>: number and event, so that a second sending has the same name; the domain is that of the
 * log, which never changes. */
static void message_id(struct buf *out, const struct notice_job *j, uint64_t event, struct str origin)
{
    const char *slash = origin.n > 0 ? memchr(origin.p, '/', origin.n) : NULL;
    size_t n = slash != NULL ? (size_t)(slash - origin.p) : origin.n;
    buf_fmt(out, "<%s.%llu@%.*s>", j->number, (unsigned long long)event, (int)n, origin.p);
}

/* All notices of a case hang on the one of its filing, also when that one was never sent. */
static void thread(struct buf *out, const struct notice_job *j, struct str origin)
{
    buf_add_z(out, "Message-ID: ");
    message_id(out, j, j->event, origin);
    buf_add_z(out, "\r\n");
    for (int i = 0; i < 2 && j->event > 1; i++) {
        buf_add_z(out, i == 0 ? "In-Reply-To: " : "References: ");
        message_id(out, j, 1, origin);
        buf_add_z(out, "\r\n");
    }
}

static void headers(const struct notice_job *j, const struct notice_head *h, struct str subject, struct buf *out)
{
    const struct office_info *o = h->office;
    date(out, j->queued);
    buf_add_z(out, "From: ");
    mime_phrase(out, o->name);
    buf_fmt(out, "\r\n <%.*s>\r\nTo: <%.*s>\r\n", (int)h->from.n, h->from.p, (int)j->email.n, j->email.p);
    if (notice_address_ok(o->email)) {
        buf_fmt(out, "Reply-To: <%.*s>\r\n", (int)o->email.n, o->email.p);
    }
    buf_add_z(out, "Subject: ");
    mime_words(out, subject);
    buf_add_z(out, "\r\n");
    thread(out, j, o->origin);
    buf_fmt(out,
            "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nContent-Language: %s\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            j->lang == LANG_EN ? "en" : "pl");
}

bool notice_message(const struct notice_job *j, const struct notice_head *h, struct buf *out, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(TEXT_MOST), subject CLEANUP(buf_free) = BUF_INIT(512);
    if (!notice_address_ok(j->email) || !notice_address_ok(h->from)) {
        return err_field(e, ERR_INVALID, "email", "this is no address that mail can go to");
    }
    buf_fmt(&subject, tr(j->lang, "Case %s: %s"), j->number, subject_of(j->verb, j->lang));
    body(j, h, &text);
    if (!buf_ok(&subject, e) || !buf_ok(&text, e)) {
        return false;
    }
    headers(j, h, buf_str(&subject), out);
    mime_quoted(out, buf_str(&text));
    return buf_ok(out, e);
}

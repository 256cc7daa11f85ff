/* page_receipt.c: the receipt of a letter: number, code, hour, due day and how it was counted, digests, proof.
 *
 * The code is known to the page only when it stands in the address to which the filing leads: the office keeps no more
 * than its digest. It has the fields of an official acknowledgment (requests.md X-07). */
#include "ask.h"
#include "case.h"

#include <string.h>

/* ---------------------------------------------------------------- the head */

static void term_begin(struct call *c, const char *msgid)
{
    MARK(&c->h, "<dt>");
    html_say(&c->h, msgid);
    MARK(&c->h, "</dt><dd>");
}

static void term_end(struct call *c)
{
    MARK(&c->h, "</dd>\n");
}

/* The code of the address, if it is this case's. */
static struct str code_of(const struct call *c)
{
    char token[REQUEST_TOKEN_SIZE];
    bool its = c->parts.code.n > 0 && request_token_of(c->parts.code, token) && str_is(c->parts.token, token);
    return its ? c->parts.code : STR("");
}

static void number_and_code(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    struct str code = code_of(c);
    MARK(h, "<div class=\"box done\">\n<dl class=\"large\">\n");
    term_begin(c, N_("Number"));
    html_text(h, str_of(v->number));
    term_end(c);
    if (code.n > 0) {
        term_begin(c, N_("Code"));
        MARK(h, "<span class=\"code\">");
        html_text(h, code);
        MARK(h, "</span>");
        term_end(c);
    }
    MARK(h, "</dl>\n");
    page_paragraph(c, code.n > 0 ? N_("Save the code. Without it you will not see the answer, and the office cannot "
                                      "restore it.")
                                 : N_("You got the code right after filing. The office cannot restore it; this "
                                      "address opens the case, too."));
    MARK(h, "</div>\n");
}

static const char *came_in_words(const struct request_view *v)
{
    const struct ask *a = ask_of_kind(v->filed_kind);
    return a != NULL ? a->came : N_("The letter came in");
}

static void came_in(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    struct day day;
    int hour, minute, second;
    warsaw_clock(v->received, &day, &hour, &minute, &second);
    MARK(h, "<p>");
    html_say(h, came_in_words(v));
    MARK(h, " ");
    page_weekday(c, day);
    if (request_channel_has_hour(v->channel)) {
        html_text(h, arena_fmt(c->ar, tr(c->lang, " at %02d:%02d."), hour, minute));
    } else {
        page_stop(c);
    }
    MARK(h, "</p>\n<p class=\"next\">");
    html_say(h, v->kind == REQUEST_PETITION || v->kind == REQUEST_COMPLAINT || v->kind == REQUEST_PROPOSAL
                    ? "It is dealt with at the latest"
                    : "Answer at the latest");
    MARK(h, " ");
    page_weekday(c, v->due);
    page_stop(c);
    MARK(h, "</p>\n");
}

/* ---------------------------------------------------------------- what to do now */

static void what_next(struct call *c, const struct receipt *r)
{
    struct html *h = &c->h;
    page_heading(c, N_("What next"));
    page_button(c, case_address(c, ""), N_("Follow the case"));
    MARK(h, "<ul class=\"noprint\">\n<li>");
    case_link(c, "/termin.ics", N_("Add the term to a calendar"));
    MARK(h, "</li>\n<li>");
    if (r->published) {
        case_link(c, "/dowod.txt", N_("Download the proof of filing"));
    } else {
        html_say(h, "The proof of filing is ready in a few seconds:");
        MARK(h, " ");
        MARK(h, "<a href=\""); /* with the code, which no other address shows */
        page_address_of(c, c->path);
        MARK(h, "\">");
        html_say(h, "refresh this page");
        MARK(h, "</a>");
    }
    MARK(h, "</li>\n<li>");
    case_link(c, "/pismo.txt", N_("Download the letter as it was filed"));
    MARK(h, "</li>\n<li><a href=\"#print\">");
    html_say(h, "Print");
    MARK(h, "</a></li>\n</ul>\n");
    page_paragraph(c, N_("If the office needs something from you, you will see it in the case. Have a look there "
                         "now and then."));
}

/* ---------------------------------------------------------------- the acknowledgment */

static void digest_row(struct call *c, const struct receipt_file *f)
{
    struct html *h = &c->h;
    char hex[2 * SHA256_SIZE + 1];
    hex_encode((struct bytes){f->digests.sha256, SHA256_SIZE}, hex);
    MARK(h, "<tr><th scope=\"row\" class=\"name\">");
    if (str_is(f->name, "letter.txt")) {
        html_say(h, "Your letter");
        MARK(h, ": ");
    }
    html_text(h, f->name);
    MARK(h, "<br><span class=\"muted\">");
    html_text(h, size_said(c->ar, f->size, c->lang));
    MARK(h, "</span></th><td class=\"hash\">");
    html_wrapped_hex(h, str_of(hex));
    MARK(h, "</td></tr>\n");
}

static void digests(struct call *c, const struct receipt *r)
{
    struct html *h = &c->h;
    MARK(h, "<table><caption>");
    html_say(h, "What was filed, with its SHA-256 digests");
    MARK(h, "</caption><thead><tr><th scope=\"col\">");
    html_say(h, "File");
    MARK(h, "</th><th scope=\"col\">SHA-256</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->file_count; i++) {
        digest_row(c, &r->files[i]);
    }
    MARK(h, "</tbody></table>\n");
    page_paragraph(c,
                   N_("A digest is the fingerprint of a file. It changes when a single letter of the file changes."));
}

/* By the form it is the system's own second; of paper only the day is known. */
static void reached_us(struct call *c, const struct request_view *v)
{
    term_begin(c, request_channel_entered(v->channel) ? N_("Reached the office") : N_("Entered the system"));
    if (request_channel_has_hour(v->channel)) {
        page_second(c, v->received);
    } else {
        page_day(c, warsaw_day(v->received));
    }
    if (request_channel_entered(v->channel)) {
        MARK(&c->h, ", ");
        html_say(&c->h, request_channel_title(v->channel, LANG_EN));
    }
    term_end(c);
}

static void acknowledgment(struct call *c, const struct request_view *v, const struct receipt *r)
{
    struct html *h = &c->h;
    page_heading(c, N_("Acknowledgment of receipt"));
    MARK(h, "<dl>\n");
    term_begin(c, N_("Public body"));
    MARK(h, "<span lang=\"pl\">");
    html_polish(h, r->office);
    if (r->address.n > 0) {
        MARK(h, ", ");
        html_polish(h, r->address);
    }
    MARK(h, "</span>");
    term_end(c);
    reached_us(c, v);
    term_begin(c, N_("This acknowledgment was made"));
    page_second(c, r->made);
    term_end(c);
    term_begin(c, N_("Entry in the public log"));
    html_sayf(h, "No. %llu", (unsigned long long)r->entry);
    MARK(h, ", ");
    html_text(h, r->origin);
    term_end(c);
    term_begin(c, N_("Digest of the entry (SHA-256)"));
    MARK(h, "<span class=\"hash\">");
    html_wrapped_hex(h, r->entry_sha256);
    MARK(h, "</span>");
    term_end(c);
    MARK(h, "</dl>\n");
    digests(c, r);
}

static const char *done_title(const struct request_view *v)
{
    const struct ask *a = ask_of_kind(v->filed_kind);
    return a != NULL ? a->done : N_("The letter is filed");
}

void page_receipt(struct call *c)
{
    struct request_view v;
    struct receipt r;
    if (!case_take(c, &v)) {
        return;
    }
    if (!receipt_make(c->w->requests, &v, c->ar, &r, &c->e)) {
        answer_error(c);
        return;
    }
    page_begin(c, str_of(tr(c->lang, done_title(&v))));
    if (posted_value(c, "ponownie") != NULL && posted_value(c, "ponownie")->given) {
        MARK(&c->h, "<div class=\"box\" tabindex=\"-1\" autofocus>");
        page_paragraph(c, N_("This letter is filed already. This is its receipt."));
        MARK(&c->h, "</div>\n");
    }
    number_and_code(c, &v);
    came_in(c, &v);
    what_next(c, &r);
    case_count(c, &v);
    acknowledgment(c, &v, &r);
    page_print_help(c);
    page_basis(c, v.term_basis);
    case_paper_foot(c, &v);
    page_end(c, 200);
}

/* page_log.c: the public log: what it is, where it stands now, how anybody checks it with tools of their own. */
#include "window.h"

#include <string.h>

static void term_hex(struct call *c, const char *term, struct bytes value)
{
    struct html *h = &c->h;
    char hex[2 * SHA256_SIZE + 1];
    hex_encode(value, hex);
    MARK(h, "<dt>");
    html_say(h, term);
    MARK(h, "</dt><dd class=\"hash\">");
    html_wrapped_hex(h, str_of(hex));
    MARK(h, "</dd>\n");
}

static void term_number(struct call *c, const char *term, uint64_t n)
{
    struct html *h = &c->h;
    MARK(h, "<dt>");
    html_say(h, term);
    MARK(h, "</dt><dd>");
    html_number(h, n);
    MARK(h, "</dd>\n");
}

static void where_it_stands(struct call *c, const struct ledger_head *head)
{
    struct html *h = &c->h;
    MARK(h, "<h2>");
    html_say(h, "Where the log stands");
    MARK(h, "</h2>\n<dl>\n");
    term_number(c, N_("Entries published"), head->published);
    if (head->published > 0) {
        term_hex(c, N_("Root hash (SHA-256)"), (struct bytes){head->root.b, sizeof head->root.b});
    }
    MARK(h, "<dt>");
    html_say(h, "Files");
    MARK(h, "</dt><dd><ul>\n<li><a href=\"/log/checkpoint\">");
    html_say(h, "The newest signed checkpoint");
    MARK(h, "</a></li>\n<li><a href=\"/log/log.vkey\">");
    html_say(h, "The key that checks its signature");
    MARK(h, "</a></li>\n<li><a href=\"/log/README.txt\">");
    html_say(h, "How all files of the log are read");
    MARK(h, "</a></li>\n</ul></dd>\n</dl>\n");
}

static void how_to_check(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<h2>");
    html_say(h, "Check the signature yourself");
    MARK(h, "</h2>\n<p>");
    html_say(
        h, "Download the checkpoint and the key. Then run this in their folder. It needs coreutils, sed and openssl.");
    MARK(h, "</p>\n<pre role=\"region\" tabindex=\"0\" aria-label=\"");
    html_say_attr(h, "Commands");
    MARK(h, "\"><code>{ printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'\n"
            "  sed 's/^[^+]*+[^+]*+//' log.vkey | base64 -d | tail -c 32; } &gt; key.der\n"
            "sed '/^$/,$d' checkpoint &gt; text\n"
            "sed '1,/^$/d' checkpoint | sed -n '1s/^[^ ]* [^ ]* //p' | base64 -d | tail -c 64 &gt; signature\n"
            "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature"
            "</code></pre>\n<p>");
    html_say(h, "Keep the checkpoint. If the log is ever rewritten, your copy proves it.");
    MARK(h, "</p>\n");
}

void page_log(struct call *c)
{
    struct html *h = &c->h;
    struct ledger_head head;
    if (!ledger_head_get(archive_ledger(c->w->archive), c->ar, &head, &c->e)) {
        answer_error(c);
        return;
    }
    page_begin(c, str_of(tr(c->lang, "Archive log")));
    MARK(h, "<p>");
    html_say(
        h,
        "Each time the archive takes in, changes or destroys a document, it writes an entry into this log. Entries are "
        "never changed and never removed. Anybody can check that.");
    MARK(h, "</p>\n<p>");
    html_say(h, "There is no personal data in the log: entries hold times, kinds and digests.");
    MARK(h, "</p>\n");
    where_it_stands(c, &head);
    how_to_check(c);
    MARK(h, "<h2>");
    html_say(h, "What the log proves, and what it does not");
    MARK(h, "</h2>\n<p>");
    html_say(h,
             "The log proves that a document has not changed since its entry. It does not prove that what the document "
             "says is true.");
    MARK(h, "</p>\n");
    page_end(c, 200);
}

/* page_verdict.c: the verdict about a document, and what each may reveal: genuine (of what is public, or of what the
 * asker has shown to know), changed (with both digests), destroyed as the law provides (to whoever has shown to know of
 * it), unknown, which never says forged. */
#include "case.h"
#include "verify.h"

#include <string.h>

#define KNOWN_SHOWN 50u

static const char *title_of(const struct verdict *v)
{
    switch (v->kind) {
        case VERDICT_GENUINE:
            return N_("Genuine, waiting for witnesses");
        case VERDICT_CHANGED:
            return N_("Different");
        case VERDICT_DESTROYED:
            return N_("Destroyed as the law provides");
        case VERDICT_UNKNOWN:
            break;
    }
    return N_("We do not vouch for this file");
}

/* ---------------------------------------------------------------- facts */

static void hash_term(struct call *c, struct str term, const uint8_t sha256[SHA256_SIZE])
{
    struct html *h = &c->h;
    char hex[2 * SHA256_SIZE + 1];
    hex_encode((struct bytes){sha256, SHA256_SIZE}, hex);
    MARK(h, "<dt>");
    html_text(h, term);
    MARK(h, "</dt><dd class=\"hash\">");
    html_wrapped_hex(h, str_of(hex));
    MARK(h, "</dd>\n");
}

struct str verdict_document(struct call *c, const struct verdict *v)
{
    int n = (int)v->slug.n;
    const struct published *p =
        v->source == VERDICT_BY_PUBLICATION ? bulletin_find(c->bulletin, v->publication, v->slug, v->lang) : NULL;
    if (v->source == VERDICT_BY_ANSWER) {
        return arena_fmt(c->ar, "/odpowiedzi/%.*s", (int)v->number.n, v->number.p);
    }
    if (p == NULL || v->publication == PUBLISHED_RULE) {
        return p == NULL ? STR("") : STR("/rejestry/zasady");
    }
    if (v->publication == PUBLISHED_REGISTER) {
        return arena_fmt(c->ar, "/rejestry/%u/wersje/%u", p->order, v->sequence);
    }
    return arena_fmt(c->ar, "/%s/%.*s/wersje/%u", v->publication == PUBLISHED_CARD ? "karty" : "informacje", n,
                     v->slug.p, v->sequence);
}

/* A file of proof calls its documents `letter`, `file-1`, `file-2` …; a case calls them by their file names. */
static struct str name_said(struct call *c, const struct verdict *v, struct str name)
{
    if (v->source == VERDICT_BY_PROOF && str_is(name, "letter")) {
        return str_of(tr(c->lang, "the letter"));
    }
    if (v->source == VERDICT_BY_PROOF && str_starts(name, "file-")) {
        return arena_fmt(c->ar, tr(c->lang, "file %.*s"), (int)name.n - 5, name.p + 5);
    }
    return name;
}

static void document(struct call *c, const struct verdict *v, struct str token)
{
    struct html *h = &c->h;
    struct str address = verdict_document(c, v);
    MARK(h, "<dt>");
    html_say(h, "Document");
    MARK(h, "</dt><dd>");
    if (v->source == VERDICT_BY_ANSWER) {
        MARK(h, "<a href=\"");
        page_address_of(c, address);
        MARK(h, "\">");
        html_text(h, arena_fmt(c->ar, tr(c->lang, "Published answer %.*s"), (int)v->number.n, v->number.p));
        MARK(h, "</a>");
    } else if (address.n > 0) {
        const struct published *p = bulletin_find(c->bulletin, v->publication, v->slug, v->lang);
        MARK(h, "<a lang=\"pl\" href=\"");
        page_address_of(c, address);
        MARK(h, "\">");
        html_text(h, p->title[LANG_PL]);
        MARK(h, "</a>");
    } else if (token.n > 0) {
        MARK(h, "<a href=\"");
        page_address_of(c, arena_fmt(c->ar, "/s/%.*s", (int)token.n, token.p));
        MARK(h, "\">");
        html_text(h, arena_fmt(c->ar, tr(c->lang, "Case %s"), v->number.p));
        MARK(h, "</a>, ");
        html_text(h, name_said(c, v, v->found.name));
    } else if (v->number.n > 0) {
        html_text(h, arena_fmt(c->ar, tr(c->lang, "Case %.*s"), (int)v->number.n, v->number.p));
        MARK(h, ", ");
        html_text(h, name_said(c, v, v->found.name));
    } else {
        html_say(h, "A public document of the archive");
    }
    MARK(h, "</dd>\n");
}

static void log_entry(struct call *c, uint64_t entry, struct str when)
{
    struct html *h = &c->h;
    MARK(h, "<dt>");
    html_say(h, "Entry in the public log");
    MARK(h, "</dt><dd>");
    page_link(c, "/dziennik", STR_NONE);
    html_sayf(h, "No. %llu", (unsigned long long)LOG_PLACE(entry));
    MARK(h, "</a>, ");
    html_text(h, when);
    MARK(h, "</dd>\n");
}

static void proof_link(struct call *c, const struct verdict *v, const uint8_t *sha256, struct str token)
{
    struct html *h = &c->h;
    char hex[2 * SHA256_SIZE + 1];
    if (v->source == VERDICT_BY_PROOF) {
        return; /* it is in the asker's hand */
    }
    MARK(h, "<dt>");
    html_say(h, "Proof");
    MARK(h, "</dt><dd>");
    if (!v->published) {
        html_say(h, "It is ready in a few seconds. Ask once more.");
    } else if (token.n > 0) {
        MARK(h, "<a href=\"");
        page_address_of(c, arena_fmt(c->ar, "/s/%.*s/sprawa.zip", (int)token.n, token.p));
        MARK(h, "\">");
        html_say(h, "The whole case with its proofs (ZIP)");
        MARK(h, "</a>");
    } else {
        hex_encode((struct bytes){sha256, SHA256_SIZE}, hex);
        MARK(h, "<a href=\"");
        page_address_of(c, arena_fmt(c->ar, "/sprawdz/%s/dowod.txt", hex));
        MARK(h, "\">");
        html_say(h, "Download the proof");
        MARK(h, "</a>. ");
        html_say(h, "It says how to check it without us.");
    }
    MARK(h, "</dd>\n");
}

/* ---------------------------------------------------------------- the verdicts */

static void genuine(struct call *c, const struct verdict *v, const uint8_t *sha256, struct str token)
{
    struct html *h = &c->h;
    const uint8_t *digest = sha256 != NULL ? sha256 : v->found.sha256;
    MARK(h, "<div class=\"box done\"><p>");
    page_state_mark(c, "done", str_of(tr(c->lang, "Genuine")));
    MARK(h, "</p>\n<p>");
    html_say(h, "The file is identical with a document that was recorded at the latest on");
    MARK(h, " ");
    page_day(c, warsaw_day(v->found.since));
    page_stop(c);
    MARK(h, "</p>\n<p>");
    html_say(h, "That does not mean that what it says is true – only that nobody has changed it.");
    MARK(h, "</p></div>\n<dl>\n");
    document(c, v, token);
    hash_term(c, str_of(tr(c->lang, "SHA-256 digest")), digest);
    log_entry(c, v->found.entry, instant_said(c->ar, v->found.since, c->lang));
    proof_link(c, v, digest, token);
    MARK(h, "</dl>\n");
    page_paragraph(c,
                   N_("A witness is an independent server that confirms the state of the log. Our log has none yet."));
}

static void changed(struct call *c, const struct verdict *v, const uint8_t *sha256)
{
    struct html *h = &c->h;
    size_t n = v->known_count < KNOWN_SHOWN ? v->known_count : KNOWN_SHOWN;
    MARK(h, "<div class=\"box late\"><p>");
    page_state_mark(c, "late", str_of(tr(c->lang, "Different")));
    MARK(h, "</p>\n<p>");
    html_text(h, v->number.n > 0 ? arena_fmt(c->ar, tr(c->lang, "The file differs from the documents of case %.*s."),
                                             (int)v->number.n, v->number.p)
                                 : str_of(tr(c->lang, "The file differs from the documents of this proof.")));
    MARK(h, "</p></div>\n<dl>\n");
    if (sha256 != NULL) {
        hash_term(c, str_of(tr(c->lang, "Digest of your file")), sha256);
    }
    for (size_t i = 0; i < n; i++) {
        struct str name = name_said(c, v, v->known[i].name);
        hash_term(c, arena_fmt(c->ar, tr(c->lang, "Digest of %.*s"), (int)name.n, name.p), v->known[i].sha256);
    }
    MARK(h, "</dl>\n");
    page_paragraph(c, N_("It may have been scanned or saved anew. Fetch the document once more and compare."));
}

/* The rule line of the decision, `RULE keep-until DAY`, in words; in another form as it stands. */
static struct str basis_said(struct call *c, struct str basis)
{
    static const char between[] = " keep-until ";
    const char *at = basis.n > 0 ? memmem(basis.p, basis.n, between, sizeof between - 1) : NULL;
    struct day last;
    if (at == NULL) {
        return basis;
    }
    struct str rule = {basis.p, (size_t)(at - basis.p)};
    struct str until = {at + sizeof between - 1, basis.n - rule.n - (sizeof between - 1)};
    if (!day_parse(until, &last)) {
        return basis;
    }
    struct str day = day_said(c->ar, last, c->lang);
    return arena_fmt(c->ar, tr(c->lang, "rule %.*s: to be kept until %.*s"), (int)rule.n, rule.p, (int)day.n, day.p);
}

static void destroyed(struct call *c, const struct verdict *v, struct str token)
{
    struct html *h = &c->h;
    struct str day = day_said(c->ar, v->destruction.on, c->lang);
    MARK(h, "<div class=\"box closed\"><p>");
    page_state_mark(c, "closed", str_of(tr(c->lang, "Destroyed")));
    MARK(h, "</p>\n<p>");
    html_text(h, v->number.n > 0
                     ? arena_fmt(c->ar,
                                 tr(c->lang, "Document %.*s existed. It was destroyed as the law provides on %.*s. "
                                             "Its content cannot be restored."),
                                 (int)v->number.n, v->number.p, (int)day.n, day.p)
                     : arena_fmt(c->ar,
                                 tr(c->lang, "This document existed. It was destroyed as the law provides on %.*s. "
                                             "Its content cannot be restored."),
                                 (int)day.n, day.p));
    MARK(h, "</p></div>\n<dl>\n");
    document(c, v, token);
    hash_term(c, str_of(tr(c->lang, "SHA-256 digest")), v->found.sha256);
    MARK(h, "<dt>");
    html_say(h, "Basis");
    MARK(h, "</dt><dd>");
    html_text(h, basis_said(c, v->destruction.basis));
    MARK(h, "</dd>\n");
    log_entry(c, v->destruction.entry, day);
    MARK(h, "</dl>\n");
    page_paragraph(c,
                   N_("The entry in the public log stays: it proves that the document existed, without its content."));
}

static void unknown(struct call *c, const uint8_t *sha256)
{
    struct html *h = &c->h;
    char hex[2 * SHA256_SIZE + 1];
    MARK(h, "<div class=\"box closed\"><p>");
    page_state_mark(c, "closed", str_of(tr(c->lang, "Unknown")));
    MARK(h, "</p>\n<p>");
    html_say(h,
             "That is no proof of forgery: it may have been scanned or saved anew. Give a number or a file of proof.");
    MARK(h, "</p></div>\n");
    if (sha256 != NULL) {
        hex_encode((struct bytes){sha256, SHA256_SIZE}, hex);
        MARK(h, "<dl>\n");
        hash_term(c, str_of(tr(c->lang, "SHA-256 digest")), sha256);
        MARK(h, "</dl>\n<p><a href=\"");
        page_address_of(c, arena_fmt(c->ar, "/sprawdz?skrot=%s", hex));
        MARK(h, "\">");
        html_say(h, "Give a number or a file of proof");
        MARK(h, "</a></p>\n");
    }
}

void verdict_page(struct call *c, const struct verdict *v, const uint8_t *sha256, struct str token)
{
    struct html *h = &c->h;
    page_begin(c, str_of(tr(c->lang, title_of(v))));
    if (v->kind == VERDICT_GENUINE) {
        genuine(c, v, sha256, token);
    } else if (v->kind == VERDICT_CHANGED) {
        changed(c, v, sha256);
    } else if (v->kind == VERDICT_DESTROYED) {
        destroyed(c, v, token);
    } else {
        unknown(c, sha256);
    }
    MARK(h, "<p class=\"noprint\">");
    page_link_said(c, "/sprawdz", N_("Check another document"));
    MARK(h, "</p>\n");
    page_end(c, 200);
}

/* ---------------------------------------------------------------- by a bare digest */

void page_verdict(struct call *c)
{
    uint8_t sha256[SHA256_SIZE];
    struct verdict v;
    bool digest = digest_take(c->parts.slug, sha256); /* the gate let nothing else through */
    if (digest && verify_public(c->w->archive, c->bulletin, sha256, c->ar, &v, &c->e)) {
        verdict_page(c, &v, sha256, STR(""));
    } else {
        answer_error(c);
    }
}

void page_verdict_proof(struct call *c)
{
    uint8_t sha256[SHA256_SIZE];
    bool digest = digest_take(c->parts.slug, sha256);
    if (digest && public_proof(c->w->archive, c->bulletin, sha256, &c->a->body, &c->e)) {
        c->a->status = 200;
        c->a->type = "text/plain; charset=utf-8";
        c->a->disposition = STR("attachment; filename=\"receipt.txt\"");
        return;
    }
    buf_reset(&c->a->body);
    if (c->e.code == ERR_STATE) {
        c->a->retry_after = 2;
        answer_problem(c, 503, N_("The proof of filing is ready in a few seconds. Load this address once more."));
    } else {
        answer_error(c);
    }
}

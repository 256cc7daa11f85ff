/* page_verify.c: checking a document: a file or its digest, and for what is not public the number and code of a case or
 * a file of proof. A file is hashed as it comes in and kept nowhere. A bare digest leads to a page with an address of
 * its own; what was asked with a code is answered at once and has none. */
#include "body.h"
#include "verify.h"

#include <string.h>

#define PROOF_MOST (512u << 10)

static const struct question questions[] = {
    {.name = "plik", .control = CONTROL_FILES, .label = N_("File"), .size = 1},
    {.name = "skrot",
     .control = CONTROL_LINE,
     .label = N_("SHA-256 digest"),
     .hint = N_("The fingerprint of a file: 64 characters. Paste it in the place of the file."),
     .optional = true},
    {.name = "numer",
     .control = CONTROL_LINE,
     .label = N_("Number of the case"),
     .hint = N_("Such as 2026-000123."),
     .optional = true,
     .inputmode = "numeric",
     .size = 14},
    {.name = "kod", .control = CONTROL_LINE, .label = N_("Code from the receipt"), .optional = true, .size = 26},
    {.name = "dowod",
     .control = CONTROL_FILES,
     .label = N_("File of proof"),
     .hint = N_("Fetched with the receipt, usually receipt.txt."),
     .optional = true,
     .size = 1},
};
#define QUESTIONS COUNT_OF(questions)
enum { Q_FILE, Q_DIGEST, Q_NUMBER, Q_CODE, Q_PROOF };

bool digest_take(struct str text, uint8_t sha256[SHA256_SIZE])
{
    char hex[2 * SHA256_SIZE];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char ch = text.p[i];
        if (ch == ' ' || ch == '\t') {
            continue;
        }
        if (n == sizeof hex) {
            return false;
        }
        hex[n++] = ch >= 'A' && ch <= 'F' ? (char)(ch - 'A' + 'a') : ch;
    }
    return hex_decode((struct str){hex, n}, sha256, SHA256_SIZE);
}

/* ---------------------------------------------------------------- files of the body */

static struct value *value_named(struct call *c, struct str name)
{
    for (size_t i = 0; i < c->row->field_count; i++) {
        if (str_is(name, c->row->fields[i].name)) {
            return &c->values[i];
        }
    }
    return NULL;
}

static bool hash_file(struct shown_files *s, struct content_source src, struct err *e)
{
    uint8_t piece[16384];
    size_t got = 1;
    struct digest *d CLEANUP(digest_free) = digest_new(DIGEST_SHA256);
    if (d == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (s->size = 0; got > 0; s->size += got) {
        if (!src.read(src.ctx, piece, sizeof piece, &got, e)) {
            return false;
        }
        digest_add(d, (struct bytes){piece, got});
    }
    digest_end(d, s->sha256);
    s->hashed = true;
    return true;
}

static bool keep_proof(struct call *c, struct shown_files *s, struct content_source src, struct value *v)
{
    struct buf all CLEANUP(buf_free) = BUF_INIT(PROOF_MOST);
    uint8_t piece[16384];
    size_t got = 1;
    while (got > 0) {
        if (!src.read(src.ctx, piece, sizeof piece, &got, &c->e)) {
            return false;
        }
        buf_add(&all, piece, got);
    }
    s->proof = all.failed ? STR("") : arena_str(c->ar, buf_str(&all));
    if (s->proof.n == 0 || !utf8_valid(s->proof)) {
        s->proof = STR("");
        err_set(&v->fault, ERR_INVALID, "this is no file of proof of ours; it begins with akta-receipt/v1");
    }
    return true;
}

bool page_verify_file(struct call *c, const struct part *p, struct content_source src)
{
    struct value *v = value_named(c, p->name);
    if (c->shown == NULL) {
        c->shown = arena_alloc(c->ar, sizeof *c->shown);
        if (c->shown == NULL) {
            return err_set(&c->e, ERR_MEMORY, "out of memory");
        }
        *c->shown = (struct shown_files){.proof = STR("")};
    }
    if (v == NULL || v->fault.code != ERR_NONE) {
        return true; /* the rest is read past */
    }
    if (!str_is(p->name, "plik")) {
        return keep_proof(c, c->shown, src, v);
    }
    if (!hash_file(c->shown, src, &c->e)) {
        return false;
    }
    if (c->shown->size == 0) {
        struct str name = arena_str(c->ar, p->file_name);
        c->shown->hashed = false;
        err_set(&v->fault, ERR_INVALID, "the file \"%.*s\" is empty; choose another", (int)name.n, name.p);
    }
    return true;
}

/* ---------------------------------------------------------------- the form */

/* For the script: what the hint says when the browser computes the digest, and a word while it does. */
static void for_the_script(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<p id=\"plik-here\" hidden>");
    html_say(h, "Your browser computes the digest. The file stays on your computer.");
    MARK(h, "</p>\n<p class=\"hint\" id=\"plik-busy\" role=\"status\" hidden>");
    html_say(h, "Computing the digest …");
    MARK(h, "</p>\n");
}

static void show(struct call *c, struct posed list[QUESTIONS], int status)
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        list[i].q = &questions[i];
        form_take(c, &list[i]);
        list[i].text = questions[i].control == CONTROL_FILES ? STR("") : list[i].text;
    }
    list[Q_FILE].hint = str_of(tr(c->lang, N_("We compute its digest and delete the file.")));
    c->a->script = true;
    form_page_begin(c, str_of(tr(c->lang, "Check a document")), N_("We did not check the document."), list, QUESTIONS);
    page_paragraph(c, N_("We say whether the office has the same file and since when, and give the proof."));
    form_open(c, STR("/sprawdz"), true);
    form_question(c, &list[Q_FILE]);
    for_the_script(c);
    form_question(c, &list[Q_DIGEST]);
    page_heading(c, N_("A document that is not public"));
    page_paragraph(c,
                   N_("Of such documents we speak only with those who know the number and code of the case, or have a "
                      "file of proof."));
    form_question(c, &list[Q_NUMBER]);
    form_question(c, &list[Q_CODE]);
    form_question(c, &list[Q_PROOF]);
    form_submit(c, N_("Check"));
    form_close(c);
    page_end(c, status);
}

void page_verify(struct call *c)
{
    struct posed list[QUESTIONS] = {{0}};
    show(c, list, 200);
}

void page_verify_again(struct call *c)
{
    struct posed list[QUESTIONS] = {{0}};
    show(c, list, 422);
}

static void refuse(struct call *c, size_t question, struct str fault)
{
    struct posed list[QUESTIONS] = {{0}};
    list[question].fault = fault;
    err_init(&c->e, c->lang);
    show(c, list, 422);
}

/* ---------------------------------------------------------------- the answer */

bool verify_open_case(struct call *c, struct str number, struct str code, struct request_view *v,
                      char token[REQUEST_TOKEN_SIZE])
{
    if (code.n == 0 || code.n > 200 || !request_token_of(code, token)) {
        return err_set(&c->e, ERR_NOT_FOUND, "this pair of number and code is unknown");
    }
    return request_open(c->w->requests, number, code, archive_today(c->w->archive), c->ar, v, &c->e);
}

static void by_case(struct call *c, const uint8_t sha256[SHA256_SIZE])
{
    char token[REQUEST_TOKEN_SIZE];
    struct request_view view;
    struct verdict v;
    if (!verify_open_case(c, posted_text(c, "numer"), posted_text(c, "kod"), &view, token)) {
        if (c->e.code == ERR_NOT_FOUND) {
            refuse(c, Q_NUMBER, str_of(tr(c->lang, "We do not know this pair of number and code. Check both.")));
        } else {
            answer_error(c);
        }
    } else if (verify_case(c->w->requests, c->bulletin, &view, sha256, c->ar, &v, &c->e)) {
        verdict_page(c, &v, sha256, str_of(token));
    } else {
        answer_error(c);
    }
}

static void by_proof(struct call *c, const uint8_t *sha256)
{
    struct verdict v;
    if (verify_proof(c->w->archive, c->shown->proof, sha256, c->ar, &v, &c->e)) {
        verdict_page(c, &v, sha256, STR(""));
    } else if (c->e.code == ERR_INVALID) {
        refuse(c, Q_PROOF, fault_said(c->ar, str_of(c->e.text)));
    } else {
        answer_error(c);
    }
}

/* A digest from the file, else from the text. *given: there was one to take. false: the text is none. */
static bool asked_digest(struct call *c, uint8_t sha256[SHA256_SIZE], bool *given)
{
    struct str text = posted_text(c, "skrot");
    *given = true;
    if (c->shown != NULL && c->shown->hashed) {
        memcpy(sha256, c->shown->sha256, SHA256_SIZE);
        return true;
    }
    *given = text.n > 0;
    return text.n == 0 || digest_take(text, sha256);
}

static size_t letters_of(struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        n += text.p[i] != ' ' && ((unsigned char)text.p[i] & 0xC0) != 0x80;
    }
    return n;
}

static struct str digest_fault(struct call *c)
{
    size_t n = letters_of(posted_text(c, "skrot"));
    return n == 2 * SHA256_SIZE
               ? str_of(tr(c->lang, "A SHA-256 digest has only the digits 0–9 and the letters a–f."))
               : arena_fmt(c->ar, tr(c->lang, "A SHA-256 digest has 64 characters, %zu were pasted."), n);
}

static bool values_sound(const struct call *c)
{
    for (size_t i = 0; i < c->row->field_count; i++) {
        if (c->values[i].fault.code != ERR_NONE) {
            return false;
        }
    }
    return true;
}

void page_verify_post(struct call *c)
{
    uint8_t sha256[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    bool given, proof = c->shown != NULL && c->shown->proof.n > 0;
    if (!values_sound(c)) {
        page_verify_again(c);
    } else if (!asked_digest(c, sha256, &given)) {
        refuse(c, Q_DIGEST, digest_fault(c));
    } else if (proof) {
        by_proof(c, given ? sha256 : NULL);
    } else if (!given) {
        refuse(c, Q_FILE, str_of(tr(c->lang, "Choose a file, or paste its digest.")));
    } else if (posted_text(c, "numer").n > 0 || posted_text(c, "kod").n > 0) {
        by_case(c, sha256);
    } else {
        hex_encode((struct bytes){sha256, sizeof sha256}, hex);
        answer_redirect(c, arena_fmt(c->ar, "/sprawdz/%s", hex));
    }
}

/* page_answers.c: published answers: a page of them, one of them, and its files under names that tell nothing. */
#include "register.h"

#include <string.h>

/* ---------------------------------------------------------------- files */

static const struct {
    const char *type, *name, *ending;
} types[] = {
    {"application/pdf", "PDF", ".pdf"},
    {"application/vnd.oasis.opendocument.text", "ODT", ".odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", "ODS", ".ods"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "DOCX", ".docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", ".xlsx"},
    {"text/csv", "CSV", ".csv"},
    {"text/plain", "TXT", ".txt"},
    {"image/jpeg", "JPEG", ".jpg"},
    {"image/png", "PNG", ".png"},
    {"application/zip", "ZIP", ".zip"},
};

static size_t type_index(struct str type)
{
    size_t i = 0;
    while (i < COUNT_OF(types) && !str_starts(type, types[i].type)) {
        i++;
    }
    return i;
}

struct str answer_file_said(struct call *c, const struct answer_file *f)
{
    size_t i = type_index(f->type);
    struct str size = size_said(c->ar, f->size, c->lang);
    return arena_fmt(c->ar, "%s%s%.*s", i < COUNT_OF(types) ? types[i].name : "", i < COUNT_OF(types) ? ", " : "",
                     (int)size.n, size.p);
}

void page_answer_file(struct call *c)
{
    struct request_attachment *f = arena_alloc(c->ar, sizeof *f);
    if (f == NULL || !request_answer_file(c->w->requests, c->parts.slug, c->parts.number, c->ar, f, &c->e)) {
        answer_error(c);
        return;
    }
    size_t i = type_index(f->type);
    f->name = arena_fmt(c->ar, "odpowiedz-%.*s-%llu%s", (int)c->parts.slug.n, c->parts.slug.p,
                        (unsigned long long)f->seq, i < COUNT_OF(types) ? types[i].ending : "");
    send_attachment(c, f);
}

/* ---------------------------------------------------------------- many */

static struct day day_of(instant t)
{
    struct day d;
    int hour, minute, second;
    warsaw_clock(t, &d, &hour, &minute, &second);
    return d;
}

static void item(struct call *c, const struct request_answer *a)
{
    struct html *h = &c->h;
    MARK(h, "<li><span class=\"muted small\">");
    page_day(c, day_of(a->published));
    MARK(h, " · ");
    html_text(h, str_of(a->number));
    if (a->file_count > 0) {
        MARK(h, " · ");
        html_sayf(h, trn(c->lang, "%zu file", "%zu files", a->file_count), a->file_count);
    }
    MARK(h, "</span><span lang=\"pl\">");
    page_link(c, "/odpowiedzi/", str_of(a->number));
    html_polish(h, a->subject);
    MARK(h, "</a></span></li>\n");
}

static void items_or_none(struct call *c, const struct request_answer *list, size_t n, struct str next)
{
    struct html *h = &c->h;
    if (n == 0 && c->q->query.n == 0) {
        page_paragraph(c, N_("The office has not published an answer yet. Ask for what you need: no name, no reason."));
        MARK(h, "<p>");
        page_link_said(c, "/wniosek/informacja", N_("Ask for information"));
        MARK(h, "</p>\n");
    } else if (n == 0 && next.n == 0) {
        MARK(h, "<p>");
        html_say(h, "No answer fits these words.");
        MARK(h, " ");
        page_link_said(c, "/odpowiedzi", N_("Show all"));
        MARK(h, ".</p>\n");
    } else if (n > 0) {
        MARK(h, "<ol class=\"list plain\">\n");
        for (size_t i = 0; i < n; i++) {
            item(c, &list[i]);
        }
        MARK(h, "</ol>\n");
    }
}

static const struct register_paging paging = {"/odpowiedzi",          answers_page_fields, ANSWERS_FIELDS,
                                              N_("Pages of answers"), N_("The newest"),    N_("Older answers")};

void page_answers(struct call *c)
{
    const struct answer_filter f = {.words = c->values[0].text, .after = c->values[1].text, .limit = REGISTER_ROWS};
    struct request_answer *list = NULL;
    struct str next = STR("");
    size_t n = 0;
    bool sound = c->values[0].fault.code == ERR_NONE && c->values[1].fault.code == ERR_NONE;
    if (sound && !request_answers(c->w->requests, &f, c->ar, &list, &n, &next, &c->e)) {
        answer_error(c);
        return;
    }
    page_words_begin(c, str_of(tr(c->lang, "Published answers")), &c->values[0]);
    page_paragraph(c, N_("What the office has answered to others and may show to everybody, the newest first."));
    page_words_form(c, "/odpowiedzi", &c->values[0], N_("Words of the answer"), N_("Show"));
    if (sound) {
        items_or_none(c, list, n, next);
        register_paging(c, &paging, next);
    }
    register_forms(c, "/api/v1/answers", answers_api_fields, "/feeds/answers.atom");
    page_end(c, sound ? 200 : 422);
}

/* ---------------------------------------------------------------- one */

static void files(struct call *c, const struct request_answer *a)
{
    struct html *h = &c->h;
    if (a->file_count == 0) {
        return;
    }
    page_heading(c, N_("Files"));
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < a->file_count; i++) {
        MARK(h, "<li><a href=\"");
        html_url(h, arena_fmt(c->ar, "%s/odpowiedzi/%s/plik/%llu", c->lang == LANG_EN ? "/en" : "", a->number,
                              (unsigned long long)a->files[i].seq));
        MARK(h, "\">");
        html_sayf(h, "File %zu", i + 1);
        MARK(h, "</a> (");
        html_text(h, answer_file_said(c, &a->files[i]));
        MARK(h, ")</li>\n");
    }
    MARK(h, "</ul>\n");
}

static void fact(struct call *c, const char *name, struct day d)
{
    struct html *h = &c->h;
    MARK(h, "<dt>");
    html_say(h, name);
    MARK(h, "</dt><dd>");
    page_day(c, d);
    MARK(h, "</dd>\n");
}

/* What udip art. 12 asks of everything that is disclosed (F-35). */
static void facts(struct call *c, const struct request_answer *a)
{
    struct html *h = &c->h;
    MARK(h, "<section class=\"meta\"><h2>");
    html_say(h, "About this answer");
    MARK(h, "</h2>\n<dl>\n<dt>");
    html_say(h, "Disclosed by");
    MARK(h, "</dt><dd lang=\"pl\">");
    html_polish(h, c->office.name);
    MARK(h, "</dd>\n<dt>");
    html_say(h, "Case");
    MARK(h, "</dt><dd>");
    page_link(c, "/wnioski/", str_of(a->number));
    html_text(h, str_of(a->number));
    MARK(h, "</a></dd>\n<dt>");
    html_say(h, "Outcome");
    MARK(h, "</dt><dd>");
    html_text(h, capital_said(c->ar, request_outcome_title(a->outcome, c->lang)));
    MARK(h, "</dd>\n");
    fact(c, N_("Came in"), a->received);
    fact(c, N_("Disclosed"), a->ended);
    fact(c, N_("Published"), day_of(a->published));
    MARK(h, "</dl></section>\n");
}

void page_answer(struct call *c)
{
    struct html *h = &c->h;
    struct request_answer a;
    if (!request_answer_get(c->w->requests, c->parts.slug, c->ar, &a, &c->e)) {
        answer_error(c);
        return;
    }
    page_begin_polish(c, a.subject);
    if (a.text.n > 0) {
        MARK(h, "<p class=\"written\" lang=\"pl\">");
        html_polish(h, a.text);
        MARK(h, "</p>\n");
    }
    files(c, &a);
    facts(c, &a);
    MARK(h, "<p class=\"noprint\">");
    page_link_said(c, "/odpowiedzi", N_("Published answers"));
    MARK(h, "</p>\n");
    page_end(c, 200);
}

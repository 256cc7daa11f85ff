/* page_follow.c: finding one's case again with its number and code. Whatever does not fit gets the same sentence. */
#include "case.h"

#include <string.h>

static const struct question questions[] = {
    {.name = "numer",
     .control = CONTROL_LINE,
     .label = N_("Number of the case"),
     .hint = N_("Such as 2026-000123."),
     .inputmode = "numeric",
     .size = 14},
    {.name = "kod",
     .control = CONTROL_LINE,
     .label = N_("Code from the receipt"),
     .hint = N_("Capitals, blanks and dashes do not matter."),
     .size = 26},
};

static void show(struct call *c, struct str fault, int status)
{
    struct posed list[COUNT_OF(questions)];
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        list[i] = (struct posed){.q = &questions[i]};
        form_take(c, &list[i]);
    }
    if (list[0].fault.n == 0 && list[1].fault.n == 0) {
        list[0].fault = fault;
    }
    form_page_begin(c, str_of(tr(c->lang, "Check your case")), N_("We did not open the case."), list,
                    COUNT_OF(questions));
    page_paragraph(c, N_("Number and code stand on the receipt. The address of the receipt opens the case as well."));
    form_open(c, STR("/sprawa"), false);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        form_question(c, &list[i]);
    }
    form_submit(c, N_("Open the case"));
    form_close(c);
    page_end(c, status);
}

void page_follow(struct call *c)
{
    show(c, STR(""), 200);
}

void page_follow_again(struct call *c)
{
    show(c, STR(""), 422);
}

void page_follow_post(struct call *c)
{
    char token[REQUEST_TOKEN_SIZE];
    struct request_view v;
    struct str code = posted_text(c, "kod");
    bool known =
        request_open(c->w->requests, posted_text(c, "numer"), code, archive_today(c->w->archive), c->ar, &v, &c->e) &&
        request_token_of(code, token);
    if (known) {
        answer_redirect(c, arena_fmt(c->ar, "/s/%s", token));
    } else if (c->e.code == ERR_NOT_FOUND || c->e.code == ERR_NONE) {
        show(c, str_of(tr(c->lang, "We do not know this pair of number and code. Check both.")), 422);
    } else {
        answer_error(c);
    }
}

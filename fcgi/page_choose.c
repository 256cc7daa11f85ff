/* page_choose.c: what do you want to ask for: one choice that leads to the right form; and the page for the files of
 * one's own case, which are no matter of a form. */
#include "form.h"

#include <string.h>

static const struct {
    const char *value, *label, *hint;
} choices[] = {
    {"informacja", N_("Public information"), N_("Contracts, spending, decisions. No name and no reason needed.")},
    {"ponowne-wykorzystywanie", N_("Data for re-use"),
     N_("To publish or to process them. The law asks for a purpose.")},
    {"dane-z-rejestru", N_("Data from the register of residents or of identity cards"),
     N_("31.00 zł, needs a signature. Here you prepare the request and print it.")},
    {"akta-sprawy", N_("The files of my case"), N_("In which you are a party.")},
    {"moje-dane", N_("The data that the office has about me"),
     N_("Access, correction and other rights. Free of charge.")},
    {"skarga", N_("I want to file a complaint, a proposal or a petition"), NULL},
    {"wlasnymi-slowami", N_("I do not know – I will write in my own words"), NULL},
};

static const struct question question = {.name = "co", .control = CONTROL_RADIOS, .label = N_("Choose one")};

static bool is_choice(struct str value)
{
    for (size_t i = 0; i < COUNT_OF(choices); i++) {
        if (str_is(value, choices[i].value)) {
            return true;
        }
    }
    return false;
}

static void show(struct call *c, bool asked)
{
    struct html *h = &c->h;
    struct choice list[COUNT_OF(choices)];
    struct posed p = {.q = &question, .choices = list, .choice_count = COUNT_OF(choices)};
    for (size_t i = 0; i < COUNT_OF(choices); i++) {
        const char *hint = choices[i].hint;
        list[i] = (struct choice){.value = choices[i].value,
                                  .label = str_of(tr(c->lang, choices[i].label)),
                                  .hint = hint != NULL ? str_of(tr(c->lang, hint)) : STR("")};
    }
    if (asked) {
        p.fault = str_of(tr(c->lang, "Choose what you ask for."));
    }
    form_page_begin(c, str_of(tr(c->lang, "What do you want to ask for?")), N_("Nothing was chosen."), &p, 1);
    MARK(h, "<form class=\"form\" method=\"get\" action=\"");
    page_address(c, "/wniosek");
    MARK(h, "\">\n<input type=\"hidden\" name=\"dalej\" value=\"1\">\n");
    form_question(c, &p);
    form_submit(c, N_("Continue"));
    form_close(c);
    page_end(c, asked ? 422 : 200);
}

void page_choose(struct call *c)
{
    struct str chosen = posted_text(c, "co");
    if (is_choice(chosen)) {
        answer_redirect(c, arena_fmt(c->ar, "/wniosek/%.*s", (int)chosen.n, chosen.p));
    } else {
        show(c, posted_text(c, "dalej").n > 0);
    }
}

void page_party(struct call *c)
{
    page_begin(c, str_of(tr(c->lang, "The files of your case")));
    page_paragraph(c,
                   N_("Does a case concern you? Then you are its party (strona). You may see its files in the office, "
                      "take notes and make copies. This needs no form."));
    page_paragraph(
        c, N_("Call the office and agree on a day. Bring a document with your photograph. Who acts for you brings a "
              "power of attorney."));
    page_paragraph(c, N_("A case that has ended can be seen in the same way."));
    if (page_exists(c, "/informacje/" TEXT_CHANNELS)) {
        MARK(&c->h, "<p>");
        page_link_said(c, "/informacje/" TEXT_CHANNELS, N_("Ways of filing letters"));
        MARK(&c->h, "</p>\n");
    }
    page_basis(c, STR("KPA, art. 73"));
    page_end(c, 200);
}

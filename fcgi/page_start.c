/* page_start.c: the citizen's start page: the six things that people come for, each with what it brings; below them, in
 * one line each, what else there is. Nothing that leads nowhere. */
#include "window.h"

struct task {
    const char *path, *label, *hint;
};
static const struct task tasks[] = {
    {"/wniosek/informacja", N_("Ask for information – without name and reason"),
     N_("You get a receipt at once and an answer within 14 days.")},
    {"/sprawa", N_("Check your case – number and code"), N_("What the office does with it, and its answer.")},
    {"/karty", N_("Get something done – service cards"),
     N_("What to bring, what it costs, how long it takes, where to go.")},
    {"/rejestry", N_("See the office's registers"), N_("Which registers the office keeps, and who may see them.")},
    {"/odpowiedzi", N_("Read answers for others"), N_("What the office has answered already, with the documents.")},
    {"/sprawdz", N_("Check a document"), N_("Whether the office has the same file, and since when. With proof.")},
};
static const struct task others[] = {
    {"/wniosek", N_("File another letter"),
     N_("Re-use, your own data, data from a register, complaint, proposal, petition.")},
    {"/wnioski", N_("Read the register of requests"),
     N_("What others asked for, how far it is, and how it ended. Without names.")},
    {"/informacje/" TEXT_HOW_TO_GET, N_("How to file a request"),
     N_("Public information needs no name and no reason. The ways to send it.")},
    {"/dziennik", N_("Check the archive log"),
     N_("The public, signed list of what the archive did, and how to check it.")},
};

static void list(struct call *c, const struct task *of, size_t n)
{
    struct html *h = &c->h;
    for (size_t i = 0; i < n; i++) {
        if (!page_exists(c, of[i].path)) {
            continue;
        }
        MARK(h, "<li>");
        page_link(c, of[i].path, STR_NONE);
        html_say(h, of[i].label);
        MARK(h, "</a><span>");
        html_say(h, of[i].hint);
        MARK(h, "</span></li>\n");
    }
    MARK(h, "</ul>\n");
}

void page_start(struct call *c)
{
    struct html *h = &c->h;
    page_begin(c, str_of(tr(c->lang, "What do you want to do?")));
    MARK(h, "<ul class=\"tasks\">\n");
    list(c, tasks, COUNT_OF(tasks));
    page_heading(c, N_("Also here"));
    MARK(h, "<ul class=\"also\">\n");
    list(c, others, COUNT_OF(others));
    page_end(c, 200);
}

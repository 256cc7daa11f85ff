/* ask.c: the tables of ask.h: words and order of the questions. */
#include "ask.h"

#include <string.h>

/* Sizes are those of request_fields, which a test compares. */
const struct input_field ask_fields[ASK_FIELDS] = {
    {"pismo", INPUT_WORD, 0, 0},
    {FORM_DRAFT, INPUT_NUMBER, 1, INT64_MAX},
    {"kind", INPUT_WORD, 0, 0},
    {"right", INPUT_WORD, 0, 0},
    {"content", INPUT_LINES, 0, 20000},
    {"purpose", INPUT_LINES, 0, 5000},
    {"source", INPUT_LINES, 0, 2000},
    {"conditions", INPUT_LINES, 0, 5000},
    {"format", INPUT_LINES, 0, 1000},
    {"period", INPUT_LINES, 0, 2000},
    {"behalf", INPUT_LINES, 0, 1000},
    {"way", INPUT_WORD, 0, 0},
    {"way_other", INPUT_LINES, 0, 500},
    {"name", INPUT_TEXT, 0, 200},
    {"organisation", INPUT_TEXT, 0, 300},
    {"proxy", INPUT_TEXT, 0, 300},
    {"email", INPUT_TEXT, 0, 254},
    {"phone", INPUT_TEXT, 0, 40},
    {"street", INPUT_TEXT, 0, 200},
    {"postal_code", INPUT_TEXT, 0, 12},
    {"city", INPUT_TEXT, 0, 100},
    {"country", INPUT_TEXT, 0, 60},
    {"publish_name", INPUT_WORD, 0, 0},
    {"files", INPUT_FILES, 0, 0},
    {FORM_REMOVE, INPUT_NUMBER, 1, 999999},
    {"co", INPUT_WORD, 0, 0},
    {ASK_BACK, INPUT_WORD, 0, 0},
};

/* ---------------------------------------------------------------- questions that several letters share */

#define Q_WAY(text)                                                                                                    \
    {                                                                                                                  \
        .name = "way", .control = CONTROL_RADIOS, .label = text                                                        \
    }
#define Q_WAY_OTHER                                                                                                    \
    {                                                                                                                  \
        .name = "way_other", .control = CONTROL_LINES, .label = N_("In which other way?"), .size = 2,                  \
        .group = "if-other"                                                                                            \
    }
#define Q_EMAIL                                                                                                        \
    {                                                                                                                  \
        .name = "email", .control = CONTROL_LINE, .label = N_("E-mail address, for an answer by e-mail"),              \
        .inputmode = "email", .size = 30, .group = FORM_IF_EMAIL                                                       \
    }
#define Q_EMAIL_PLAIN                                                                                                  \
    {                                                                                                                  \
        .name = "email", .control = CONTROL_LINE, .label = N_("E-mail address"),                                       \
        .hint = N_("Needed when we are to answer by e-mail."), .inputmode = "email", .size = 30                        \
    }
#define Q_STREET(words, cls)                                                                                           \
    {                                                                                                                  \
        .name = "street", .control = CONTROL_LINE, .label = words, .group = cls                                        \
    }
#define Q_POSTAL(cls)                                                                                                  \
    {                                                                                                                  \
        .name = "postal_code", .control = CONTROL_LINE, .label = N_("Postal code"), .inputmode = "numeric", .size = 8, \
        .group = cls                                                                                                   \
    }
#define Q_CITY(cls)                                                                                                    \
    {                                                                                                                  \
        .name = "city", .control = CONTROL_LINE, .label = N_("Town"), .size = 24, .group = cls                         \
    }
#define Q_PHONE                                                                                                        \
    {                                                                                                                  \
        .name = "phone", .control = CONTROL_LINE, .label = N_("Telephone"), .inputmode = "tel", .size = 16             \
    }
#define Q_FILES                                                                                                        \
    {                                                                                                                  \
        .name = "files", .control = CONTROL_FILES, .label = N_("Attach files"), .optional = true                       \
    }
#define ADDRESS_FOR_POST N_("Street and number, for an answer by post")

/* ---------------------------------------------------------------- public information */

static const struct ask_step foi_steps[] = {
    {.questions = {{.name = "content",
                    .control = CONTROL_LINES,
                    .label = N_("Which information do you ask for?"),
                    .hint = N_("Give the subject and the period, if you know them."),
                    .size = 8},
                   Q_WAY(N_("How should we answer?")),
                   Q_WAY_OTHER,
                   Q_EMAIL,
                   Q_STREET(ADDRESS_FOR_POST, "if-post"),
                   Q_POSTAL("if-post"),
                   Q_CITY("if-post"),
                   Q_FILES,
                   {.name = "name",
                    .control = CONTROL_LINE,
                    .label = N_("First name and surname"),
                    .hint = N_("A signature is needed only before a refusal.")}}}};

/* ---------------------------------------------------------------- re-use */

static const struct ask_step reuse_steps[] = {
    {.title = N_("Which information do you want to re-use?"),
     .questions = {{.name = "content",
                    .control = CONTROL_LINES,
                    .label = N_("Describe the information"),
                    .hint = N_("Such as: budgets from 2020 on, all tables."),
                    .size = 8}}},
    {.title = N_("Is it published already?"),
     .lead = N_("If so, say where you found it and on which other terms you want to use it."),
     .questions = {{.name = "source", .control = CONTROL_LINES, .label = N_("Where you found it"), .size = 2},
                   {.name = "conditions", .control = CONTROL_LINES, .label = N_("The terms you want"), .size = 3}}},
    {.title = N_("What will you use it for?"),
     .lead = N_("The law asks for it: the kind of activity, and which goods, products or services."),
     .questions = {{.name = "purpose", .control = CONTROL_LINES, .label = N_("Purpose"), .size = 5}}},
    {.title = N_("In which form, and how should we hand it over?"),
     .questions = {{.name = "format",
                    .control = CONTROL_LINES,
                    .label = N_("Form and data format"),
                    .hint = N_("Such as: a CSV file, or paper."),
                    .size = 2},
                   Q_WAY(N_("How should we hand it over?")),
                   Q_WAY_OTHER,
                   {.name = "period",
                    .control = CONTROL_LINES,
                    .label = N_("Lasting access: in which way, how long"),
                    .hint = N_("Only if you want access that goes on, for example through an API."),
                    .size = 2}}},
    {.title = N_("Who asks?"),
     .lead = N_("The law asks for the name and the address of the one who re-uses."),
     .questions = {{.name = "name", .control = CONTROL_LINE, .label = N_("First name and surname, or the firm")},
                   {.name = "organisation", .control = CONTROL_LINE, .label = N_("Organisation")},
                   {.name = "proxy", .control = CONTROL_LINE, .label = N_("Who acts for you")},
                   Q_STREET(N_("Street and number"), NULL),
                   Q_POSTAL(NULL),
                   Q_CITY(NULL),
                   Q_EMAIL_PLAIN,
                   Q_PHONE}},
    {.title = N_("Do you want to attach files?"), .questions = {Q_FILES}},
};

/* ---------------------------------------------------------------- complaint, proposal, petition */

static const struct ask_step complaint_steps[] = {
    {.title = N_("What do you want to file?"),
     .questions = {{.name = "kind", .control = CONTROL_RADIOS, .label = N_("Kind of letter")}}},
    {.title = N_("What is it about?"),
     .questions = {{.name = "content",
                    .control = CONTROL_LINES,
                    .label = N_("Describe the matter"),
                    .hint = N_("What happened or what you propose, where and when."),
                    .size = 10}}},
    {.title = N_("Who files it?"),
     .lead = N_("Without a name and an address the law does not let us deal with it."),
     .questions = {{.name = "name", .control = CONTROL_LINE, .label = N_("First name and surname")},
                   {.name = "organisation", .control = CONTROL_LINE, .label = N_("Organisation")},
                   {.name = "behalf",
                    .control = CONTROL_LINES,
                    .label = N_("On whose behalf"),
                    .hint = N_("Only for a petition in another person's interest, with that person's consent."),
                    .size = 2},
                   Q_STREET(N_("Street and number"), NULL),
                   Q_POSTAL(NULL),
                   Q_CITY(NULL),
                   {.name = "publish_name",
                    .control = CONTROL_TICK,
                    .label = N_("I agree that my name is published with the petition")}}},
    {.title = N_("How should we answer?"), .questions = {Q_WAY(N_("Way of answer")), Q_EMAIL_PLAIN, Q_PHONE}},
    {.title = N_("Do you want to attach files?"), .questions = {Q_FILES}},
};

/* ---------------------------------------------------------------- one's own data; own words */

static const struct ask_step rights_steps[] = {
    {.questions = {{.name = "right", .control = CONTROL_RADIOS, .label = N_("What do you ask for?")},
                   {.name = "content",
                    .control = CONTROL_LINES,
                    .label = N_("Which data, or in which matter?"),
                    .hint = N_("Do not give your PESEL number here."),
                    .size = 5},
                   {.name = "name", .control = CONTROL_LINE, .label = N_("First name and surname")},
                   Q_WAY(N_("How should we answer?")),
                   Q_EMAIL,
                   Q_STREET(ADDRESS_FOR_POST, "if-post"),
                   Q_POSTAL("if-post"),
                   Q_CITY("if-post"),
                   Q_PHONE,
                   Q_FILES}}};

static const struct ask_step words_steps[] = {
    {.questions = {{.name = "content",
                    .control = CONTROL_LINES,
                    .label = N_("What do you ask the office for?"),
                    .hint = N_("Write as you would tell it. We will find the right procedure."),
                    .size = 8},
                   Q_WAY(N_("How should we answer?")),
                   Q_WAY_OTHER,
                   Q_EMAIL,
                   Q_STREET(ADDRESS_FOR_POST, "if-post"),
                   Q_POSTAL("if-post"),
                   Q_CITY("if-post"),
                   Q_FILES,
                   {.name = "name", .control = CONTROL_LINE, .label = N_("First name and surname")}}}};

/* ---------------------------------------------------------------- the letters */

#define REQUEST_FAILED N_("The request was not filed.")
#define LETTER_FAILED  N_("The letter was not filed.")
static const struct ask asks[] = {
    {"informacja", 1u << REQUEST_FOI, N_("Request for public information"),
     N_("What you ask for and how to answer is enough."), REQUEST_FAILED, N_("File the request"),
     N_("The request is filed"), N_("The request came in"), foi_steps, COUNT_OF(foi_steps)},
    {"ponowne-wykorzystywanie", 1u << REQUEST_REUSE, N_("Request for re-use"), NULL, REQUEST_FAILED,
     N_("File the request"), N_("The request is filed"), N_("The request came in"), reuse_steps, COUNT_OF(reuse_steps)},
    {"moje-dane", 1u << REQUEST_DATA_SUBJECT, N_("Request about your data"),
     N_("Before we hand out any data we make sure that it is you."), REQUEST_FAILED, N_("File the request"),
     N_("The request is filed"), N_("The request came in"), rights_steps, COUNT_OF(rights_steps)},
    {"skarga", 1u << REQUEST_COMPLAINT | 1u << REQUEST_PROPOSAL | 1u << REQUEST_PETITION,
     N_("Complaint, proposal or petition"), NULL, LETTER_FAILED, N_("File the letter"), N_("The letter is filed"),
     N_("The letter came in"), complaint_steps, COUNT_OF(complaint_steps)},
    {"wlasnymi-slowami", 1u << REQUEST_OWN_WORDS, N_("Letter in your own words"),
     N_("You need not know which form is the right one."), LETTER_FAILED, N_("File the letter"),
     N_("The letter is filed"), N_("The letter came in"), words_steps, COUNT_OF(words_steps)},
};

const struct ask *ask_all(size_t *n)
{
    *n = COUNT_OF(asks);
    return asks;
}

const struct ask *ask_by_slug(struct str slug)
{
    for (size_t i = 0; i < COUNT_OF(asks); i++) {
        if (str_is(slug, asks[i].slug)) {
            return &asks[i];
        }
    }
    return NULL;
}

enum request_kind ask_only_kind(const struct ask *a)
{
    for (unsigned k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        if (a->kinds == 1u << k) {
            return (enum request_kind)k;
        }
    }
    return 0;
}

const struct ask *ask_of_kind(enum request_kind k)
{
    for (size_t i = 0; i < COUNT_OF(asks); i++) {
        if (k == 0 ? ask_only_kind(&asks[i]) == 0 : (asks[i].kinds >> k & 1u) != 0) {
            return &asks[i];
        }
    }
    return NULL;
}

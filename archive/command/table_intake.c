/* table_intake.c: the commands that enter a letter which came another way than through the window: the first one, and
 * one that chooses another way of answer. Data only; their options are the fields of office_request.h by their names.
 */
#include "table.h"

#define TEXT(field, placeholder, said)                                                                                 \
    {                                                                                                                  \
        .name = field, .value = placeholder, .type = VALUE_TEXT, .what = said                                          \
    }
#define NEEDED(field, placeholder, kind, said)                                                                         \
    {                                                                                                                  \
        .name = field, .value = placeholder, .type = kind, .flags = OPTION_REQUIRED, .what = said                      \
    }

const struct command_row table_intake[] = {
    {
        .name = "request register",
        .need = NEED_ARCHIVE,
        .group = GROUP_WORK,
        .run = run_request_register,
        .summary = N_("enter a letter that came on paper, by e-mail, e-Doręczenia or ePUAP"),
        .text = N_("The term runs from the day on which the letter reached the office, also after hours and also in a "
                   "folder of unwanted mail (F-12), so --received is that day and not today. What the letter lacks is "
                   "left out: it is registered first, and its sender is called then with “akta request call”. FILEs "
                   "are its scan and its attachments.\n\nThe code that is printed opens the case on the site. Hand it "
                   "to the sender with the confirmation: it cannot be restored."),
        .arguments = {{N_("FILE"), N_("the scan of the letter, or what was attached to it"), VALUE_INPUT, 0, 0}},
        .options =
            {NEEDED("kind", N_("KIND"), VALUE_TEXT,
                    N_("foi, reuse, data-subject, complaint, proposal, petition or own-words")),
             NEEDED("channel", N_("CHANNEL"), VALUE_TEXT, N_("counter, letter, e-mail, edelivery or epuap")),
             NEEDED("received", N_("DATE"), VALUE_DAY, N_("the day on which it reached the office")),
             TEXT("at", "HH:MM", N_("and the time; only paper may lack it")),
             NEEDED("content", N_("TEXT"), VALUE_TEXT, N_("what is asked for, in the sender's own words")),
             TEXT(
                 "way", N_("WAY"),
                 N_("the answer goes here (with the code), email, post, sight or other; else what its address allows")),
             TEXT("way-other", N_("TEXT"), N_("which other way")),
             TEXT("name", N_("TEXT"), N_("name and surname")),
             TEXT("organisation", N_("TEXT"), N_("the body that asks")),
             TEXT("proxy", N_("TEXT"), N_("who acts for the sender")),
             TEXT("email", N_("ADDRESS"), N_("e-mail address")),
             TEXT("phone", N_("TEXT"), N_("telephone")),
             TEXT("street", N_("TEXT"), N_("street and number")),
             TEXT("postal-code", N_("TEXT"), N_("postal code")),
             TEXT("city", N_("TEXT"), N_("town")),
             TEXT("country", N_("TEXT"), N_("country, when it is not Poland")),
             TEXT("right", N_("RIGHT"), N_("data-subject: access, rectify, restrict, erase or object")),
             TEXT("purpose", N_("TEXT"), N_("reuse: what the information is for")),
             TEXT("format", N_("TEXT"), N_("reuse: form and format")),
             TEXT("source", N_("TEXT"), N_("reuse: where it was disclosed already")),
             TEXT("conditions", N_("TEXT"), N_("reuse: on which other conditions")),
             TEXT("period", N_("TEXT"), N_("reuse by lasting access: how and how long")),
             TEXT("behalf", N_("TEXT"), N_("petition: for whom")),
             {.name = "publish-name", .what = N_("petition: its sender agrees that the name is published")}},
        .examples = {"akta request register --kind foi --channel letter --received 2026-11-20 --content 'Umowy na "
                     "odśnieżanie' skan.pdf",
                     "akta request register --kind foi --channel e-mail --received 2026-11-20 --at 22:41 --email "
                     "jan@example.pl --content 'Rejestr umów'"},
    },
    {
        .name = "request change-way",
        .need = NEED_ARCHIVE,
        .group = GROUP_WORK,
        .run = run_request_verb,
        .summary = N_("enter the requester's letter that chooses another way of answer (F-18, F-19, F-21)"),
        .text =
            N_("It counts from the day on which it came in. After a fee notice the fee falls away, and the office's "
               "term begins anew from that day; so it does after a form notice. Of the addresses only what is new "
               "is given."),
        .arguments = {{N_("NUMBER"), N_("number of the request, such as 2026-000123"), VALUE_TEXT, 1, 1}},
        .options = {NEEDED("channel", N_("CHANNEL"), VALUE_TEXT, N_("counter, letter, e-mail, edelivery or epuap")),
                    NEEDED("received", N_("DATE"), VALUE_DAY, N_("the day on which it reached the office")),
                    NEEDED("way", N_("WAY"), VALUE_TEXT, N_("here (with the code), email, post, sight or other")),
                    TEXT("way-other", N_("TEXT"), N_("which other way")),
                    TEXT("email", N_("ADDRESS"), N_("e-mail address")), TEXT("phone", N_("TEXT"), N_("telephone")),
                    TEXT("street", N_("TEXT"), N_("street and number")),
                    TEXT("postal-code", N_("TEXT"), N_("postal code")), TEXT("city", N_("TEXT"), N_("town")),
                    TEXT("country", N_("TEXT"), N_("country, when it is not Poland")),
                    TEXT("text", N_("TEXT"), N_("what the letter says"))},
        .no = N_("there is no such request"),
        .refused = N_("its state or a rule does not allow it now"),
        .examples = {"akta request change-way 2026-000123 --channel letter --received 2026-12-03 --way email --email "
                     "jan@example.pl"},
    },
    {.name = NULL},
};

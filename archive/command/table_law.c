/* table_law.c: the commands that answer from the law and the classification plan. Data only. */
#include "table.h"

const struct command_row table_law[] = {
    {
        .name = "term",
        .need = NEED_OPTIONAL,
        .group = GROUP_READ,
        .run = run_term,
        .summary = N_("the end of a legal term"),
        .text = N_(
            "Counts as article 57 of the Code of Administrative Procedure does: the day of the event is not counted; "
            "weeks and months end on the day that corresponds to the start; an end on a free day or a Saturday moves "
            "to the next working day, and each day that moved it is named."),
        .arguments = {{N_("DATE"), N_("the day of the event"), VALUE_DAY, 1, 1}},
        .options =
            {
                {.name = "days",
                 .value = "N",
                 .type = VALUE_NUMBER,
                 .min = 1,
                 .max = 36500,
                 .choice = 1,
                 .flags = OPTION_REQUIRED,
                 .what = N_("length in days")},
                {.name = "weeks",
                 .value = "N",
                 .type = VALUE_NUMBER,
                 .min = 1,
                 .max = 5200,
                 .choice = 1,
                 .flags = OPTION_REQUIRED,
                 .what = N_("length in weeks")},
                {.name = "months",
                 .value = "N",
                 .type = VALUE_NUMBER,
                 .min = 1,
                 .max = 1200,
                 .choice = 1,
                 .flags = OPTION_REQUIRED,
                 .what = N_("length in months")},
                {.name = "years",
                 .value = "N",
                 .type = VALUE_NUMBER,
                 .min = 1,
                 .max = 100,
                 .choice = 1,
                 .flags = OPTION_REQUIRED,
                 .what = N_("length in years")},
                {.name = "fixed", .what = N_("the end stays on a free day (fictions of service)")},
            },
        .examples = {"akta term 2026-11-21 --days 14", "akta --json term 2026-12-24 --months 1"},
    },
    {
        .name = "retain",
        .need = NEED_OPTIONAL,
        .group = GROUP_READ,
        .run = run_retain,
        .summary = N_("how long a closed case is kept, and what happens then"),
        .text = N_(
            "The period starts on 1 January of the year after closing. B is destroyed after its years, BE is appraised "
            "by the State Archive first, A is transferred to it after 25 years, Bc can go at once. What cannot be "
            "computed is an exception that a person resolves; nothing is destroyed meanwhile."),
        .options =
            {
                {.name = "class",
                 .value = N_("SYMBOL"),
                 .type = VALUE_TEXT,
                 .choice = 1,
                 .flags = OPTION_REQUIRED,
                 .what = N_("class of the plan; its special rules count too")},
                {.name = "category",
                 .value = N_("CATEGORY"),
                 .type = VALUE_TEXT,
                 .choice = 1,
                 .flags = OPTION_REQUIRED,
                 .what = N_("category by itself: A, B5, BE10, Bc, B*")},
                {.name = "closed",
                 .value = N_("DATE"),
                 .type = VALUE_DAY,
                 .flags = OPTION_REQUIRED,
                 .what = N_("the day the case was finally settled")},
                {.name = "opened",
                 .value = N_("DATE"),
                 .type = VALUE_DAY,
                 .what = N_("the day the case arose, when the plan has changed since; else the closing day")},
                {.name = "fact",
                 .value = N_("NAME=DATE"),
                 .type = VALUE_TEXT,
                 .flags = OPTION_REPEAT,
                 .what = N_("another event that a rule counts from, such as holder-death=2020-05-01")},
            },
        .examples = {"akta retain --category BE5 --closed 2021-01-01",
                     "akta retain --class 5344 --closed 2012-03-05 --fact issued=1985-06-01"},
    },
    {
        .name = "class",
        .need = NEED_OPTIONAL,
        .group = GROUP_READ,
        .run = run_class,
        .summary = N_("classes of the plan, by symbol or by words"),
        .text =
            N_("A number shows that class and those directly below it. Words find every class whose title, remarks or "
               "symbol has words that begin with all of them; case and diacritics do not matter. Without either, the "
               "whole "
               "plan."),
        .arguments = {{N_("SYMBOL|WORDS"), N_("a symbol such as 1431, or words of the title"), VALUE_TEXT, 0, 0}},
        .options = {{.name = "on",
                     .value = N_("DATE"),
                     .type = VALUE_DAY,
                     .what = N_("the plan in force on that day; else today")}},
        .no = N_("no class fits"),
        .examples = {"akta class 1431", "akta class informacja publiczna"},
    },
    {
        .name = "class confirm",
        .need = NEED_ARCHIVE,
        .group = GROUP_DECIDE,
        .run = run_class_confirm,
        .summary = N_("give an unread class the category that a person read in the act"),
        .text = N_(
            "The cell of some classes could not be read in the published plan. Their files are exceptions until "
            "somebody "
            "looks the category up and confirms it here. Dates of the files are computed anew, and the log keeps who "
            "confirmed what and on which basis."),
        .arguments = {{N_("SYMBOL"), N_("the class"), VALUE_TEXT, 1, 1},
                      {N_("CATEGORY"), N_("what stands in the act: A, B5, BE10, Bc, B*"), VALUE_TEXT, 1, 1}},
        .options = {{.name = "basis",
                     .value = N_("TEXT"),
                     .type = VALUE_TEXT,
                     .flags = OPTION_REQUIRED,
                     .what = N_("where it was read: act, annex, page")}},
        .refused = N_("the class has a category already"),
        .examples = {"akta class confirm 0050 A --basis 'Dz.U. 2011 nr 14 poz. 67, zał. 2, s. 33'"},
    },
    {
        .name = "id",
        .need = NEED_NOTHING,
        .group = GROUP_FREE,
        .run = run_id,
        .summary = N_("check the form and the check digit of an identifier"),
        .text = N_("Kinds: pesel, nip, regon, id-card, passport, kw, nrb, vin, card. Blanks and hyphens as printed are "
                   "allowed. "
                   "A number that passes may still belong to nobody."),
        .arguments = {{N_("KIND"), N_("what the value is said to be"), VALUE_TEXT, 1, 1},
                      {N_("VALUE"), N_("the identifier, also in several words"), VALUE_TEXT, 1, 0}},
        .no = N_("the value is not valid"),
        .examples = {"akta id nip 123-456-32-18", "akta id nrb PL61 1090 1014 0000 0712 1981 2874"},
    },
    {
        .name = "conf diff",
        .need = NEED_ARCHIVE,
        .group = GROUP_READ,
        .run = run_conf_diff,
        .summary = N_("what a changed plan, rule or holiday table would change"),
        .text = N_(
            "Compares a file with the version in force and names every class, rule, free day and case file that would "
            "change. Changes nothing."),
        .arguments = {{N_("FILE"),
                       N_("plan.tsv, retention-rules.tsv, holidays.tsv or proposals.tsv; or any number of documents to "
                          "publish from folders named cards, registers, access-rules and texts"),
                       VALUE_INPUT, 1, 0}},
        .options = {{.name = "from",
                     .value = N_("DATE"),
                     .type = VALUE_DAY,
                     .what = N_("the day from which it is in force; else the day that the file names")},
                    {.name = "kind",
                     .value = N_("KIND"),
                     .type = VALUE_TEXT,
                     .what = N_("plan, retention-rules, holidays, proposals, card, register, access-rule or text, when "
                                "the file is named otherwise")}},
        .examples = {"akta conf diff plan.tsv --from 2027-01-01"},
    },
    {
        .name = "conf apply",
        .need = NEED_ARCHIVE,
        .group = GROUP_DECIDE,
        .run = run_conf_apply,
        .summary = N_("put a changed plan, rule or holiday table into force"),
        .text = N_("Imports the file as a new version with a log entry; earlier versions stay, and a case keeps the "
                   "version of "
                   "the day it arose. Look at “akta conf diff” first."),
        .arguments = {{N_("FILE"),
                       N_("plan.tsv, retention-rules.tsv, holidays.tsv or proposals.tsv; or any number of documents to "
                          "publish from folders named cards, registers, access-rules and texts"),
                       VALUE_INPUT, 1, 0}},
        .options = {{.name = "from",
                     .value = N_("DATE"),
                     .type = VALUE_DAY,
                     .what = N_("the day from which it is in force; else the day that the file names")},
                    {.name = "kind",
                     .value = N_("KIND"),
                     .type = VALUE_TEXT,
                     .what = N_("plan, retention-rules, holidays, proposals, card, register, access-rule or text, when "
                                "the file is named otherwise")}},
        .examples = {"akta conf apply plan.tsv --from 2027-01-01", "akta conf apply cards/*.md texts/*.md"},
    },
    {.name = NULL},
};

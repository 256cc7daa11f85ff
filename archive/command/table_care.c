/* table_care.c: the commands that keep the archive itself. Data only. */
#include "table.h"

const struct command_row table_care[] = {
    {
        .name = "init",
        .need = NEED_NO_OWNER,
        .group = GROUP_OWNER,
        .run = run_init,
        .summary = N_("make an archive: keys, store, log, plan and law"),
        .text = N_(
            "The office file names the office, the log's origin and the law to start with; conf/office.conf is a "
            "sample. "
            "Copy DIR/keys to a safe place at once: without it the contents cannot be read, and no backup holds it."),
        .arguments = {{N_("DIR"), N_("a folder that is empty or does not exist yet"), VALUE_FOLDER_OUT, 1, 1}},
        .options = {{.name = "office",
                     .value = N_("FILE"),
                     .type = VALUE_MANIFEST,
                     .flags = OPTION_REQUIRED,
                     .what = N_("name and address of the office; files it names count from its folder")}},
        .refused = N_("the folder is not empty"),
        .examples = {"akta init /var/lib/akta --office office.conf"},
    },
    {
        .name = "backup",
        .need = NEED_ARCHIVE,
        .group = GROUP_CARE,
        .run = run_backup,
        .summary = N_("copy the archive while it works"),
        .text =
            N_("The copy leaves the keys out, so that whoever finds it reads nothing. Copy them apart with --keys, to "
               "another place. A folder with an earlier backup takes only what is new."),
        .arguments = {{N_("FOLDER"), N_("takes the copy"), VALUE_FOLDER_OUT, 0, 1}},
        .options =
            {{.name = "keys", .value = N_("FOLDER"), .type = VALUE_FOLDER_OUT, .what = N_("takes the keys alone")}},
        .no = N_("it was interrupted"),
        .examples = {"akta backup /mnt/kopia", "akta backup --keys /mnt/sejf"},
    },
    {
        .name = "keys list",
        .need = NEED_ARCHIVE,
        .group = GROUP_CARE,
        .run = run_keys_list,
        .summary = N_("the epochs of the key-encryption key, and how many keys each wraps"),
        .examples = {"akta keys list"},
    },
    {
        .name = "keys rotate",
        .need = NEED_ARCHIVE,
        .group = GROUP_OWNER,
        .run = run_keys_rotate,
        .summary = N_("make a new key-encryption key and wrap all keys anew under it"),
        .text =
            N_("The contents stay as they are: only the keys of the records are wrapped anew, while the archive goes "
               "on working. An interruption loses nothing; the same command goes on. The old key stays until akta "
               "keys destroy. Copy the keys afterwards."),
        .no = N_("it was interrupted"),
        .examples = {"akta keys rotate", "akta backup --keys /mnt/sejf"},
    },
    {
        .name = "keys destroy",
        .need = NEED_ARCHIVE,
        .group = GROUP_OWNER,
        .run = run_keys_destroy,
        .summary = N_("destroy the key-encryption key of an old epoch"),
        .text =
            N_("For ever: what earlier copies of the tables hold of destroyed records is noise from then on, once the "
               "copies of this key are destroyed as well. A backup from before is restored with the newest keys."),
        .arguments = {{N_("EPOCH"), N_("number of the epoch, as akta keys list shows it"), VALUE_TEXT, 1, 1}},
        .no = N_("there is no such epoch"),
        .refused = N_("the key is in use, or the newest one was never copied"),
        .examples = {"akta keys destroy 1"},
    },
    {
        .name = "restore",
        .need = NEED_NO_OWNER,
        .group = GROUP_OWNER,
        .run = run_restore,
        .summary = N_("make the archive again from a backup and the keys, and prove it"),
        .text =
            N_("The archive is laid into the folder of -d, which must be empty. Then it is opened and checked as “akta "
               "doctor” does. The log goes on only when the newest published log is there; else it stops, or with "
               "--successor a new log begins that names the old one."),
        .arguments = {{N_("FOLDER"), N_("holds the backup"), VALUE_FOLDER_IN, 1, 1}},
        .options = {{.name = "keys",
                     .value = N_("FOLDER"),
                     .type = VALUE_FOLDER_IN,
                     .flags = OPTION_REQUIRED,
                     .what = N_("holds the keys")},
                    {.name = "successor", .what = N_("begin a new log that names the old one")}},
        .no = N_("the restored archive has a fault"),
        .refused = N_("the folder is not empty, or the log would fork"),
        .examples = {"akta -d /var/lib/akta restore /mnt/kopia --keys /mnt/sejf"},
    },
    {
        .name = "doctor",
        .need = NEED_EVEN_BROKEN,
        .group = GROUP_CARE,
        .run = run_doctor,
        .summary = N_("what is wrong with the archive, and how to mend it"),
        .text =
            N_("Checks tables, indexes both ways, contents against rows, keys, queues, forecast, log and space. “akta "
               "verify” reads the contents themselves."),
        .options = {{.name = "mend", .what = N_("remove contents older than a day that nothing names")}},
        .no = N_("a fault was found"),
        .examples = {"akta doctor"},
    },
    {
        .name = "daily",
        .need = NEED_ARCHIVE,
        .group = GROUP_CARE,
        .run = run_daily,
        .summary = N_("the nightly work"),
        .text = N_(
            "Counts the requests of citizens that are late or about to be, closes offers that nobody accepted, erases "
            "drafts whose time is over. Finishes recomputations, counts what is due for review, names holds to look "
            "at, removes leftovers, and verifies for a while."),
        .options = {{.name = "budget",
                     .value = N_("SECONDS"),
                     .type = VALUE_NUMBER,
                     .min = 0,
                     .max = 86400,
                     .what = N_("how long to verify; else 3600")}},
        .no = N_("verification found a fault, or a request cannot be read"),
        .examples = {"akta daily --budget 600"},
    },
    {
        .name = "help",
        .need = NEED_NOTHING,
        .group = GROUP_FREE,
        .run = run_help,
        .summary = N_("explain all commands, or one"),
        .arguments = {{N_("COMMAND"), N_("the command, also in two words"), VALUE_TEXT, 0, 2}},
        .options = {{.name = "man", .what = N_("print the manual page")}},
        .examples = {"akta help ingest", "akta help file open"},
    },
    {
        .name = "completion",
        .need = NEED_NOTHING,
        .group = GROUP_FREE,
        .run = run_completion,
        .summary = N_("completion of commands and options for bash"),
        .examples = {"akta completion > /etc/bash_completion.d/akta"},
    },
    {
        .name = "version",
        .need = NEED_NOTHING,
        .group = GROUP_FREE,
        .run = run_version,
        .summary = N_("version of the program and of the formats it writes"),
        .examples = {"akta version"},
    },
    {.name = NULL},
};

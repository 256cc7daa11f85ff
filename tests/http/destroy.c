/* destroy DIR lawfully|hastily OBJECT…: appends to the log of an office that nobody owns now what the destruction of
 * each object would leave there (hastily: begun before the day of its decision). Prints the place of each last entry, a
 * line each. Ends with 1 and the reason when the office cannot be opened or does not take them. */
#include "command.h"
#include "destroy_entries.h"

#include <string.h>

static bool one(struct archive *a, struct str text, bool hastily, uint64_t *done, struct err *e)
{
    struct destroy_acts acts = destroy_lawful;
    struct id object;
    acts.not_before = hastily ? "9999-12-31" : acts.not_before;
    if (!id_parse(text, &object)) {
        return err_set(e, ERR_INVALID, "an object has 32 hexadecimal digits");
    }
    return destroy_by(a, &object, &acts, done, e);
}

static bool all(const char *dir, bool hastily, char **objects, int n, struct err *e)
{
    const struct archive_options o = {.dir = dir, .settings_above = command_settings};
    struct archive *a CLEANUP(archive_close) = NULL;
    if (!crypto_init(e) || !archive_open(&o, &a, e)) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        uint64_t done = 0;
        if (!one(a, str_of(objects[i]), hastily, &done, e)) {
            return false;
        }
        printf("%llu\n", (unsigned long long)LOG_PLACE(done));
    }
    return true;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    bool hastily = argc > 2 && strcmp(argv[2], "hastily") == 0;
    if (argc < 4 || (!hastily && strcmp(argv[2], "lawfully") != 0)) {
        fprintf(stderr, "usage: destroy DIR lawfully|hastily OBJECT...\n");
        return 2;
    }
    if (!all(argv[1], hastily, argv + 3, argc - 3, &e)) {
        fprintf(stderr, "destroy: %s\n", e.text);
        return 1;
    }
    return 0;
}

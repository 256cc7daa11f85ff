/* publish_builtin.c: the demonstration set inside the program: one block in which each file of conf/cards, registers,
 * access-rules and texts stands after a line `%% FOLDER/NAME.md BYTES`. Fails with ERR_CORRUPT when the block was not
 * made by our Makefile. */
#include "publish_internal.h"

#include <string.h>

extern const char _binary_published_bundle_start[], _binary_published_bundle_end[];

static bool kind_of_folder(struct str path, enum published_kind *out)
{
    static const struct {
        const char *folder;
        enum published_kind kind;
    } folders[] = {{"cards/", PUBLISHED_CARD},
                   {"registers/", PUBLISHED_REGISTER},
                   {"access-rules/", PUBLISHED_RULE},
                   {"texts/", PUBLISHED_TEXT}};
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        if (str_starts(path, folders[i].folder)) {
            *out = folders[i].kind;
            return true;
        }
    }
    return false;
}

/* Reads one file and moves on behind it; false: the block ends, or (with *rest.n > 0) is damaged. */
static bool next_file(struct str *rest, struct publication *out)
{
    const char *lf = rest->n > 3 ? memchr(rest->p, '\n', rest->n) : NULL;
    if (lf == NULL || !str_starts(*rest, "%% ")) {
        return false;
    }
    struct str line = {rest->p + 3, (size_t)(lf - rest->p) - 3};
    const char *blank = memchr(line.p, ' ', line.n);
    uint64_t size;
    if (blank == NULL) {
        return false;
    }
    struct str path = {line.p, (size_t)(blank - line.p)};
    struct str number = {blank + 1, line.n - path.n - 1};
    size_t left = rest->n - (size_t)(lf + 1 - rest->p);
    if (!parse_u64(number, 1, DOCUMENT_MAX, &size) || size >= left || !kind_of_folder(path, &out->kind)) {
        return false;
    }
    out->file = path;
    out->text = (struct str){lf + 1, (size_t)size};
    *rest = (struct str){lf + 1 + size + 1, left - (size_t)size - 1};
    return true;
}

bool publish_builtin(struct arena *ar, struct publication **list, size_t *n, struct err *e)
{
    struct str rest = {_binary_published_bundle_start,
                       (size_t)(_binary_published_bundle_end - _binary_published_bundle_start)};
    struct publication one;
    size_t count = 0;
    for (struct str at = rest; next_file(&at, &one);) {
        count++;
    }
    struct publication *out = arena_alloc(ar, (count + 1) * sizeof *out);
    if (out == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        if (!next_file(&rest, &out[i])) {
            break;
        }
    }
    if (rest.n > 0) {
        return err_set(e, ERR_CORRUPT, "the documents inside this program are damaged; build it again");
    }
    *list = out;
    *n = count;
    return true;
}

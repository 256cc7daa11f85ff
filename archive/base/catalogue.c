/* catalogue.c: translations from gettext .mo images that are linked into the program.
 *
 * Owns one table of images, one for each language, filled before threads start and only read afterwards. An image is
 * checked whole when it is registered (every offset, every terminator, the order, the number of plural forms), so that
 * looking up needs no checks. A missing translation yields the English text: nothing here can fail later. */
#include "base.h"

#include <string.h>

#define MO_MAGIC  0x950412DEu
#define MO_HEADER 28u
#define MO_ROW    8u

struct catalogue {
    const uint8_t *image;
    uint32_t count, ids, texts; /* rows; offsets of the two tables of (length, offset) */
};
static struct catalogue catalogues[2];

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const char *row_text(const struct catalogue *c, uint32_t table, uint32_t row)
{
    return (const char *)c->image + le32(c->image + table + row * MO_ROW + 4);
}

static uint32_t row_length(const struct catalogue *c, uint32_t table, uint32_t row)
{
    return le32(c->image + table + row * MO_ROW);
}

/* A string lies inside the image and ends in a NUL that is not counted. */
static bool string_fits(const uint8_t *image, size_t n, uint32_t row_at)
{
    uint64_t length = le32(image + row_at);
    uint64_t at = le32(image + row_at + 4);
    return at + length < n && image[at + length] == 0;
}

static bool table_fits(size_t n, uint32_t at, uint32_t count)
{
    return at >= MO_HEADER && (uint64_t)at + (uint64_t)count * MO_ROW <= n;
}

static uint32_t plural_forms(enum lang lang)
{
    return lang == LANG_PL ? 3 : 2;
}

/* A row with a plural (msgid NUL msgid_plural) needs as many forms as the language has, no other row has any. */
static bool forms_agree(enum lang lang, const struct catalogue *c, uint32_t row)
{
    const char *id = row_text(c, c->ids, row), *text = row_text(c, c->texts, row);
    bool plural = strlen(id) < row_length(c, c->ids, row);
    uint32_t forms = 1, length = row_length(c, c->texts, row);
    for (uint32_t i = 0; i < length; i++) {
        forms += text[i] == '\0';
    }
    return forms == (plural ? plural_forms(lang) : 1);
}

static bool rows_valid(enum lang lang, const struct catalogue *c, size_t n, struct err *e)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (!string_fits(c->image, n, c->ids + i * MO_ROW) || !string_fits(c->image, n, c->texts + i * MO_ROW)) {
            return err_set(e, ERR_CORRUPT, "message catalogue: row %u lies outside the image", i);
        }
        if (i > 0 && strcmp(row_text(c, c->ids, i - 1), row_text(c, c->ids, i)) >= 0) {
            return err_set(e, ERR_CORRUPT, "message catalogue: row %u is out of order", i);
        }
        if (!forms_agree(lang, c, i)) {
            return err_set(e, ERR_CORRUPT, "message catalogue: row %u has the wrong number of plural forms", i);
        }
    }
    return true;
}

bool catalogue_register(enum lang lang, const void *mo, size_t n, struct err *e)
{
    const uint8_t *image = mo;
    if ((size_t)lang >= COUNT_OF(catalogues)) {
        return err_set(e, ERR_UNSUPPORTED, "message catalogue: unknown language %d", (int)lang);
    }
    if (n < MO_HEADER || n > UINT32_MAX || le32(image) != MO_MAGIC) {
        return err_set(e, ERR_CORRUPT, "message catalogue: this is not a little-endian .mo image");
    }
    if (le32(image + 4) >> 16 != 0) {
        return err_set(e, ERR_UNSUPPORTED, "message catalogue: format revision %u is newer than this program",
                       le32(image + 4));
    }
    struct catalogue c = {image, le32(image + 8), le32(image + 12), le32(image + 16)};
    if (!table_fits(n, c.ids, c.count) || !table_fits(n, c.texts, c.count)) {
        return err_set(e, ERR_CORRUPT, "message catalogue: its tables lie outside the image");
    }
    if (!rows_valid(lang, &c, n, e)) {
        return false;
    }
    catalogues[lang] = c;
    return true;
}

/* The first form of the translation, and all its bytes; NULL when there is none. */
static const char *find(enum lang lang, const char *msgid)
{
    if ((size_t)lang >= COUNT_OF(catalogues) || msgid[0] == '\0') {
        return NULL; /* the empty msgid is the header of the image */
    }
    const struct catalogue *c = &catalogues[lang];
    uint32_t low = 0, high = c->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(row_text(c, c->ids, middle), msgid);
        if (order == 0) {
            const char *text = row_text(c, c->texts, middle);
            return text[0] != '\0' ? text : NULL;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const char *tr(enum lang lang, const char *msgid)
{
    const char *found = find(lang, msgid);
    return found != NULL ? found : msgid;
}

static unsigned plural_index(enum lang lang, uint64_t n)
{
    if (n == 1) {
        return 0;
    }
    if (lang != LANG_PL) {
        return 1;
    }
    bool few = n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14);
    return few ? 1 : 2;
}

const char *trn(enum lang lang, const char *one, const char *many, uint64_t n)
{
    const char *form = find(lang, one);
    if (form == NULL) {
        return n == 1 ? one : many;
    }
    for (unsigned skip = plural_index(lang, n); skip > 0; skip--) {
        form += strlen(form) + 1;
    }
    return form;
}

enum lang lang_of_locale(const char *lang_env)
{
    if (lang_env == NULL || lang_env[0] != 'p' || lang_env[1] != 'l') {
        return LANG_EN;
    }
    char after = lang_env[2];
    return after == '\0' || after == '_' || after == '.' || after == '@' || after == '-' ? LANG_PL : LANG_EN;
}

/* category.c: archival categories, actions and class statuses as text. Pure; fails only on text that is none of them.
 */
#include "record.h"

#include <stdio.h>
#include <string.h>

static bool parse_years(struct str digits, enum category_kind kind, struct category *out)
{
    uint64_t years;
    if (!parse_u64(digits, 1, CATEGORY_YEARS_LIMIT, &years)) {
        return false;
    }
    *out = (struct category){kind, (unsigned)years};
    return true;
}

bool category_parse(struct str s, struct category *out, struct err *e)
{
    if (s.n == 0) {
        *out = (struct category){CAT_UNKNOWN, 0};
        return true;
    }
    static const struct {
        const char *text;
        enum category_kind kind;
    } fixed[] = {{"A", CAT_A}, {"Bc", CAT_BC}, {"B*", CAT_BSTAR}};
    for (size_t i = 0; i < COUNT_OF(fixed); i++) {
        if (str_is(s, fixed[i].text)) {
            *out = (struct category){fixed[i].kind, 0};
            return true;
        }
    }
    bool appraised = str_starts(s, "BE");
    size_t prefix = appraised ? 2 : 1;
    if (s.p[0] == 'B' && s.n > prefix &&
        parse_years((struct str){s.p + prefix, s.n - prefix}, appraised ? CAT_BE : CAT_B, out)) {
        return true;
    }
    return err_field(
        e, ERR_INVALID, "category",
        "“%.*s” is no archival category; write A, Bc, B* or B or BE with 1 to 100 years, such as B5 or BE10",
        s.n < 20 ? (int)s.n : 20, s.p);
}

void category_text(struct category c, char out[CATEGORY_TEXT_SIZE])
{
    const char *prefix = "";
    switch (c.kind) {
        case CAT_UNKNOWN:
            break;
        case CAT_A:
            prefix = "A";
            break;
        case CAT_B:
            prefix = "B";
            break;
        case CAT_BE:
            prefix = "BE";
            break;
        case CAT_BC:
            prefix = "Bc";
            break;
        case CAT_BSTAR:
            prefix = "B*";
            break;
    }
    if (c.kind == CAT_B || c.kind == CAT_BE) {
        snprintf(out, CATEGORY_TEXT_SIZE, "%s%u", prefix, c.years % 1000u);
    } else {
        snprintf(out, CATEGORY_TEXT_SIZE, "%s", prefix);
    }
}

static const char *const action_names[] = {
    [ACTION_NONE] = "none",         [ACTION_DESTROY] = "destroy",     [ACTION_APPRAISE] = "appraise",
    [ACTION_TRANSFER] = "transfer", [ACTION_EXCEPTION] = "exception",
};

const char *action_name(enum action a)
{
    return (size_t)a < COUNT_OF(action_names) ? action_names[a] : "none";
}

bool action_parse(struct str s, enum action *out)
{
    for (size_t i = ACTION_DESTROY; i < COUNT_OF(action_names); i++) {
        if (str_is(s, action_names[i])) {
            *out = (enum action)i;
            return true;
        }
    }
    return false;
}

static const char *const status_names[] = {
    [CLASS_READ] = "read",       [CLASS_CROSS] = "cross",         [CLASS_UNREAD] = "unread",
    [CLASS_HEADING] = "heading", [CLASS_CONFIRMED] = "confirmed", [CLASS_LOCAL] = "local",
};

const char *class_status_name(enum class_status s)
{
    const char *name = (size_t)s < COUNT_OF(status_names) ? status_names[s] : NULL;
    return name != NULL ? name : "unknown";
}

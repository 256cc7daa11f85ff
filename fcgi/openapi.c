/* openapi.c: /api/v1/openapi.json, the API's own description (OpenAPI 3.1). Addresses, methods, parameters, limits and
 * errors come from the table of addresses, closed lists of words and the fields of a letter from the office; only what
 * a table cannot know, the shape of answers, is written down in conf/api. So it cannot say what the gate does not do.
 */
#include "openapi.h"

#include <string.h>

extern const char _binary_api_schemas_start[], _binary_api_schemas_end[];

void oa_mark(struct buf *b, const char *json)
{
    for (const char *p = json; *p != '\0'; p++) {
        buf_add_u8(b, *p == '\'' ? (uint8_t)'"' : (uint8_t)*p);
    }
}

void oa_word(struct buf *b, const char *word)
{
    buf_add_u8(b, '"');
    buf_add_z(b, word);
    buf_add_u8(b, '"');
}

void oa_number(struct buf *b, uint64_t n)
{
    buf_fmt(b, "%llu", (unsigned long long)n);
}

void oa_ref(struct buf *b, const char *schema)
{
    oa_mark(b, "{'$ref':'#/components/schemas/");
    buf_add_z(b, schema);
    oa_mark(b, "'}");
}

/* /api/v1/requests/{slug} stands as /api/v1/requests/{number} where the operation names its part so. */
static void add_path(struct buf *b, const struct route_row *row)
{
    const char *open = strchr(row->path, '{');
    buf_add_u8(b, '"');
    if (open != NULL && row->op->part != NULL) {
        buf_add(b, row->path, (size_t)(open - row->path) + 1);
        buf_add_z(b, row->op->part);
        buf_add_z(b, strchr(open, '}'));
    } else {
        buf_add_z(b, row->path);
    }
    buf_add_u8(b, '"');
}

static bool is_first_of_its_path(const struct route_row *rows, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (rows[k].op != NULL && strcmp(rows[k].path, rows[i].path) == 0) {
            return false;
        }
    }
    return true;
}

static void add_paths(struct buf *b)
{
    size_t count, paths = 0;
    const struct route_row *rows = route_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].op == NULL || !is_first_of_its_path(rows, i)) {
            continue;
        }
        buf_add_z(b, paths++ > 0 ? ",\n" : "\n");
        add_path(b, &rows[i]);
        oa_mark(b, ":{");
        for (size_t k = i, methods = 0; k < count; k++) {
            if (rows[k].op != NULL && strcmp(rows[k].path, rows[i].path) == 0) {
                buf_add_z(b, methods++ > 0 ? ",\n" : "");
                oa_operation(b, &rows[k]);
            }
        }
        oa_mark(b, "}");
    }
}

static void add_components(struct buf *b)
{
    oa_mark(b,
            "'components':{\n"
            "'securitySchemes':{'aktaSecret':{'type':'apiKey','in':'header','name':'Akta-Secret',"
            "'description':'The code of the receipt. Whoever does not have it learns nothing, not even that the "
            "request exists.'}},\n"
            "'parameters':{"
            "'Language':{'name':'Accept-Language','in':'header','description':'Language of what people read in an "
            "answer: Polish, or English for en.','schema':{'type':'string'},'example':'en'},\n"
            "'IfNoneMatch':{'name':'If-None-Match','in':'header','description':'The ETag of the answer at hand: 304 "
            "when it is still the newest.','schema':{'type':'string'}},\n"
            "'IdempotencyKey':{'name':'Idempotency-Key','in':'header','description':'16 to 128 visible characters, "
            "drawn at random for each letter. The same key with the same letter gives the first receipt and its "
            "secret again, to whoever sends it; with another letter 409.',"
            "'schema':{'type':'string','pattern':'^[!-~]{16,128}$'}}},\n"
            "'headers':{"
            "'ETag':{'description':'Names this very answer, for If-None-Match.','schema':{'type':'string'}},"
            "'RetryAfter':{'description':'Seconds to wait.','schema':{'type':'integer'}}},\n"
            "'schemas':{\n");
    buf_add(b, _binary_api_schemas_start, (size_t)(_binary_api_schemas_end - _binary_api_schemas_start));
    buf_add_z(b, ",\n");
    oa_schemas_of_words(b);
    oa_mark(b, "}}");
}

void api_openapi(struct call *c)
{
    struct buf *b = &c->a->body;
    oa_mark(b, "{'openapi':'3.1.0','info':{'title':'Akta','version':'1.0.0','summary':'Public information of a "
               "municipal office: read it, ask for it, follow what you asked for.','description':'Texts of the office "
               "are Polish; an English one stands under the same name with _en where it differs. Days are "
               "YYYY-MM-DD of Polish time, instants are UTC, money is whole grosze, digests are lower-case hex. A null "
               "says that there is none. Names may be added to answers. Lists that are paged have next, the cursor for "
               "after; null at the end. HEAD answers wherever GET does. Errors are RFC 9457 "
               "application/problem+json.'},\n'servers':[{'url':'/'}],\n'paths':{");
    add_paths(b);
    oa_mark(b, "},\n");
    add_components(b);
    oa_mark(b, "}\n");
    c->a->status = 200;
    c->a->type = "application/json";
}

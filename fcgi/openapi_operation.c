/* openapi_operation.c: one operation of /api/v1/openapi.json from its row in the table of addresses: what the gate
 * demands of a row decides which parameters it takes and which errors it may answer. */
#include "openapi.h"

#include <string.h>

/* ---------------------------------------------------------------- parameters */

/* What each name means, wherever it occurs, with an example; `schema` where the row's type says too little. */
static const struct said {
    const char *name, *what, *example, *schema;
} said[] = {
    {"q", "Words to look for; diacritics and Polish endings do not matter, the last word may be a beginning.",
     "'dowód'", NULL},
    {"lang", "Language of the texts; pl unless it says en.", "'pl'", "{'type':'string','enum':['pl','en']}"},
    {"after", "The cursor that the page before gave as next.", NULL, NULL},
    {"limit", "At most so many.", "20", NULL},
    {"slug", "The name of the document, as lists give it.", "'siemiatycze-wydanie-dowodu-osobistego'", NULL},
    {"text", "The name of the text, as the list gives it.", "'cennik'", NULL},
    {"n", "The running number of the register.", "1", NULL},
    {"sha256", "SHA-256 of the document.", "'0000000000000000000000000000000000000000000000000000000000000000'",
     "{'type':'string','pattern':'^[0-9a-fA-F]{64}$'}"},
    {"state", "Only in this state.", NULL, NULL},
    {"kind", "Only of this kind.", NULL, NULL},
    {"from", "Received on this day or later, YYYY-MM-DD.", NULL, NULL},
    {"to", "Received on this day or earlier, YYYY-MM-DD.", NULL, NULL},
    {"year", "A year; else the last twelve months.", NULL, NULL},
    {"number", "The number of the request, as the receipt gives it.", "'2026-000123'",
     "{'type':'string','maxLength':80}"},
};

static const struct said *said_of(const char *name, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        if (strlen(said[i].name) == n && memcmp(said[i].name, name, n) == 0) {
            return &said[i];
        }
    }
    return NULL;
}

static void add_type(struct buf *b, const struct input_field *f)
{
    if (f->type == INPUT_NUMBER) {
        oa_mark(b, "{'type':'integer','minimum':");
        oa_number(b, f->min);
        oa_mark(b, ",'maximum':");
        oa_number(b, f->max);
    } else if (f->type == INPUT_WORD) {
        oa_mark(b, "{'type':'string','pattern':'^[a-z0-9_-]*$'");
    } else if (f->type == INPUT_FILES) {
        oa_mark(b, "{'type':'array','items':{'type':'string','contentMediaType':'application/octet-stream'}");
    } else {
        oa_mark(b, "{'type':'string','maxLength':");
        oa_number(b, f->max);
    }
    oa_mark(b, "}");
}

static void add_parameter(struct buf *b, const char *name, size_t n, const struct input_field *type, bool in_path)
{
    const struct said *s = said_of(name, n);
    oa_mark(b, ",{'name':'");
    buf_add(b, name, n);
    oa_mark(b, in_path ? "','in':'path','required':true" : "','in':'query'");
    if (s != NULL) {
        oa_mark(b, ",'description':");
        oa_word(b, s->what);
    }
    if (s != NULL && s->example != NULL) {
        oa_mark(b, ",'example':");
        oa_mark(b, s->example);
    }
    oa_mark(b, ",'schema':");
    if (s != NULL && s->schema != NULL) {
        oa_mark(b, s->schema);
    } else {
        add_type(b, type);
    }
    oa_mark(b, "}");
}

static void add_path_parameter(struct buf *b, const struct route_row *row)
{
    const char *open = strchr(row->path, '{');
    if (open == NULL) {
        return;
    }
    size_t n = (size_t)(strchr(open, '}') - open) - 1;
    bool number = strncmp(open, "{n}", 3) == 0 || strncmp(open, "{v}", 3) == 0;
    const struct input_field type = {"", number ? INPUT_NUMBER : INPUT_TEXT, number ? 1 : 0, number ? 999999 : 80};
    const char *name = row->op->part;
    add_parameter(b, name != NULL ? name : open + 1, name != NULL ? strlen(name) : n, &type, true);
}

static void add_parameters(struct buf *b, const struct route_row *row)
{
    oa_mark(b, ",'parameters':[{'$ref':'#/components/parameters/Language'}");
    if (row->cache == CACHE_PUBLIC) {
        oa_mark(b, ",{'$ref':'#/components/parameters/IfNoneMatch'}");
    }
    if ((row->op->flags & OPERATION_ONCE) != 0) {
        oa_mark(b, ",{'$ref':'#/components/parameters/IdempotencyKey'}");
    }
    add_path_parameter(b, row);
    for (size_t i = 0; i < row->field_count && row->body == BODY_NONE; i++) {
        add_parameter(b, row->fields[i].name, strlen(row->fields[i].name), &row->fields[i], false);
    }
    oa_mark(b, "]");
}

/* ---------------------------------------------------------------- bodies */

static void add_parts(struct buf *b, const struct route_row *row)
{
    bool first = true, request = row->op->takes != NULL && (row->body & BODY_TEXT) == 0;
    oa_mark(b, "{'schema':{'type':'object','properties':{");
    if (request) {
        oa_mark(b, "'request':");
        oa_ref(b, row->op->takes);
        first = false;
    }
    for (size_t i = 0; i < row->field_count; i++) {
        buf_add_z(b, first ? "" : ",");
        oa_word(b, row->fields[i].name);
        oa_mark(b, ":");
        add_type(b, &row->fields[i]);
        first = false;
    }
    oa_mark(b, request ? "},'required':['request']},'encoding':{'request':{'contentType':"
                         "'application/json'}}}"
                       : "}}}");
}

static void add_body(struct buf *b, const struct route_row *row)
{
    bool first = true;
    oa_mark(b, ",'requestBody':{'required':true,'content':{");
    if ((row->body & BODY_JSON) != 0) {
        oa_mark(b, "'application/json':{'schema':");
        oa_ref(b, row->op->takes);
        if (row->op->sample != NULL) {
            oa_mark(b, ",'example':");
            oa_mark(b, row->op->sample);
        }
        oa_mark(b, "}");
        first = false;
    }
    if ((row->body & BODY_MULTIPART) != 0) {
        oa_mark(b, first ? "'multipart/form-data':" : ",'multipart/form-data':");
        add_parts(b, row);
        first = false;
    }
    if ((row->body & BODY_FORM) != 0) {
        oa_mark(b, first ? "'application/x-www-form-urlencoded':" : ",'application/x-www-form-urlencoded':");
        add_parts(b, row);
    }
    if ((row->body & BODY_TEXT) != 0) {
        oa_mark(b, first ? "'text/plain':{'schema':{'type':'string'}}" : ",'text/plain':{'schema':{'type':'string'}}");
    }
    oa_mark(b, "}}");
}

/* ---------------------------------------------------------------- answers */

static void add_good(struct buf *b, const struct route_row *row, int status, const char *says)
{
    const char *type = row->op->type != NULL ? row->op->type : "application/json";
    oa_mark(b, "'");
    oa_number(b, (uint64_t)status);
    oa_mark(b, "':{'description':");
    oa_word(b, says);
    oa_mark(b, row->cache == CACHE_PUBLIC ? ",'headers':{'ETag':{'$ref':'#/components/headers/ETag'}}" : "");
    oa_mark(b, ",'content':{");
    oa_word(b, type);
    oa_mark(b, ":{'schema':");
    if (row->op->answer != NULL) {
        oa_ref(b, row->op->answer);
    } else {
        oa_mark(b, "{'type':'string'}");
    }
    oa_mark(b, "}}}");
}

static bool may_answer(const struct route_row *row, int status)
{
    bool body = row->body != BODY_NONE;
    switch (status) {
        case 400:
            return body || row->field_count > 0;
        case 404:
            return strchr(row->path, '{') != NULL;
        case 409:
            return (row->op->flags & OPERATION_ONCE) != 0;
        case 403:
        case 408:
        case 415:
        case 422:
            return body;
        default:
            return true; /* what the gate, nginx or a pause may say anywhere */
    }
}

static void add_problems(struct buf *b, const struct route_row *row)
{
    static const int statuses[] = {400, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503};
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        if (!may_answer(row, statuses[i])) {
            continue;
        }
        oa_mark(b, ",'");
        oa_number(b, (uint64_t)statuses[i]);
        oa_mark(b, "':{'description':");
        oa_word(b, status_reason(statuses[i]));
        if (statuses[i] == 429 || statuses[i] == 503) {
            oa_mark(b, ",'headers':{'Retry-After':{'$ref':'#/components/headers/RetryAfter'}}");
        }
        oa_mark(b, ",'content':{'application/problem+json':{'schema':{'$ref':'#/components/schemas/Problem'}}}}");
    }
}

void oa_operation(struct buf *b, const struct route_row *row)
{
    const struct api_operation *op = row->op;
    oa_mark(b, strcmp(row->method, "POST") == 0 ? "'post':{'operationId':" : "'get':{'operationId':");
    oa_word(b, op->id);
    oa_mark(b, ",'summary':");
    oa_word(b, op->summary);
    add_parameters(b, row);
    if ((op->flags & (OPERATION_SECRET | OPERATION_MAY_SECRET)) != 0) {
        oa_mark(b, (op->flags & OPERATION_SECRET) != 0 ? ",'security':[{'aktaSecret':[]}]"
                                                       : ",'security':[{},{'aktaSecret':[]}]");
    }
    if (row->body != BODY_NONE) {
        add_body(b, row);
    }
    oa_mark(b, ",\n'responses':{");
    if ((op->flags & OPERATION_ONCE) != 0) {
        add_good(b, row, 201, "It is filed.");
        oa_mark(b, ",");
        add_good(b, row, 200, "It was filed before under this key: the first receipt once more.");
    } else {
        add_good(b, row, 200, "OK");
    }
    if (row->cache == CACHE_PUBLIC) {
        oa_mark(b, ",'304':{'description':'What If-None-Match names is still the newest.'}");
    }
    add_problems(b, row);
    oa_mark(b, "}}");
}

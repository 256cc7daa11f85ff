/* openapi_words.c: the parts of /api/v1/openapi.json that are closed lists of the office: kinds, states, outcomes …,
 * and the fields of a letter with their lengths, from the tables that filing itself obeys. */
#include "office_notice.h"
#include "openapi.h"

#include <string.h>

static void add_word(struct buf *b, const char *word, bool first)
{
    buf_add_z(b, first ? "" : ",");
    oa_word(b, word);
}

#define CLOSED_LIST(b, schema, type, first, end, name)                                                                 \
    do {                                                                                                               \
        oa_mark(b, "'" schema "':{'type':'string','enum':[");                                                          \
        for (type v_ = (first); v_ < (end); v_++) {                                                                    \
            add_word(b, name(v_), v_ == (first));                                                                      \
        }                                                                                                              \
        oa_mark(b, "]},\n");                                                                                           \
    } while (0)

static void add_role_and_published(struct buf *b)
{
    oa_mark(b, "'RequestRole':{'type':'string','enum':[");
    for (enum request_role r = REQUEST_CITIZEN; r <= REQUEST_CLOCK; r++) {
        add_word(b, request_role_name(r), r == REQUEST_CITIZEN);
    }
    oa_mark(b, "]},\n'PublishedStatus':{'type':'string','enum':[");
    for (enum published_status s = PUBLISHED_CURRENT; s <= PUBLISHED_WITHDRAWN; s++) {
        add_word(b, published_status_name(s), s == PUBLISHED_CURRENT);
    }
    oa_mark(b, "]},\n'AccessMode':{'type':'string','enum':[");
    for (unsigned m = ACCESS_BIP; m <= ACCESS_POINTER; m <<= 1) {
        add_word(b, access_mode_name((enum access_mode)m), m == ACCESS_BIP);
    }
    oa_mark(b, "]},\n");
}

static const char *schema_of_choice(const char *field)
{
    return strcmp(field, "kind") == 0 ? "RequestKind" : strcmp(field, "way") == 0 ? "RequestWay" : "RequestRight";
}

static void add_field(struct buf *b, const struct request_field *f)
{
    if (f->input == REQUEST_TICK) {
        oa_mark(b, "{'type':'boolean'}");
    } else if (f->input == REQUEST_CHOICE) {
        oa_mark(b, "{'oneOf':[");
        oa_ref(b, schema_of_choice(f->name));
        oa_mark(b, ",{'type':'null'}]}");
    } else {
        oa_mark(b, "{'type':['string','null'],'maxLength':");
        oa_number(b, f->max);
        oa_mark(b, "}");
    }
}

/* Which fields a kind asks for is said in words: the schema lets through what the server then answers by the field. */
static void add_uses(struct buf *b)
{
    size_t n;
    const struct request_field *list = request_fields(&n);
    for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        buf_add_z(b, " ");
        buf_add_z(b, request_kind_name(k));
        buf_add_z(b, " needs content");
        for (size_t i = 0; i < n; i++) {
            if (request_use(k, list[i].name) == REQUEST_REQUIRED && strcmp(list[i].name, "content") != 0 &&
                strcmp(list[i].name, "kind") != 0) {
                buf_add_z(b, ", ");
                buf_add_z(b, list[i].name);
            }
        }
        buf_add_z(b, ".");
    }
}

static void add_filing(struct buf *b)
{
    size_t n;
    const struct request_field *list = request_fields(&n);
    oa_mark(b,
            "'RequestFiling':{'type':'object','additionalProperties':false,'required':['kind','content'],"
            "'description':'A letter, by the same rules as the form. No name and no purpose is asked of whoever wants "
            "public information. What the chosen way of answer needs, an e-mail address or a postal one, is needed, "
            "too.");
    add_uses(b);
    oa_mark(b, "','properties':{");
    for (size_t i = 0; i < n; i++) {
        buf_add_z(b, i > 0 ? ",\n" : "");
        oa_word(b, list[i].name);
        oa_mark(b, ":");
        add_field(b, &list[i]);
    }
    oa_mark(b, "}}");
}

void oa_schemas_of_words(struct buf *b)
{
    CLOSED_LIST(b, "RequestKind", enum request_kind, REQUEST_FOI, REQUEST_KIND_END, request_kind_name);
    CLOSED_LIST(b, "RequestWay", enum request_way, REQUEST_HERE, REQUEST_WAY_END, request_way_name);
    CLOSED_LIST(b, "RequestRight", enum request_right, REQUEST_ACCESS, REQUEST_RIGHT_END, request_right_name);
    CLOSED_LIST(b, "RequestState", enum request_state, REQUEST_FILED, REQUEST_STATE_END, request_state_name);
    CLOSED_LIST(b, "RequestOutcome", enum request_outcome, REQUEST_DISCLOSED, REQUEST_OUTCOME_END,
                request_outcome_name);
    CLOSED_LIST(b, "RequestVerb", enum request_verb, REQUEST_DO_FILE, REQUEST_VERB_END, request_verb_name);
    CLOSED_LIST(b, "NoticeState", enum notice_state, NOTICE_WAITING, NOTICE_STATE_END, notice_state_name);
    CLOSED_LIST(b, "RegisterSource", enum register_source, REGISTER_RESIDENTS, REGISTER_SOURCE_END,
                register_source_name);
    CLOSED_LIST(b, "RegisterGround", enum register_ground, GROUND_SELF, GROUND_END, register_ground_name);
    CLOSED_LIST(b, "PublishedKind", enum published_kind, PUBLISHED_CARD, PUBLISHED_KIND_COUNT, published_kind_name);
    add_role_and_published(b);
    add_filing(b);
}

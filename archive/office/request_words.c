/* request_words.c: the closed lists of requests as words: a stable one for data, addresses and the tool, and where
 * people read it, a title in their language. Pure; fails only by saying that a word is unknown. */
#include "office_request.h"

struct word {
    const char *name;  /* NULL: no such value */
    const char *title; /* msgid, or NULL */
};

static const char *name_in(const struct word *words, size_t n, size_t i)
{
    return i < n && words[i].name != NULL ? words[i].name : "unknown";
}

static const char *title_in(const struct word *words, size_t n, size_t i, enum lang lang)
{
    return i < n && words[i].title != NULL ? tr(lang, words[i].title) : "";
}

static bool parse_in(const struct word *words, size_t n, struct str s, size_t *out)
{
    for (size_t i = 0; i < n; i++) {
        if (words[i].name != NULL && str_is(s, words[i].name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

#define NAME_OF(function, type, words)                                                                                 \
    const char *function(type v)                                                                                       \
    {                                                                                                                  \
        return name_in(words, COUNT_OF(words), (size_t)v);                                                             \
    }
#define TITLE_OF(function, type, words)                                                                                \
    const char *function(type v, enum lang lang)                                                                       \
    {                                                                                                                  \
        return title_in(words, COUNT_OF(words), (size_t)v, lang);                                                      \
    }
#define PARSE_OF(function, type, words)                                                                                \
    bool function(struct str s, type *out)                                                                             \
    {                                                                                                                  \
        size_t i;                                                                                                      \
        bool known = parse_in(words, COUNT_OF(words), s, &i);                                                          \
        if (known) {                                                                                                   \
            *out = (type)i;                                                                                            \
        }                                                                                                              \
        return known;                                                                                                  \
    }

/* ---------------------------------------------------------------- what is asked, and how the answer comes */

static const struct word kinds[] = {
    [REQUEST_FOI] = {"foi", N_("Request for public information")},
    [REQUEST_REUSE] = {"reuse", N_("Request for re-use of information")},
    [REQUEST_DATA_SUBJECT] = {"data-subject", N_("Request about my data")},
    [REQUEST_COMPLAINT] = {"complaint", N_("Complaint")},
    [REQUEST_PROPOSAL] = {"proposal", N_("Proposal")},
    [REQUEST_PETITION] = {"petition", N_("Petition")},
    [REQUEST_OWN_WORDS] = {"own-words", N_("Letter in my own words")},
};
NAME_OF(request_kind_name, enum request_kind, kinds)
TITLE_OF(request_kind_title, enum request_kind, kinds)
PARSE_OF(request_kind_parse, enum request_kind, kinds)

const char *request_kind_notice(enum request_kind k)
{
    switch (k) {
        case REQUEST_REUSE:
            return TEXT_RODO_REUSE;
        case REQUEST_DATA_SUBJECT:
            return TEXT_RODO_RIGHTS;
        case REQUEST_COMPLAINT:
        case REQUEST_PROPOSAL:
        case REQUEST_PETITION:
            return TEXT_RODO_COMPLAINT;
        case REQUEST_FOI:
        case REQUEST_OWN_WORDS:
        case REQUEST_KIND_END:
            break;
    }
    return TEXT_RODO_FOI;
}

static const struct word ways[] = {
    [REQUEST_HERE] = {"here", N_("I will fetch it here, with the code")},
    [REQUEST_EMAIL] = {"email", N_("By e-mail")},
    [REQUEST_POST] = {"post", N_("By post")},
    [REQUEST_SIGHT] = {"sight", N_("I will look at it in the office")},
    [REQUEST_OTHER_WAY] = {"other", N_("In another way")},
};
NAME_OF(request_way_name, enum request_way, ways)
TITLE_OF(request_way_title, enum request_way, ways)
PARSE_OF(request_way_parse, enum request_way, ways)

static const struct word rights[] = {
    [REQUEST_ACCESS] = {"access", N_("See which data about me you have")},
    [REQUEST_RECTIFY] = {"rectify", N_("Correct my data")},
    [REQUEST_RESTRICT] = {"restrict", N_("Restrict what is done with my data")},
    [REQUEST_ERASE] = {"erase", N_("Erase my data")},
    [REQUEST_OBJECT] = {"object", N_("Object to the use of my data")},
};
NAME_OF(request_right_name, enum request_right, rights)
TITLE_OF(request_right_title, enum request_right, rights)
PARSE_OF(request_right_parse, enum request_right, rights)

static const struct word channels[] = {
    [REQUEST_PORTAL] = {"portal", N_("by the form of this site")},
    [REQUEST_API] = {"api", N_("by a program")},
    [REQUEST_COUNTER] = {"counter", N_("at the counter")},
    [REQUEST_LETTER] = {"letter", N_("by post")},
    [REQUEST_MAIL] = {"e-mail", N_("by e-mail")},
    [REQUEST_EDELIVERY] = {"edelivery", N_("by e-Doręczenia")},
    [REQUEST_EPUAP] = {"epuap", N_("by ePUAP")},
};
NAME_OF(request_channel_name, enum request_channel, channels)
TITLE_OF(request_channel_title, enum request_channel, channels)
PARSE_OF(request_channel_parse, enum request_channel, channels)

bool request_channel_entered(enum request_channel c)
{
    return c > REQUEST_API && c < REQUEST_CHANNEL_END;
}

bool request_channel_has_hour(enum request_channel c)
{
    return c != REQUEST_COUNTER && c != REQUEST_LETTER;
}

/* ---------------------------------------------------------------- what becomes of it */

static const struct word states[] = {
    [REQUEST_FILED] = {"filed", N_("received")},
    [REQUEST_IN_WORK] = {"in-work", N_("in progress")},
    [REQUEST_CALLED] = {"called", N_("waits for the requester")},
    [REQUEST_EXTENDED] = {"extended", N_("extended")},
    [REQUEST_FEE] = {"fee", N_("fee announced")},
    [REQUEST_FORM] = {"form", N_("another form offered")},
    [REQUEST_OFFER] = {"offer", N_("conditions offered")},
    [REQUEST_OBJECTED] = {"objected", N_("objection is being decided")},
    [REQUEST_ANSWERED] = {"answered", N_("answered")},
    [REQUEST_PARTLY] = {"partly", N_("answered in part, refused in part")},
    [REQUEST_REFUSED] = {"refused", N_("refused")},
    [REQUEST_NOT_HELD] = {"not-held", N_("the office does not have it")},
    [REQUEST_DISCONTINUED] = {"discontinued", N_("discontinued")},
    [REQUEST_LEFT] = {"left", N_("left without consideration")},
    [REQUEST_WITHDRAWN] = {"withdrawn", N_("withdrawn")},
    [REQUEST_FORWARDED] = {"forwarded", N_("passed on")},
    [REQUEST_CLOSED] = {"closed", N_("closed")},
};
NAME_OF(request_state_name, enum request_state, states)
TITLE_OF(request_state_title, enum request_state, states)
PARSE_OF(request_state_parse, enum request_state, states)

const char *request_state_yours(enum request_state s, enum lang lang)
{
    return s == REQUEST_CALLED ? tr(lang, N_("waits for your reply")) : request_state_title(s, lang);
}

static const struct word nexts[] = {
    [REQUEST_NEXT_NONE] = {"none", NULL},
    [REQUEST_NEXT_OFFICE_ANSWERS] = {"office-answers", N_("the office answers")},
    [REQUEST_NEXT_OFFICE_DISCLOSES] = {"office-discloses", N_("the office sends the answer")},
    [REQUEST_NEXT_YOU_REPLY] = {"requester-replies", N_("the requester replies")},
    [REQUEST_NEXT_YOU_CHOOSE_FEE] = {"requester-chooses-fee", N_("the requester chooses: the fee or another way")},
    [REQUEST_NEXT_YOU_CHOOSE_FORM] = {"requester-chooses-form", N_("the requester chooses another form")},
    [REQUEST_NEXT_YOU_ACCEPT] = {"requester-accepts", N_("the requester accepts or objects")},
    [REQUEST_NEXT_OFFICE_DECIDES] = {"office-decides", N_("the office decides")},
    [REQUEST_NEXT_OFFICE_LATE] = {"office-late", N_("the office is late")},
};
NAME_OF(request_next_name, enum request_next, nexts)
TITLE_OF(request_next_title, enum request_next, nexts)

bool request_ended(enum request_state s)
{
    return s >= REQUEST_ANSWERED && s < REQUEST_STATE_END;
}

static const struct word outcomes[] = {
    [REQUEST_DISCLOSED] = {"disclosed", N_("disclosed")},
    [REQUEST_DISCLOSED_PART] = {"disclosed_part+refused_part", N_("disclosed in part, refused in part")},
    [REQUEST_POINTER] = {"pointer_bip", N_("it is published: the answer gives the address")},
    [REQUEST_GIVEN_ORALLY] = {"given_orally", N_("given by word of mouth")},
    [REQUEST_OUT_NOT_HELD] = {"not_held", N_("the office does not have it")},
    [REQUEST_NOT_PUBLIC] = {"not_public_information", N_("it is not public information")},
    [REQUEST_OTHER_MODE] = {"other_mode", N_("another procedure applies")},
    [REQUEST_OUT_REFUSED] = {"refused", N_("refused")},
    [REQUEST_OUT_DISCONTINUED] = {"discontinued_art14", N_("discontinued")},
    [REQUEST_OUT_LEFT] = {"left_without_consideration", N_("left without consideration")},
    [REQUEST_OUT_WITHDRAWN] = {"withdrawn", N_("withdrawn")},
    [REQUEST_OUT_FORWARDED] = {"forwarded_to_unit", N_("passed on")},
    [REQUEST_DUPLICATE] = {"duplicate", N_("the same as an earlier one")},
    [REQUEST_SETTLED] = {"settled", N_("dealt with")},
};
NAME_OF(request_outcome_name, enum request_outcome, outcomes)
TITLE_OF(request_outcome_title, enum request_outcome, outcomes)
PARSE_OF(request_outcome_parse, enum request_outcome, outcomes)

static const struct word roles[] = {
    [REQUEST_CITIZEN] = {"requester", NULL},
    [REQUEST_OFFICE] = {"office", NULL},
    [REQUEST_CLOCK] = {"clock", NULL},
};
NAME_OF(request_role_name, enum request_role, roles)

static const struct word verbs[] = {
    [REQUEST_DO_FILE] = {"file", NULL},
    [REQUEST_DO_SUPPLEMENT] = {"supplement", NULL},
    [REQUEST_DO_CHANGE_WAY] = {"change-way", NULL},
    [REQUEST_DO_KEEP_FEE] = {"keep-fee", NULL},
    [REQUEST_DO_ACCEPT] = {"accept", NULL},
    [REQUEST_DO_OBJECT] = {"object", NULL},
    [REQUEST_DO_WITHDRAW] = {"withdraw", NULL},
    [REQUEST_DO_QUALIFY] = {"qualify", NULL},
    [REQUEST_DO_ASSIGN] = {"assign", NULL},
    [REQUEST_DO_CALL] = {"call", NULL},
    [REQUEST_DO_EXTEND] = {"extend", NULL},
    [REQUEST_DO_FEE] = {"fee", NULL},
    [REQUEST_DO_FORM] = {"form", NULL},
    [REQUEST_DO_OFFER] = {"offer", NULL},
    [REQUEST_DO_SERVED] = {"served", NULL},
    [REQUEST_DO_ANSWER] = {"answer", NULL},
    [REQUEST_DO_PARTLY] = {"partly", NULL},
    [REQUEST_DO_REFUSE] = {"refuse", NULL},
    [REQUEST_DO_NOT_HELD] = {"not-held", NULL},
    [REQUEST_DO_DISCONTINUE] = {"discontinue", NULL},
    [REQUEST_DO_LEAVE] = {"leave", NULL},
    [REQUEST_DO_FORWARD] = {"forward", NULL},
    [REQUEST_DO_SUBJECT] = {"subject", NULL},
    [REQUEST_DO_REOPEN] = {"reopen", NULL},
    [REQUEST_DO_CLOSE] = {"close", NULL},
    [REQUEST_DO_LAPSE] = {"lapse", NULL},
    [REQUEST_DO_PUBLISH] = {"publish", NULL},
    [REQUEST_DO_UNPUBLISH] = {"unpublish", NULL},
};
NAME_OF(request_verb_name, enum request_verb, verbs)
PARSE_OF(request_verb_parse, enum request_verb, verbs)

static const struct word calls[] = {
    [REQUEST_CALL_CLARIFY] = {"clarify", NULL},
    [REQUEST_CALL_SIGN] = {"sign", NULL},
    [REQUEST_CALL_INTEREST] = {"public-interest", NULL},
    [REQUEST_CALL_DEFECT] = {"defect", NULL},
};
NAME_OF(request_call_name, enum request_call, calls)
PARSE_OF(request_call_parse, enum request_call, calls)

/* ---------------------------------------------------------------- hints for the desk: one bit each */

static const struct word flags[] = {
    {"register", N_("It may ask for data from a register or a certificate: those need a signature and a fee.")},
    {"own-data", N_("It may be about the requester's own data: the RODO term of one month may run as well.")},
    {"complaint", N_("It may be a complaint.")},
    {"petition", N_("It may be a petition.")},
    {"reuse", N_("It may be about re-use: name, address and purpose are needed then.")},
    {"party", N_("It may ask for the files of the requester's own case.")},
    {"foi", N_("It may also ask for public information: 14 days run for that part.")},
    {"identifier", N_("An identifying number stands in the text: watch out before anything of it is published.")},
    {"unsure", N_("The requester did not choose a kind: qualify it first.")},
};

static size_t bit_of(unsigned f)
{
    size_t i = 0;
    while (i < COUNT_OF(flags) && (f & (1u << i)) == 0) {
        i++;
    }
    return i;
}

const char *request_flag_name(enum request_flag f)
{
    return name_in(flags, COUNT_OF(flags), bit_of(f));
}

const char *request_flag_title(enum request_flag f, enum lang lang)
{
    return title_in(flags, COUNT_OF(flags), bit_of(f), lang);
}

/* ---------------------------------------------------------------- data from registers */

static const struct word sources[] = {
    [REGISTER_RESIDENTS] = {"residents", N_("Register of residents")},
    [REGISTER_PESEL] = {"pesel", N_("PESEL register")},
    [REGISTER_ID_CARDS] = {"id-cards", N_("Register of identity cards")},
    [REGISTER_ID_FILES] = {"id-files", N_("Files of an identity card")},
    [REGISTER_CERTIFICATE] = {"certificate", N_("Certificate from another register of the office")},
};
NAME_OF(register_source_name, enum register_source, sources)
TITLE_OF(register_source_title, enum register_source, sources)
PARSE_OF(register_source_parse, enum register_source, sources)

static const struct word grounds[] = {
    [GROUND_SELF] = {"self", N_("The data are about me")},
    [GROUND_PUBLIC_TASK] = {"public-task", N_("I carry out a public task")},
    [GROUND_LEGAL_INTEREST] = {"legal-interest", N_("I have a legal interest: a provision or a document shows it")},
    [GROUND_FACTUAL_INTEREST] = {"factual-interest", N_("I have a factual interest; the person must agree")},
    [GROUND_RESEARCH] = {"research", N_("Research, statistics or an opinion poll")},
};
NAME_OF(register_ground_name, enum register_ground, grounds)
TITLE_OF(register_ground_title, enum register_ground, grounds)
PARSE_OF(register_ground_parse, enum register_ground, grounds)

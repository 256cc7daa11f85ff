/* office_request.h: requests of citizens, from the first draft to the archive. Part of the room of office.h; knows no HTTP.
 * Rules: law/requests.md §1-5 and §8 (ids F, R, K, E, D, S, P, X). */
#ifndef AKTA_OFFICE_REQUEST_H
#define AKTA_OFFICE_REQUEST_H

#include "office.h"

/* ---------------------------------------------------------------- requests of citizens (requests.md §1-3, 5, 8)
 *
 * A request is filed by one verb: number, row, indexes, the files that came with it and their ledger entries are one
 * transaction. What a citizen writes is sealed under the request's own key; what the public register may show (number,
 * kind, days, state, outcome, an approved subject) is not. Every change afterwards goes through one table of states.
 *
 * Promises: numbers of a year have no gaps and none is given twice; a repeated filing with the same key gives the first
 * receipt; the code exists in plain form only with the citizen; nothing personal stands in the ledger, in an index, in a
 * log line or in an error's text. Fails: ERR_INVALID with all faults of the input at once; ERR_NOT_FOUND for an unknown
 * number, code or token alike; ERR_STATE for what the table does not allow; else with the store. */

enum request_kind {
    REQUEST_FOI = 1,      /* public information (F-01 …) */
    REQUEST_REUSE,        /* re-use of public-sector information (R-01 …) */
    REQUEST_DATA_SUBJECT, /* what the office holds about the person who asks (P-05, P-06) */
    REQUEST_COMPLAINT,    /* skarga, KPA dział VIII */
    REQUEST_PROPOSAL,     /* wniosek in the sense of KPA art. 241 */
    REQUEST_PETITION,
    REQUEST_OWN_WORDS,    /* „nie wiem”: the clock of public information runs until a clerk qualifies it (F-08) */
    REQUEST_KIND_END
};
const char *request_kind_name(enum request_kind k); /* "foi", "reuse", "data-subject", "complaint", "proposal", … */
bool request_kind_parse(struct str s, enum request_kind *out);
const char *request_kind_title(enum request_kind k, enum lang lang); /* „Wniosek o informację publiczną” */
const char *request_kind_notice(enum request_kind k); /* slug of its RODO notice among the published texts */

/* How the answer is to come. */
enum request_way { REQUEST_HERE = 1 /* fetched here, with the code */, REQUEST_EMAIL, REQUEST_POST,
                   REQUEST_SIGHT /* seen in the office */, REQUEST_OTHER_WAY, REQUEST_WAY_END };
const char *request_way_name(enum request_way w); /* "here", "email", "post", "sight", "other" */
bool request_way_parse(struct str s, enum request_way *out);
const char *request_way_title(enum request_way w, enum lang lang); /* „E-mailem” */
bool request_way_allowed(enum request_kind k, enum request_way w); /* the channel matrix, requests.md §8 */

/* Which right a person uses (RODO 15-21). */
enum request_right { REQUEST_ACCESS = 1, REQUEST_RECTIFY, REQUEST_RESTRICT, REQUEST_ERASE, REQUEST_OBJECT,
                     REQUEST_RIGHT_END };
const char *request_right_name(enum request_right r); /* "access" … */
bool request_right_parse(struct str s, enum request_right *out);
const char *request_right_title(enum request_right r, enum lang lang);

/* Everything a citizen may be asked; which of it belongs to a kind is request_use. All text is personal. */
struct request_form {
    uint64_t kind, way, right; /* enums above; 0: not chosen */
    struct str content;        /* what is asked for, or about, in the citizen's own words */
    struct str way_other;
    struct str name, organisation, proxy;
    struct str email, phone;
    struct str street, postal_code, city, country;
    struct str purpose;        /* re-use only: what the information is used for; never asked of others (F-01, trap 6) */
    struct str format;         /* re-use: form of preparation and data format */
    struct str source;         /* re-use of what is disclosed already: where */
    struct str conditions;     /* re-use on other conditions: which */
    struct str period;         /* re-use by lasting access: way and period (uodpw 39 ust. 2) */
    struct str behalf;         /* petition for a third person: who */
    uint64_t publish_name;     /* petition: 1 = agrees to the publication of the name (petycje 4 ust. 3) */
};

/* One row a field, in the order in which it is asked. */
enum request_input { REQUEST_TEXT, REQUEST_LINES /* text of several lines */, REQUEST_CHOICE, REQUEST_TICK };
struct request_field {
    const char *name;         /* of the form field and of the API's property: "postal_code" */
    enum request_input input; /* text: struct str at `offset`, else uint64_t */
    size_t offset;            /* in struct request_form */
    uint32_t max;             /* characters */
    const char *autocomplete; /* HTML's word for it; "" = off */
};
const struct request_field *request_fields(size_t *n);
/* BY_WAY: required when the chosen way of answer needs it, else optional. */
enum request_use { REQUEST_NOT_ASKED, REQUEST_OPTIONAL, REQUEST_BY_WAY, REQUEST_REQUIRED };
enum request_use request_use(enum request_kind k, const char *field);
/* The value of a field of choice from its stable word: "kind", "way", "right". */
bool request_choice_parse(const char *field, struct str word, uint64_t *out);

struct request_fault {
    const char *field; /* of request_fields, or "files" */
    struct str text;   /* fact and repair, in e->lang's language */
    const char *rule;  /* "F-05" …; "" = of the form alone */
};
#define REQUEST_FAULTS_MAX 24
struct request_faults {
    struct request_fault list[REQUEST_FAULTS_MAX]; /* in the order of the fields */
    size_t count;
};
/* All faults at once; none: *clean is the form as it would be filed (trimmed, NFC, spaces out of numbers). Pure. Returns
 * false only without memory. */
bool request_check(const struct request_form *in, struct arena *ar, struct request_form *clean,
                   struct request_faults *out, struct err *e) MUST_USE;
/* The same for a letter that is in the office already, on paper or by mail: what its sender left out is no fault of it,
 * because it is registered first and its sender called then. Without a way of answer it gets the first that fits
 * the addresses in it. */
bool request_check_received(const struct request_form *in, struct arena *ar, struct request_form *clean,
                            struct request_faults *out, struct err *e) MUST_USE;

/* What the wording hints at: a mixed or misplaced letter is taken in and shown to the desk, never refused (F-08, X-10).
 * The words are data with validity: conf/request-words.tsv. */
enum request_flag { REQUEST_HINT_REGISTER = 1, REQUEST_HINT_OWN_DATA = 2, REQUEST_HINT_COMPLAINT = 4,
                    REQUEST_HINT_PETITION = 8, REQUEST_HINT_REUSE = 16, REQUEST_HINT_PARTY = 32, REQUEST_HINT_FOI = 64,
                    REQUEST_HINT_IDENT = 128 /* a valid PESEL, account … stands in the text */,
                    REQUEST_HINT_UNSURE = 256 /* own words: to be qualified first */ };
const char *request_flag_name(enum request_flag f);
const char *request_flag_title(enum request_flag f, enum lang lang); /* one sentence for the desk */
bool request_hints(const struct request_form *f, struct day on, struct arena *ar, unsigned *flags, struct err *e)
    MUST_USE;

/* ---------------------------------------------------------------- the desk that takes requests in */

/* Limits are settings: the rows [requests] of DIR/akta.conf, for the one table of all programs (command.h). */
struct request_limits {
    uint64_t files;       /* of one request or supplement; 10 */
    uint64_t file_bytes;  /* of one file; 100 MB */
    uint64_t draft_bytes; /* of all drafts together, unfinished uploads counted; 2 GB */
    uint64_t draft_hours; /* 24 */
    bool notices;         /* mail is set up: acts are told to who gave an e-mail address (office_notice.h) */
};
extern const struct request_limits request_limits_standard;
#define REQUEST_SETTINGS                                                                                               \
    {"requests.files", SET_U64, "10", 0, 100, N_("files that may come with a request")},                               \
        {"requests.file_mb", SET_U64, "100", 5, 2048, N_("size of one such file, in megabytes")},                      \
        {"requests.draft_mb", SET_U64, "2048", 1, 1048576, N_("room for all drafts together, in megabytes")},          \
        {"requests.units", SET_TEXT, "", 0, 4000,                                                                      \
         N_("names of the units as citizens read them, such as: WF Wydział Finansów; WA Wydział Administracji")},      \
    {                                                                                                                  \
        "requests.draft_hours", SET_U64, "24", 1, 720, N_("hours after which a draft is erased")                       \
    }
/* The name of a unit by the setting requests.units; the code where it has none. Borrowed from either. */
struct str request_unit_title(struct str units, struct str code);
void request_limits_take(const struct settings *set, struct request_limits *out); /* from a table that has the rows */

/* One for a process, for all threads; opened after the archive, closed before it. limits NULL: the standard ones. */
struct request_desk;
bool request_desk_open(struct archive *a, const struct request_limits *limits, struct request_desk **out,
                       struct err *e) MUST_USE;
void request_desk_close(struct request_desk **d); /* for CLEANUP */
const struct request_limits *request_desk_limits(const struct request_desk *d);

/* ---------------------------------------------------------------- drafts
 *
 * A draft belongs to a random token that only the citizen's browser holds; its key is derived from the token, so that the
 * office cannot read it and loses it when the token is gone. Nothing is stored before the first save or file, nothing
 * enters the ledger, and draft_hours after that it is erased: at once for readers, from the disk by request_daily or by
 * the next save or file under its token, which begins an empty one. */
#define DRAFT_TOKEN_SIZE 33 /* 32 characters [0-9a-z] and NUL */
void draft_new(char token[DRAFT_TOKEN_SIZE]);
struct draft_file {
    uint64_t seq;       /* 1, 2 …: its name for draft_detach; never used again within the draft */
    struct str name;    /* as given, without folders */
    struct str type;    /* by content; "" = unknown */
    uint64_t size;
    struct digests digests;
};
struct draft {
    instant made, expires; /* 0: nothing was saved yet */
    struct request_form form;
    const struct draft_file *files;
    size_t file_count;
    uint64_t bytes;
};
/* ERR_NOT_FOUND: the token is malformed, unknown, or its draft expired or was filed. A draft_new token whose draft holds
 * nothing yet is unknown, too. */
bool draft_open(struct request_desk *d, struct str token, struct arena *ar, struct draft *out, struct err *e) MUST_USE;
/* Keeps the form as it is, faults included (texts longer than a field takes are cut). ERR_FULL: all drafts together
 * are at their limit. */
bool draft_save(struct request_desk *d, struct str token, const struct request_form *form, struct arena *ar,
                struct err *e) MUST_USE;
/* Streams one file into sealed content in constant memory; a source that fails leaves nothing. ERR_TOO_BIG, ERR_INVALID
 * with field "files" and the text for the citizen: empty, too large, too many, a program. The same file once more, by name
 * and content, is the one that is there. */
bool draft_attach(struct request_desk *d, struct str token, struct str name, struct content_source src,
                  struct arena *ar, struct draft_file *out, struct err *e) MUST_USE;
bool draft_detach(struct request_desk *d, struct str token, uint64_t seq, struct err *e) MUST_USE;
bool draft_drop(struct request_desk *d, struct str token, struct err *e) MUST_USE; /* absent is fine */

/* ---------------------------------------------------------------- filing */

/* The code: 100 random bits in base32 without I, L, O, U. The token of /s/{token} is derived from the code, not the other
 * way round; of both only a SHA-256 is stored. */
#define REQUEST_NUMBER_SIZE 16 /* "2026-000123" and NUL */
#define REQUEST_CODE_SIZE   24 /* "7K3QF-XXXXX-XXXXX-XXXXX" */
#define REQUEST_TOKEN_SIZE  33
struct request_secret {
    char code[REQUEST_CODE_SIZE], token[REQUEST_TOKEN_SIZE];
};
enum request_channel { REQUEST_PORTAL = 1, REQUEST_API, REQUEST_COUNTER, REQUEST_LETTER, REQUEST_MAIL,
                       REQUEST_EDELIVERY, REQUEST_EPUAP, REQUEST_CHANNEL_END };
const char *request_channel_name(enum request_channel c);
bool request_channel_parse(struct str s, enum request_channel *out);
const char *request_channel_title(enum request_channel c, enum lang lang); /* „pocztą” */
bool request_channel_entered(enum request_channel c);  /* the letter came another way, and the office entered it */
bool request_channel_has_hour(enum request_channel c); /* false: on paper, which bears a day and no hour */
struct request_filing {
    struct request_form form;     /* checked again inside */
    enum request_channel channel;
    instant received;             /* the last byte of the body was read; entered: when it reached the office (F-12) */
    struct str once;              /* idempotency key, 16 … 128 printable characters; n 0: none */
    struct str draft;             /* token of the draft whose files come along; n 0: none */
    instant draft_made;           /* its own `made`: another one in its place is ERR_NOT_FOUND as well; 0: any */
};
struct request_filed {
    struct id id;
    char number[REQUEST_NUMBER_SIZE];
    struct request_secret secret; /* a repeat recovers it: it lies sealed under the idempotency key and the same form */
    instant received;
    struct day due;
    uint64_t entry;               /* ledger index of its request-file entry */
    bool repeated;                /* the first receipt of the same key; nothing was written, and a draft given with the
                                   * repeat lies as it was: draft_drop it */
};
/* ERR_INVALID: *faults tells all. ERR_CONFLICT: the key was used for another form or for other files. ERR_NOT_FOUND with field "draft": the
 * draft expired. A filing draws its number inside its transaction. Thread-safe; everything slow is done before the
 * writer is asked. */
bool request_file(struct request_desk *d, const struct request_filing *in, const struct actor *who, struct arena *ar,
                  struct request_filed *out, struct request_faults *faults, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- states, and the one table of what may happen */

enum request_state {
    REQUEST_FILED = 1, /* in, nobody has it yet */
    REQUEST_IN_WORK,
    REQUEST_CALLED,    /* waits for the requester: clarify, sign, public interest, defects; the office's clock runs (F-17) */
    REQUEST_EXTENDED,
    REQUEST_FEE,       /* fee notice out: disclosed after 14 days, paid or not (F-21, F-22) */
    REQUEST_FORM,      /* notice that the way asked for is not possible, with another offered (F-19) */
    REQUEST_OFFER,     /* re-use: conditions or a fee offered */
    REQUEST_OBJECTED,  /* re-use: sprzeciw, a decision follows */
    /* ended */
    REQUEST_ANSWERED, REQUEST_PARTLY /* a part disclosed, a part refused */, REQUEST_REFUSED, REQUEST_NOT_HELD,
    REQUEST_DISCONTINUED /* by decision, art. 14 */, REQUEST_LEFT /* without consideration */, REQUEST_WITHDRAWN,
    REQUEST_FORWARDED, /* to the body that is competent */
    REQUEST_CLOSED,    /* the case lies in the archive: the only state without a way out */
    REQUEST_STATE_END
};
const char *request_state_name(enum request_state s);
bool request_state_parse(struct str s, enum request_state *out);
const char *request_state_title(enum request_state s, enum lang lang); /* „w opracowaniu”, „czeka na wnioskodawcę” */
const char *request_state_yours(enum request_state s, enum lang lang); /* to the requester: „czeka na Twoją odpowiedź” */
bool request_ended(enum request_state s);

/* The closed list of the register (requests.md §1). */
enum request_outcome { REQUEST_DISCLOSED = 1, REQUEST_DISCLOSED_PART, REQUEST_POINTER, REQUEST_GIVEN_ORALLY,
                       REQUEST_OUT_NOT_HELD, REQUEST_NOT_PUBLIC, REQUEST_OTHER_MODE, REQUEST_OUT_REFUSED,
                       REQUEST_OUT_DISCONTINUED, REQUEST_OUT_LEFT, REQUEST_OUT_WITHDRAWN, REQUEST_OUT_FORWARDED,
                       REQUEST_DUPLICATE, REQUEST_SETTLED /* complaint, proposal, petition: dealt with */,
                       REQUEST_OUTCOME_END };
const char *request_outcome_name(enum request_outcome o); /* "disclosed", "pointer_bip" … */
bool request_outcome_parse(struct str s, enum request_outcome *out);
const char *request_outcome_title(enum request_outcome o, enum lang lang);

enum request_role { REQUEST_CITIZEN = 1, REQUEST_OFFICE, REQUEST_CLOCK };
const char *request_role_name(enum request_role r);
enum request_verb {
    REQUEST_DO_FILE = 1,
    /* the citizen's */
    REQUEST_DO_SUPPLEMENT, REQUEST_DO_CHANGE_WAY, REQUEST_DO_KEEP_FEE, REQUEST_DO_ACCEPT, REQUEST_DO_OBJECT,
    REQUEST_DO_WITHDRAW,
    /* the office's */
    REQUEST_DO_QUALIFY, REQUEST_DO_ASSIGN, REQUEST_DO_CALL, REQUEST_DO_EXTEND, REQUEST_DO_FEE, REQUEST_DO_FORM,
    REQUEST_DO_OFFER, REQUEST_DO_SERVED, REQUEST_DO_ANSWER, REQUEST_DO_PARTLY, REQUEST_DO_REFUSE, REQUEST_DO_NOT_HELD,
    REQUEST_DO_DISCONTINUE, REQUEST_DO_LEAVE, REQUEST_DO_FORWARD, REQUEST_DO_SUBJECT, REQUEST_DO_REOPEN,
    REQUEST_DO_CLOSE,
    /* nobody's: a term ran out */
    REQUEST_DO_LAPSE,
    /* the office's, for everybody: the answer is published, or taken back */
    REQUEST_DO_PUBLISH, REQUEST_DO_UNPUBLISH,
    REQUEST_VERB_END
};
const char *request_verb_name(enum request_verb v); /* "supplement" … */
bool request_verb_parse(struct str s, enum request_verb *out);

/* One row: for these kinds, from these states, who may do what, and where it leads. A verb that no row has is refused. */
#define REQUEST_SAME   0 /* `to`: the state stays */
#define REQUEST_RETURN REQUEST_STATE_END /* `to`: back to in work or extended: after an interruption, or another kind */
enum request_term_effect { REQUEST_TERM_NONE, REQUEST_TERM_START, REQUEST_TERM_WAIT /* the requester's term begins */,
                           REQUEST_TERM_EXTEND, REQUEST_TERM_FEE, REQUEST_TERM_RESUME /* the requester acted */,
                           REQUEST_TERM_REMEDY /* the day of service: appeal terms begin */, REQUEST_TERM_STOP };
struct request_row {
    enum request_verb verb;
    enum request_role role;
    unsigned kinds, from; /* 1u << kind, 1u << state, together */
    unsigned to;          /* enum request_state, REQUEST_SAME or REQUEST_RETURN */
    enum request_term_effect effect;
    enum entry_type entry;
    const char *rule; /* ids of law/requests.md */
};
const struct request_row *request_rows(size_t *n);
/* The row that allows it; NULL: none. */
const struct request_row *request_row_for(enum request_kind k, enum request_state s, enum request_verb v,
                                          enum request_role r);

/* What the office calls for. */
enum request_call { REQUEST_CALL_CLARIFY = 1, REQUEST_CALL_SIGN, REQUEST_CALL_INTEREST, REQUEST_CALL_DEFECT,
                    REQUEST_CALL_END };
const char *request_call_name(enum request_call c);
bool request_call_parse(struct str s, enum request_call *out);

/* A verb on a request that exists: one transaction, one entry of the verb's own type. Fields a verb does not use are
 * refused, so that nothing is lost quietly; what it needs is checked by name (ERR_INVALID, field). */
struct request_act {
    enum request_verb verb;
    enum request_role role;
    instant at;
    uint64_t seen;    /* events the actor had read; 0: any. Others since: ERR_CONFLICT */
    struct str once;  /* idempotency key as in request_file: a repeat changes nothing and succeeds, other words or files
                       * under it are ERR_CONFLICT */
    struct str text;  /* supplement, reason, note: sealed; shown to the requester */
    struct str draft; /* files that come along: a citizen's draft */
    instant draft_made; /* as in request_filing */
    const struct request_form *form; /* change of way: way, way_other, contacts */
    enum request_channel channel; /* change of way by letter, entered by the office: how it came; else 0 */
    struct day came;              /* and when; read with a channel only */
    struct day until; /* extension: the new day; call, offer, form notice: the requester's last day (DAY_NONE: not served) */
    struct day served;
    uint64_t grosze;
    struct str unit;  /* assign */
    struct str subject; /* what the public register may show (P-09) */
    enum request_outcome outcome;
    enum request_kind kind; /* qualify */
    enum request_call call;
    struct id file;   /* close: the case file in the archive */
    const uint64_t *publish; /* publish: numbers of the released files that everybody may fetch */
    size_t publish_count;
};
struct request_done {
    enum request_state state;
    uint64_t event, entry;
    bool repeated;
};
/* faults may be NULL; it is filled when the form of a change of way does not do. */
bool request_do(struct request_desk *d, const struct id *request, const struct request_act *act,
                const struct actor *who, struct arena *ar, struct request_done *out, struct request_faults *faults,
                struct err *e) MUST_USE;

/* ---------------------------------------------------------------- reading one request */

struct request_event {
    uint64_t event;       /* 1 = filing */
    enum request_verb verb;
    enum request_role role;
    instant at;
    enum request_state to;
    struct day until, served;
    struct day came;              /* a letter that the office entered: when it came in; DAY_NONE: none */
    enum request_channel channel; /* and how; 0: none */
    uint64_t grosze;
    struct str unit;
    enum request_outcome outcome;
    enum request_call call;
    enum request_kind kind;
    enum request_way way;
    struct str text;      /* the requester's or the office's words; "" none */
    const struct request_form *form; /* filing: all of it; change of way: the new way and contacts; else NULL */
    uint64_t files;       /* how many came with it: those of request_view.files with this event */
    uint64_t entry;       /* ledger index */
    struct digests letter;/* of the text that its entry commits to; see request_letter */
    uint64_t letter_size; /* 0: the event has none */
};
struct request_attachment {
    struct id id;
    uint64_t seq, event;  /* 1, 2 … in the request; which event brought it */
    bool released;        /* the office's, for the requester to fetch; else the requester's own */
    struct str name, type;
    uint64_t size;
    struct digests digests;
    uint64_t entry;
    struct id content;    /* for request_attachment_read */
    struct bytes inline_sealed;
};
/* Who must act next, until when, and what it is. */
enum request_next { REQUEST_NEXT_NONE, REQUEST_NEXT_OFFICE_ANSWERS, REQUEST_NEXT_OFFICE_DISCLOSES /* after the fee term */,
                    REQUEST_NEXT_YOU_REPLY, REQUEST_NEXT_YOU_CHOOSE_FEE, REQUEST_NEXT_YOU_CHOOSE_FORM,
                    REQUEST_NEXT_YOU_ACCEPT, REQUEST_NEXT_OFFICE_DECIDES, REQUEST_NEXT_OFFICE_LATE };
const char *request_next_name(enum request_next n); /* "office-answers" … */
const char *request_next_title(enum request_next n, enum lang lang); /* for everybody but the requester; "" = nothing */
/* What can be done against silence, a decision or a fee; never one that the kind does not have (trap 5). */
enum request_remedy_kind { REQUEST_REMEDY_SILENCE = 1 /* skarga na bezczynność */, REQUEST_REMEDY_URGE /* ponaglenie */,
                           REQUEST_REMEDY_APPEAL, REQUEST_REMEDY_COURT, REQUEST_REMEDY_PUODO, REQUEST_REMEDY_OBJECT,
                           REQUEST_REMEDY_COMPLAINT /* skarga, KPA dział VIII */,
                           REQUEST_REMEDY_ASK /* the office itself, for the reason and a new date */ };
struct request_remedy {
    enum request_remedy_kind kind;
    struct day from;      /* possible from this day; DAY_NONE: now */
    struct day until;     /* last day; DAY_NONE: no term, or it has not begun (served unknown) */
    unsigned days;        /* length of the term; 0: none */
    bool unserved;        /* the term begins with service, whose day is not known */
    struct str body, via; /* who decides; through whom: as in a letter, in the language asked for */
    struct str text;      /* one or two sentences that say all of it */
    const char *rule;
};
struct request_view {
    struct id id;
    char number[REQUEST_NUMBER_SIZE];
    enum request_kind kind, filed_kind;
    enum request_state state;
    enum request_outcome outcome; /* 0: none yet */
    enum request_channel channel;
    enum lang lang;               /* of the requester */
    unsigned flags;               /* enum request_flag: for the desk, not for the public */
    instant received;
    struct term term;             /* of the answer, from the Warsaw day of receipt, by the holidays in force then */
    unsigned amount;              /* 14 */
    enum term_unit unit_of_term;  /* TERM_DAYS */
    const char *term_rule;        /* "F-12" */
    struct str term_basis;        /* act and article behind it, in Polish */
    struct day safe;              /* last working day that is not after the raw end (F-16) */
    struct day longest;           /* strict end of any extension (F-13); DAY_NONE: the act names none */
    struct day extended_to;       /* DAY_NONE: not extended */
    struct day due;               /* in force now: of the term, the extension, the fee notice or a later step */
    struct day waiting_until;     /* the requester's term; DAY_NONE: none, or not served yet */
    struct day disclose_from;     /* after a fee notice */
    uint64_t grosze;              /* of the fee notice */
    struct day overdue_since;     /* DAY_NONE: it is not */
    struct day ended;             /* DAY_NONE: it is not */
    struct day served;            /* of the decision */
    enum request_next next;
    struct day next_until;
    struct str unit, subject;     /* who works on it; the approved subject */
    struct id file;               /* its case file; zero: none yet */
    struct request_form form;     /* as filed, with the newest way of answer and contacts */
    const struct request_event *events;  /* oldest first */
    size_t event_count;
    const struct request_attachment *files;
    size_t file_count;
    const struct request_remedy *remedies;
    size_t remedy_count;
    uint64_t entry;               /* ledger index of the filing */
    bool published;               /* it is in a published checkpoint */
    struct str law;               /* documents in force on the day of filing: `name valid-from sha256:…` lines */
};
/* By number and code, or by the token of its address. Both compare digests in constant time; whatever does not fit is
 * ERR_NOT_FOUND with one and the same text. `today` for what is late and what comes next. */
bool request_open(struct request_desk *d, struct str number, struct str code, struct day today, struct arena *ar,
                  struct request_view *out, struct err *e) MUST_USE;
bool request_open_token(struct request_desk *d, struct str token, struct day today, struct arena *ar,
                        struct request_view *out, struct err *e) MUST_USE;
/* The address of the case for somebody who has the code: pure. False: it is no code. */
bool request_token_of(struct str code, char token[REQUEST_TOKEN_SIZE]);
/* For the office. */
bool request_get(struct request_desk *d, struct str number, struct day today, struct arena *ar,
                 struct request_view *out, struct err *e) MUST_USE;
bool request_attachment_read(struct request_desk *d, const struct request_attachment *f,
                             bool (*sink)(void *ctx, struct bytes plain, struct err *e), void *ctx, struct err *e)
    MUST_USE;
/* `n` bytes of it from `at`, which lie within it: each chunk that holds them is checked by its seal, the whole is not. */
bool request_attachment_part(struct request_desk *d, const struct request_attachment *f, uint64_t at, uint64_t n,
                             bool (*sink)(void *ctx, struct bytes plain, struct err *e), void *ctx, struct err *e)
    MUST_USE;
/* The letter: what was filed (event 1) or said in a later act, as one text, the same bytes for ever; its digests stand in
 * the ledger, salted. ERR_NOT_FOUND: the event has no letter. ERR_CORRUPT: it is not what the ledger tells of. */
bool request_letter(const struct request_view *v, uint64_t event, struct buf *out, struct err *e) MUST_USE;
/* The draft of a remedy's letter, in Polish: what the court or the higher body needs to find in it. */
bool request_remedy_letter(struct request_desk *d, const struct request_view *v, enum request_remedy_kind k,
                           struct arena *ar, struct str *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the receipt */

struct receipt_file {
    struct str name, type;
    uint64_t size;
    struct digests digests;
};
struct receipt {
    struct str office, address;   /* full name of the public body */
    char number[REQUEST_NUMBER_SIZE];
    instant received;             /* the hour of entering the system */
    instant made;                 /* when this acknowledgment came about: the time of its ledger entry */
    const struct receipt_file *files; /* the letter itself first */
    size_t file_count;
    uint64_t entry, size;         /* index in the log; size of the newest checkpoint */
    bool published;               /* the entry is in it: the proof can be fetched */
    struct str origin;            /* of the log */
    struct str entry_sha256;      /* hex, of the entry's bytes */
};
bool receipt_make(struct request_desk *d, const struct request_view *v, struct arena *ar, struct receipt *out,
                  struct err *e) MUST_USE;
/* One text file that proves the filing offline with sha256sum, b2sum and openssl (archive/FORMATS.md §12). ERR_STATE
 * while the checkpoint is not out. */
bool receipt_proof(struct request_desk *d, const struct request_view *v, struct buf *out, struct err *e) MUST_USE;
/* The same of any event that has a letter or files; event 1 is the receipt. ERR_NOT_FOUND: it has neither. */
bool request_proof(struct request_desk *d, const struct request_view *v, uint64_t event, struct buf *out,
                   struct err *e) MUST_USE;

/* What is published already and may answer it: the weightiest words of a text, each searched; best first, none when
 * nothing fits. */
bool request_similar(const struct bulletin *b, struct str content, enum lang lang, struct arena *ar, size_t limit,
                     struct bulletin_hit **out, size_t *n, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- data from a register, certificates: prepared only
 *
 * They need a signature: nothing is stored. From typed choices comes what to write, what it costs, who decides and which
 * channels are lawful; all of it data with validity (conf/register-access.tsv, rules E, D, S, X). */
enum register_source { REGISTER_RESIDENTS = 1, REGISTER_PESEL, REGISTER_ID_CARDS, REGISTER_ID_FILES,
                       REGISTER_CERTIFICATE, REGISTER_SOURCE_END };
enum register_ground { GROUND_SELF = 1, GROUND_PUBLIC_TASK, GROUND_LEGAL_INTEREST, GROUND_FACTUAL_INTEREST,
                       GROUND_RESEARCH, GROUND_END };
const char *register_source_name(enum register_source s);
bool register_source_parse(struct str s, enum register_source *out);
const char *register_source_title(enum register_source s, enum lang lang);
const char *register_ground_name(enum register_ground g);
bool register_ground_parse(struct str s, enum register_ground *out);
const char *register_ground_title(enum register_ground g, enum lang lang);
struct register_question {
    enum register_source source;
    enum register_ground ground;
    struct str keys;    /* whom or what to search for; never stored */
    struct str scope;   /* which data */
    struct str purpose; /* required: the data may be used for nothing else (E-07) */
    struct str basis;   /* provision or documents of the legal interest; facts of the factual one */
    bool proxy;         /* power of attorney: 17 zł unless exempt (S-01) */
    uint64_t persons;   /* unit data: one fee each */
};
struct register_answer {
    bool lawful;            /* false: `reason` says why this way is closed and what is open instead */
    struct str reason;
    uint64_t grosze;        /* in all */
    struct register_fee {
        struct str what, basis, payee, when;
        uint64_t grosze;
    } fees[4];
    size_t fee_count;
    struct str decides, appeal, form, term; /* who; against what to whom; EL/WUDJ/1; how long */
    struct str channels[8]; /* lawful ones; none takes an unsigned request */
    size_t channel_count;
    struct str legal;       /* legal basis */
    struct str notes[8];    /* what to know: free online copy first, consent is asked by the office … */
    size_t note_count;
    const char *rules;      /* "E-03 E-04 S-05" */
};
/* Pure, over the data in force on a day; faults as in request_check. */
bool register_prepare(const struct register_question *q, struct day on, struct arena *ar, struct register_answer *out,
                      struct request_faults *faults, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- care */

struct request_daily {
    uint64_t drafts_expired, files_erased, offers_lapsed, filed_open, overdue;
    uint64_t due_soon;        /* the office's last working day before the end is today or tomorrow, or was (F-16) */
    uint64_t calls_over;      /* the requester did not answer a call in time: the office decides what follows */
    uint64_t disclosures_due; /* the fourteen days after a fee notice are over (F-22) */
    uint64_t damaged;         /* could not be read: the doctor says more; all others were looked at */
    instant at;               /* when it was counted; 0: never yet */
};
/* What the last night counted, for whoever watches. */
bool request_daily_last(struct request_desk *d, struct request_daily *out, struct err *e) MUST_USE;
/* Erases drafts whose time is over, closes re-use offers that nobody accepted, counts what is late. */
bool request_daily(struct request_desk *d, instant now, struct request_daily *out, struct err *e) MUST_USE;
/* Rows, indexes, counters, contents and the log of requests against each other, both ways; changes nothing. */
bool request_doctor(struct request_desk *d, store_finding finding, void *ctx, uint64_t *checked, struct err *e)
    MUST_USE;

#include "office_public.h" /* what of all this everybody may read */

#endif

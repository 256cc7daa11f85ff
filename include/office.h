/* office.h: the office. Knows the law of terms, requests and people; knows no HTTP and no terminal.
 * Rules: law/requests.md (ids K-01 … as there). */
#ifndef AKTA_OFFICE_H
#define AKTA_OFFICE_H

#include "record.h"

/* ---------------------------------------------------------------- free days and legal terms (KPA art. 57) */

/* The table of statutory free days as data with validity years: conf/holidays.tsv. */
struct holidays;
bool holidays_parse(struct str tsv, struct holidays **out, struct err *e) MUST_USE;
void holidays_free(struct holidays **h);
/* The version in force in the archive; without an archive, the one that ships with the program. */
bool holidays_in_force(struct archive *a, struct day on, struct holidays **out, struct err *e) MUST_USE;
bool holidays_builtin(struct holidays **out, struct err *e) MUST_USE;
struct str holidays_builtin_text(void); /* the document itself, for the import at the start of an archive */
/* The name of the free day in the language asked for; false: a working day. Saturday counts (K-05). */
bool holiday_name(const struct holidays *h, struct day d, enum lang lang, struct str *name);

enum term_unit { TERM_DAYS, TERM_WEEKS, TERM_MONTHS, TERM_YEARS };
#define TERM_SKIPPED_MAX 16
struct term {
    struct day start, raw, end; /* raw: before rolling; end: the legal end */
    struct {
        struct day date;
        struct str why;
    } skipped[TERM_SKIPPED_MAX];
    size_t skipped_count;
};
/* K-01 … K-05: the day of the event is not counted; the end rolls over free days and Saturdays, free days inside count.
 * rolls = false for fictions of service (K-06). ERR_INVALID: amount 0 or out of range, or beyond the supported years. */
bool term_compute(const struct holidays *h, struct day start, enum term_unit unit, unsigned amount, bool rolls,
                  enum lang lang, struct term *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- identifiers with check digits (law/requests.md §10) */

enum ident_kind { IDENT_PESEL, IDENT_NIP, IDENT_REGON, IDENT_ID_CARD, IDENT_PASSPORT, IDENT_KW, IDENT_NRB, IDENT_VIN,
                  IDENT_CARD, IDENT_KIND_COUNT };
const char *ident_kind_name(enum ident_kind k); /* "pesel" … as the tool spells them */
bool ident_kind_parse(struct str s, enum ident_kind *out);
/* Form and check digit. Spaces, hyphens and U+00A0 as printed are allowed. *why: the fault and its repair in lang, or
 * what was checked. Never logs the value. */
bool ident_check(enum ident_kind k, struct str value, enum lang lang, struct arena *a, struct str *why);

/* ---------------------------------------------------------------- what the office publishes (requests.md §6, B-01 … B-10)
 *
 * Cards, registers, the rules of access to them, and texts are documents of conf/: a header of `name: value` lines and a
 * Markdown body. Each change is an immutable dated version with a ledger entry; nothing is ever overwritten. The body of a
 * card is the office's own document to the last word, also where it is out of date: then the version says so by its
 * status, and the rule that holds today stands beside it in current_rules. */

enum published_kind { PUBLISHED_CARD, PUBLISHED_REGISTER, PUBLISHED_RULE, PUBLISHED_TEXT, PUBLISHED_KIND_COUNT };
const char *published_kind_name(enum published_kind k); /* "card" … as the files' folders and the tool spell them */
enum published_status {
    PUBLISHED_CURRENT = 1, /* „aktualna” */
    PUBLISHED_HISTORICAL,  /* „historyczna”: kept and readable, marked as out of date */
    PUBLISHED_WITHDRAWN    /* „wycofana”: readable by its address with its metryka, in no list and no search (B-10) */
};
const char *published_status_name(enum published_status s); /* "current" … */

struct texts {
    const struct str *list;
    size_t count;
};

/* What to bring. */
enum bring_flag { BRING_REQUIRED = 1, BRING_VIEW = 2 /* only shown */, BRING_PROXY = 4 /* for whoever acts for another */ };
struct bring {
    unsigned flags; /* enum bring_flag; 0: when it applies, the text says when */
    struct str text;
};
struct published_fee {
    bool fixed; /* false: the text tells how it comes about */
    uint64_t grosze;
    struct str text;
};
/* Machine form of „termin załatwienia”; amount 0: at once („niezwłocznie”). */
struct published_term {
    bool known;
    enum term_unit unit;
    unsigned amount;
};
enum appeal_kind { APPEAL_NONE, APPEAL_ODWOLANIE, APPEAL_ZAZALENIE, APPEAL_SKARGA, APPEAL_SPRZECIW };
const char *appeal_kind_name(enum appeal_kind k); /* Polish word, lower case: „odwołanie”; "" for none */
struct published_appeal {
    enum appeal_kind kind;
    struct str body, via; /* who decides, through whom it is filed; as printed */
    unsigned days;        /* 0 when kind is none */
    struct str text;      /* what it is against, in one sentence */
};
struct published_attachment {
    struct str name, type; /* "PDF" */
    uint64_t bytes;        /* 0: the size was not printed */
    struct id record;      /* the public record that holds it; zero: the office that published it keeps the file */
};
/* How data of a register are given (inventory.md §1); a register may have several. */
enum access_mode { ACCESS_BIP = 1, ACCESS_FOI = 2, ACCESS_PARTY = 4, ACCESS_STAT = 8, ACCESS_SELF = 16,
                   ACCESS_SECRET = 32, ACCESS_POINTER = 64 /* kept elsewhere today: the note says where */ };
const char *access_mode_name(enum access_mode m); /* "bip" … */
/* One plain sentence: who may get the data and how. */
const char *access_mode_sentence(enum access_mode m, enum lang lang);

/* A rule in force today beside an older text. */
struct current_rule {
    struct str topic, text[2]; /* by enum lang */
    struct str basis;          /* act and article, in Polish */
};
struct price {
    struct str code;      /* "1a-bw-A4" */
    struct str item[2], unit[2];
    uint64_t grosze;
};
/* Retention of the personal data that a notice speaks of: class of the plan, resolved to years (P-08, RODO 13(2)(a)). */
struct published_retention {
    struct str symbol, title, category; /* "1431", …, "BE5" */
    unsigned years;                     /* 0: kept for ever, or not settled */
    struct str sentence[2];             /* by enum lang */
};

/* Metryka (udip art. 8 ust. 6). The upper part is what the document declares, as printed. */
struct metryka {
    struct str disclosed_by, made_by, entered_by, published_by;
    struct day made, entered, changed, first_published;
    bool made_after_entered;  /* as printed, and odd: show it with a remark */
    struct str source;        /* "suwalki-karty-uslug.txt, wiersze 7–46" */
    /* what the archive vouches for; 0 and "" for the built-in set, which nobody imported */
    instant published;        /* when this version came in: the server's clock, not editable */
    uint64_t entry;           /* its ledger index */
    struct str sha256;        /* hex, of the version's text */
};

struct published {
    enum published_kind kind;
    enum published_status status;
    enum lang lang;                 /* of the body; texts exist in both, everything else is Polish */
    struct str slug;                /* [a-z0-9-]+: /services/{slug}; unique within kind and language */
    unsigned order;                 /* place in its list; a register: 1 … 38 over both units, a rule: 1 … 7 */
    struct str title[2], summary[2];/* by enum lang; never empty: the Polish one stands in for a missing English one */
    struct str office, unit;        /* "Urząd Miasta Siemiatycze", "Urząd Stanu Cywilnego" */
    struct str number;              /* as printed: "USC 1"; a register: its number in its own unit; "" none */
    struct str symbol;              /* class of the plan, "" none */
    struct str version;             /* as printed: "wersja 1"; "" none */
    struct day valid_from, valid_until; /* of this version; until DAY_NONE: no newer one */
    struct texts topics;            /* „dowody osobiste”, „meldunek” …: to list cards by */
    /* card */
    const struct bring *bring;
    size_t bring_count;
    const struct published_fee *fees;
    size_t fee_count;
    struct texts account;           /* where to pay */
    struct str time;                /* how long it takes, as printed */
    struct published_term term;
    struct texts places;            /* where it is filed */
    struct texts handled;           /* who deals with it: room, telephone, hours */
    const struct published_appeal *appeals;
    size_t appeal_count;
    struct texts legal_bases, forms;
    const struct published_attachment *attachments;
    size_t attachment_count;
    struct texts related;           /* slugs of the same kind: the newer card on the same matter */
    /* register */
    unsigned access;                /* enum access_mode, together */
    struct str note[2], ground;     /* ground: legal basis of the access mode, in Polish */
    /* text */
    const struct price *prices;
    size_t price_count;
    const struct published_retention *retention;
    size_t retention_count;
    /* all */
    const struct current_rule *current_rules;
    size_t current_rule_count;
    struct str body;                /* Markdown, for prose_render */
    struct metryka metryka;
    unsigned sequence, versions;    /* this version's number, 1 …, and how many there are */
};

/* A snapshot of everything published, built in memory with its search index; immutable, any number of threads. */
struct bulletin;
/* As it stands on a day: of each document the newest version in force; one that begins later is not there yet. */
bool bulletin_load(struct archive *a, struct day on, struct bulletin **out, struct err *e) MUST_USE;
/* The demonstration set that ships with the program, without an archive. */
bool bulletin_builtin(struct bulletin **out, struct err *e) MUST_USE;
void bulletin_free(struct bulletin **b); /* for CLEANUP */
struct day bulletin_day(const struct bulletin *b);

/* The living one of a running office: one for all threads. take hands out the newest snapshot, loading it anew when
 * something was published since or the day changed; it stays valid until given back. */
struct bulletin_desk;
bool bulletin_desk_open(struct archive *a, struct bulletin_desk **out, struct err *e) MUST_USE;
void bulletin_desk_close(struct bulletin_desk **d);
bool bulletin_take(struct bulletin_desk *d, const struct bulletin **out, struct err *e) MUST_USE;
void bulletin_give(struct bulletin_desk *d, const struct bulletin **b); /* accepts a pointer to NULL */

/* In the order of the list: cards current before historical, then by `order`. Withdrawn ones only by bulletin_find. */
size_t bulletin_count(const struct bulletin *b, enum published_kind k);
const struct published *bulletin_at(const struct bulletin *b, enum published_kind k, size_t i);
/* A text in the language asked for, else in Polish; NULL: there is none. */
const struct published *bulletin_find(const struct bulletin *b, enum published_kind k, struct str slug, enum lang lang);
/* The register by its running number 1 … 38, the rule by 1 … 7. */
const struct published *bulletin_numbered(const struct bulletin *b, enum published_kind k, unsigned order);

/* Slugs of texts that the window links to; each is in the demonstration set in Polish and English. */
#define TEXT_REUSE         "ponowne-wykorzystywanie" /* conditions, fees, remedies, objection */
#define TEXT_PRICES        "cennik"                  /* price list of FOI costs, with .prices */
#define TEXT_HOW_TO_GET    "jak-uzyskac-informacje"  /* what is not in BIP (B-05), channels (requests.md §8) */
#define TEXT_CHANNELS      "kanaly"                  /* data from registers and certificates: lawful channels */
#define TEXT_ACCESSIBILITY "deklaracja-dostepnosci"
#define TEXT_RODO_FOI      "rodo-informacja-publiczna"
#define TEXT_RODO_REUSE    "rodo-ponowne-wykorzystywanie"
#define TEXT_RODO_COMPLAINT "rodo-skargi-wnioski-petycje"
#define TEXT_RODO_REGISTERS "rodo-rejestry"          /* several controllers */
#define TEXT_RODO_RIGHTS   "rodo-prawa"              /* request about one's own data */
#define TEXT_BIP_HELP      "jak-korzystac"           /* user instruction of the bulletin (B-02) */

/* Every version of a document, newest first, withdrawn ones too; without its body. */
struct published_version {
    unsigned sequence; /* 1, 2, 3 … */
    struct day valid_from;
    enum published_status status;
    struct str title, version, published_by;
    instant published;
    uint64_t entry;
    struct str sha256;
    uint64_t bytes;
};
bool published_history(struct archive *a, enum published_kind k, struct str slug, enum lang lang, struct arena *ar,
                       struct published_version **out, size_t *n, struct err *e) MUST_USE;
/* One of them whole; everything in the arena. ERR_NOT_FOUND. */
bool published_at(struct archive *a, enum published_kind k, struct str slug, enum lang lang, unsigned sequence,
                  struct arena *ar, struct published *out, struct err *e) MUST_USE;

/* Reads a document strictly; ERR_INVALID names the line. `name`: its file name, only for messages. */
bool published_parse(enum published_kind k, struct str text, struct arena *ar, struct published *out, struct err *e)
    MUST_USE;
/* Brings documents into force in one verb, each an immutable version with its ledger entry; a text that is in force
 * already changes nothing. Either all or none. *changed counts the new versions. */
struct publication {
    enum published_kind kind;
    struct str file; /* for messages: "cards/siemiatycze-usc-1.md" */
    struct str text;
};
bool publish(struct archive *a, const struct publication *list, size_t n, const struct actor *who, uint64_t *changed,
             struct err *e) MUST_USE;
/* The document as the record room takes it (conf_publish, conf_publish_diff), read and checked as publish does. */
bool publication_document(struct archive *a, const struct publication *in, struct arena *ar,
                          struct conf_publication *out, struct err *e) MUST_USE;
bool published_kind_of(enum conf_kind k, enum published_kind *out); /* false: it is law */
/* The demonstration set as publications, borrowed for ever. */
bool publish_builtin(struct arena *ar, struct publication **list, size_t *n, struct err *e) MUST_USE;

/* Diacritics, case and Polish endings do not matter; the last word may be a beginning. Best first: title before summary
 * and topics before body. Every word must be found; when that gives nothing, words that nearly match count; when it gives
 * nothing in force with a word in its title, such documents come along that lack one word. */
struct bulletin_hit {
    const struct published *item;
    unsigned score;
    struct str excerpt; /* plain text around the first match; in the arena */
    size_t mark_at, mark_n; /* the matched word in it, bytes; n 0: none */
    unsigned in_title;      /* words of the question that stand in its title */
};
struct bulletin_query {
    struct str words;
    unsigned kinds; /* 1u << kind, together; 0: all */
    enum lang lang; /* of texts; cards and registers are found in both */
    bool current_only;
    struct str office; /* "" all */
    bool strict;       /* what only looks like a word does not count for it */
};
bool bulletin_search(const struct bulletin *b, const struct bulletin_query *q, struct arena *ar, size_t limit,
                     struct bulletin_hit **out, size_t *n, size_t *total, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- Markdown as a sequence of parts, no HTML here */

enum prose_part {
    PROSE_PARAGRAPH, PROSE_HEADING /* number: level 1 … 6 */, PROSE_LIST, PROSE_NUMBERED /* number: of its first item */,
    PROSE_ITEM, PROSE_QUOTE, PROSE_CODE_BLOCK, PROSE_RULE /* a line across; closed at once */,
    PROSE_TABLE, PROSE_TABLE_HEAD, PROSE_TABLE_BODY, PROSE_ROW, PROSE_HEAD_CELL, PROSE_CELL,
    PROSE_STRONG, PROSE_EMPHASIS, PROSE_CODE, PROSE_LINK /* target: safe */, PROSE_BREAK /* closed at once */
};
/* Every open has its close, properly nested. Raw HTML of the source arrives as text; pictures as their text; a link whose
 * target is not http, https, mailto, tel or a path of this site arrives as its text alone. Paragraphs of tight list items
 * are not opened. Returning false stops. */
struct prose_sink {
    bool (*open)(void *ctx, enum prose_part part, unsigned number, struct str target, struct err *e);
    bool (*close)(void *ctx, enum prose_part part, unsigned number, struct err *e);
    bool (*text)(void *ctx, struct str plain, struct err *e); /* never empty; entities resolved */
    void *ctx;
};
bool prose_render(struct str markdown, const struct prose_sink *sink, struct err *e) MUST_USE;

#endif

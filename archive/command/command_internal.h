/* command_internal.h: what the files of the command room share: the one table of commands, what parsing it yields, and
 * what a running command has at hand. */
#ifndef AKTA_COMMAND_INTERNAL_H
#define AKTA_COMMAND_INTERNAL_H

#include "command.h"

#define COMMAND_ARGS_MAX  65536      /* words of one command line */
#define COMMAND_BYTES_MAX (4u << 20) /* bytes of all of them */
#define COMMAND_WORD_MAX  131072u    /* the kernel's own limit for one word */
#define COMMAND_PATH_MAX  4096u
#define COMMAND_MEMORY    (512u << 20) /* ceiling of what one command keeps in memory */

/* ---------------------------------------------------------------- the table (table*.c) */

enum value_type {
    VALUE_NONE, /* a flag */
    VALUE_TEXT,
    VALUE_DAY,
    VALUE_NUMBER,
    VALUE_INPUT,      /* a file, or a folder of files, that the command reads */
    VALUE_MANIFEST,   /* a file that names others below its own folder */
    VALUE_OUTPUT,     /* a file that the command writes; "-" is standard output, handed on as "" */
    VALUE_FOLDER_IN,  /* a folder as a whole */
    VALUE_FOLDER_OUT, /* a folder that is made when it is not there */
};
enum { OPTION_REQUIRED = 1, OPTION_REPEAT = 2 };

struct option_row {
    const char *name;  /* without dashes */
    char letter;       /* 0: none */
    const char *value; /* what stands for the value in help; NULL for a flag */
    const char *what;
    enum value_type type;
    unsigned flags;
    unsigned choice; /* not 0: those with the same number exclude each other; OPTION_REQUIRED: one of them is needed */
    uint64_t min, max; /* VALUE_NUMBER */
};
struct argument_row {
    const char *name;
    const char *what;
    enum value_type type;
    unsigned min, max; /* how many; max 0: any number */
};
/* Who may run it besides the archive's owner and uid 0: a name of [operators]. */
enum command_group { GROUP_FREE, GROUP_READ, GROUP_WORK, GROUP_DECIDE, GROUP_CARE, GROUP_OWNER };

struct run;
#define COMMAND_OPTIONS   26
#define COMMAND_ARGUMENTS 3
#define COMMAND_EXAMPLES  6
struct command_row {
    const char *name; /* "file open" */
    enum command_need need;
    enum command_group group;
    int (*run)(struct run *r);
    const char *summary; /* one line */
    const char *text;    /* what a newcomer must know; paragraphs divided by an empty line; may be NULL */
    struct argument_row arguments[COMMAND_ARGUMENTS];
    struct option_row options[COMMAND_OPTIONS];
    const char *no;      /* what status 1 means here; NULL: it does not occur */
    const char *refused; /* what status 3 means here */
    const char *examples[COMMAND_EXAMPLES];
};
extern const struct option_row global_options[];         /* end with name NULL */
extern const struct command_row *const command_tables[]; /* each ends with name NULL; the list ends with NULL */
/* Walks the whole table: *at starts at {0, 0}; NULL at the end. */
struct command_cursor {
    size_t table, row;
};
const struct command_row *command_next(struct command_cursor *at);
/* The row that argv begins with; *words is how many words its name has. NULL: unknown. */
const struct command_row *command_find(int argc, const char *const *argv, int *words);
bool command_has_children(const char *first_word);
const struct command_row *command_by_name(struct str name);

/* ---------------------------------------------------------------- parsing (parse.c, suggest.c) */

struct given {
    const struct option_row *row;
    struct str text;
    struct day day;
    uint64_t number;
};
struct argument {
    const struct argument_row *row;
    struct str text;
    struct day day;
};
struct parsed {
    const struct command_row *row;
    struct argument *args;
    size_t arg_count;
    struct given *opts;
    size_t opt_count;
    bool help, json;
};
bool parse_command(int argc, const char *const *argv, struct arena *ar, struct parsed *out, struct err *e) MUST_USE;
/* NULL when the option was not given; the first one when it was given more than once. */
const struct given *parsed_option(const struct parsed *p, const char *name);
bool parsed_flag(const struct parsed *p, const char *name);
struct str parsed_text(const struct parsed *p, const char *name); /* STR_NONE: not given */
struct day parsed_day(const struct parsed *p, const char *name);  /* DAY_NONE: not given */
uint64_t parsed_number(const struct parsed *p, const char *name, uint64_t standard);
/* The nearest of `count` names within a third of its length, or NULL. */
const char *suggest(struct str given, const char *const *names, size_t count);
/* Says what is wrong with a text that is no date: "April has 30 days" rather than "bad date". */
bool day_read(struct str s, const char *field, struct day *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- help (help*.c) */

void help_overview(struct buf *b, enum lang lang);
bool help_command(struct buf *b, enum lang lang, const struct command_row *row);
void usage_line(struct buf *b, enum lang lang, const struct command_row *row);
void help_man(struct buf *b, enum lang lang);
void help_completion(struct buf *b);
/* Breaks text at blanks so that a line holds at most `width` characters, each line after `indent` blanks. */
void wrap_text(struct buf *b, const char *text, unsigned indent, unsigned width);

/* ---------------------------------------------------------------- what a running command has (run.c, output.c) */

struct run {
    struct host *h;
    struct archive *a; /* NULL: offline and none needed */
    const char *dir;
    const struct parsed *p;
    struct arena *ar;
    struct buf out;  /* what goes to h->out, flushed in pieces */
    bool out_broken; /* the caller no longer reads */
    bool out_full;   /* … because what it reads into takes no more */
    struct err e;
};

/* To the caller's descriptors, in small pieces, asking stopped() while the other end does not read. */
bool host_write(struct host *h, int fd, struct bytes b);
void out_say(struct run *r, const char *fmt, ...) PRINTF_LIKE(2, 3);    /* standard output, as it is */
void out_bytes(struct run *r, struct bytes b);                          /* the same for bytes */
void out_note(struct run *r, const char *msgid, ...) PRINTF_LIKE(2, 3); /* standard error: one translated line */
bool out_json(struct run *r, struct json **o);                          /* one JSON line; frees it */
bool out_flush(struct run *r);                                          /* false: the caller no longer reads */
int run_fail(struct run *r);                                            /* says r->e, gives its status */
#define COMPLAINT_SIZE 900
/* What a person reads when something fails: the reason, and where help stands when the command line was wrong. */
size_t complaint_text(const struct err *e, const struct command_row *row, char *out, size_t size);

/* A table for people: columns grow with their contents, the last one is not padded. */
#define GRID_COLUMNS 10
struct grid {
    struct run *r;
    struct arena *ar; /* of the block not yet written */
    size_t columns;
    bool right[GRID_COLUMNS];
    struct str *cells;
    size_t count, cap;
};
void grid_begin(struct grid *g, struct run *r, size_t columns);
void grid_right(struct grid *g, size_t column); /* numbers stand to the right */
void grid_cell(struct grid *g, struct str s);
void grid_fmt(struct grid *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
void grid_day(struct grid *g, struct day d);
void grid_words(struct grid *g, const char *const *msgids); /* a head: one translated word a column */
void grid_end(struct grid *g);
/* A paragraph on standard output, broken into lines. */
void out_paragraph(struct run *r, struct str text);

struct str bytes_for_people(struct arena *ar, enum lang lang, uint64_t n);  /* "12,4 MB" */
struct str number_for_people(struct arena *ar, uint64_t n);                 /* "12 560" */
struct str day_for_people(struct arena *ar, enum lang lang, struct day d);  /* "21 listopada 2026 r." */
struct str instant_for_people(struct arena *ar, enum lang lang, instant t); /* the same with Polish time, ", 20:06" */
const char *action_for_people(enum lang lang, enum action a);

/* ---------------------------------------------------------------- small things several commands need (common.c) */

/* The whole of a file that the command line names. */
bool input_read(struct run *r, struct str path, size_t max, struct str *out) MUST_USE;
struct day run_today(const struct run *r);
bool id_argument(struct run *r, struct str text, struct id *out) MUST_USE;
struct str joined_arguments(struct run *r, size_t first);              /* with blanks between them */
void json_text_or_null(struct json *o, const char *key, struct str s); /* empty = null */
struct json *record_as_json(const struct record *rec, struct str mark);
const char *access_name(uint64_t access);
bool access_read(struct str s, uint64_t *out, struct err *e) MUST_USE;

/* Progress on a terminal: one line rewritten, at most ten times a second; nothing elsewhere. */
struct meter {
    struct progress p; /* to hand to the rooms below */
    struct run *r;
    uint64_t started, shown, done_before;
    bool on, drawn;
};
void meter_begin(struct meter *m, struct run *r);
void meter_end(struct meter *m);

#endif

/* base.h: the toolbox every room stands on.
 *
 * Owns: errors with reasons, memory, buffers, strict parsing, text, civil dates, clocks, digests, sealing, signing,
 * durable files, settings, the one-line log and the message catalogue. Knows nothing of archives, law or HTTP.
 *
 * Conventions of every room:
 *  - a function that can fail returns bool, takes `struct err *e` last and sets it when it returns false; outputs are
 *    written only on success;
 *  - `struct str` and `struct bytes` are borrowed views, never owned; what outlives a call lies in the caller's arena;
 *  - nothing prints, exits or aborts for an outside cause; the one exception is fail_stop();
 *  - sizes are bytes, instants are seconds UTC, days are civil days (Europe/Warsaw when they come from an instant). */
#ifndef AKTA_BASE_H
#define AKTA_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
/* Before the ban at the end of this file, which would otherwise refuse their own declarations. */
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MUST_USE               __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define CLEANUP(fn)            __attribute__((cleanup(fn)))
#define COUNT_OF(a)            (sizeof(a) / sizeof((a)[0]))

/* ---------------------------------------------------------------- errors */

/* What the caller does next, not where it went wrong. */
enum err_code {
    ERR_NONE,
    ERR_NOT_FOUND,   /* no such object */
    ERR_INVALID,     /* bad input: `field` names it */
    ERR_TOO_BIG,     /* over a limit that the text names */
    ERR_DENIED,      /* this caller may not */
    ERR_CONFLICT,    /* exists already, or changed meanwhile */
    ERR_STATE,       /* refused by a rule: hold, wrong state, not due */
    ERR_BUSY,        /* try again */
    ERR_IO,          /* the disk or a peer failed */
    ERR_CORRUPT,     /* stored bytes are not what was stored */
    ERR_FULL,        /* no space; nothing was lost */
    ERR_INTERRUPTED, /* asked to stop; the text says what was not done */
    ERR_MEMORY,
    ERR_UNSUPPORTED, /* newer format, unknown version */
};

enum lang { LANG_EN, LANG_PL };

/* Start with ERR_INIT or err_init(e, lang). The text is in `lang`; `text` and `field` are always NUL-terminated. */
struct err {
    enum err_code code;
    enum lang lang;
    char field[48];
    char text[512];
};
#define ERR_INIT ((struct err){.code = ERR_NONE})
void err_init(struct err *e, enum lang lang);

/* Sets the reason and returns false, so that `return err_set(e, …)` is the whole failure path. `msgid` is an English
 * literal marked by being here: xgettext collects it, and it is translated into e->lang. `e` may not be NULL. */
bool err_set(struct err *e, enum err_code code, const char *msgid, ...) PRINTF_LIKE(3, 4);
/* The same, naming the input field at fault (a column, an option, a setting: a stable ASCII name). */
bool err_field(struct err *e, enum err_code code, const char *field, const char *msgid, ...) PRINTF_LIKE(4, 5);
/* Appends strerror(errnum) to the text; ENOSPC and EDQUOT become ERR_FULL, the others ERR_IO. */
bool err_errno(struct err *e, int errnum, const char *msgid, ...) PRINTF_LIKE(3, 4);
/* Puts more context before the existing reason: "reading DIR/format: …". Keeps code and field. Returns false. */
bool err_wrap(struct err *e, const char *msgid, ...) PRINTF_LIKE(2, 3);
const char *err_name(enum err_code code); /* stable ASCII word for --json and logs, such as "not-found" */

/* ---------------------------------------------------------------- message catalogue */

/* Translates a literal. Catalogues are gettext .mo images linked into the program; no locale of the machine is used. */
const char *tr(enum lang lang, const char *msgid) __attribute__((format_arg(2)));
/* Plural form for n: English two, Polish three (1 dzień, 2 dni, 5 dni). */
const char *trn(enum lang lang, const char *one, const char *many, uint64_t n)
    __attribute__((format_arg(2), format_arg(3)));
#define N_(s) s /* marks a literal that is translated later */
/* Registers the .mo image of a language, before threads start; the bytes are borrowed for ever. */
bool catalogue_register(enum lang lang, const void *mo, size_t n, struct err *e);
enum lang lang_of_locale(const char *lang_env); /* "pl_PL.UTF-8" -> LANG_PL; anything else, NULL too -> LANG_EN */

/* ---------------------------------------------------------------- views, memory, buffers */

struct str {
    const char *p;
    size_t n;
};
struct bytes {
    const uint8_t *p;
    size_t n;
};
#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
/* clang-format off */
#define STR_INIT(lit) {"" lit, sizeof(lit) - 1} /* the same in a static table */
/* clang-format on */
#define STR_NONE ((struct str){NULL, 0})
struct str str_of(const char *z); /* view of a NUL-terminated string; NULL gives STR_NONE */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *z);
bool str_starts(struct str s, const char *prefix);
int bytes_cmp(struct bytes a, struct bytes b); /* memcmp order, then length: the order of store keys */
struct bytes bytes_of(struct str s);
struct str str_of_bytes(struct bytes b);

/* Every allocation of the house passes here, so that tests can fail the Nth one. NULL when there is none; n > 0. */
void *mem_alloc(size_t n) __attribute__((malloc));
void *mem_zalloc(size_t n) __attribute__((malloc));
void *mem_realloc(void *p, size_t n);
void mem_free(void *p);
/* Test seam: the nth allocation from now (1 = the next) and all after it fail; 0 switches the fault off. */
void mem_fault_after(uint64_t nth);

/* Memory with one lifetime: a request, a command, a step of a long scan. Never freed piece by piece. */
struct arena;
struct arena *arena_new(size_t ceiling);             /* bytes it may hand out in all; NULL when there is no memory */
void arena_free(struct arena **a);                   /* for CLEANUP; accepts a pointer to NULL */
void arena_reset(struct arena *a);                   /* everything handed out is gone; keeps one block */
void *arena_alloc(struct arena *a, size_t n);        /* zeroed, 16-aligned; NULL: no memory or over ceiling */
struct str arena_str(struct arena *a, struct str s); /* copy with a NUL after it; p NULL on failure */
struct bytes arena_bytes(struct arena *a, struct bytes b); /* p NULL on failure, or when b.n is 0 */
struct str arena_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Growable bytes with a ceiling. A failure sticks: later appends do nothing, buf_ok() tells, nothing is lost quietly.
 */
struct buf {
    uint8_t *p;
    size_t n, cap, max;
    bool failed, over_ceiling; /* over_ceiling: why it failed */
};
#define BUF_INIT(ceiling) ((struct buf){.max = (ceiling)})
void buf_free(struct buf *b); /* for CLEANUP; wipes nothing: secrets do not go through buffers */
void buf_reset(struct buf *b);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_z(struct buf *b, const char *z);
void buf_add_u8(struct buf *b, uint8_t v);
void buf_add_be16(struct buf *b, uint16_t v);
void buf_add_be32(struct buf *b, uint32_t v);
void buf_add_be64(struct buf *b, uint64_t v);
void buf_add_length(struct buf *b, uint64_t v); /* 7 bits a byte, least first, 80 set on all but the last (LEB128) */
void buf_add_least(struct buf *b, uint64_t v);  /* big-endian, without its leading zero bytes; 0 is nothing */
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool buf_ok(const struct buf *b, struct err *e) MUST_USE; /* ERR_TOO_BIG or ERR_MEMORY when an append failed */
struct bytes buf_bytes(const struct buf *b);
struct str buf_str(const struct buf *b);

/* Reads forward through bytes; every get checks the length first. A failure sticks. */
struct reader {
    const uint8_t *p;
    size_t left;
    bool failed;
};
struct reader reader_of(struct bytes b);
uint8_t rd_u8(struct reader *r);
uint16_t rd_be16(struct reader *r);
uint32_t rd_be32(struct reader *r);
uint64_t rd_be64(struct reader *r);
uint64_t rd_length(struct reader *r);          /* only the shortest form passes */
uint64_t rd_least(struct reader *r, size_t n); /* n 1 to 8 bytes; a leading zero byte fails */
struct bytes rd_bytes(struct reader *r, size_t n);
bool rd_done(const struct reader *r); /* nothing failed and nothing is left */

/* ---------------------------------------------------------------- strict parsing and text */

/* The one number parser: ASCII digits, no sign, blank or leading zero ("0" itself is fine), within [min, max]. */
bool parse_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out);
bool parse_i64(struct str s, int64_t min, int64_t max, int64_t *out); /* one leading '-' allowed */

bool utf8_valid(struct str s);    /* RFC 3629: no overlong form, no surrogate, at most U+10FFFF */
size_t utf8_length(struct str s); /* code points of valid UTF-8 */
/* The gate for text from outside: valid UTF-8, no control characters (with `lines`: newline and tab allowed, CRLF made
 * LF), trimmed, NFC, at most max_chars code points. ERR_INVALID or ERR_TOO_BIG with `field`. Result in the arena. */
bool text_gate(struct arena *a, const char *field, struct str in, size_t max_chars, bool lines, struct str *out,
               struct err *e);
/* Folded for search and comparison: case-folded, diacritics stripped (ł -> l too). Valid UTF-8 in. */
bool text_fold(struct arena *a, struct str in, struct str *out, struct err *e);
/* For log lines and terminals: control bytes and invalid UTF-8 become \xHH; always fits, cut with "…". */
void text_printable(struct str in, char *out, size_t out_size);

void hex_encode(struct bytes in, char *out);            /* 2n lower-case characters and NUL */
bool hex_decode(struct str in, uint8_t *out, size_t n); /* exactly n bytes, lower case only */
size_t base64_encoded_len(size_t n);                    /* without NUL */
void base64_encode(struct bytes in, char *out);         /* RFC 4648 §4 with padding, and NUL */
/* Strict: padding required, no blanks, spare bits zero. *out_n is the bytes written, at most cap. */
bool base64_decode(struct str in, uint8_t *out, size_t cap, size_t *out_n);

/* ---------------------------------------------------------------- civil dates and clocks */

/* A civil day: days since 1970-01-01 (proleptic Gregorian). Compare with .n. Supported: 1800-01-01 … 2299-12-31. */
struct day {
    int32_t n;
};
#define DAY_NONE      ((struct day){INT32_MIN})
#define DAY_TEXT_SIZE 11
bool day_is_none(struct day d);
bool day_make(int year, int month, int day, struct day *out); /* false when the date does not exist or is unsupported */
void day_split(struct day d, int *year, int *month, int *day);
int day_year(struct day d);
int day_weekday(struct day d);                        /* 1 = Monday … 7 = Sunday */
bool day_parse(struct str s, struct day *out);        /* exactly YYYY-MM-DD */
void day_text(struct day d, char out[DAY_TEXT_SIZE]); /* "YYYY-MM-DD"; DAY_NONE gives "" */
struct day day_add(struct day d, int days);
bool day_add_months(struct day d, int months, struct day *out); /* same day number, or the month's last (K-03) */
bool day_add_years(struct day d, int years, struct day *out);   /* 29 Feb -> 28 Feb where missing (K-04) */
struct day day_easter(int year);                                /* Gregorian, Meeus/Jones/Butcher */

typedef int64_t instant; /* seconds since 1970-01-01T00:00:00Z */
#define INSTANT_TEXT_SIZE 21
void instant_text(instant t, char out[INSTANT_TEXT_SIZE]); /* "2026-11-21T19:05:17Z"; outside the years of days "" */
bool instant_parse(struct str s, instant *out);            /* exactly that form */
/* Polish civil time by the European rule in force since 1996 (last Sundays of March and October, 01:00 UTC). */
struct day warsaw_day(instant t);
void warsaw_clock(instant t, struct day *day, int *hour, int *minute, int *second);
bool warsaw_instant(struct day day, int hour, int minute, instant *out); /* false: the clocks skip it; of two the first */

/* Time is an argument. The system clock stands in clock_system; a demonstration or a test passes its own. */
struct clock {
    instant (*now)(void *ctx);
    void *ctx;
};
extern const struct clock clock_system;
instant clock_now(const struct clock *c);
uint64_t monotonic_ns(void); /* for durations and time-outs only */
/* That far from now on CLOCK_MONOTONIC: a wait that the machine's clock, when it is set, neither ends nor prolongs. */
void monotonic_after(uint64_t ns, struct timespec *out);
void cond_monotonic(pthread_cond_t *out); /* a condition whose timed waits go by it */

/* ---------------------------------------------------------------- digests, randomness, sealing, signing (libgcrypt) */

/* Once, before any thread: checks the version, sets up secure memory, self-tests. */
bool crypto_init(struct err *e) MUST_USE;

#define SHA256_SIZE  32
#define BLAKE2B_SIZE 64
/* Two unrelated designs over the same plain bytes; both must agree (log/longterm.md A). */
struct digests {
    uint8_t sha256[SHA256_SIZE];
    uint8_t blake2b[BLAKE2B_SIZE];
};
bool digests_equal(const struct digests *a, const struct digests *b);
void sha256_of(struct bytes in, uint8_t out[SHA256_SIZE]);
void sha256_of2(struct bytes a, struct bytes b, uint8_t out[SHA256_SIZE]); /* of a followed by b */
void digests_of(struct bytes in, struct digests *out);

/* One algorithm as a stream, so that two threads can run the pair side by side. */
enum digest_algo { DIGEST_SHA256, DIGEST_BLAKE2B, DIGEST_SHA512 };
struct digest;
struct digest *digest_new(enum digest_algo algo); /* NULL: no memory */
void digest_add(struct digest *d, struct bytes in);
void digest_end(struct digest *d, uint8_t *out); /* 32 or 64 bytes; the stream may then be started again */
void digest_free(struct digest **d);
void hmac_sha256(struct bytes key, struct bytes in, uint8_t out[SHA256_SIZE]);
bool equal_constant_time(const void *a, const void *b, size_t n);

/* Fills from the kernel's generator. Cannot fail: no entropy is a fail_stop. Test seam: random_source(). */
void random_bytes(void *out, size_t n);
void random_source(void (*fill)(void *out, size_t n)); /* NULL: the kernel's again */

/* AES-256-GCM. A key is wiped by key_wipe (also as CLEANUP). */
struct key {
    uint8_t b[32];
};
#define SEAL_NONCE 12
#define SEAL_TAG   16
void key_random(struct key *k);
void key_wipe(struct key *k);
/* A keyed handle for many pieces under one key; one thread at a time. NULL: no memory. */
struct sealer;
struct sealer *sealer_new(const struct key *k);
void sealer_free(struct sealer **s);
/* out gets plain.n + SEAL_TAG bytes (ciphertext, tag). Never reuse a nonce under one key. out may not overlap plain. */
bool seal(struct sealer *s, const uint8_t nonce[SEAL_NONCE], struct bytes aad, struct bytes plain, uint8_t *out,
          struct err *e) MUST_USE;
/* out gets sealed.n - SEAL_TAG bytes; on a wrong tag ERR_CORRUPT and out is wiped. */
bool unseal(struct sealer *s, const uint8_t nonce[SEAL_NONCE], struct bytes aad, struct bytes sealed, uint8_t *out,
            struct err *e) MUST_USE;
/* One short message under a fresh random nonce: nonce ‖ ciphertext ‖ tag, appended to out. */
#define SEAL_BOX_OVERHEAD (SEAL_NONCE + SEAL_TAG)
bool seal_box(const struct key *k, struct bytes aad, struct bytes plain, struct buf *out, struct err *e) MUST_USE;
bool unseal_box(const struct key *k, struct bytes aad, struct bytes box, struct buf *out, struct err *e) MUST_USE;

/* Ed25519 (RFC 8032, pure). Verification rejects S >= L, and a public key that is not canonical or has a part of low
 * order is refused when loaded; libgcrypt 1.10 aborts on some keys, which neither function lets through. sign_public_ok
 * costs about as much as a verification: ask it once, when a key is read. */
struct sign_public {
    uint8_t b[32];
};
struct sign_secret {
    uint8_t seed[32];
};
bool sign_public_ok(const struct sign_public *p);
void sign_public_of(const struct sign_secret *s, struct sign_public *out);
bool sign_bytes(const struct sign_secret *s, struct bytes msg, uint8_t sig[64], struct err *e) MUST_USE;
bool sign_verify(const struct sign_public *p, struct bytes msg, const uint8_t sig[64]); /* false: not valid */

/* ---------------------------------------------------------------- durable files */

/* The system calls of the house, as a table, so that tests can fail the Nth one. Only base and store use it (lint).
 * Same meaning as the calls they are named after: -1 and errno. */
struct disk {
    int (*openat)(int dir, const char *path, int flags, mode_t mode);
    int (*open_below)(int dir, const char *path, int flags); /* never above `dir`, through no link: ELOOP, EXDEV */
    ssize_t (*read)(int fd, void *p, size_t n);
    ssize_t (*pread)(int fd, void *p, size_t n, off_t at);
    ssize_t (*write)(int fd, const void *p, size_t n);
    ssize_t (*pwrite)(int fd, const void *p, size_t n, off_t at);
    int (*fsync)(int fd);
    int (*fdatasync)(int fd);
    int (*syncfs)(int fd);
    int (*renameat)(int from_dir, const char *from, int to_dir, const char *to);
    int (*unlinkat)(int dir, const char *path, int flags);
    int (*mkdirat)(int dir, const char *path, mode_t mode);
    int (*ftruncate)(int fd, off_t n);
    int (*fallocate)(int fd, int mode, off_t at, off_t n);
};
extern const struct disk disk_real;
const struct disk *disk_now(void);       /* what is in force */
void disk_replace(const struct disk *d); /* NULL: the real one; before threads start */

/* Gives the file system away for good, but for reading below these paths (one that is not there is passed over). A thread
 * does it for itself and those that it starts: before there are others. */
enum confinement { CONFINED, CONFINE_NOT_THERE /* this kernel cannot: all is as before */, CONFINE_FAILED };
enum confinement confine_reading(const char *const *paths, size_t n) MUST_USE;
void confine_cores(void); /* this process leaves no core file: it would hold the keys that are in use */

void fd_close(int *fd);                                                            /* for CLEANUP; -1 is nothing */
bool fd_read_full(int fd, void *p, size_t n, size_t *got, struct err *e) MUST_USE; /* *got < n only at the end */
bool fd_pread_full(int fd, void *p, size_t n, off_t at, struct err *e) MUST_USE;   /* a short file is ERR_CORRUPT */
bool fd_write_full(int fd, const void *p, size_t n, struct err *e) MUST_USE;
/* A file that is not there is ERR_NOT_FOUND, one of more than max bytes ERR_TOO_BIG. */
bool file_read(int dir, const char *path, size_t max, struct arena *a, struct bytes *out, struct err *e) MUST_USE;
/* Temporary beside it, write, fdatasync, rename, sync of the directory. A failed sync is a fail_stop. */
bool file_write_durable(int dir, const char *path, struct bytes content, mode_t mode, struct err *e) MUST_USE;
/* A mode that lets everybody read is taken as it is, here, in file_write_durable and in dir_make, whatever the umask. */
void file_show(int fd, mode_t mode);
bool dir_make(int dir, const char *path, mode_t mode,
              struct err *e) MUST_USE;          /* existing is fine; parents are not made */
bool dir_sync(int dir, struct err *e) MUST_USE; /* fsync of the directory; failed: fail_stop */
/* Removes what interrupted durable writes left in a directory (".new-" and 16 hex digits). Only at the start, when no
 * other process of the house writes there. */
bool dir_sweep(int dir, struct err *e) MUST_USE;

/* The one place that ends the process for an outside cause: logs one line and _exit(70). Tests replace the ending. */
void fail_stop(const char *why_fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));
void fail_stop_hook(void (*end)(int status)); /* NULL: _exit */

/* ---------------------------------------------------------------- settings */

/* DIR/akta.conf: `name = value` lines, `#` comments, `[section]`s make `section.name`. A program's table says what may
 * stand there; an unknown name, a repeated one or a value out of range is an error that names line and rule. */
enum setting_type { SET_TEXT, SET_U64, SET_BOOL };
struct setting {
    const char *name; /* "store.cache_mb" */
    enum setting_type type;
    const char *standard; /* the value when it is not set, in the same notation */
    uint64_t min, max;    /* SET_U64: range; SET_TEXT: max = characters */
    const char *what;     /* one English sentence; translated for people */
};
struct settings;
bool settings_read(const struct setting *table, size_t rows, struct str file, const char *file_name,
                   struct settings **out, struct err *e);
void settings_free(struct settings **s);
struct str setting_text(const struct settings *s,
                        const char *name); /* a name that is not in the table: programming error */
uint64_t setting_u64(const struct settings *s, const char *name);
bool setting_bool(const struct settings *s, const char *name);

/* ---------------------------------------------------------------- log lines */

/* One line an event on standard error: `2026-11-21T19:05:17Z level room what key=value …`. Never personal data. */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_line(enum log_level level, const char *room, const char *fmt, ...) PRINTF_LIKE(3, 4);
void log_threshold(enum log_level least);
void log_sink(void (*write_line)(const char *line, size_t n)); /* NULL: standard error */

/* ---------------------------------------------------------------- JSON out (jansson behind it) */

/* A value under construction, shallow by design (depth at most 8). NULL-safe: after a failed allocation every call does
 * nothing and json_line fails. */
struct json;
/* jansson exports these three names; ours must not stand in for them at the link. */
#define json_object akta_json_object
#define json_array  akta_json_array
#define json_null   akta_json_null
struct json *json_object(void);
struct json *json_array(void);
void json_free(struct json **j);
void json_text(struct json *o, const char *key,
               struct str v); /* invalid UTF-8 is an error at json_line; p NULL = null */
void json_u64(struct json *o, const char *key, uint64_t v);
void json_i64(struct json *o, const char *key, int64_t v);
void json_bool(struct json *o, const char *key, bool v);
void json_null(struct json *o, const char *key);
void json_day(struct json *o, const char *key, struct day d); /* DAY_NONE = null */
void json_instant(struct json *o, const char *key, instant t);
void json_hex(struct json *o, const char *key, struct bytes b);
void json_put(struct json *o, const char *key, struct json **child); /* takes the child */
void json_push(struct json *array, struct json **child);             /* takes the child */
void json_push_text(struct json *array, struct str v);
bool json_line(const struct json *j, struct buf *out, struct err *e); /* one compact line with LF */
/* An array of objects as CSV (RFC 4180, with a head): the members named, in this order. null and what is missing is empty,
 * a list is joined with " | ", an object in a list counts as its first text. */
bool json_csv(const struct json *list, const char *const *names, size_t n, struct buf *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- JSON in (jansson behind it) */

enum json_type { JSON_IS_TEXT, JSON_IS_NUMBER /* a whole one */, JSON_IS_BOOL, JSON_IS_NULL, JSON_IS_OTHER };
struct json_member {
    struct str name, text;
    enum json_type type;
    int64_t number;
    bool yes;
};
/* How many values the text holds at most, if it is JSON: counted without building any, so that what is far too many can
 * be refused for nothing. A value takes up to 150 bytes. */
size_t json_values_most(struct str text);
/* A text that is one object of at most `most` members, in their order; everything in the arena. ERR_INVALID: it is no
 * JSON, no object, or says a name twice. */
bool json_read(struct str text, struct arena *ar, size_t most, struct json_member **out, size_t *n,
               struct err *e) MUST_USE;

/* ---------------------------------------------------------------- what nobody calls */

/* Unbounded copies, parsers without a verdict, the machine's time zone, the shell: a use does not compile. Instead:
 * snprintf, buf_fmt, arena_fmt; parse_u64, parse_i64; day_*, instant_text, warsaw_clock; posix_spawn. */
#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets strtok
#pragma GCC poison atoi atol atoll atof strtol strtoll strtoul strtoull
#pragma GCC poison gmtime localtime ctime asctime alloca system popen tmpnam tempnam mktemp

#endif

/* bag.c: a whole case as a bag (BagIt 1.0, RFC 8493) in one ZIP: receipt, timeline, letters, attachments, released
 * files, and the proof of each. Texts are made before the first byte and lie in the arena, so that the size is known;
 * files go through their seals while it is written. Names inside are ours, with a number in front: what a person called
 * a file stands behind it with everything taken out that could mean something to a file system. Layout:
 * archive/FORMATS.md §14. Fails: ERR_STATE while a checkpoint is not out; ERR_CORRUPT when a piece is not what the log
 * tells of. */
#include "request_close.h"

#include "office_proof.h"
#include "zip.h"

#include <string.h>

#define TEXT_MOST (4u << 20)
#define NAME_MOST 120u /* bytes of a given name */

struct bag_piece {
    struct case_bag *bag;
    struct str name; /* within the bag */
    struct bytes text;
    const struct request_attachment *file; /* NULL: the text */
    uint8_t sha256[SHA256_SIZE];
};
struct case_bag {
    struct request_desk *d;
    const struct request_view *v;
    struct arena *ar;
    struct bag_piece *pieces;
    struct zip_member *members;
    size_t n, payload; /* the payload comes first in `pieces` */
    struct str base;
};

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_MEMORY, "out of memory");
}

/* ---------------------------------------------------------------- names */

/* Signs that mean something to a file system, to a shell or to the direction of writing. */
static bool is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c < 0x80 && strchr("/\\:*?\"<>|%", (int)c) != NULL) ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

static uint32_t code_point(const char *p, size_t n)
{
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t c = (uint8_t)p[0] & masks[n];
    for (size_t i = 1; i < n; i++) {
        c = c << 6 | ((uint8_t)p[i] & 0x3Fu);
    }
    return c;
}

static size_t point_bytes(char lead)
{
    uint8_t c = (uint8_t)lead;
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* The end of a name is what tells its kind; a character is never cut in two. */
static struct str tail_of(struct str name)
{
    while (name.n > NAME_MOST || (name.n > 0 && ((unsigned char)name.p[0] & 0xC0u) == 0x80u)) {
        name.p++;
        name.n--;
    }
    return name;
}

static bool safe_name(struct str given, struct arena *ar, struct str *out, struct err *e)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(4096);
    struct str name = utf8_valid(given) ? tail_of(given) : STR("");
    for (size_t i = 0; i < name.n;) {
        size_t n = point_bytes(name.p[i]);
        bool unsafe = is_unsafe(code_point(name.p + i, n));
        buf_add(&b, unsafe ? "_" : name.p + i, unsafe ? 1 : n);
        i += n;
    }
    struct str kept = buf_str(&b);
    while (kept.n > 0 && (kept.p[kept.n - 1] == '.' || kept.p[kept.n - 1] == ' ')) {
        kept.n--;
    }
    *out = arena_str(ar, kept.n > 0 ? kept : STR("plik"));
    return out->p != NULL || no_memory(e);
}

/* ---------------------------------------------------------------- pieces */

static bool add_piece(struct case_bag *b, struct str name, struct bytes text, struct err *e)
{
    struct bag_piece *p = &b->pieces[b->n++];
    *p = (struct bag_piece){.bag = b, .name = name, .text = text};
    sha256_of(text, p->sha256);
    return name.p != NULL || no_memory(e);
}

static bool add_text(struct case_bag *b, struct str name, const struct buf *text, struct err *e)
{
    if (!buf_ok(text, e)) {
        return false;
    }
    struct bytes copy = arena_bytes(b->ar, buf_bytes(text));
    return copy.p != NULL ? add_piece(b, name, copy, e) : no_memory(e);
}

static bool add_files(struct case_bag *b, struct err *e)
{
    for (size_t i = 0; i < b->v->file_count; i++) {
        const struct request_attachment *f = &b->v->files[i];
        struct str safe, name;
        if (!safe_name(f->name, b->ar, &safe, e)) {
            return false;
        }
        name = arena_fmt(b->ar, "data/%s/%03llu-%s", f->released ? "released" : "attachments",
                         (unsigned long long)f->seq, safe.p);
        if (name.p == NULL) {
            return no_memory(e);
        }
        struct bag_piece *p = &b->pieces[b->n++];
        *p = (struct bag_piece){.bag = b, .name = name, .file = f};
        memcpy(p->sha256, f->digests.sha256, SHA256_SIZE);
    }
    return true;
}

static bool has_files(const struct request_view *v, uint64_t event)
{
    for (size_t i = 0; i < v->file_count; i++) {
        if (v->files[i].event == event) {
            return true;
        }
    }
    return false;
}

static struct str event_name(const struct case_bag *b, const char *folder, const struct request_event *ev)
{
    return arena_fmt(b->ar, "data/%s/%03llu-%s.txt", folder, (unsigned long long)ev->event,
                     request_verb_name(ev->verb));
}

/* What happened, what was said and its proof. */
static bool add_event(struct case_bag *b, const struct request_event *ev, struct buf *timeline, struct err *e)
{
    struct buf letter CLEANUP(buf_free) = BUF_INIT(TEXT_MOST), proof CLEANUP(buf_free) = BUF_INIT(TEXT_MOST);
    bool said = ev->letter_size > 0;
    buf_add_z(timeline, timeline->n > 0 ? "\n" : "");
    closing_event_text(timeline, b->v, ev);
    if (said &&
        (!request_letter(b->v, ev->event, &letter, e) || !add_text(b, event_name(b, "letters", ev), &letter, e))) {
        return false;
    }
    if (!said && !has_files(b->v, ev->event)) {
        return true;
    }
    struct str name = ev->event == 1 ? STR("data/receipt.txt") : event_name(b, "proofs", ev);
    return request_proof(b->d, b->v, ev->event, &proof, e) && add_text(b, name, &proof, e);
}

static bool add_payload(struct case_bag *b, struct err *e)
{
    struct buf timeline CLEANUP(buf_free) = BUF_INIT(TEXT_MOST);
    for (size_t i = 0; i < b->v->event_count; i++) {
        if (!add_event(b, &b->v->events[i], &timeline, e)) {
            return false;
        }
    }
    bool ok = add_text(b, STR("data/timeline.txt"), &timeline, e) && add_files(b, e);
    b->payload = b->n;
    return ok;
}

/* ---------------------------------------------------------------- tag files */

static uint64_t piece_size(const struct bag_piece *p)
{
    return p->file != NULL ? p->file->size : p->text.n;
}

static void manifest(struct buf *out, const struct bag_piece *list, size_t from, size_t to)
{
    char hex[2 * SHA256_SIZE + 1];
    for (size_t i = from; i < to; i++) {
        hex_encode((struct bytes){list[i].sha256, SHA256_SIZE}, hex);
        buf_fmt(out, "%s  %.*s\n", hex, (int)list[i].name.n, list[i].name.p);
    }
}

static bool bag_info(struct case_bag *b, struct buf *out, struct err *e)
{
    struct office_info office;
    char day[DAY_TEXT_SIZE];
    uint64_t bytes = 0;
    if (!archive_office(b->d->a, b->ar, &office, e)) {
        return false;
    }
    for (size_t i = 0; i < b->payload; i++) {
        bytes += piece_size(&b->pieces[i]);
    }
    day_text(archive_today(b->d->a), day);
    buf_fmt(out, "Source-Organization: %.*s\nExternal-Identifier: %s\nExternal-Description: %s\nBagging-Date: %s\n",
            (int)office.name.n, office.name.p, b->v->number, request_kind_title(b->v->kind, b->v->lang), day);
    buf_fmt(out, "Payload-Oxum: %llu.%zu\n", (unsigned long long)bytes, b->payload);
    return buf_ok(out, e);
}

static const char readme[] =
    "CAŁA SPRAWA / THE WHOLE CASE\n"
    "\n"
    "data/receipt.txt   dowód złożenia pisma; mówi, jak go sprawdzić / proof of the filing; it says how to check it\n"
    "data/timeline.txt  co się wydarzyło, po kolei / what happened, in order\n"
    "data/letters/      pisma obu stron, bajt w bajt / letters of both sides, to the byte\n"
    "data/attachments/  pliki od wnioskodawcy / files of the requester\n"
    "data/released/     pliki od urzędu / files of the office\n"
    "data/proofs/       dowody pism i plików po złożeniu / proofs of letters and files after the filing\n"
    "\n"
    "Sprawdź całość / check the whole:  sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt\n"
    "Format: BagIt 1.0 (RFC 8493).\n";

static bool add_tags(struct case_bag *b, struct err *e)
{
    static const char declaration[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    struct buf info CLEANUP(buf_free) = BUF_INIT(16384), list CLEANUP(buf_free) = BUF_INIT(TEXT_MOST);
    struct buf tags CLEANUP(buf_free) = BUF_INIT(16384);
    manifest(&list, b->pieces, 0, b->payload);
    if (!bag_info(b, &info, e) || !add_piece(b, STR("bagit.txt"), bytes_of(str_of(declaration)), e) ||
        !add_text(b, STR("bag-info.txt"), &info, e) || !add_piece(b, STR("README.txt"), bytes_of(str_of(readme)), e) ||
        !add_text(b, STR("manifest-sha256.txt"), &list, e)) {
        return false;
    }
    manifest(&tags, b->pieces, b->payload, b->n);
    return add_text(b, STR("tagmanifest-sha256.txt"), &tags, e);
}

/* ---------------------------------------------------------------- the ZIP */

static bool write_piece(void *ctx, zip_sink sink, void *sink_ctx, struct err *e)
{
    struct bag_piece *p = ctx;
    if (p->file == NULL) {
        return sink(sink_ctx, p->text, e);
    }
    return p->file->size == 0 || request_attachment_read(p->bag->d, p->file, sink, sink_ctx, e);
}

static bool add_members(struct case_bag *b, struct err *e)
{
    for (size_t i = 0; i < b->n; i++) {
        struct bag_piece *p = &b->pieces[i];
        struct str name = arena_fmt(b->ar, "%s/%.*s", b->base.p, (int)p->name.n, p->name.p);
        if (name.p == NULL) {
            return no_memory(e);
        }
        uint64_t event = p->file != NULL ? p->file->event : 0;
        instant when = event > 0 && event <= b->v->event_count ? b->v->events[event - 1].at : b->v->received;
        b->members[i] =
            (struct zip_member){.name = name, .size = piece_size(p), .time = when, .write = write_piece, .ctx = p};
    }
    return true;
}

bool case_bag_make(struct request_desk *d, const struct request_view *v, struct arena *ar, struct case_bag **out,
                   struct err *e)
{
    struct case_bag *b = arena_alloc(ar, sizeof *b);
    size_t most = 2 * v->event_count + v->file_count + 8;
    if (b == NULL) {
        return no_memory(e);
    }
    *b = (struct case_bag){.d = d, .v = v, .ar = ar, .base = arena_fmt(ar, "sprawa-%s", v->number)};
    b->pieces = arena_alloc(ar, most * sizeof *b->pieces);
    b->members = arena_alloc(ar, most * sizeof *b->members);
    if (b->pieces == NULL || b->members == NULL || b->base.p == NULL) {
        return no_memory(e);
    }
    *out = b;
    return add_payload(b, e) && add_tags(b, e) && add_members(b, e);
}

uint64_t case_bag_size(const struct case_bag *b)
{
    return zip_size(b->members, b->n, 0);
}

size_t case_bag_files(const struct case_bag *b)
{
    return b->payload;
}

bool case_bag_write(struct case_bag *b, bool (*sink)(void *ctx, struct bytes piece, struct err *e), void *ctx,
                    struct err *e)
{
    return zip_write(b->members, b->n, 0, sink, ctx, e);
}

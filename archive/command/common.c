/* common.c: small things that several commands need: whole inputs, identifiers, records as JSON. */
#include "command_internal.h"

#include <string.h>
#include <sys/stat.h>

struct day run_today(const struct run *r)
{
    return r->a != NULL ? archive_today(r->a) : warsaw_day(clock_now(&clock_system));
}

static bool read_fd(struct run *r, int fd, struct str path, size_t max, struct str *out)
{
    struct buf all CLEANUP(buf_free) = BUF_INIT(max);
    char shown[256];
    text_printable(path, shown, sizeof shown);
    for (;;) {
        uint8_t piece[16384];
        size_t got = 0;
        if (!fd_read_full(fd, piece, sizeof piece, &got, &r->e)) {
            return err_wrap(&r->e, "reading %s", shown);
        }
        buf_add(&all, piece, got);
        if (all.failed) {
            return err_set(&r->e, ERR_TOO_BIG, "%s is larger than %zu bytes", shown, max);
        }
        if (got < sizeof piece) {
            break;
        }
    }
    *out = all.n > 0 ? arena_str(r->ar, buf_str(&all)) : STR("");
    return out->p != NULL || err_set(&r->e, ERR_MEMORY, "out of memory");
}

static bool no_folder(struct run *r, int fd, struct str path)
{
    struct stat st;
    char shown[256];
    if (fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode)) {
        return true;
    }
    text_printable(path, shown, sizeof shown);
    return err_set(&r->e, ERR_INVALID, "%s is a folder; name a file", shown);
}

bool input_read(struct run *r, struct str path, size_t max, struct str *out)
{
    int fd CLEANUP(fd_close) = -1;
    return r->h->open_input(r->h, path, &fd, &r->e) && no_folder(r, fd, path) && read_fd(r, fd, path, max, out);
}

bool id_argument(struct run *r, struct str text, struct id *out)
{
    if (id_parse(text, out)) {
        return true;
    }
    char shown[64];
    text_printable(text, shown, sizeof shown);
    return err_field(&r->e, ERR_INVALID, "id", "“%s” is no identifier: it has 32 digits from 0-9 and a-f", shown);
}

struct str joined_arguments(struct run *r, size_t first)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(COMMAND_BYTES_MAX);
    for (size_t i = first; i < r->p->arg_count; i++) {
        if (i > first) {
            buf_add_u8(&b, ' ');
        }
        buf_add_str(&b, r->p->args[i].text);
    }
    struct str s = b.n > 0 && !b.failed ? arena_str(r->ar, buf_str(&b)) : STR("");
    return s.p != NULL ? s : STR("");
}

void json_text_or_null(struct json *o, const char *key, struct str s)
{
    if (s.n == 0) {
        json_null(o, key);
    } else {
        json_text(o, key, s);
    }
}

static const char *const access_names[] = {
    [ACCESS_INTERNAL] = "internal", [ACCESS_PUBLIC] = "public", [ACCESS_RESTRICTED] = "restricted"};

const char *access_name(uint64_t access)
{
    return access > 0 && access < COUNT_OF(access_names) ? access_names[access] : "internal";
}

bool access_read(struct str s, uint64_t *out, struct err *e)
{
    for (uint64_t i = 1; i < COUNT_OF(access_names); i++) {
        if (str_is(s, access_names[i])) {
            *out = i;
            return true;
        }
    }
    char shown[64];
    text_printable(s, shown, sizeof shown);
    return err_field(e, ERR_INVALID, "access", "--access: write internal, public or restricted, not “%s”", shown);
}

struct json *record_as_json(const struct record *rec, struct str mark)
{
    struct json *o = json_object();
    char id[33];
    id_text(rec->id, id);
    bool paper = rec->shelf.n > 0;
    json_text(o, "id", str_of(id));
    json_text(o, "mark", mark);
    json_u64(o, "seq", rec->seq);
    json_text(o, "name", rec->name.n > 0 ? rec->name : STR(""));
    json_text_or_null(o, "title", rec->title);
    json_u64(o, "size", rec->size);
    json_u64(o, "stored", rec->stored);
    if (paper) {
        json_text(o, "shelf", rec->shelf);
        json_null(o, "sha256");
        json_null(o, "blake2b");
    } else {
        json_hex(o, "sha256", (struct bytes){rec->digests.sha256, SHA256_SIZE});
        json_hex(o, "blake2b", (struct bytes){rec->digests.blake2b, BLAKE2B_SIZE});
    }
    json_text_or_null(o, "media_type", rec->media_type);
    json_text_or_null(o, "origin", rec->origin);
    json_text(o, "access", str_of(access_name(rec->access)));
    json_day(o, "dated", rec->dated);
    json_instant(o, "accessioned", rec->accessioned);
    json_u64(o, "entry", rec->entry);
    return o;
}

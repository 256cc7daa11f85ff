/* draft_files.c: files of a draft: streamed into sealed content, each under a key of its own that lies in the draft's
 * sealed row. Promises constant memory, nothing left of an upload that fails, and limits that hold while many upload at
 * once. Fails: ERR_TOO_BIG and ERR_INVALID with the sentence for the citizen; ERR_FULL; what the source fails with. */
#include "draft.h"

#include <string.h>
#include <strings.h>

#define NAME_CHARS 255u
#define SAID_NAME  90u /* bytes of a name in a message */

/* ---------------------------------------------------------------- names and kinds of files */

bool draft_file_name(struct arena *ar, struct str given, struct str *out, struct err *e)
{
    struct err why;
    err_init(&why, e->lang);
    for (size_t i = given.n; i > 0; i--) {
        if (given.p[i - 1] == '/' || given.p[i - 1] == '\\') {
            given = (struct str){given.p + i, given.n - i};
            break;
        }
    }
    if (given.n == 0 || !text_gate(ar, "files", given, NAME_CHARS, false, out, &why) || out->n == 0) {
        if (why.code == ERR_MEMORY) {
            *e = why;
            return false;
        }
        if (why.code == ERR_TOO_BIG) {
            return err_field(e, ERR_INVALID, "files", "The name of a file is too long. Give it a shorter one.");
        }
        *out = arena_str(ar, STR("plik"));
    }
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool in_list(const char *const *list, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++) {
        if (strlen(list[i]) == s.n && strncasecmp(list[i], s.p, s.n) == 0) {
            return true;
        }
    }
    return false;
}

static struct str ending_of(struct str name)
{
    for (size_t i = name.n; i > 0; i--) {
        if (name.p[i - 1] == '.') {
            return (struct str){name.p + i, name.n - i};
        }
    }
    return STR("");
}

/* Programs and what starts them; a document never has one of these. */
bool draft_is_program(struct str type, struct str name, struct bytes head)
{
    static const char *const types[] = {"application/x-executable",
                                        "application/x-pie-executable",
                                        "application/x-sharedlib",
                                        "application/x-object",
                                        "application/x-dosexec",
                                        "application/vnd.microsoft.portable-executable",
                                        "application/x-msdownload",
                                        "application/x-mach-binary",
                                        "application/x-msi",
                                        "application/x-ms-shortcut",
                                        "application/java-archive",
                                        "application/x-java-applet",
                                        "application/vnd.android.package-archive",
                                        "application/vnd.debian.binary-package",
                                        "application/x-rpm",
                                        "application/x-shellscript",
                                        "text/x-shellscript",
                                        "text/x-msdos-batch"};
    static const char *const endings[] = {"exe", "com", "bat", "cmd", "scr", "pif", "msi", "msp", "dll",
                                          "cpl", "js",  "jse", "vbs", "vbe", "wsf", "wsh", "ps1", "hta",
                                          "lnk", "reg", "jar", "apk", "deb", "rpm", "sh",  "app", "appx"};
    /* The letters MZ alone begin many a Polish text: „MZK”. */
    bool windows = head.n >= 64 && memcmp(head.p, "MZ", 2) == 0 && memchr(head.p, 0, 64) != NULL;
    bool image =
        windows || (head.n >= 4 && (memcmp(head.p, "\177ELF", 4) == 0 || memcmp(head.p, "\xCA\xFE\xBA\xBE", 4) == 0 ||
                                    memcmp(head.p, "\xCF\xFA\xED\xFE", 4) == 0));
    bool script = head.n >= 3 && memcmp(head.p, "#!/", 3) == 0;
    return image || script || in_list(types, COUNT_OF(types), type) ||
           in_list(endings, COUNT_OF(endings), ending_of(name));
}

/* ---------------------------------------------------------------- an upload */

struct upload {
    struct request_desk *d;
    struct draft_ref ref;
    struct arena *ar;
    struct content_source inner;
    struct str name;
    uint64_t read, total; /* bytes of this upload; of all drafts when it began */
    struct key key;
    struct draft_file_row row;
    struct draft_row draft;
    bool found;
    /* out */
    uint64_t seq;
    bool known; /* this very file was attached already */
};

static void upload_wipe(struct upload *u)
{
    atomic_fetch_sub(&u->d->uploading, u->read);
    draft_ref_wipe(&u->ref);
    key_wipe(&u->key);
}

static const char *said(struct str name, char out[SAID_NAME])
{
    text_printable(name, out, SAID_NAME);
    return out;
}

static bool too_large(const struct upload *u, uint64_t size, struct err *e)
{
    char name[SAID_NAME];
    uint64_t limit = u->d->limits.file_bytes >> 20;
    if (size > u->d->limits.file_bytes) {
        return err_field(e, ERR_TOO_BIG, "files", "The file «%s» has %llu MB, the limit is %llu MB. Split it.",
                         said(u->name, name), (unsigned long long)((size + (1u << 20) - 1) >> 20),
                         (unsigned long long)limit);
    }
    return err_field(e, ERR_TOO_BIG, "files", "The file «%s» is larger than the limit of %llu MB. Split it.",
                     said(u->name, name), (unsigned long long)limit);
}

static bool too_many(const struct upload *u, struct err *e)
{
    return err_field(e, ERR_TOO_BIG, "files", "A letter takes at most %llu files. Put several into one PDF.",
                     (unsigned long long)u->d->limits.files);
}

/* Counts while it hands through: a file over the limit ends at the limit, whatever size was announced. */
static bool counted_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct upload *u = ctx;
    if (!u->inner.read(u->inner.ctx, p, n, got, e)) {
        return false;
    }
    u->read += *got;
    uint64_t under_way = atomic_fetch_add(&u->d->uploading, *got) + *got;
    if (u->read > u->d->limits.file_bytes) {
        return too_large(u, 0, e);
    }
    if (u->total + under_way > u->d->limits.draft_bytes) {
        return drafts_full(e);
    }
    return true;
}

static bool begin_fn(struct txn *t, void *ctx, struct err *e)
{
    struct upload *u = ctx;
    return draft_get(t, u->d, &u->ref, u->ar, &u->draft, &u->found, e) && index_u64(t, rq_draft_bytes(), &u->total, e);
}

static bool begin(struct upload *u, struct str token, struct str name, struct err *e)
{
    if (!draft_ref_make(token, &u->ref, e) || !draft_file_name(u->ar, name, &u->name, e) ||
        !store_read(archive_store(u->d->a), begin_fn, u, e)) {
        return false;
    }
    return u->inner.size_hint <= u->d->limits.file_bytes || too_large(u, u->inner.size_hint, e);
}

static bool look_at(struct upload *u, const struct content *c, struct err *e)
{
    char type[128], name[SAID_NAME];
    if (c->size == 0) {
        return err_field(e, ERR_INVALID, "files", "The file «%s» is empty. Choose another.", said(u->name, name));
    }
    archive_media_type(u->d->a, (struct bytes){c->head, c->head_n}, type, sizeof type);
    if (draft_is_program(str_of(type), u->name, (struct bytes){c->head, c->head_n})) {
        return err_field(e, ERR_INVALID, "files", "We do not take the file «%s». Save it as PDF or ODT.",
                         said(u->name, name));
    }
    u->row.type = arena_str(u->ar, str_of(type));
    return u->row.type.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool take_in(struct upload *u, struct content_batch *batch, struct err *e)
{
    struct content c;
    struct wrapped_key unused;
    const struct content_source counted = {.read = counted_read, .ctx = u, .size_hint = u->inner.size_hint};
    if (!object_new(u->d->a, &u->row.id, &u->key, &unused, e) ||
        !content_add(batch, counted, &u->key, &u->row.id, u->ar, &c, e) || !look_at(u, &c, e)) {
        return false;
    }
    u->row.size = c.size;
    u->row.stored = c.stored;
    u->row.content = c.name;
    u->row.inline_sealed = c.inline_sealed;
    u->row.digests = c.digests;
    u->row.name = u->name;
    u->row.key = (struct bytes){u->key.b, sizeof u->key.b};
    return content_batch_sync(batch, e);
}

/* ---------------------------------------------------------------- the verbs */

/* A second click sends its files once more, perhaps while the first one is being filed: they are no other files, and
 * may not change the draft under it. */
static bool look_for_twin(struct txn *t, struct upload *u, struct arena *ar, struct err *e)
{
    struct draft_piece *list;
    u->known = false;
    if (!draft_pieces(t, &u->ref.id, ar, &list, e)) {
        return false;
    }
    for (const struct draft_piece *p = list; p != NULL && !u->known; p = p->next) {
        struct draft_file_row row;
        if (!row_decode(&draft_file_kind, p->val, &u->ref.key, &u->ref.id, ar, &row, e)) {
            return false;
        }
        u->known = str_eq(row.name, u->row.name) && digests_equal(&row.digests, &u->row.digests);
        u->seq = p->seq;
    }
    return true;
}

static bool attach_fn(struct txn *t, void *ctx, struct err *e)
{
    struct upload *u = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(2u << 20);
    struct buf val CLEANUP(buf_free) = BUF_INIT(64u * 1024);
    struct draft_row draft;
    bool found;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!draft_get(t, u->d, &u->ref, ar, &draft, &found, e)) {
        return false;
    }
    if (!found && draft.made != 0) {
        return draft_unknown(e);
    }
    if (found && (!look_for_twin(t, u, ar, e) || u->known)) {
        return u->known;
    }
    if (draft.files >= u->d->limits.files) {
        return too_many(u, e);
    }
    if (!found) {
        draft.made = clock_now(archive_clock(u->d->a));
        draft.expires = draft.made + (instant)u->d->limits.draft_hours * 3600;
    }
    uint64_t was = draft.bytes;
    draft.bytes += u->row.size;
    draft.files++;
    u->seq = ++draft.last_seq;
    struct rq_key k = rq_event(&u->ref.id, u->seq);
    return row_encode(&draft_file_kind, &u->row, &u->ref.key, &u->ref.id, &val, e) && buf_ok(&val, e) &&
           store_insert(t, T_DRAFT_FILE, rq_bytes(&k), buf_bytes(&val), e) &&
           (id_is_zero(u->row.content) ||
            store_insert(t, T_CONTENT, id_bytes(&u->row.content), id_bytes(&u->row.id), e)) &&
           draft_total(t, u->d, was, draft.bytes, e) && draft_put(t, &u->ref, &draft, e);
}

bool draft_attach(struct request_desk *d, struct str token, struct str name, struct content_source src,
                  struct arena *ar, struct draft_file *out, struct err *e)
{
    struct upload u CLEANUP(upload_wipe) = {.d = d, .ar = ar, .inner = src};
    struct content_batch *batch CLEANUP(content_batch_free) = content_batch_new(archive_store(d->a), e);
    if (batch == NULL || !begin(&u, token, name, e) || !take_in(&u, batch, e)) {
        return false;
    }
    bool well = draft_write_anew(d, &u.ref.id, attach_fn, &u, e);
    if (!well || u.known) {
        struct err unused = ERR_INIT; /* what stays is swept */
        if (!id_is_zero(u.row.content) && !content_remove(archive_store(d->a), &u.row.content, &unused)) {
            log_line(LOG_WARN, "office", "a content that was not taken stays for the sweep");
        }
    }
    if (!well) {
        return false;
    }
    *out = (struct draft_file){
        .seq = u.seq, .name = u.row.name, .type = u.row.type, .size = u.row.size, .digests = u.row.digests};
    return true;
}

struct detaching {
    struct request_desk *d;
    struct draft_ref ref;
    uint64_t seq;
    struct id content;
};

static void detaching_wipe(struct detaching *x)
{
    draft_ref_wipe(&x->ref);
}

static bool detach_fn(struct txn *t, void *ctx, struct err *e)
{
    struct detaching *x = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(2u << 20);
    struct rq_key k = rq_event(&x->ref.id, x->seq);
    struct draft_row draft;
    struct draft_file_row row;
    struct bytes val;
    bool found, there;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!draft_get(t, x->d, &x->ref, ar, &draft, &found, e)) {
        return false;
    }
    if (!found) {
        return draft_unknown(e);
    }
    if (!store_find(t, T_DRAFT_FILE, rq_bytes(&k), ar, &val, &there, e)) {
        return false;
    }
    if (!there) {
        return err_field(e, ERR_NOT_FOUND, "files", "this file is not attached any more");
    }
    if (!row_decode(&draft_file_kind, val, NULL, NULL, ar, &row, e)) {
        return false;
    }
    uint64_t was = draft.bytes;
    x->content = row.content;
    draft.bytes -= row.size < was ? row.size : was;
    draft.files--;
    return store_delete(t, T_DRAFT_FILE, rq_bytes(&k), e) &&
           (id_is_zero(row.content) || store_delete(t, T_CONTENT, id_bytes(&row.content), e)) &&
           draft_total(t, x->d, was, draft.bytes, e) && draft_put(t, &x->ref, &draft, e);
}

bool draft_detach(struct request_desk *d, struct str token, uint64_t seq, struct err *e)
{
    struct detaching x CLEANUP(detaching_wipe) = {.d = d, .seq = seq};
    return draft_ref_make(token, &x.ref, e) && store_write(archive_store(d->a), detach_fn, &x, e) &&
           (id_is_zero(x.content) || content_remove(archive_store(d->a), &x.content, e));
}

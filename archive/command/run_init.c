/* run_init.c: akta init: an archive from an office file, with the law it starts with.
 *
 * Everything that the office file names is read and checked before the first byte of DIR is written. */
#include "host_local.h"
#include "table.h"

#include <string.h>

#define OFFICE_MAX (1u << 20)
#define LAW_MAX    (64u << 20)

static const struct setting office_settings[] = {
    {"office.name", SET_TEXT, "", 0, 200, N_("full name of the office")},
    {"office.origin", SET_TEXT, "", 0, 100, N_("name of the log for ever, such as records.example/log")},
    {"office.address", SET_TEXT, "", 0, 300, N_("postal address")},
    {"office.bip", SET_TEXT, "", 0, 200, N_("address of the BIP page")},
    {"office.phone", SET_TEXT, "", 0, 50, N_("telephone")},
    {"office.email", SET_TEXT, "", 0, 200, N_("e-mail")},
    {"law.plan", SET_TEXT, "", 0, 500, N_("classification plan; empty: the one that ships with akta")},
    {"law.retention-rules", SET_TEXT, "", 0, 500, N_("rules of retention; empty: those that ship with akta")},
    {"law.proposals", SET_TEXT, "", 0, 500, N_("proposals for unread classes; empty: those that ship with akta")},
    {"law.holidays", SET_TEXT, "", 0, 500, N_("table of free days; empty: the one that ships with akta")},
    {"publish.set", SET_TEXT, "", 0, 20, N_("what is published from the start: empty, or demonstration")},
    {.name = NULL},
};
#define OFFICE_SETTINGS (COUNT_OF(office_settings) - 1)

struct plan_of_init {
    struct office_info office;
    struct conf_document law[CONF_LAW_COUNT];
    bool demonstration; /* the published documents that ship with the program */
};

static const char *const law_settings[CONF_LAW_COUNT] = {[CONF_PLAN] = "law.plan",
                                                         [CONF_RULES] = "law.retention-rules",
                                                         [CONF_HOLIDAYS] = "law.holidays",
                                                         [CONF_PROPOSALS] = "law.proposals"};

/* A path of the office file counts from its folder. */
static bool read_law(struct run *r, struct str office_file, struct str path, struct str *out)
{
    struct str folder = path_folder(office_file), full = path;
    if (path.p[0] != '/' && folder.n > 0) {
        const char *slash = folder.p[folder.n - 1] == '/' ? "" : "/";
        full = arena_fmt(r->ar, "%.*s%s%.*s", (int)folder.n, folder.p, slash, (int)path.n, path.p);
    }
    return full.p != NULL ? input_read(r, full, LAW_MAX, out) : err_set(&r->e, ERR_MEMORY, "out of memory");
}

static bool document_of(struct run *r, enum conf_kind k, struct str office_file, struct str path,
                        struct conf_document *out)
{
    struct holidays *h CLEANUP(holidays_free) = NULL;
    if (path.n == 0) {
        if (k == CONF_HOLIDAYS) {
            out->text = holidays_builtin_text();
            out->kind = k;
        } else if (!conf_builtin(k, out)) {
            return err_set(&r->e, ERR_NOT_FOUND, "no %s ships with this program; name a file in the office file",
                           conf_kind_name(k));
        }
    } else {
        out->kind = k;
        if (!read_law(r, office_file, path, &out->text)) {
            return false;
        }
    }
    if (!conf_document_day(out->text, &out->valid_from) && !day_make(2011, 1, 1, &out->valid_from)) {
        return err_set(&r->e, ERR_INVALID, "%s: the day it is in force from is missing", conf_kind_name(k));
    }
    return k != CONF_HOLIDAYS || holidays_parse(out->text, &h, &r->e);
}

static bool read_office(struct run *r, struct str path, struct plan_of_init *out)
{
    struct str text;
    struct settings *s CLEANUP(settings_free) = NULL;
    if (!input_read(r, path, OFFICE_MAX, &text) ||
        !settings_read(office_settings, OFFICE_SETTINGS, text, path.p, &s, &r->e)) {
        return false;
    }
    out->office = (struct office_info){
        .name = arena_str(r->ar, setting_text(s, "office.name")),
        .origin = arena_str(r->ar, setting_text(s, "office.origin")),
        .address = arena_str(r->ar, setting_text(s, "office.address")),
        .bip = arena_str(r->ar, setting_text(s, "office.bip")),
        .phone = arena_str(r->ar, setting_text(s, "office.phone")),
        .email = arena_str(r->ar, setting_text(s, "office.email")),
    };
    struct str set = setting_text(s, "publish.set");
    out->demonstration = str_is(set, "demonstration");
    if (set.n > 0 && !out->demonstration) {
        return err_field(&r->e, ERR_INVALID, "publish.set", "%s: publish.set is empty or “demonstration”", path.p);
    }
    if (out->office.name.n == 0 || out->office.origin.n == 0) {
        return err_field(&r->e, ERR_INVALID, "office", "%s: [office] needs a name and an origin", path.p);
    }
    for (unsigned k = 0; k < CONF_LAW_COUNT; k++) {
        struct str file = arena_str(r->ar, setting_text(s, law_settings[k]));
        if (!document_of(r, (enum conf_kind)k, path, file, &out->law[k])) {
            return false;
        }
    }
    return true;
}

static bool publish_demonstration(struct run *r, struct archive *a)
{
    struct publication *list;
    size_t n;
    uint64_t changed;
    return publish_builtin(r->ar, &list, &n, &r->e) && publish(a, list, n, &r->h->who, &changed, &r->e);
}

static bool fill(struct run *r, struct archive *a, const struct plan_of_init *in, struct ledger_head *head)
{
    for (unsigned k = 0; k < CONF_LAW_COUNT; k++) {
        uint64_t changed;
        if (!conf_apply(a, &in->law[k], &r->h->who, &changed, &r->e)) {
            return err_wrap(&r->e, "%s", conf_kind_name((enum conf_kind)k));
        }
    }
    if (in->demonstration && !publish_demonstration(r, a)) {
        return false;
    }
    return ledger_publish(archive_ledger(a), &r->e) && ledger_head_get(archive_ledger(a), r->ar, head, &r->e);
}

static bool make(struct run *r, const char *dir, const struct plan_of_init *in, struct ledger_head *head)
{
    struct archive_options o = {.dir = dir, .settings_above = command_settings};
    struct archive *a CLEANUP(archive_close) = NULL;
    if (!archive_create(&o, &in->office, &r->e)) {
        return false;
    }
    if (!archive_open(&o, &a, &r->e) || !fill(r, a, in, head)) {
        return err_wrap(&r->e, "%s is incomplete; remove it and try again", dir);
    }
    return true;
}

int run_init(struct run *r)
{
    struct str dir = r->p->args[0].text;
    struct plan_of_init in = {0};
    struct ledger_head head;
    int fd CLEANUP(fd_close) = -1;
    if (!read_office(r, parsed_text(r->p, "office"), &in) || !r->h->open_folder(r->h, dir, true, &fd, &r->e) ||
        !make(r, dir.p, &in, &head)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "dir", dir);
        json_text(o, "office", in.office.name);
        json_text(o, "origin", in.office.origin);
        json_u64(o, "entries", head.published);
        json_hex(o, "root", (struct bytes){head.root.b, SHA256_SIZE});
        (void)out_json(r, &o);
        return EXIT_DONE;
    }
    out_say(r, tr(r->h->lang, N_("The archive of %s stands in %s.\n")), in.office.name.p, dir.p);
    out_say(r,
            tr(r->h->lang,
               N_("Copy %s/keys to a safe place now: without it nothing can be read, and no backup holds it.\n")),
            dir.p);
    return EXIT_DONE;
}

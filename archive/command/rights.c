/* rights.c: who may run which command through the socket. The archive's owner and uid 0 may run all of them; for others
 * DIR/akta.conf names users for each group of commands. A name that the machine does not know is an error at the start,
 * not a silent nothing. */
#include "office_notice.h"
#include "server.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 2000

const struct setting command_settings[] = {
    {"operators.read", SET_TEXT, "", 0, NAMES_MAX,
     N_("users who may look at files, records, queues, holds and the log")},
    {"operators.work", SET_TEXT, "", 0, NAMES_MAX, N_("users who may open and close files and ingest records")},
    {"operators.decide", SET_TEXT, "", 0, NAMES_MAX, N_("users who may confirm classes, place holds and apply law")},
    {"operators.care", SET_TEXT, "", 0, NAMES_MAX, N_("users who may verify, back up and run the nightly work")},
    {"window.threads", SET_U64, "16", 1, 256, N_("threads of akta-fcgi that answer nginx")},
    {"window.finish_seconds", SET_U64, "60", 0, 3600,
     N_("seconds that a stop of akta-fcgi waits for uploads and downloads under way")},
    {"classes.foi", SET_TEXT, "1431", 0, 10, N_("class in which requests for public information are filed")},
    {"classes.reuse", SET_TEXT, "1431", 0, 10, N_("class in which requests for re-use are filed")},
    {"classes.data_subject", SET_TEXT, "142", 0, 10, N_("class in which requests about one's own data are filed")},
    {"classes.complaint", SET_TEXT, "1510", 0, 10, N_("class in which complaints are filed")},
    {"classes.proposal", SET_TEXT, "1510", 0, 10, N_("class in which proposals are filed")},
    {"classes.passed_on", SET_TEXT, "1511", 0, 10, N_("class of complaints and proposals that were passed on")},
    {"classes.petition", SET_TEXT, "152", 0, 10, N_("class in which petitions are filed")},
    REQUEST_SETTINGS,
    MAIL_SETTINGS,
    {.name = NULL},
};

#define USERS_MAX 64
struct rights {
    uid_t owner;
    struct {
        uid_t users[USERS_MAX];
        size_t count;
    } groups[GROUP_OWNER + 1];
};

const char *group_name(enum command_group g)
{
    switch (g) {
        case GROUP_READ:
            return "read";
        case GROUP_WORK:
            return "work";
        case GROUP_DECIDE:
            return "decide";
        case GROUP_CARE:
            return "care";
        case GROUP_FREE:
        case GROUP_OWNER:
            break;
    }
    return "–";
}

static bool user_of(struct str name, uid_t *out, struct err *e)
{
    char text[64], room[4096];
    uint64_t number;
    if (parse_u64(name, 0, UINT32_MAX - 1, &number)) {
        *out = (uid_t)number;
        return true;
    }
    text_printable(name, text, sizeof text);
    struct passwd entry, *found = NULL;
    if (getpwnam_r(text, &entry, room, sizeof room, &found) != 0 || found == NULL) {
        return err_set(e, ERR_INVALID, "[operators] names the user %s, whom this machine does not know", text);
    }
    *out = entry.pw_uid;
    return true;
}

static bool read_users(struct rights *r, enum command_group g, struct str list, struct err *e)
{
    size_t at = 0;
    while (at < list.n) {
        size_t n = 0;
        while (at + n < list.n && list.p[at + n] != ',' && list.p[at + n] != ' ') {
            n++;
        }
        if (n > 0) {
            if (r->groups[g].count == USERS_MAX) {
                return err_set(e, ERR_TOO_BIG, "[operators] %s names more than %d users", group_name(g), USERS_MAX);
            }
            if (!user_of((struct str){list.p + at, n}, &r->groups[g].users[r->groups[g].count], e)) {
                return false;
            }
            r->groups[g].count++;
        }
        at += n + 1;
    }
    return true;
}

struct rights *rights_read(struct archive *a, struct err *e)
{
    struct rights *r = mem_zalloc(sizeof *r);
    if (r == NULL) {
        err_set(e, ERR_MEMORY, "out of memory");
        return NULL;
    }
    struct stat st;
    r->owner = fstat(store_dir_fd(archive_store(a)), &st) == 0 ? st.st_uid : geteuid();
    const struct settings *s = archive_settings(a);
    if (!read_users(r, GROUP_READ, setting_text(s, "operators.read"), e) ||
        !read_users(r, GROUP_WORK, setting_text(s, "operators.work"), e) ||
        !read_users(r, GROUP_DECIDE, setting_text(s, "operators.decide"), e) ||
        !read_users(r, GROUP_CARE, setting_text(s, "operators.care"), e)) {
        rights_free(&r);
    }
    return r;
}

void rights_free(struct rights **r)
{
    mem_free(*r);
    *r = NULL;
}

uid_t rights_owner(const struct rights *r)
{
    return r->owner;
}

bool rights_allow(const struct rights *r, uid_t uid, enum command_group g)
{
    if (g == GROUP_FREE || uid == 0 || uid == r->owner) {
        return true;
    }
    for (size_t i = 0; i < r->groups[g].count; i++) {
        if (r->groups[g].users[i] == uid) {
            return true;
        }
    }
    return false;
}

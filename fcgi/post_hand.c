/* post_hand.c: one notice between the postman and akta-send.
 *
 * The helper is a process of its own, in a session of its own, so that it finishes what it began when the owner is
 * killed; its word lies in DIR/run/send-NUMBER-EVENT. The file is locked for as long as the helper lives: the lock was
 * taken on the description that it inherits. So the next owner knows whether to wait, and then reads what became of the
 * notice. The message goes over in memory: an address is written to no disk. */
#include "post.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORD_FD   3
#define WORD_MOST 4096u
#define JOB_MOST  65536u

void post_file(const struct notice_job *j, char out[POST_FILE_SIZE])
{
    snprintf(out, POST_FILE_SIZE, "send-%s", j->name);
}

void post_forget(int run, const struct notice_job *j)
{
    char name[POST_FILE_SIZE];
    post_file(j, name);
    (void)disk_now()->unlinkat(run, name, 0);
}

/* ---------------------------------------------------------------- the settings */

static bool among(struct str s, const char *extra)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && strchr(extra, c) == NULL) {
            return false;
        }
    }
    return s.n > 0;
}

static bool check_route(const struct post_route *r, struct err *e)
{
    if (!among(r->server, ".-:[]")) {
        return err_field(e, ERR_INVALID, "mail.server",
                         "mail.server is no name of a server: write it like smtp.example");
    }
    if (!str_is(r->tls, "starttls") && !str_is(r->tls, "tls") && !str_is(r->tls, "none")) {
        return err_field(e, ERR_INVALID, "mail.tls", "mail.tls is starttls, tls or none");
    }
    if (!notice_address_ok(r->from)) {
        return err_field(e, ERR_INVALID, "mail.from", "mail.from is no e-mail address: notices come from it");
    }
    if (r->return_path.n > 0 && !str_is(r->return_path, "<>") && !notice_address_ok(r->return_path)) {
        return err_field(e, ERR_INVALID, "mail.return_path", "mail.return_path is no e-mail address, and not <>");
    }
    if (r->site.n > 0 && !str_starts(r->site, "https://") && !str_starts(r->site, "http://")) {
        return err_field(e, ERR_INVALID, "mail.site", "mail.site begins with https://");
    }
    if (r->user.n > 0 && (r->password_file.n == 0 || str_is(r->tls, "none"))) {
        return err_field(e, ERR_INVALID, "mail.user",
                         "mail.user needs mail.password_file, and a line that mail.tls secures");
    }
    return true;
}

bool post_route_take(const struct settings *set, struct post_route *out, bool *on, struct err *e)
{
    *out = (struct post_route){.server = setting_text(set, "mail.server"),
                               .tls = setting_text(set, "mail.tls"),
                               .authorities = setting_text(set, "mail.authorities"),
                               .user = setting_text(set, "mail.user"),
                               .password_file = setting_text(set, "mail.password_file"),
                               .from = setting_text(set, "mail.from"),
                               .return_path = setting_text(set, "mail.return_path"),
                               .site = setting_text(set, "mail.site"),
                               .port = setting_u64(set, "mail.port"),
                               .rate = setting_u64(set, "mail.rate"),
                               .per_address = setting_u64(set, "mail.per_address"),
                               .patience = setting_u64(set, "mail.patience"),
                               .tries = {setting_u64(set, "mail.retry"), setting_u64(set, "mail.days")}};
    while (out->site.n > 0 && out->site.p[out->site.n - 1] == '/') {
        out->site.n--;
    }
    *on = out->server.n > 0;
    return !*on || check_route(out, e);
}

/* ---------------------------------------------------------------- handing over */

static void job_line(struct buf *b, const char *name, struct str value)
{
    buf_fmt(b, "%s %.*s\n", name, (int)value.n, value.p);
}

/* The name that we greet with is the domain of our sender. A report of failed delivery goes to the office's own
 * mailbox: such reports come from nobody (<>), so that no loop can begin, and with <> of our own the office would never
 * hear. */
static void write_job(const struct post_parcel *p, struct buf *b)
{
    const struct post_route *r = p->route;
    const char *at = (const char *)memchr(r->from.p, '@', r->from.n) + 1;
    buf_fmt(b, "url %s://%.*s:%llu/%.*s\n", str_is(r->tls, "tls") ? "smtps" : "smtp", (int)r->server.n, r->server.p,
            (unsigned long long)r->port, (int)(r->from.p + r->from.n - at), at);
    job_line(b, "security", r->tls);
    job_line(b, "authorities", r->authorities);
    job_line(b, "user", r->user);
    job_line(b, "password_file", r->password_file);
    job_line(b, "from", str_is(r->return_path, "<>") ? STR("") : r->return_path.n > 0 ? r->return_path : r->from);
    job_line(b, "to", p->job->email);
    buf_fmt(b, "patience %llu\n\n", (unsigned long long)r->patience);
    buf_add(b, p->message.p, p->message.n);
}

static bool job_in_memory(const struct post_parcel *p, int *out, struct err *e)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(JOB_MOST);
    int fd CLEANUP(fd_close) = memfd_create("notice", MFD_CLOEXEC);
    if (fd < 0) {
        return err_errno(e, errno, "there is no memory for a notice");
    }
    write_job(p, &b);
    if (!buf_ok(&b, e) || !fd_write_full(fd, b.p, b.n, e)) {
        return false;
    }
    if (lseek(fd, 0, SEEK_SET) != 0) {
        return err_errno(e, errno, "a notice cannot be read back");
    }
    *out = fd;
    fd = -1;
    return true;
}

/* A file of an earlier try has been read: its notice waits again. Each write to the file is durable when it returns. */
static bool word_file(const struct post_parcel *p, int *out, struct err *e)
{
    char name[POST_FILE_SIZE];
    post_file(p->job, name);
    (void)disk_now()->unlinkat(p->run, name, 0);
    int fd CLEANUP(fd_close) =
        disk_now()->openat(p->run, name, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_DSYNC | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        return err_errno(e, errno, "run/%s cannot be made", name);
    }
    if (!dir_sync(p->run, e)) {
        return false;
    }
    *out = fd;
    fd = -1;
    return true;
}

static bool spawn(const char *program, int job, int word, pid_t *pid)
{
    static char *const environment[] = {NULL};
    static char name[] = "akta-send";
    char *const argv[] = {name, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&files) != 0) {
        return false;
    }
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return false;
    }
    bool ok =
        posix_spawn_file_actions_adddup2(&files, job, STDIN_FILENO) == 0 &&
        posix_spawn_file_actions_adddup2(&files, word, WORD_FD) == 0 &&
        posix_spawn_file_actions_addclosefrom_np(&files, WORD_FD + 1) == 0 &&
        posix_spawnattr_setsigmask(&attr, &none) == 0 && posix_spawnattr_setsigdefault(&attr, &all) == 0 &&
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0 &&
        posix_spawn(pid, program, &files, &attr, argv, environment) == 0;
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return ok;
}

bool post_hand(const struct post_parcel *p, pid_t *pid, struct err *e)
{
    int job CLEANUP(fd_close) = -1, word CLEANUP(fd_close) = -1;
    *pid = 0;
    if (!job_in_memory(p, &job, e) || !word_file(p, &word, e)) {
        return false;
    }
    if (!p->mark(p->ctx, e)) {
        post_forget(p->run, p->job);
        return false;
    }
    if (!spawn(p->program, job, word, pid)) {
        *pid = 0; /* the empty file says that nothing was sent */
    }
    return true;
}

/* ---------------------------------------------------------------- its word */

static bool take_failure(struct str line, enum notice_fate fate, struct notice_report *out)
{
    const char *blank = memchr(line.p, ' ', line.n);
    uint64_t code;
    enum notice_stage stage;
    if (blank == NULL || !notice_stage_parse((struct str){line.p, (size_t)(blank - line.p)}, &stage) ||
        !parse_u64((struct str){blank + 1, line.n - (size_t)(blank + 1 - line.p)}, 0, 999, &code)) {
        return false;
    }
    *out = (struct notice_report){fate, stage, (unsigned)code};
    return true;
}

static void take_line(struct str line, struct notice_report *out)
{
    if (str_is(line, "taken")) {
        *out = (struct notice_report){.fate = NOTICE_TAKEN};
    } else if (str_is(line, "dot") || str_is(line, "unknown")) {
        *out = (struct notice_report){.fate = NOTICE_UNKNOWN, .stage = NOTICE_CONTENT};
    } else if (str_starts(line, "later ")) {
        (void)take_failure((struct str){line.p + 6, line.n - 6}, NOTICE_LATER, out);
    } else if (str_starts(line, "never ")) {
        (void)take_failure((struct str){line.p + 6, line.n - 6}, NOTICE_NEVER, out);
    }
}

/* The last whole line counts; none: it never came to the last byte of the message. */
static void take_words(struct str s, struct notice_report *out)
{
    *out = (struct notice_report){.fate = NOTICE_LATER, .stage = NOTICE_PROGRAM};
    for (const char *lf; s.n > 0 && (lf = memchr(s.p, '\n', s.n)) != NULL;) {
        size_t n = (size_t)(lf - s.p);
        take_line((struct str){s.p, n}, out);
        s = (struct str){s.p + n + 1, s.n - n - 1};
    }
}

bool post_word(int run, const struct notice_job *j, bool *over, struct notice_report *out, struct err *e)
{
    char name[POST_FILE_SIZE], words[WORD_MOST];
    size_t n;
    post_file(j, name);
    int fd CLEANUP(fd_close) = disk_now()->openat(run, name, O_RDONLY | O_CLOEXEC, 0);
    *over = true;
    if (fd < 0 && errno == ENOENT) {
        *out = (struct notice_report){.fate = NOTICE_UNKNOWN, .stage = NOTICE_PROGRAM};
        return true;
    }
    if (fd < 0) {
        return err_errno(e, errno, "run/%s cannot be read", name);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        *over = false;
        return errno == EWOULDBLOCK || err_errno(e, errno, "run/%s cannot be locked", name);
    }
    if (!fd_read_full(fd, words, sizeof words, &n, e)) {
        return false;
    }
    take_words((struct str){words, n}, out);
    return true;
}

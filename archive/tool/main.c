/* main.c: the tool akta. Finds out who runs a command: the owner of the archive, when one answers at its socket, else
 * this process, which then owns the archive for as long as the command takes. Nothing here knows a command by name.
 *
 * Ends with a status of contract.md; a store that had to stop (fail_stop) is status 4. Ctrl-C asks the command to end;
 * a second one ends the process, which loses nothing that was reported. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STANDARD_DIR "/var/lib/akta"
#define WAIT_TRIES   40 /* for an owner that starts or another tool that is just ending */
#define WAIT_MS      100
/* What a child says besides the statuses of contract.md. */
#define CHILD_DAMAGED 70
#define CHILD_BUSY    71

extern const char _binary_pl_mo_start[], _binary_pl_mo_end[];

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
    asked_to_stop = 1;
    signal(number, SIG_DFL);
}

static bool stop_asked(void *ctx)
{
    (void)ctx;
    return asked_to_stop != 0;
}

static void take_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&stop.sa_mask);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static enum lang spoken = LANG_EN;
static int damaged_status = EXIT_DAMAGED;

static void end_damaged(int status)
{
    struct err e;
    (void)status;
    if (damaged_status == EXIT_DAMAGED) {
        err_init(&e, spoken);
        err_set(&e, ERR_CORRUPT, "the store is damaged and had to stop; “akta doctor” says where");
        command_complain(STDERR_FILENO, &e, 0, NULL);
    }
    _exit(damaged_status);
}

static enum lang language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return lang_of_locale(value);
        }
    }
    return LANG_EN;
}

struct task {
    int argc;
    const char *const *argv;
    const char *dir;
    bool dir_given; /* with -d: it must be an archive */
    enum command_need need;
    struct host host;
    char person[32];
};

static bool archive_there(const char *dir)
{
    int fd CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, dir, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    return fd >= 0 && faccessat(fd, "format", F_OK, 0) == 0;
}

/* An archive, or what is left of one for doctor to look at. */
static bool remains_there(const char *dir)
{
    int fd CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, dir, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    return fd >= 0 && (faccessat(fd, "format", F_OK, 0) == 0 || faccessat(fd, "env", F_OK, 0) == 0);
}

static struct archive_options options_of(const struct task *t)
{
    return (struct archive_options){.dir = t->dir, .settings_above = command_settings};
}

/* An owner would publish by itself; this process does it before it leaves. */
static void publish_pending(struct archive *a, enum lang lang)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct ledger_head h;
    struct err e;
    err_init(&e, lang);
    if (ar == NULL || !ledger_head_get(archive_ledger(a), ar, &h, &e)) {
        return;
    }
    if (h.size > h.published && !ledger_publish(archive_ledger(a), &e)) {
        command_complain(STDERR_FILENO, &e, 0, NULL);
    }
}

static int run_alone(struct task *t, struct archive *a)
{
    int status = command_run(t->argc, t->argv, t->dir, a, &t->host);
    if (a != NULL) {
        publish_pending(a, t->host.lang);
    }
    return status;
}

/* Says into `said` why the archive does not open. */
static _Noreturn void be_the_child(struct task *t, int said, struct err *e)
{
    struct archive_options o = options_of(t);
    struct archive *a = NULL;
    damaged_status = CHILD_DAMAGED;
    if (!archive_open(&o, &a, e)) {
        ssize_t ignored = write(said, e->text, strlen(e->text));
        (void)ignored;
        _exit(e->code == ERR_BUSY ? CHILD_BUSY : CHILD_DAMAGED);
    }
    int own = run_alone(t, a);
    archive_close(&a);
    _exit(own);
}

/* For a command that must work on a damaged archive too (doctor): a child runs it, because a damaged store may end the
 * process that opens it. When it did, or when the archive does not open, the command runs again without the archive. */
static bool run_in_a_child(struct task *t, int *status, struct err *e)
{
    int seen = 0, said[2];
    char why[sizeof e->text] = "";
    if (pipe2(said, O_CLOEXEC) != 0) {
        return err_errno(e, errno, "no pipe can be made");
    }
    pid_t child = fork();
    if (child < 0) {
        int errnum = errno;
        fd_close(&said[0]);
        fd_close(&said[1]);
        return err_errno(e, errnum, "no process can be started");
    }
    if (child == 0) {
        be_the_child(t, said[1], e);
    }
    fd_close(&said[1]);
    while (waitpid(child, &seen, 0) < 0 && errno == EINTR) {
    }
    ssize_t n = read(said[0], why, sizeof why - 1);
    why[n > 0 ? n : 0] = '\0';
    fd_close(&said[0]);
    *status = WIFEXITED(seen) ? WEXITSTATUS(seen) : CHILD_DAMAGED;
    if (*status == CHILD_BUSY) {
        return err_set(e, ERR_BUSY, "the owner of %s does not answer", t->dir);
    }
    if (*status == CHILD_DAMAGED) {
        t->host.closed_why = why;
        *status = run_alone(t, NULL);
        t->host.closed_why = NULL;
    }
    return true;
}

static void nap(void)
{
    struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
    nanosleep(&pause, NULL);
}

/* By the owner if there is one, else by ourselves. *again: somebody owns the archive and does not listen (yet). */
static bool try_both(struct task *t, int *status, bool *again, struct err *e)
{
    struct archive_options o = options_of(t);
    struct archive *a CLEANUP(archive_close) = NULL;
    if (command_call(t->dir, t->argc, t->argv, &t->host, status, e)) {
        return true;
    }
    if (e->code != ERR_NOT_FOUND) {
        return false;
    }
    if (!remains_there(t->dir)) {
        return faccessat(AT_FDCWD, t->dir, F_OK, 0) != 0 ? false
                                                         : err_set(e, ERR_NOT_FOUND,
                                                                   "%s is no archive: it has no file `format`; name "
                                                                   "another folder with -d, or make one with “akta "
                                                                   "init”",
                                                                   t->dir);
    }
    err_init(e, t->host.lang);
    if (t->need == NEED_EVEN_BROKEN ? !run_in_a_child(t, status, e) : !archive_open(&o, &a, e)) {
        *again = e->code == ERR_BUSY;
        return false;
    }
    if (t->need == NEED_EVEN_BROKEN) {
        return true;
    }
    *status = run_alone(t, a);
    return true;
}

static int run_with_archive(struct task *t)
{
    struct err e;
    int status = EXIT_DAMAGED;
    bool again = true;
    for (int i = 0; i < WAIT_TRIES && again && asked_to_stop == 0; i++) {
        again = false;
        err_init(&e, t->host.lang);
        if (try_both(t, &status, &again, &e)) {
            return status;
        }
        nap();
    }
    if (t->need == NEED_OPTIONAL && !t->dir_given && (e.code == ERR_NOT_FOUND || e.code == ERR_DENIED)) {
        return run_alone(t, NULL);
    }
    command_complain(STDERR_FILENO, &e, 0, NULL);
    return e.code == ERR_NOT_FOUND ? EXIT_USAGE : exit_status_of(&e);
}

static int run_task(struct task *t)
{
    bool alone = t->need == NEED_NOTHING || t->need == NEED_NO_OWNER ||
                 (t->need == NEED_OPTIONAL && !t->dir_given && !archive_there(t->dir));
    return alone ? run_alone(t, NULL) : run_with_archive(t);
}

static bool start(struct err *e)
{
    size_t n = (size_t)(_binary_pl_mo_end - _binary_pl_mo_start);
    log_threshold(LOG_WARN);
    confine_cores();
    fail_stop_hook(end_damaged);
    return catalogue_register(LANG_PL, _binary_pl_mo_start, n, e) && crypto_init(e);
}

static const char *const help_words[] = {"help"}, *const version_words[] = {"version"};

/* What stands before the command, then the command itself. */
static bool read_words(int argc, const char *const *argv, struct task *t, struct err *e)
{
    struct command_globals g;
    if (!command_globals_read(argc, argv, &g, e)) {
        return false;
    }
    t->argc = argc - g.first;
    t->argv = argv + g.first;
    if (t->argc == 0) {
        t->argc = 1;
        t->argv = g.version ? version_words : help_words;
    } else if (g.help) {
        t->argv = help_words;
        t->argc = 1;
    }
    if (!command_need_of(t->argc, t->argv, &g, &t->need, e)) {
        return false;
    }
    const char *env = getenv("AKTA_DIR");
    t->dir_given = g.dir != NULL;
    t->dir = g.dir != NULL ? g.dir : (env != NULL && env[0] != '\0' ? env : STANDARD_DIR);
    t->host.json = g.json;
    return true;
}

int main(int argc, char **argv)
{
    struct task t = {.host = {.out = STDOUT_FILENO, .err = STDERR_FILENO, .lang = language()}};
    const char *const *words = (const char *const *)argv;
    struct err e;
    spoken = t.host.lang;
    err_init(&e, t.host.lang);
    if (!start(&e)) {
        command_complain(STDERR_FILENO, &e, 0, NULL);
        return EXIT_DAMAGED;
    }
    if (!read_words(argc, words, &t, &e)) {
        command_complain(STDERR_FILENO, &e, t.argc, t.argv);
        return exit_status_of(&e);
    }
    snprintf(t.person, sizeof t.person, "uid:%lu", (unsigned long)getuid());
    t.host.who.person = str_of(t.person);
    t.host.terminal = isatty(STDERR_FILENO) != 0;
    take_signals();
    if (!host_local_open(t.argc, t.argv, stop_asked, NULL, &t.host, &e)) {
        command_complain(STDERR_FILENO, &e, 0, NULL);
        return exit_status_of(&e);
    }
    int status = run_task(&t);
    host_local_close(&t.host);
    return status;
}

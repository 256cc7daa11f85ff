/* main.c: akta-fcgi, the process that owns an archive: its writer, sequencer and checkpoints, the socket of the tool
 * and the window to nginx. Stays in the foreground.
 *
 * SIGTERM and SIGINT end it: what is under way finishes, long uploads and downloads within window.finish_seconds,
 * during which everything else is still served; a second one ends it without them. A panic of the store ends it with
 * status 70, and whoever started it starts it again; after three panics within a minute it answers 503 and leaves the
 * archive to the tool. */
#include "window.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STANDARD_DIR        "/var/lib/akta"
#define MAINTENANCE_THREADS 4u
#define OPEN_TRIES          15 /* a tool may own the archive for a moment */
#define OPEN_WAIT_MS        200
/* So many heaps that each thread has its own: one that is shared with bulk work, whose threads have the lowest
 * priority, would make a page wait until such a thread comes to run again. */
#define HEAPS_MOST 128

extern const char _binary_pl_mo_start[], _binary_pl_mo_end[];

static const char usage[] =
    "akta-fcgi [-d DIR] [--listen PROGRAM …]\n\n"
    "Owns the archive in DIR (else AKTA_DIR, else /var/lib/akta), serves the tool akta at\n"
    "DIR/run/command.sock and FastCGI at DIR/run/fcgi.sock, or at the listening socket that systemd\n"
    "passes or that is standard input. Stays in the foreground; SIGTERM ends it. Settings:\n"
    "DIR/akta.conf. With --listen it only makes the socket and becomes PROGRAM, which has it as\n"
    "descriptor 3 and gives it as standard input to each akta-fcgi that it starts.\n";

struct service {
    const char *dir;
    char **program; /* of --listen; NULL: none */
    struct window window;
    struct archive *archive;
    struct command_server *server;
    struct acceptor *acceptor;
    struct post *post;
    unsigned finish_seconds;
    sigset_t signals;
};

static int complain(const struct err *e)
{
    fprintf(stderr, "akta-fcgi: %s\n", e->text);
    return exit_status_of(e);
}

/* *go_on false: the status is known already. */
static int read_words(int argc, char **argv, struct service *s, bool *go_on)
{
    const char *env = getenv("AKTA_DIR");
    *go_on = true;
    s->dir = env != NULL && env[0] != '\0' ? env : STANDARD_DIR;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *go_on = false;
            return fputs(usage, stdout) >= 0 ? EXIT_DONE : EXIT_DAMAGED;
        }
        if (strcmp(argv[i], "-d") == 0 && i + 1 < argc) {
            s->dir = argv[++i];
        } else if (strcmp(argv[i], "--listen") == 0 && i + 1 < argc) {
            s->program = &argv[i + 1];
            return EXIT_DONE;
        } else {
            *go_on = false;
            fprintf(stderr, "akta-fcgi: %s is no option here\n%s", argv[i], usage);
            return EXIT_USAGE;
        }
    }
    return EXIT_DONE;
}

static bool start_house(struct service *s, struct err *e)
{
    (void)mallopt(M_ARENA_MAX, HEAPS_MOST);
    confine_cores();
    size_t n = (size_t)(_binary_pl_mo_end - _binary_pl_mo_start);
    sigemptyset(&s->signals);
    sigaddset(&s->signals, SIGTERM);
    sigaddset(&s->signals, SIGINT);
    sigaddset(&s->signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &s->signals, NULL); /* before any thread: all inherit it, sigwait takes them */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    return catalogue_register(LANG_PL, _binary_pl_mo_start, n, e) && crypto_init(e);
}

/* Maintenance is no failure here: the archive stays closed. */
static bool open_archive(struct service *s, struct err *e)
{
    struct archive_options o = {.dir = s->dir, .background = true, .settings_above = command_settings};
    struct timespec wait = {.tv_nsec = OPEN_WAIT_MS * 1000000L};
    for (int i = 0; i < OPEN_TRIES; i++) {
        if (archive_open(&o, &s->archive, e)) {
            return true;
        }
        if (e->code == ERR_STATE) {
            log_line(LOG_ERROR, "fcgi", "maintenance: the archive stays closed, every page is 503");
            return true;
        }
        if (e->code != ERR_BUSY) {
            return false;
        }
        if (sigtimedwait(&s->signals, NULL, &wait) > 0) {
            return err_set(e, ERR_INTERRUPTED, "interrupted");
        }
    }
    return false;
}

static bool start(struct service *s, struct err *e)
{
    unsigned threads = MAINTENANCE_THREADS;
    if (!open_archive(s, e)) {
        return false;
    }
    s->window.archive = s->archive;
    site_fill(&s->window.site);
    s->window.kept = kept_new();
    s->window.rate = rate_new();
    if (s->archive != NULL) {
        struct request_limits limits;
        threads = (unsigned)setting_u64(archive_settings(s->archive), "window.threads");
        s->finish_seconds = (unsigned)setting_u64(archive_settings(s->archive), "window.finish_seconds");
        request_limits_take(archive_settings(s->archive), &limits);
        if (!ticket_key_open(s->archive, &s->window.form_key, e) ||
            !request_desk_open(s->archive, &limits, &s->window.requests, e) ||
            !bulletin_desk_open(s->archive, &s->window.desk, e) || !pulse_start(s->archive, &s->window.pulse, e) ||
            !command_server_start(s->archive, s->dir, &s->server, e) ||
            !post_start(s->archive, s->window.requests, &s->post, e)) {
            return false;
        }
    }
    s->window.transfer_max = threads >= 4 ? threads / 4 : 1; /* of 256 at most */
    s->window.traffic.since_ns = monotonic_ns();
    return acceptor_start(&s->window, s->dir, threads, &s->acceptor, e);
}

/* In the order of dependence. What still hangs after its time is left to _exit: nothing acknowledged is lost by it. */
static void stop(struct service *s)
{
    acceptor_wind_down(s->acceptor, s->finish_seconds, &s->signals);
    bool drained = acceptor_stop(&s->acceptor);
    bool ended = command_server_stop(&s->server);
    if (!drained || !ended) {
        _exit(EXIT_DONE);
    }
    post_stop(&s->post);
    pulse_stop(&s->window.pulse);
    bulletin_desk_close(&s->window.desk);
    request_desk_close(&s->window.requests);
    kept_free(&s->window.kept);
    rate_free(&s->window.rate);
    key_wipe(&s->window.form_key);
    archive_close(&s->archive);
}

int main(int argc, char **argv)
{
    struct service s = {0};
    struct err e = ERR_INIT;
    bool go_on;
    int status = read_words(argc, argv, &s, &go_on), number = 0;
    if (!go_on) {
        return status;
    }
    if (s.program != NULL && !listener_hand_over(s.dir, s.program, &e)) {
        return complain(&e);
    }
    if (!start_house(&s, &e)) {
        return complain(&e);
    }
    if (!start(&s, &e)) {
        status = complain(&e);
        stop(&s);
        return status;
    }
    log_line(LOG_INFO, "fcgi", "ready dir=%s", s.dir);
    do {
        (void)sigwait(&s.signals, &number);
    } while (number == SIGHUP);
    log_line(LOG_INFO, "fcgi", "stopping signal=%d", number);
    stop(&s);
    return EXIT_DONE;
}

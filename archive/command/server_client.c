/* server_client.c: one connected tool: its command line, its rights, its command, its end. Runs in a thread of its own.
 *
 * Nothing it does is done before the whole command line is there and the rights are checked. Bulk work runs on
 * what the window leaves. */
#include "server.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HELLO_MS     5000 /* from the connection to the last word */
#define SEND_MS      5000
#define BULK_NICE    19
#define BULK_TURN_NS 100000000u /* the longest that the kernel grants */

static void send_exit(struct client *c, int status, const struct err *e)
{
    struct err ignored = ERR_INIT;
    uint8_t byte = (uint8_t)status;
    struct str why = e != NULL ? str_of(e->text) : STR_NONE;
    (void)!frame_send(c->sock, FRAME_EXIT, (struct bytes){&byte, 1}, bytes_of(why), NULL, 0, SEND_MS, &ignored);
}

static bool server_ends(void *ctx)
{
    return client_gone(ctx);
}

static bool read_command_line(struct client *c, struct arena *ar, struct err *e)
{
    uint64_t begun = monotonic_ns();
    bool complete = false;
    while (!complete) {
        uint64_t ms = (monotonic_ns() - begun) / 1000000u;
        if (ms >= HELLO_MS) {
            return err_set(e, ERR_BUSY, "the command line took too long to arrive");
        }
        struct frame f CLEANUP(frame_close_fds) = {0};
        if (!frame_receive(c->sock, c->buffer, &f, (int)(HELLO_MS - ms), server_ends, c, e) ||
            !caller_take(&c->caller, &f, ar, &complete, e)) {
            return false;
        }
    }
    return true;
}

/* The kernel's struct sched_attr, first version; the C library of Debian 12 has no name for it. */
struct schedule {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period; /* ns */
};

/* Whoever answers a person goes first: this thread, and each that it starts, has the lowest share, and, by asking for
 * long turns, lets everyone who wakes up with a shorter one go before it at once (Linux 6.12; older kernels do so for a
 * low share alone). It is never starved: `akta verify` ends on a busy machine, too. */
static void stand_back(void)
{
    const struct schedule bulk = {
        .size = sizeof bulk, .policy = SCHED_OTHER, .nice = BULK_NICE, .runtime = BULK_TURN_NS};
    if (syscall(SYS_sched_setattr, 0, &bulk, 0) != 0) {
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), BULK_NICE);
    }
}

/* A command line that does not parse goes on to command_run, which says what is wrong with it. */
static bool allowed(struct client *c, struct arena *ar, struct err *e)
{
    struct parsed p;
    struct err unparsed;
    err_init(&unparsed, c->caller.lang);
    if (!parse_command(c->caller.argc, c->caller.argv, ar, &p, &unparsed)) {
        return true;
    }
    if (p.help || rights_allow(c->server->rights, c->uid, p.row->group)) {
        if (p.row->group == GROUP_CARE || strcmp(p.row->name, "ingest") == 0) {
            stand_back();
        }
        return true;
    }
    return err_set(e, ERR_DENIED,
                   "you have no right to “akta %s” here; the administrator gives it in DIR/akta.conf: [operators] %s",
                   p.row->name, group_name(p.row->group));
}

static void serve(struct client *c)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(2u * COMMAND_BYTES_MAX + COMMAND_ARGS_MAX * 256u);
    c->buffer = mem_alloc(FRAME_MAX);
    struct err e = ERR_INIT;
    char person[32];
    if (ar == NULL || c->buffer == NULL) {
        err_set(&e, ERR_MEMORY, "out of memory");
        send_exit(c, EXIT_DAMAGED, &e);
        return;
    }
    uint8_t version = FRAME_VERSION;
    if (!frame_send(c->sock, FRAME_GREETING, (struct bytes){&version, 1}, (struct bytes){0}, NULL, 0, SEND_MS, &e)) {
        return;
    }
    if (!read_command_line(c, ar, &e)) {
        err_init(&e, c->caller.lang);
        err_set(&e, ERR_INVALID, "the owner of the archive did not understand the tool's command line");
        send_exit(c, EXIT_USAGE, &e);
        return;
    }
    err_init(&e, c->caller.lang);
    if (!allowed(c, ar, &e)) {
        send_exit(c, exit_status_of(&e), &e);
        return;
    }
    if (!frame_send(c->sock, FRAME_WELCOME, (struct bytes){0}, (struct bytes){0}, NULL, 0, SEND_MS, &e)) {
        return;
    }
    client_host(c);
    snprintf(person, sizeof person, "uid:%lu", (unsigned long)c->uid);
    c->host.who.person = str_of(person);
    int status = command_run(c->caller.argc, c->caller.argv, c->server->dir, c->server->archive, &c->host);
    send_exit(c, status, NULL);
}

void *client_main(void *client)
{
    struct client *c = client;
    pthread_mutex_init(&c->talk, NULL);
    caller_init(&c->caller);
    serve(c);
    caller_close(&c->caller);
    mem_free(c->buffer);
    pthread_mutex_destroy(&c->talk);
    atomic_store(&c->ended, true);
    return NULL;
}

/* fcgi_yardstick.c: what libfcgi and nginx alone do for an answer like ours: the yardstick of the window bench.
 *
 *   fcgi_yardstick SOCKET THREADS ANSWER
 *
 * Listens at SOCKET, prints `ready`, and answers every request with the bytes of the file ANSWER (header lines, an
 * empty line, the body), on THREADS threads that accept as akta-fcgi's do. It reads nothing of the request. Links
 * libfcgi and nothing of ours. Ends by a signal. Exit: 2 usage; 4 the socket or the file cannot be had. */
#include <fcgiapp.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { THREADS_MAX = 256, ANSWER_MAX = 4 << 20, BACKLOG = 512 };

static int listener;
static char *answer;
static int head_size, answer_size;

static void die(const char *what, const char *name)
{
    fprintf(stderr, "fcgi_yardstick: cannot %s %s: %s\n", what, name, strerror(errno));
    exit(4);
}

static void answer_read(const char *name)
{
    FILE *f = fopen(name, "rb");
    answer = malloc(ANSWER_MAX);
    if (f == NULL || answer == NULL)
        die("read", name);
    answer_size = (int)fread(answer, 1, ANSWER_MAX, f);
    fclose(f);
    const char *body = memmem(answer, (size_t)answer_size, "\r\n\r\n", 4);
    if (body == NULL || answer_size == ANSWER_MAX) {
        errno = EINVAL;
        die("use", name);
    }
    head_size = (int)(body - answer) + 4;
}

static void listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(name) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        die("listen at", name);
    }
    memcpy(address.sun_path, name, strlen(name));
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || chmod(name, 0660) != 0 ||
        listen(listener, BACKLOG) != 0)
        die("listen at", name);
}

/* Head and body in two writes, as a program with something to say does. */
static void *serve(void *unused)
{
    FCGX_Request r;
    (void)unused;
    if (FCGX_InitRequest(&r, listener, 0) != 0)
        return NULL;
    while (FCGX_Accept_r(&r) == 0) {
        if (FCGX_PutStr(answer, head_size, r.out) >= 0 && answer_size > head_size)
            (void)FCGX_PutStr(answer + head_size, answer_size - head_size, r.out);
        FCGX_Finish_r(&r);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long threads = argc == 4 ? strtoul(argv[2], &end, 10) : 0;
    pthread_t thread[THREADS_MAX];
    if (threads == 0 || *end != 0 || threads > THREADS_MAX) {
        fputs("usage: fcgi_yardstick SOCKET THREADS ANSWER\n", stderr);
        return 2;
    }
    answer_read(argv[3]);
    listen_at(argv[1]);
    if (FCGX_Init() != 0)
        die("start", "libfcgi");
    signal(SIGTERM, SIG_DFL); /* which FCGX_Init made a wish */
    for (unsigned long i = 0; i < threads; i++)
        if ((errno = pthread_create(&thread[i], NULL, serve, NULL)) != 0)
            die("start", "a thread");
    puts("ready");
    fflush(stdout);
    for (unsigned long i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return 0;
}

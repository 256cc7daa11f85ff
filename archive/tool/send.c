/* send.c: akta-send, the program that talks to the mail server, so that the process that owns the archive does not.
 *
 * It is handed one message and sends it once. Standard input: lines `name value`, an empty line, the message.
 * Descriptor 3: a file, synchronous, that tells what became of it: `dot` is written before the last byte of the message
 * goes out, `taken`, `later STAGE CODE`, `never STAGE CODE` or `unknown` at the end. Whoever reads `dot` and nothing
 * after it knows that nobody knows; whoever reads less knows that the server has no message.
 *
 * Promises: it goes on when its starter is killed, for at most the patience it was given and five minutes, and its word
 * then lies in the file; addresses, passwords and what the server says besides its code are never written anywhere.
 * Before it says a word to the server it gives away the file system but for what libraries read, where the kernel can:
 * whoever gets hold of it through a hole in TLS finds neither keys nor letters, and starts no other program. Exit
 * status 0: the word is written. libcurl is used here and nowhere else. */
#include "base.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define JOB_MOST      (1u << 20)
#define WORD_FD       3
#define ANSWER_MOST   60  /* seconds for each word of the server before the last byte */
#define ANYTHING_MOST 300 /* seconds besides the patience */

enum value { V_URL, V_SECURITY, V_AUTHORITIES, V_USER, V_PASSWORD_FILE, V_FROM, V_TO, V_PATIENCE };
static const char *const names[] = {"url",           "security", "authorities", "user",
                                    "password_file", "from",     "to",          "patience"};

struct talk {
    struct str values[COUNT_OF(names)];
    struct str message;
    size_t sent;
    uint64_t patience, heard_ns;
    const char *stage;
    unsigned code;  /* of the newest answer */
    bool parting;   /* we have said QUIT: what comes now is no answer to the message */
    bool policy;    /* its enhanced code is 5.7: about who sends, not about who receives */
    bool dot, lost; /* the last byte may have gone; the word could not be written */
};

static volatile sig_atomic_t leaving; /* SIGTERM came */

static bool say(const char *words)
{
    size_t n = strlen(words);
    return write(WORD_FD, words, n) == (ssize_t)n;
}

/* ---------------------------------------------------------------- the job */

static bool take_line(struct talk *t, struct str line)
{
    const char *blank = memchr(line.p, ' ', line.n);
    size_t n = blank != NULL ? (size_t)(blank - line.p) : line.n;
    for (size_t i = 0; blank != NULL && i < COUNT_OF(names); i++) {
        if (str_is((struct str){line.p, n}, names[i])) {
            t->values[i] = (struct str){blank + 1, line.n - n - 1};
            return true;
        }
    }
    return false;
}

static bool take_job(struct talk *t, struct str job)
{
    while (job.n > 0) {
        const char *lf = memchr(job.p, '\n', job.n);
        if (lf == NULL) {
            return false;
        }
        struct str line = {job.p, (size_t)(lf - job.p)};
        job = (struct str){lf + 1, job.n - line.n - 1};
        if (line.n == 0) {
            t->message = job;
            return job.n > 0 && parse_u64(t->values[V_PATIENCE], 1, 3600, &t->patience) && t->values[V_URL].n > 0 &&
                   t->values[V_TO].n > 0;
        }
        if (!take_line(t, line)) {
            return false;
        }
    }
    return false;
}

static bool read_all(int fd, size_t most, struct buf *out)
{
    uint8_t piece[8192];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 && !out->failed && out->n <= most;
        }
        buf_add(out, piece, (size_t)n);
    }
}

/* ---------------------------------------------------------------- what curl asks and tells */

/* The last call, at the end of the message, comes before the dot is sent: from here on nobody may send it again without
 * knowing more. */
static size_t more(char *to, size_t size, size_t n, void *ctx)
{
    struct talk *t = ctx;
    size_t left = t->message.n - t->sent, room = size * n, take = left < room ? left : room;
    if (left == 0 && !t->dot) {
        t->stage = "content";
        t->code = 0;
        t->policy = false;
        t->heard_ns = monotonic_ns();
        if (!say("dot\n")) {
            t->lost = true;
            return CURL_READFUNC_ABORT;
        }
        t->dot = true;
    }
    memcpy(to, t->message.p + t->sent, take);
    t->sent += take;
    return take;
}

static void heard(struct talk *t, struct str answer)
{
    uint64_t code;
    t->heard_ns = monotonic_ns();
    if (!t->parting && answer.n >= 4 && parse_u64((struct str){answer.p, 3}, 100, 999, &code)) {
        t->code = (unsigned)code;
        t->policy = answer.n >= 9 && memcmp(answer.p + 4, "5.7.", 4) == 0;
    }
}

static void told(struct talk *t, struct str command)
{
    static const char *const stages[][2] = {{"EHLO", "hello"}, {"HELO", "hello"},  {"STARTTLS", "tls"},
                                            {"AUTH", "auth"},  {"MAIL", "sender"}, {"RCPT", "recipient"},
                                            {"DATA", "data"}};
    t->parting |= str_starts(command, "QUIT");
    for (size_t i = 0; i < COUNT_OF(stages); i++) {
        if (str_starts(command, stages[i][0])) {
            t->stage = stages[i][1];
        }
    }
}

/* What goes over the line, for its codes only. */
static int watch(CURL *curl, curl_infotype what, char *p, size_t n, void *ctx)
{
    (void)curl;
    if (what == CURLINFO_HEADER_IN) {
        heard(ctx, (struct str){p, n});
    } else if (what == CURLINFO_HEADER_OUT) {
        told(ctx, (struct str){p, n});
    }
    return 0;
}

/* Asked about once a second: a server that keeps us waiting before the last byte is left; after it, only at the end of
 * the patience, since whoever leaves then does not know. */
static int still_waiting(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct talk *t = ctx;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    uint64_t most = t->dot || t->patience < ANSWER_MOST ? t->patience : ANSWER_MOST;
    return (leaving && !t->dot) || (monotonic_ns() - t->heard_ns) / 1000000000u >= most;
}

/* ---------------------------------------------------------------- the talk */

static const char *text(struct arena *ar, struct str s)
{
    return s.n > 0 ? arena_str(ar, s).p : NULL;
}

static bool set_security(CURL *curl, const struct talk *t, struct arena *ar)
{
    bool none = str_is(t->values[V_SECURITY], "none");
    const char *authorities = text(ar, t->values[V_AUTHORITIES]);
    return curl_easy_setopt(curl, CURLOPT_USE_SSL, none ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           (authorities == NULL || curl_easy_setopt(curl, CURLOPT_CAINFO, authorities) == CURLE_OK);
}

static bool set_password(CURL *curl, const struct talk *t, struct arena *ar)
{
    const char *user = text(ar, t->values[V_USER]), *path = text(ar, t->values[V_PASSWORD_FILE]);
    struct buf b CLEANUP(buf_free) = BUF_INIT(1024);
    if (user == NULL) {
        return true;
    }
    int fd CLEANUP(fd_close) = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || !read_all(fd, 1000, &b)) {
        return false;
    }
    struct str password = buf_str(&b);
    while (password.n > 0 && (password.p[password.n - 1] == '\n' || password.p[password.n - 1] == '\r')) {
        password.n--;
    }
    const char *word = text(ar, password);
    return word != NULL && curl_easy_setopt(curl, CURLOPT_USERNAME, user) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PASSWORD, word) == CURLE_OK;
}

/* Left: where names and certificates are looked up, /etc/resolv.conf also where it leads elsewhere. */
static bool confine(const struct talk *t, struct arena *ar)
{
    const char *readable[] = {"/etc", "/usr", "/lib", "/lib64", "/etc/resolv.conf", "/dev/urandom", NULL};
    size_t n = COUNT_OF(readable) - 1;
    readable[n] = text(ar, t->values[V_AUTHORITIES]);
    return confine_reading(readable, readable[n] != NULL ? n + 1 : n) != CONFINE_FAILED;
}

static bool set_watching(CURL *curl, struct talk *t)
{
    return curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, watch) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_DEBUGDATA, t) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, still_waiting) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_READFUNCTION, more) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_READDATA, t) == CURLE_OK;
}

static bool set_up(CURL *curl, struct talk *t, struct curl_slist *to, struct arena *ar)
{
    const char *url = text(ar, t->values[V_URL]), *from = text(ar, t->values[V_FROM]);
    return url != NULL && to != NULL && curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           (from == NULL || curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from) == CURLE_OK) && /* NULL is <> */
           curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)t->patience) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)(t->patience + ANYTHING_MOST)) == CURLE_OK &&
           set_security(curl, t, ar) && set_password(curl, t, ar) && set_watching(curl, t);
}

/* Only what the server says of the recipient or of the message itself is for good; a server that does not want us, our
 * name or our sender is for its keeper to mend, and the notice waits. */
static bool verdict(const struct talk *t, CURLcode rc)
{
    char words[64];
    bool about_it =
        strcmp(t->stage, "recipient") == 0 || strcmp(t->stage, "data") == 0 || strcmp(t->stage, "content") == 0;
    if (rc == CURLE_OK || (t->dot && t->code >= 200 && t->code < 300)) {
        return say("taken\n");
    }
    if (t->dot && t->code < 400) {
        return say("unknown\n");
    }
    bool never = about_it && t->code >= 500 && !t->policy;
    const char *stage = rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_SSL_CONNECT_ERROR ? "tls" : t->stage;
    snprintf(words, sizeof words, "%s %s %u\n", never ? "never" : "later", stage, t->code);
    return say(words);
}

static bool talk_through(struct talk *t)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(JOB_MOST);
    CURL *curl = curl_easy_init();
    struct curl_slist *to = NULL;
    const char *address = ar != NULL ? text(ar, t->values[V_TO]) : NULL;
    bool ok = false;
    if (address != NULL) {
        to = curl_slist_append(NULL, address);
    }
    t->stage = "connect";
    t->heard_ns = monotonic_ns();
    if (curl != NULL && ar != NULL && set_up(curl, t, to, ar) && confine(t, ar)) {
        ok = verdict(t, curl_easy_perform(curl));
    } else {
        ok = say("later program 0\n");
    }
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
    return ok;
}

static void leave(int number)
{
    (void)number;
    leaving = 1;
}

/* Whoever stops the owner does not stop a message whose last byte is out: we end by ourselves. SIGTERM, which a service
 * manager sends to all, ends us before that byte. */
static void settle_in(void)
{
    static const int passed_over[] = {SIGINT, SIGHUP, SIGPIPE};
    const struct rlimit none = {0, 0};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, heed = {.sa_handler = leave, .sa_flags = SA_RESTART};
    sigemptyset(&ignore.sa_mask);
    sigemptyset(&heed.sa_mask);
    sigaction(SIGTERM, &heed, NULL);
    for (size_t i = 0; i < COUNT_OF(passed_over); i++) {
        sigaction(passed_over[i], &ignore, NULL);
    }
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0L);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
}

int main(void)
{
    struct buf job CLEANUP(buf_free) = BUF_INIT(JOB_MOST);
    struct talk t = {.stage = "program"};
    settle_in();
    if (!read_all(STDIN_FILENO, JOB_MOST, &job) || !take_job(&t, buf_str(&job)) ||
        curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) {
        return say("later program 0\n") ? 0 : 1;
    }
    bool ok = talk_through(&t);
    curl_global_cleanup();
    return ok ? 0 : 1;
}

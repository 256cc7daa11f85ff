/* inspect.c: akta-inspect, the program that looks at hostile bytes so that nobody else has to.
 *
 * Reads length-prefixed heads (four bytes, big-endian, at most 64 KiB) from standard input and answers each with one
 * line: its media type, or an empty line when that is unknown. Ends at the end of input. Knows no archive, no store, no
 * network.
 *
 * Loads the magic database first and locks itself down before it reads a byte: no new descriptors, no files, no
 * sockets, no programs, no processes, bounded memory. `akta-inspect --self-test` proves that, a line for each thing
 * refused. A crash or a hang is the caller's business: it takes either as "unknown". */
#include <errno.h>
#include <fcntl.h>
#include <magic.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX     (64u * 1024)
#define GLANCE       4096u /* nearly every binary format says what it is in its first page */
#define TEXT_GLANCE  512u  /* of a head that is text throughout: what names a text format stands at its beginning */
#define MEMORY_MAX   (512u << 20)
#define REGEX_WINDOW 1024u /* bytes a text pattern may look at: one line, not a whole document */

/* ---------------------------------------------------------------- lockdown */

static bool limit(int what, rlim_t n)
{
    struct rlimit r = {n, n};
    return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

/* Pages may be had and given back, never made executable. */
static bool allow_memory(scmp_filter_ctx f)
{
    return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(brk), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(munmap), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mremap), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(madvise), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

static bool allow_talk(scmp_filter_ctx f)
{
    return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(read), 1, SCMP_A0(SCMP_CMP_EQ, STDIN_FILENO)) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_LE, STDERR_FILENO)) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(exit), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(exit_group), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(futex), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigreturn), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clock_gettime), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(gettimeofday), 0) == 0;
}

static bool filter_calls(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (f == NULL)
        return false;
    bool ok = allow_memory(f) && allow_talk(f) && seccomp_load(f) == 0;
    seccomp_release(f);
    return ok;
}

static bool lock_down(void)
{
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_AS, MEMORY_MAX) && limit(RLIMIT_NOFILE, 3) &&
           prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter_calls();
}

/* ---------------------------------------------------------------- answering */

/* 1 = all read, 0 = the end came before the first byte, -1 = cut short */
static int read_all(void *p, size_t n)
{
    uint8_t *at = p;
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(STDIN_FILENO, at + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return have == 0 && got == 0 ? 0 : -1;
        have += (size_t)got;
    }
    return 1;
}

static bool write_all(const char *p, size_t n)
{
    while (n > 0) {
        ssize_t put = write(STDOUT_FILENO, p, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        p += put;
        n -= (size_t)put;
    }
    return true;
}

/* No control characters other than the blanks, and the bell, backspace and escape of old printers. */
static bool is_text(const uint8_t *p, size_t n)
{
    static const uint8_t in_text[32] = {[7] = 1, [8] = 1, [9] = 1, [10] = 1, [12] = 1, [13] = 1, [27] = 1};
    for (size_t i = 0; i < n; i++)
        if (p[i] < 32 ? !in_text[p[i]] : p[i] == 127)
            return false;
    return true;
}

static bool may_be_json(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r' || p[i] == '\n'))
        i++;
    return i < n && (p[i] == '{' || p[i] == '[');
}

static bool starts_with(const uint8_t *p, size_t n, const char *word)
{
    size_t len = strlen(word);
    return n >= len && memcmp(p, word, len) == 0;
}

/* XML whose first page names none of the vocabularies that have a type of their own. */
static bool is_plain_xml(const uint8_t *p, size_t n)
{
    static const char *const own[] = {"<svg", "<html", "<HTML", "<!DOCTYPE", "<rss", "<feed", "<rdf",  "<kml",
                                      "<gpx", "<math", "<mets", "<x3d",      "<X3D", "<dbk",  "<?mso", "office:"};
    size_t look = n < GLANCE ? n : GLANCE;
    if (!starts_with(p, n, "<?xml version="))
        return false;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (memmem(p, look, own[i], strlen(own[i])) != NULL)
            return false;
    return true;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* "a, b" or "443,00 zł"; any other comma could part the columns of a table. */
static bool comma_of_prose(const uint8_t *p, size_t n, size_t i)
{
    if (i + 1 >= n || strchr(" \n\r", p[i + 1]) != NULL)
        return true;
    return i > 0 && i + 3 < n && is_digit(p[i - 1]) && is_digit(p[i + 1]) && is_digit(p[i + 2]) && p[i + 3] == ' ';
}

/* "Dotyczy: …", "13:05"; in the first line it could head a letter sent by mail. */
static bool colon_of_prose(const uint8_t *p, size_t n, size_t i, bool first_line)
{
    if (i + 1 < n && i > 0 && is_digit(p[i - 1]) && is_digit(p[i + 1]))
        return true;
    return !first_line && (i + 1 >= n || strchr(" \n\r", p[i + 1]) != NULL);
}

/* Nothing but letters, digits and the marks of running text where a format would name itself; all else is left to the
 * database. */
static bool is_prose(const uint8_t *p, size_t n)
{
    bool first_line = true;
    for (size_t i = 0; i < n && i < TEXT_GLANCE; i++) {
        uint8_t c = p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c >= 0x80;
        first_line = first_line && c != '\n';
        if (!letter && strchr(" \n\r.()/-", c) == NULL && !(c == ',' && comma_of_prose(p, n, i)) &&
            !(c == ':' && colon_of_prose(p, n, i, first_line)))
            return false;
    }
    return true;
}

/* "%PDF-1.4": the database says the same before all else, after it has tried what could have been stronger. */
static bool is_pdf(const uint8_t *p, size_t n)
{
    return n > 8 && starts_with(p, n, "%PDF-") && (p[5] == '1' || p[5] == '2') && p[6] == '.' && p[7] >= '0' &&
           p[7] <= '9';
}

/* The database takes one to two milliseconds to find nothing in 64 KiB of prose, and a quarter of that in its first
 * lines. So the whole head is looked at by us, and by the database only where that can change the answer: JSON is told
 * by its whole text, and a beginning of text or of nothing known may go on as something else. */
static const char *type_of(magic_t m, const uint8_t *head, size_t n)
{
    if (n <= TEXT_GLANCE || may_be_json(head, n))
        return magic_buffer(m, head, n);
    if (is_pdf(head, n))
        return "application/pdf";
    if (is_text(head, n) && is_plain_xml(head, n))
        return "text/xml";
    if (is_text(head, n) && is_prose(head, n))
        return "text/plain";
    if (is_text(head, n))
        return magic_buffer(m, head, TEXT_GLANCE);
    const char *type = n > GLANCE ? magic_buffer(m, head, GLANCE) : NULL;
    bool decided = type != NULL && strcmp(type, "application/octet-stream") != 0 && strncmp(type, "text/", 5) != 0;
    return decided ? type : magic_buffer(m, head, n);
}

/* One item: true while there may be another. */
static bool answer(magic_t m, uint8_t *head)
{
    uint8_t length[4];
    char line[128];
    if (read_all(length, sizeof length) != 1)
        return false;
    size_t n = (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 | length[3];
    if (n > HEAD_MAX || (n > 0 && read_all(head, n) != 1))
        return false;
    const char *type = n > 0 ? type_of(m, head, n) : NULL;
    int written = snprintf(line, sizeof line - 1, "%s", type ? type : "");
    if (written < 0 || (size_t)written >= sizeof line - 1)
        written = 0;
    line[written] = '\n';
    return write_all(line, (size_t)written + 1);
}

/* ---------------------------------------------------------------- proof */

static int refused(const char *what, bool worked)
{
    char line[80];
    int n = snprintf(line, sizeof line, "%s: %s\n", what, worked ? "POSSIBLE" : "refused");
    return write_all(line, (size_t)n) && !worked ? 0 : 1;
}

static int self_test(void)
{
    char *const argv[] = {NULL};
    int bad = 0;
    bad += refused("open a file", open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0);
    bad += refused("make a file", open("akta-inspect-self-test", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) >= 0);
    bad += refused("open a socket", socket(AF_INET, SOCK_STREAM, 0) >= 0);
    bad += refused("open a local socket", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
    bad += refused("duplicate a descriptor", dup(STDIN_FILENO) >= 0);
    bad += refused("signal another process", kill(getppid(), 0) == 0);
    bad += refused("make memory executable",
                   mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    bad += refused("start a process", child > 0);
    bad += refused("run a program", execve("/bin/true", argv, argv) == 0);
    return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
    static uint8_t head[HEAD_MAX];
    size_t window = REGEX_WINDOW;
    time_t zero = 0;
    struct tm unused;
    magic_t m = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS);
    if (m == NULL || magic_load(m, NULL) != 0) {
        fprintf(stderr, "akta-inspect: no magic database: %s\n", m ? magic_error(m) : "out of memory");
        return 1;
    }
    magic_setparam(m, MAGIC_PARAM_REGEX_MAX, &window);
    localtime_r(&zero, &unused); /* date patterns want the time zone: read its file now, not later */
    if (!lock_down()) {
        fprintf(stderr, "akta-inspect: this machine does not let me lock myself down: %s\n", strerror(errno));
        return 1;
    }
    if (argc == 2 && strcmp(argv[1], "--self-test") == 0)
        return self_test();
    while (answer(m, head))
        continue;
    return 0;
}

/* log.c: one line an event on standard error.
 *
 * Promises one line for one call whatever the text holds: control characters, broken UTF-8 and line breaks are shown as
 * \xHH, long lines are cut. Owns the threshold and the sink. A line that cannot be written is lost; nothing else fails.
 */
#include "base.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MOST 1024u

static _Atomic int threshold = LOG_INFO;
static _Atomic(void (*)(const char *, size_t)) sink;

void log_threshold(enum log_level least)
{
    atomic_store(&threshold, (int)least);
}

void log_sink(void (*write_line)(const char *line, size_t n))
{
    atomic_store(&sink, write_line);
}

/* The real table on purpose: a test that fails the Nth write of the store must not count lines of the log. */
static void write_stderr(const char *line, size_t n)
{
    ssize_t done = disk_real.write(STDERR_FILENO, line, n);
    (void)done;
}

void log_line(enum log_level level, const char *room, const char *fmt, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed)) {
        return;
    }
    char raw[LINE_MOST], safe[LINE_MOST], now[INSTANT_TEXT_SIZE], line[LINE_MOST + 64];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    text_printable(str_of(raw), safe, sizeof safe);
    instant_text(clock_now(&clock_system), now);
    const char *name = (size_t)level < COUNT_OF(names) ? names[level] : "error";
    int n = snprintf(line, sizeof line - 1, "%s %s %.16s %s", now, name, room, safe);
    if (n < 0) {
        return;
    }
    size_t length = strlen(line);
    line[length++] = '\n';
    line[length] = '\0';
    void (*write_line)(const char *, size_t) = atomic_load(&sink);
    (write_line != NULL ? write_line : write_stderr)(line, length);
}

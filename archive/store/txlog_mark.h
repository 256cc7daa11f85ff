/* txlog_mark.h: how far the transaction log is durable, and a reading of the raw log files against it. */
#ifndef AKTA_STORE_LOG_MARK_H
#define AKTA_STORE_LOG_MARK_H

#include "store_internal.h"

#define LOG_MARK_FILE "synced"

/* Everything before byte `end` of log file `file`, and every earlier file, was durable once. A lower bound: the note is
 * written after each sync and itself never synced, so a power cut may leave an older one. */
struct log_mark {
    bool known;
    bool damaged; /* there is a note, and it is not what was written */
    uint32_t file;
    uint64_t end;
};
#define LOG_MARK_WRONG N_("the note of how far the transaction log is durable is damaged")
#define LOG_MARK_MEND  N_("nothing: the next change writes it anew")
void txlog_mark_write(int fd, const struct log_mark *m); /* best effort: without it only a check is weaker */
void txlog_mark_read(int run_fd, struct log_mark *out);

/* Reads every log file of the environment record by record (header, checksum, chain). A record that cannot be read
 * before the mark, or in any file but the last, is a finding; after the mark it is the end of the log. */
struct log_extent {
    uint32_t file; /* the last file; 0: there is none */
    uint64_t end;  /* where its last good record ends */
};
bool txlog_check(int env_fd, const struct log_mark *mark, struct findings *f, struct log_extent *extent,
                 struct err *e) MUST_USE;
/* Cuts the empty rest off the last file, so that recovery need not overwrite it with zeros. */
bool txlog_trim(int env_fd, const struct log_extent *extent, struct err *e) MUST_USE;

/* The checksum Berkeley DB keeps in pages and log records when nothing is encrypted. Start with 0. */
uint32_t bdb_checksum(uint32_t sum, const uint8_t *p, size_t n);

#endif

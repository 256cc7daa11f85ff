/* frames.h: what travels over DIR/run/command.sock.
 *
 * A SOCK_SEQPACKET socket: one packet is one frame, its first byte the kind, the rest its body; numbers are big-endian.
 * The owner speaks first, so that a tool hands its descriptors to nobody who does not answer.
 *
 *   tool -> owner
 *     'H' hello    version(u8 = 1) language(u8: 0 en, 1 pl) flags(u8: 1 json, 2 terminal) words(u32), with two
 *                  descriptors: the tool's standard output and standard error
 *     'A' word     one word of the command line, without NUL; exactly as many as hello said, in order
 *     'F' file     answer: a descriptor, and nothing else
 *     'N' name     answer to 'n': kind(u8: enum input_kind) size(u64) and the path; INPUT_END has none
 *     'K' done     answer to 'k'
 *     'E' error    answer: code(u8: enum err_code) and the reason in the tool's language
 *     'S' stop     the caller pressed Ctrl-C; may come at any time, also between a question and its answer
 *
 *   owner -> tool
 *     'G' greeting version(u8 = 1); the first frame
 *     'W' welcome  the command line is read and the command runs
 *     'i' input    open this path for reading                     -> F or E
 *     'n' next     the next entry below this folder               -> N or E
 *     'o' output   create this file                               -> F or E
 *     'k' keep     keep(u8) path: the output is complete, or not  -> K or E
 *     'd' folder   create(u8) path: open this folder              -> F or E
 *     'X' exit     status(u8) and, when the command never ran, the reason; the last frame
 *
 * The tool opens only what its own command line names, or what lies below a folder that it names, with its caller's
 * rights; whatever else the owner asks for is answered with an error. The owner takes rights from SO_PEERCRED and
 * believes nothing else. Either side closes the connection on a frame that does not fit here. */
#ifndef AKTA_COMMAND_FRAMES_H
#define AKTA_COMMAND_FRAMES_H

#include "command_internal.h"

#define FRAME_VERSION 1
#define FRAME_MAX     (COMMAND_WORD_MAX + 16u)
#define FRAME_FDS     2u
#define SOCKET_NAME   "run/command.sock"

enum frame_kind {
    FRAME_HELLO = 'H',
    FRAME_WORD = 'A',
    FRAME_FILE = 'F',
    FRAME_NAME = 'N',
    FRAME_DONE = 'K',
    FRAME_ERROR = 'E',
    FRAME_STOP = 'S',
    FRAME_GREETING = 'G',
    FRAME_WELCOME = 'W',
    FRAME_INPUT = 'i',
    FRAME_NEXT = 'n',
    FRAME_OUTPUT = 'o',
    FRAME_KEEP = 'k',
    FRAME_FOLDER = 'd',
    FRAME_EXIT = 'X',
};
struct frame {
    uint8_t kind;
    struct bytes body; /* in the buffer it was received into */
    int fds[FRAME_FDS];
    size_t fd_count; /* owned by whoever holds the frame until it takes them */
};
void frame_close_fds(struct frame *f); /* for CLEANUP */

/* Pure: a packet becomes a frame when its kind, its length and its descriptors fit. */
bool frame_parse(struct bytes packet, size_t fd_count, struct frame *out, struct err *e) MUST_USE;
/* timeout_ms < 0: waits for ever. ERR_BUSY: time is up; ERR_NOT_FOUND: the other side is gone. */
bool frame_send(int sock, uint8_t kind, struct bytes head, struct bytes body, const int *fds, size_t fd_count,
                int timeout_ms, struct err *e) MUST_USE;
/* Waits in short turns and asks `quit` (may be NULL) between them; ERR_INTERRUPTED when it says so. */
bool frame_receive(int sock, uint8_t *buffer, struct frame *out, int timeout_ms, bool (*quit)(void *), void *quit_ctx,
                   struct err *e) MUST_USE;

/* The command line as it arrives: hello, then its words. Holds copies in the arena. */
struct caller {
    bool greeted;
    enum lang lang;
    bool json, terminal;
    int out, err; /* owned */
    uint32_t expected;
    int argc;
    const char **argv;
    size_t bytes;
};
void caller_init(struct caller *c);
void caller_close(struct caller *c); /* for CLEANUP */
/* Takes one frame; *complete when the whole command line is there. Anything out of order is ERR_INVALID. */
bool caller_take(struct caller *c, struct frame *f, struct arena *ar, bool *complete, struct err *e) MUST_USE;

#endif

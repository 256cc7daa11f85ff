/* caller.c: a command line as it arrives frame by frame (frames.h).
 *
 * Promises bounds on the number of words and their bytes before anything is kept, and that no word holds a NUL. */
#include "frames.h"

#include <string.h>

void caller_init(struct caller *c)
{
    *c = (struct caller){.out = -1, .err = -1};
}

void caller_close(struct caller *c)
{
    fd_close(&c->out);
    fd_close(&c->err);
}

static bool out_of_order(struct err *e)
{
    return err_set(e, ERR_INVALID, "a tool sent its command line in the wrong order");
}

static bool take_hello(struct caller *c, struct frame *f, struct arena *ar, struct err *e)
{
    struct reader r = reader_of(f->body);
    uint8_t version = rd_u8(&r), lang = rd_u8(&r), flags = rd_u8(&r);
    uint32_t words = rd_be32(&r);
    if (version != FRAME_VERSION) {
        return err_set(e, ERR_UNSUPPORTED,
                       "this tool speaks version %u of the socket, the owner version %u; use the akta that "
                       "came with akta-fcgi",
                       version, FRAME_VERSION);
    }
    if (!rd_done(&r) || lang > LANG_PL || flags > 3 || words == 0 || words > COMMAND_ARGS_MAX) {
        return out_of_order(e);
    }
    c->argv = arena_alloc(ar, ((size_t)words + 1) * sizeof *c->argv);
    if (c->argv == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    c->greeted = true;
    c->lang = lang == LANG_PL ? LANG_PL : LANG_EN;
    c->json = (flags & 1) != 0;
    c->terminal = (flags & 2) != 0;
    c->expected = words;
    c->out = f->fds[0];
    c->err = f->fds[1];
    f->fd_count = 0;
    return true;
}

static bool take_word(struct caller *c, struct frame *f, struct arena *ar, struct err *e)
{
    if (f->body.n > 0 && memchr(f->body.p, 0, f->body.n) != NULL) {
        return out_of_order(e);
    }
    c->bytes += f->body.n;
    if (c->bytes > COMMAND_BYTES_MAX) {
        return err_set(e, ERR_TOO_BIG, "the command line is longer than %u bytes; name a folder or a manifest instead",
                       COMMAND_BYTES_MAX);
    }
    struct str word = arena_str(ar, f->body.n > 0 ? str_of_bytes(f->body) : STR(""));
    if (word.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    c->argv[c->argc++] = word.p;
    return true;
}

bool caller_take(struct caller *c, struct frame *f, struct arena *ar, bool *complete, struct err *e)
{
    *complete = false;
    if (!c->greeted) {
        return f->kind == FRAME_HELLO ? take_hello(c, f, ar, e) : out_of_order(e);
    }
    if (f->kind != FRAME_WORD || (uint32_t)c->argc == c->expected) {
        return out_of_order(e);
    }
    if (!take_word(c, f, ar, e)) {
        return false;
    }
    *complete = (uint32_t)c->argc == c->expected;
    return true;
}

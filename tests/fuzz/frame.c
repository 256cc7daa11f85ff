/* Any bytes as packets of command.sock, and as the command line that they make up: each packet is two bytes of length
 * and its bytes. What is accepted keeps within the bounds of frames.h, and what is complete is parsed as the owner
 * does. */
#include "archive/command/frames.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void parse(const struct caller *c, struct arena *ar)
{
    struct parsed p;
    struct err e = ERR_INIT;
    if (!parse_command(c->argc, c->argv, ar, &p, &e)) {
        must(e.code != ERR_NONE && e.text[0] != '\0');
        return;
    }
    must(p.row != NULL && p.arg_count + p.opt_count <= (size_t)c->argc);
    for (size_t i = 0; i < p.opt_count; i++)
        must(p.opts[i].row != NULL && parsed_flag(&p, p.opts[i].row->name));
}

static void one_packet(struct caller *c, struct bytes packet, struct arena *ar, bool *over)
{
    struct frame f = {.fds = {-1, -1}};
    struct err e = ERR_INIT;
    bool complete = false;
    size_t fds = packet.n > 0 && packet.p[0] == FRAME_HELLO ? 2 : 0;
    if (!frame_parse(packet, fds, &f, &e)) {
        must(e.code == ERR_INVALID);
        *over = true;
        return;
    }
    must(f.body.n < FRAME_MAX && f.body.n + 1 == packet.n);
    if (!caller_take(c, &f, ar, &complete, &e)) {
        *over = true;
        return;
    }
    must((uint32_t)c->argc <= c->expected && c->expected <= COMMAND_ARGS_MAX);
    if (complete) {
        parse(c, ar);
        *over = true;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *ar = arena_new(16u << 20);
    struct reader r = reader_of((struct bytes){data, size});
    struct caller c;
    bool over = false;
    must(ar != NULL);
    caller_init(&c);
    while (!over && r.left >= 2) {
        uint16_t n = rd_be16(&r);
        struct bytes packet = rd_bytes(&r, n < r.left ? n : r.left);
        one_packet(&c, packet, ar, &over);
    }
    caller_close(&c);
    arena_free(&ar);
    return 0;
}

/* Any bytes as a log entry: what is accepted is written again to the same bytes. */
#include "archive/ledger/ledger_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = {data, size};
    struct arena *a = arena_new(1u << 20);
    struct entry en;
    instant t;
    struct err e = ERR_INIT;
    struct buf out CLEANUP(buf_free) = BUF_INIT(ENTRY_MAX + 1024);
    if (entry_parse(in, a, &en, &t, &e)) {
        if (!entry_text(&en, t, &out, &e) || bytes_cmp(buf_bytes(&out), in) != 0)
            abort();
    } else if (e.code == ERR_NONE || e.text[0] == '\0') {
        abort();
    }
    arena_free(&a);
    return 0;
}

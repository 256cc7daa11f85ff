/* id.c: object ids: sixteen random bytes that say nothing. Cannot fail but in parsing. */
#include "store.h"

#include <string.h>

void id_random(struct id *out)
{
    do {
        random_bytes(out->b, sizeof out->b);
    } while (id_is_zero(*out)); /* all zero means "none" everywhere */
}

void id_text(struct id id, char out[33])
{
    hex_encode((struct bytes){id.b, sizeof id.b}, out);
}

bool id_parse(struct str s, struct id *out)
{
    struct id read;
    if (s.n != 32 || !hex_decode(s, read.b, sizeof read.b) || id_is_zero(read)) {
        return false;
    }
    *out = read;
    return true;
}

bool id_is_zero(struct id id)
{
    static const struct id zero;
    return memcmp(id.b, zero.b, sizeof id.b) == 0;
}

struct bytes id_bytes(const struct id *id)
{
    return (struct bytes){id->b, sizeof id->b};
}

/* Any bytes as a header value with parameters. What is taken apart lies within what came in, no parameter stands twice,
 * and nothing of it could begin another header. */
#include "fcgi/body.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *ar = arena_new(1u << 20);
    struct header_value v;
    struct err e = ERR_INIT;
    if (header_value_read((struct str){(const char *)data, size}, ar, &v, &e)) {
        if (v.value.n == 0 || v.value.n > size || v.count > HEADER_PARAMS_MAX) {
            abort();
        }
        for (size_t i = 0; i < v.count; i++) {
            char name[80];
            struct str n = v.params[i].name;
            if (n.n == 0 || n.n > size || v.params[i].value.n > size || memchr(n.p, '\n', n.n) != NULL) {
                abort();
            }
            snprintf(name, sizeof name, "%.*s", (int)(n.n < 79 ? n.n : 79), n.p);
            if (n.n < 79 && header_param(&v, name).p != v.params[i].value.p) {
                abort();
            }
        }
    } else if (e.code == ERR_NONE || e.text[0] == '\0') {
        abort();
    }
    arena_free(&ar);
    return 0;
}

/* utf8.h: private to base: one step through UTF-8. */
#ifndef AKTA_BASE_UTF8_H
#define AKTA_BASE_UTF8_H
#include "base.h"

/* Length of the well-formed character (RFC 3629) at p, at most n bytes away, and its code point; 0 when it is malformed
 * or cut off. */
size_t utf8_step(const uint8_t *p, size_t n, uint32_t *code);
bool code_is_control(uint32_t code); /* C0, DEL, C1, and the line and paragraph separators */
bool code_is_bidi_control(
    uint32_t code); /* embeddings, overrides, isolates: they can make text show other than it is */
bool code_is_noncharacter(uint32_t code);

#endif

/* bulletin_case.h: what ships with the program, read once for all tests of a program: `b` with an arena for answers. */
#ifndef AKTA_TESTS_BULLETIN_CASE_H
#define AKTA_TESTS_BULLETIN_CASE_H
#include "testing.h"

#include "archive/office/bulletin_internal.h"

static struct bulletin *b;
static struct arena *ar;

static int open_builtin(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    ar = arena_new(256u << 20);
    if (ar == NULL || !crypto_init(&e) || !bulletin_builtin(&b, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return -1;
    }
    return 0;
}

static int close_builtin(void **state)
{
    (void)state;
    bulletin_free(&b);
    arena_free(&ar);
    return 0;
}

#endif

/* testing.h: cmocka with the headers it wants before it. */
#ifndef AKTA_TESTS_TESTING_H
#define AKTA_TESTS_TESTING_H
#include "base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_str(view, literal)                                                                                      \
    do {                                                                                                               \
        struct str seen_ = (view);                                                                                     \
        assert_int_equal(seen_.n, sizeof(literal) - 1);                                                                \
        assert_memory_equal(seen_.p, literal, sizeof(literal) - 1);                                                    \
    } while (0)

#endif

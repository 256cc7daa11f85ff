/* Byte ranges as RFC 9110 §14 has them: every form, every edge, and what is not of the form. */
#include "fcgi/window.h"
#include "testing.h"

static const struct {
    const char *header;
    uint64_t size;
    enum range_kind kind;
    uint64_t from, n;
} cases[] = {
    {"bytes=0-499", 10000, RANGE_PART, 0, 500},
    {"bytes=500-999", 10000, RANGE_PART, 500, 500},
    {"bytes=-500", 10000, RANGE_PART, 9500, 500},
    {"bytes=9500-", 10000, RANGE_PART, 9500, 500},
    {"bytes=0-0", 10000, RANGE_PART, 0, 1},
    {"bytes=0-", 1, RANGE_PART, 0, 1},
    {"bytes=9999-9999", 10000, RANGE_PART, 9999, 1},
    {"bytes=9999-99999", 10000, RANGE_PART, 9999, 1},
    {"Bytes= 3 - 5 ", 10, RANGE_PART, 3, 3},
    {"bytes=-99999", 10, RANGE_PART, 0, 10},
    {"bytes=0-99999999999999999999999", 10, RANGE_PART, 0, 10},
    {"bytes=10000-", 10000, RANGE_OUTSIDE, 0, 0},
    {"bytes=10000-10001", 10000, RANGE_OUTSIDE, 0, 0},
    {"bytes=99999999999999999999999-", 10000, RANGE_OUTSIDE, 0, 0},
    {"bytes=-0", 10000, RANGE_OUTSIDE, 0, 0},
    {"bytes=5-4", 10, RANGE_WHOLE, 0, 10},
    {"bytes=0-0,2-3", 10, RANGE_WHOLE, 0, 10},
    {"bytes=,", 10, RANGE_WHOLE, 0, 10},
    {"bytes=", 10, RANGE_WHOLE, 0, 10},
    {"bytes=-", 10, RANGE_WHOLE, 0, 10},
    {"bytes=a-b", 10, RANGE_WHOLE, 0, 10},
    {"bytes=1", 10, RANGE_WHOLE, 0, 10},
    {"bytes=+1-2", 10, RANGE_WHOLE, 0, 10},
    {"bytes=--1", 10, RANGE_WHOLE, 0, 10},
    {"bytes=0x1-2", 10, RANGE_WHOLE, 0, 10},
    {"items=0-1", 10, RANGE_WHOLE, 0, 10},
    {"", 10, RANGE_WHOLE, 0, 10},
    {"bytes=0-1", 0, RANGE_WHOLE, 0, 0},
};

static void every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct byte_range r;
        enum range_kind kind = range_of(str_of(cases[i].header), cases[i].size, &r);
        if (kind != cases[i].kind || (kind != RANGE_OUTSIDE && (r.from != cases[i].from || r.n != cases[i].n))) {
            fail_msg("%s of %llu: %d %llu+%llu", cases[i].header, (unsigned long long)cases[i].size, kind,
                     (unsigned long long)r.from, (unsigned long long)r.n);
        }
    }
}

/* Whatever comes in, a part lies within the file and is not empty. */
static void a_part_lies_within(void **state)
{
    static const char letters[] = "0123456789-,= bytes";
    (void)state;
    uint32_t x = 12345;
    for (size_t i = 0; i < 200000; i++) {
        char text[24] = "bytes=";
        size_t n = 6 + i % 14;
        for (size_t k = 6; k < n; k++) {
            x = x * 1664525u + 1013904223u;
            text[k] = letters[(x >> 16) % (sizeof letters - 1)];
        }
        uint64_t size = x % 300;
        struct byte_range r;
        if (range_of((struct str){text, n}, size, &r) == RANGE_PART) {
            assert_true(r.n > 0 && r.from < size && r.n <= size - r.from);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form),
        cmocka_unit_test(a_part_lies_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

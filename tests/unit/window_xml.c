/* The writers of XML and iCalendar: values are escaped for their place, misuse is a fault that sticks, long lines fold.
 */
#include "testing.h"

#include "fcgi/ical.h"
#include "fcgi/xml.h"

#define DECLARED "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void ends_as(struct buf *out, bool ok, const struct err *e, const char *wanted)
{
    if (!ok) {
        fail_msg("%s", e->text);
    }
    buf_add_u8(out, 0);
    assert_string_equal((const char *)out->p, wanted);
}

static void values_are_escaped(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_free) = BUF_INIT(1u << 16);
    struct err e = ERR_INIT;
    struct xml x = xml_to(&out);
    XML_OPEN(&x, "feed");
    XML_ATTR(&x, "title", STR("\"a\" & <b>\n"));
    XML_LEAF(&x, "name", STR("]]> <script>&amp;\x01\xEF\xBF\xBEż\r"));
    XML_OPEN(&x, "link");
    XML_CLOSE(&x, "link");
    XML_OPEN(&x, "updated");
    xml_instant(&x, 0);
    XML_CLOSE(&x, "updated");
    XML_CLOSE(&x, "feed");
    ends_as(&out, xml_end(&x, &e), &e,
            DECLARED
            "<feed title=\"&quot;a&quot; &amp; &lt;b&gt;&#10;\"><name>]]&gt; &lt;script&gt;&amp;amp;\xEF\xBF\xBD"
            "\xEF\xBF\xBDż&#13;</name>\n<link/>\n<updated>1970-01-01T00:00:00Z</updated>\n</feed>\n");
}

static void misuse_is_a_fault(void **state)
{
    (void)state;
    static const char bad[] = "\xFF";
    for (int i = 0; i < 7; i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(1u << 12);
        struct err e = ERR_INIT;
        struct xml x = xml_to(&out);
        XML_OPEN(&x, "a");
        switch (i) {
            case 0: /* left open */
                break;
            case 1:
                XML_CLOSE(&x, "b");
                break;
            case 2:
                xml_text(&x, STR("x"));
                XML_ATTR(&x, "late", STR("x"));
                break;
            case 3:
                xml_open(&x, "a b");
                break;
            case 4:
                xml_text(&x, (struct str){bad, 1});
                break;
            case 5:
                XML_CLOSE(&x, "a");
                XML_OPEN(&x, "second");
                XML_CLOSE(&x, "second");
                break;
            default:
                for (int deep = 0; deep <= XML_DEPTH; deep++) {
                    XML_OPEN(&x, "deep");
                }
        }
        assert_false(xml_end(&x, &e));
        assert_int_equal(e.code, ERR_STATE);
    }
}

static void a_full_buffer_is_told(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_free) = BUF_INIT(50);
    struct err e = ERR_INIT;
    struct xml x = xml_to(&out);
    XML_LEAF(&x, "a", STR("far more than fits into it"));
    assert_false(xml_end(&x, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
}

static void a_calendar_is_folded_and_escaped(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_free) = BUF_INIT(1u << 12);
    struct err e = ERR_INIT;
    struct day d;
    assert_true(day_make(2026, 12, 7, &d));
    struct ical c = ical_to(&out);
    ICAL_BEGIN(&c, "VEVENT");
    ICAL_DAY(&c, "DTSTART", d);
    ICAL_INSTANT(&c, "DTSTAMP", 0);
    ICAL_TEXT(&c, "SUMMARY", STR("a; b, c\\ d\ne"));
    /* 64 + 9 bytes, and the character after them has two. */
    ICAL_TEXT(&c, "COMMENT", STR("1234567890123456789012345678901234567890123456789012345678901234żółw"));
    ICAL_END(&c, "VEVENT");
    ends_as(
        &out, ical_end(&c, &e), &e,
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//akta//case//PL\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261207\r\n"
        "DTSTAMP:19700101T000000Z\r\nSUMMARY:a\\; b\\, c\\\\ d\\ne\r\n"
        "COMMENT:1234567890123456789012345678901234567890123456789012345678901234\r\n żółw\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n");
}

static void a_calendar_takes_no_line_of_others(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(1u << 12);
        struct err e = ERR_INIT;
        struct ical c = ical_to(&out);
        if (i == 0) {
            ICAL_WORD(&c, "UID", STR("a\r\nATTENDEE:b"));
        } else if (i == 1) {
            ICAL_END(&c, "VEVENT");
        } else {
            ICAL_BEGIN(&c, "VEVENT");
        }
        assert_false(ical_end(&c, &e));
        assert_int_equal(e.code, ERR_STATE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_escaped),
        cmocka_unit_test(misuse_is_a_fault),
        cmocka_unit_test(a_full_buffer_is_told),
        cmocka_unit_test(a_calendar_is_folded_and_escaped),
        cmocka_unit_test(a_calendar_takes_no_line_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The writer of HTML: values are escaped for their place, misuse is a fault that sticks, Polish gets its blanks. */
#include "testing.h"

#include "fcgi/html.h"

struct page {
    struct buf out;
    struct html h;
};

static struct page *fresh(enum lang lang)
{
    static struct page p;
    buf_free(&p.out);
    p.out = BUF_INIT(1u << 16);
    p.h = html_to(&p.out, lang);
    return &p;
}

static void written(struct page *p, const char *wanted)
{
    struct err e = ERR_INIT;
    if (!html_end(&p->h, &e)) {
        fail_msg("%s", e.text);
    }
    buf_add_u8(&p->out, 0);
    assert_string_equal((const char *)p->out.p, wanted);
    buf_free(&p->out);
}

static void refused(struct page *p)
{
    struct err e = ERR_INIT;
    assert_false(html_end(&p->h, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_non_null(strstr(e.text, "written wrongly"));
    buf_free(&p->out);
}

static void text_is_escaped(void **state)
{
    (void)state;
    struct page *p = fresh(LANG_EN);
    MARK(&p->h, "<p>");
    html_text(&p->h, STR("<script>alert('1') & \"2\"</script>"));
    MARK(&p->h, "</p>");
    written(p, "<p>&lt;script&gt;alert(&#39;1&#39;) &amp; &quot;2&quot;&lt;/script&gt;</p>");
}

static void attributes_are_escaped(void **state)
{
    (void)state;
    struct page *p = fresh(LANG_PL);
    MARK(&p->h, "<input name=\"q\" value=\"");
    html_attr(&p->h, STR("\" onfocus=\"x w domu"));
    MARK(&p->h, "\">");
    written(p, "<input name=\"q\" value=\"&quot; onfocus=&quot;x w domu\">");
}

static void addresses_are_chosen(void **state)
{
    (void)state;
    static const struct {
        struct str url;
        const char *wanted;
    } cases[] = {
        {STR_INIT("/karty"), "/karty"},
        {STR_INIT("/szukaj?q=a&b=c"), "/szukaj?q=a&amp;b=c"},
        {STR_INIT("https://a.example/x y\"<>"), "https://a.example/x%20y%22%3C%3E"},
        {STR_INIT("mailto:a@b.example"), "mailto:a@b.example"},
        {STR_INIT("/żółć"), "/%C5%BC%C3%B3%C5%82%C4%87"},
        {STR_INIT("javascript:alert(1)"), "#"},
        {STR_INIT("JaVaScRiPt:alert(1)"), "#"},
        {STR_INIT(" javascript:alert(1)"), "#"},
        {STR_INIT("data:text/html,x"), "#"},
        {STR_INIT("//evil.example/"), "#"},
        {STR_INIT("/\\evil.example/"), "#"},
        {STR_INIT("evil.example"), "#"},
        {STR_INIT(""), "#"},
        {STR_INIT("https://a.example/\r\nX: y"), "https://a.example/%0D%0AX:%20y"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char wanted[200];
        struct page *p = fresh(LANG_EN);
        MARK(&p->h, "<a href=\"");
        html_url(&p->h, cases[i].url);
        MARK(&p->h, "\">x</a>");
        snprintf(wanted, sizeof wanted, "<a href=\"%s\">x</a>", cases[i].wanted);
        written(p, wanted);
    }
}

static void parts_of_addresses_are_encoded(void **state)
{
    (void)state;
    struct page *p = fresh(LANG_EN);
    MARK(&p->h, "<a href=\"/karty/");
    html_part(&p->h, STR("../a?b&c=d#e%\"ł"));
    MARK(&p->h, "\">x</a>");
    written(p, "<a href=\"/karty/..%2Fa%3Fb%26c%3Dd%23e%25%22%C5%82\">x</a>");
}

static void what_is_no_text_shows_as_such(void **state)
{
    (void)state;
    struct page *p = fresh(LANG_EN);
    html_text(&p->h, STR("a\xFF<b>"));
    html_text(&p->h, STR("\1|\x7F|\n"));
    written(p, "\xEF\xBF\xBD\xEF\xBF\xBD|\xEF\xBF\xBD|\n");
}

static void numbers_and_digests(void **state)
{
    (void)state;
    struct page *p = fresh(LANG_EN);
    MARK(&p->h, "<b title=\"");
    html_number(&p->h, 7);
    MARK(&p->h, "\">");
    html_number(&p->h, 18446744073709551615u);
    html_wrapped_hex(&p->h, STR("0123456789abcdef01"));
    MARK(&p->h, "</b>");
    written(p, "<b title=\"7\">1844674407370955161501234567<wbr>89abcdef<wbr>01</b>");
}

static void svg_may_close_its_empty_elements(void **state)
{
    (void)state;
    struct page *p = fresh(LANG_EN);
    MARK(&p->h, "<!doctype html>\n<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg><br><input disabled>");
    written(p, "<!doctype html>\n<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg><br><input disabled>");
}

/* ---------------------------------------------------------------- misuse */

static void text_in_a_tag(struct html *h)
{
    MARK(h, "<p ");
    html_text(h, STR("x"));
    MARK(h, "></p>");
}
static void text_as_the_name(struct html *h)
{
    MARK(h, "<");
    html_text(h, STR("p"));
    MARK(h, "></p>");
}
static void text_in_an_attribute(struct html *h)
{
    MARK(h, "<p title=\"");
    html_text(h, STR("x"));
    MARK(h, "\"></p>");
}
static void attribute_in_text(struct html *h)
{
    html_attr(h, STR("x"));
}
static void attribute_in_an_address(struct html *h)
{
    MARK(h, "<a href=\"");
    html_attr(h, STR("javascript:x"));
    MARK(h, "\"></a>");
}
static void address_in_a_title(struct html *h)
{
    MARK(h, "<p title=\"");
    html_url(h, STR("/x"));
    MARK(h, "\"></p>");
}
static void address_after_a_literal(struct html *h)
{
    MARK(h, "<a href=\"java");
    html_url(h, STR("/script:x"));
    MARK(h, "\"></a>");
}
static void part_at_the_beginning(struct html *h)
{
    MARK(h, "<a href=\"");
    html_part(h, STR("javascript:x"));
    MARK(h, "\"></a>");
}
static void value_without_quotes(struct html *h)
{
    MARK(h, "<p title=x></p>");
}
static void value_in_single_quotes(struct html *h)
{
    MARK(h, "<p title='");
    html_attr(h, STR("x"));
    MARK(h, "'></p>");
}
static void script(struct html *h)
{
    MARK(h, "<script>x</script>");
}
static void style(struct html *h)
{
    MARK(h, "<style>p{}</style>");
}
static void style_attribute(struct html *h)
{
    MARK(h, "<p style=\"x\"></p>");
}
static void event_attribute(struct html *h)
{
    MARK(h, "<p onclick=\"x\"></p>");
}
static void frame(struct html *h)
{
    MARK(h, "<iframe src=\"/x\"></iframe>");
}
static void comment(struct html *h)
{
    MARK(h, "<!-- x -->");
}
static void wrong_order(struct html *h)
{
    MARK(h, "<p><b></p></b>");
}
static void closed_once_too_often(struct html *h)
{
    MARK(h, "<p></p></p>");
}
static void left_open(struct html *h)
{
    MARK(h, "<p>");
}
static void left_in_a_tag(struct html *h)
{
    MARK(h, "<p title=\"");
}
static void name_over_two_literals(struct html *h)
{
    MARK(h, "<scr");
    MARK(h, "ipt></script>");
}
static void attribute_over_two_literals(struct html *h)
{
    MARK(h, "<p on");
    MARK(h, "click=\"x\"></p>");
}
static void empty_outside_svg(struct html *h)
{
    MARK(h, "<p/>");
}
static void no_blank_between_attributes(struct html *h)
{
    MARK(h, "<p id=\"a\"title=\"b\"></p>");
}
static void too_deep(struct html *h)
{
    for (int i = 0; i < 100; i++) {
        MARK(h, "<div>");
    }
    for (int i = 0; i < 100; i++) {
        MARK(h, "</div>");
    }
}
static void number_in_a_tag(struct html *h)
{
    MARK(h, "<p ");
    html_number(h, 1);
    MARK(h, "></p>");
}

static void misuse_is_a_fault_that_sticks(void **state)
{
    static void (*const cases[])(struct html * h) = {text_in_a_tag,
                                                     text_as_the_name,
                                                     text_in_an_attribute,
                                                     attribute_in_text,
                                                     attribute_in_an_address,
                                                     address_in_a_title,
                                                     address_after_a_literal,
                                                     part_at_the_beginning,
                                                     value_without_quotes,
                                                     value_in_single_quotes,
                                                     script,
                                                     style,
                                                     style_attribute,
                                                     event_attribute,
                                                     frame,
                                                     comment,
                                                     wrong_order,
                                                     closed_once_too_often,
                                                     left_open,
                                                     left_in_a_tag,
                                                     name_over_two_literals,
                                                     attribute_over_two_literals,
                                                     empty_outside_svg,
                                                     no_blank_between_attributes,
                                                     too_deep,
                                                     number_in_a_tag};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct page *p = fresh(LANG_EN);
        cases[i](&p->h);
        if (p->h.fault == NULL && p->h.depth == 0 && p->h.place == HTML_TEXT) {
            fail_msg("case %zu of misuse went through: %.*s", i, (int)p->out.n, (const char *)p->out.p);
        }
        size_t before = p->out.n;
        if (p->h.fault != NULL) {
            html_text(&p->h, STR("more"));
            MARK(&p->h, "<p>");
            assert_int_equal(p->out.n, before);
        }
        refused(p);
    }
}

static void a_page_over_its_ceiling_fails(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(100);
    struct html h = html_to(&out, LANG_EN);
    struct err e = ERR_INIT;
    (void)state;
    for (int i = 0; i < 100; i++) {
        html_text(&h, STR("0123456789"));
    }
    assert_false(html_end(&h, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
}

/* ---------------------------------------------------------------- Polish */

/* In the expected text ~ is the unbreakable blank. */
static void polish_lines_break_well(void **state)
{
    static const char *const cases[][2] = {
        {"w domu i o nim", "w~domu i~o~nim"},
        {"W domu (w lesie) z", "W~domu (w~lesie) z"},
        {"do 21 listopada 2026 r. włącznie", "do 21~listopada~2026~r. włącznie"},
        {"31,00 zł, 12 560,00 zł", "31,00~zł, 12~560,00~zł"},
        {"art. 13 ust. 2 pkt 3 lit. a", "art.~13 ust.~2 pkt~3 lit.~a"},
        {"§ 4 nr 12, poz. 7", "§~4 nr~12, poz.~7"},
        {"plik 2,1 MB i 100 kB", "plik 2,1~MB i~100~kB"},
        {"tel. 62 781 45 33", "tel.~62~781~45~33"},
        {"rok 2026 był dobry", "rok 2026 był dobry"},
        {"ma 14 dni, za to", "ma 14 dni, za to"},
        {"aw mi do na", "aw mi do na"},
        {"koniec w ", "koniec w~"},
        {" ", " "},
        {"31 kwietnia, 5 maja", "31~kwietnia, 5~maja"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char wanted[400];
        size_t n = 0;
        for (const char *q = cases[i][1]; *q != '\0'; q++) {
            n += (size_t)snprintf(wanted + n, sizeof wanted - n, *q == '~' ? "\xC2\xA0" : "%c", *q);
        }
        struct page *p = fresh(LANG_PL);
        html_text(&p->h, str_of(cases[i][0]));
        written(p, wanted);
        p = fresh(LANG_EN);
        html_text(&p->h, str_of(cases[i][0]));
        written(p, cases[i][0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(attributes_are_escaped),
        cmocka_unit_test(addresses_are_chosen),
        cmocka_unit_test(parts_of_addresses_are_encoded),
        cmocka_unit_test(what_is_no_text_shows_as_such),
        cmocka_unit_test(numbers_and_digests),
        cmocka_unit_test(svg_may_close_its_empty_elements),
        cmocka_unit_test(misuse_is_a_fault_that_sticks),
        cmocka_unit_test(a_page_over_its_ceiling_fails),
        cmocka_unit_test(polish_lines_break_well),
    };
    return cmocka_run_group_tests_name("window html", tests, NULL, NULL);
}

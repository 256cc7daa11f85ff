/* Markdown as parts: properly nested, no way for raw HTML, links only where a citizen may be sent. */
#include "testing.h"

#include "office.h"

static const char *const names[] = {
    [PROSE_PARAGRAPH] = "p",  [PROSE_HEADING] = "h",        [PROSE_LIST] = "ul",          [PROSE_NUMBERED] = "ol",
    [PROSE_ITEM] = "li",      [PROSE_QUOTE] = "quote",      [PROSE_CODE_BLOCK] = "pre",   [PROSE_RULE] = "hr",
    [PROSE_TABLE] = "table",  [PROSE_TABLE_HEAD] = "thead", [PROSE_TABLE_BODY] = "tbody", [PROSE_ROW] = "tr",
    [PROSE_HEAD_CELL] = "th", [PROSE_CELL] = "td",          [PROSE_STRONG] = "b",         [PROSE_EMPHASIS] = "i",
    [PROSE_CODE] = "code",    [PROSE_LINK] = "a",           [PROSE_BREAK] = "br"};

struct trace {
    struct buf out;
    enum prose_part stack[64];
    size_t depth;
    bool stop;
};

static bool on_open(void *ctx, enum prose_part part, unsigned number, struct str target, struct err *e)
{
    struct trace *t = ctx;
    (void)e;
    assert_true(t->depth < 64);
    t->stack[t->depth++] = part;
    buf_fmt(&t->out, "<%s", names[part]);
    if (number > 0) {
        buf_fmt(&t->out, "%u", number);
    }
    if (target.n > 0) {
        buf_fmt(&t->out, " %.*s", (int)target.n, target.p);
    }
    buf_add_z(&t->out, ">");
    return true;
}

static bool on_close(void *ctx, enum prose_part part, unsigned number, struct err *e)
{
    struct trace *t = ctx;
    (void)e;
    assert_true(t->depth > 0 && t->stack[t->depth - 1] == part);
    t->depth--;
    buf_fmt(&t->out, part == PROSE_HEADING ? "</%s%u>" : "</%s>", names[part], number);
    return true;
}

static bool on_text(void *ctx, struct str plain, struct err *e)
{
    struct trace *t = ctx;
    assert_true(plain.n > 0);
    buf_add_str(&t->out, plain);
    return !t->stop || err_set(e, ERR_TOO_BIG, "enough");
}

struct example {
    const char *markdown, *parts;
};
static const struct example examples[] = {
    {"", ""},
    {"Zwykły tekst.", "<p>Zwykły tekst.</p>"},
    {"dwa\nwiersze", "<p>dwa wiersze</p>"},
    {"adres\\\nulica", "<p>adres<br></br>ulica</p>"},
    {"## Opłaty", "<h2>Opłaty</h2>"},
    {"**17 zł** i *nie* więcej", "<p><b>17 zł</b> i <i>nie</i> więcej</p>"},
    {"- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
    {"3. a\n4. b", "<ol3><li>a</li><li>b</li></ol>"},
    {"1. a\n   - b", "<ol1><li>a<ul><li>b</li></ul></li></ol>"},
    {"| a | b |\n|---|---|\n| 1 | 2 |",
     "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"},
    {"> cytat", "<quote><p>cytat</p></quote>"},
    {"---", "<hr></hr>"},
    {"`kod`", "<p><code>kod</code></p>"},
    {"[cennik](/informacje/cennik)", "<p><a /informacje/cennik>cennik</a></p>"},
    {"[x](https://gov.pl)", "<p><a https://gov.pl>x</a></p>"},
    {"zob. https://gov.pl/x oraz a@b.pl",
     "<p>zob. <a https://gov.pl/x>https://gov.pl/x</a> oraz <a mailto:a@b.pl>a@b.pl</a></p>"},
    {"Emp@tia i 5343.4", "<p>Emp@tia i 5343.4</p>"},
    /* what must not get through */
    {"<script>alert(1)</script>", "<p><script>alert(1)</script></p>"},
    {"a <b onclick=\"x\">b</b>", "<p>a <b onclick=\"x\">b</b></p>"},
    {"<div>\n\nx", "<p><div></p><p>x</p>"},
    {"[x](javascript:alert(1))", "<p>x</p>"},
    {"[x](JaVaScRiPt:alert(1))", "<p>x</p>"},
    {"[x](&#106;avascript:alert(1))", "<p>x</p>"},
    {"[x](data:text/html,x)", "<p>x</p>"},
    {"[x](//evil.example)", "<p>x</p>"},
    {"[x](/\\evil.example)", "<p>x</p>"},
    {"[x](</a b>)", "<p>x</p>"},
    {"[x](file:///etc/passwd)", "<p>x</p>"},
    {"![opis](https://x.example/a.png)", "<p>opis</p>"},
    {"[![opis](/a.png)](/b)", "<p><a /b>opis</a></p>"},
    {"&lt;b&gt; &amp; &sect; &#322; &#x142; &#0; &nieznane;", "<p><b> & § ł ł \xEF\xBF\xBD &nieznane;</p>"},
};

static void parts_of(const char *markdown, struct trace *t)
{
    struct err e = ERR_INIT;
    const struct prose_sink sink = {on_open, on_close, on_text, t};
    if (!prose_render(str_of(markdown), &sink, &e)) {
        fail_msg("%s: %s", markdown, e.text);
    }
    assert_int_equal(t->depth, 0);
}

static void markdown_becomes_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct trace t = {.out = BUF_INIT(1u << 20)};
        parts_of(examples[i].markdown, &t);
        struct str got = buf_str(&t.out);
        if (!str_is(got, examples[i].parts)) {
            fail_msg("%s\n  gives %.*s\n  not   %s", examples[i].markdown, (int)got.n, got.p, examples[i].parts);
        }
        buf_free(&t.out);
    }
}

static void the_sink_may_stop(void **state)
{
    struct trace t = {.out = BUF_INIT(1u << 20), .stop = true};
    const struct prose_sink sink = {on_open, on_close, on_text, &t};
    struct err e = ERR_INIT;
    (void)state;
    assert_false(prose_render(STR("a\n\nb\n"), &sink, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    buf_free(&t.out);
}

/* Every published body renders, and none opens with a heading that the page would have to put above its own. */
static void all_that_ships_renders(void **state)
{
    struct err e = ERR_INIT;
    struct arena *ar = arena_new(64u << 20);
    struct publication *list;
    size_t n;
    (void)state;
    assert_true(publish_builtin(ar, &list, &n, &e));
    for (size_t i = 0; i < n; i++) {
        struct published p;
        struct trace t = {.out = BUF_INIT(4u << 20)};
        assert_true(published_parse(list[i].kind, list[i].text, ar, &p, &e));
        parts_of(p.body.n > 0 ? p.body.p : "", &t);
        buf_add_u8(&t.out, 0);
        if (strstr((const char *)t.out.p, "<h1>") != NULL || strstr((const char *)t.out.p, "<pre>") != NULL ||
            strstr((const char *)t.out.p, "<quote>") != NULL) {
            fail_msg("%.*s has a first-level heading, a code block or a quotation", (int)p.slug.n, p.slug.p);
        }
        buf_free(&t.out);
    }
    arena_free(&ar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markdown_becomes_parts),
        cmocka_unit_test(the_sink_may_stop),
        cmocka_unit_test(all_that_ships_renders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

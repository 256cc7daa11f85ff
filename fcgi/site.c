/* site.c: the stylesheet, the marks and the script of conf/site, carried inside the program and sent as they lie. */
#include "window.h"

#include <string.h>

extern const uint8_t _binary_akta_css_start[], _binary_akta_css_end[];
extern const uint8_t _binary_icon_svg_start[], _binary_icon_svg_end[];
extern const uint8_t _binary_bip_svg_start[], _binary_bip_svg_end[];
extern const uint8_t _binary_verify_js_start[], _binary_verify_js_end[];

static struct site_file named(const char *stem, const char *ending, const char *type, struct bytes content)
{
    struct site_file f = {.type = type, .content = content};
    uint8_t digest[SHA256_SIZE];
    char hex[13];
    sha256_of(content, digest);
    hex_encode((struct bytes){digest, 6}, hex);
    snprintf(f.name, sizeof f.name, "%s-%s.%s", stem, hex, ending);
    return f;
}

static struct bytes between(const uint8_t *start, const uint8_t *end)
{
    return (struct bytes){start, (size_t)(end - start)};
}

void site_fill(struct site *s)
{
    s->style = named("akta", "css", "text/css; charset=utf-8", between(_binary_akta_css_start, _binary_akta_css_end));
    s->icon = named("icon", "svg", "image/svg+xml", between(_binary_icon_svg_start, _binary_icon_svg_end));
    s->bip = named("bip", "svg", "image/svg+xml", between(_binary_bip_svg_start, _binary_bip_svg_end));
    s->verify = named("verify", "js", "text/javascript; charset=utf-8",
                      between(_binary_verify_js_start, _binary_verify_js_end));
}

void page_site(struct call *c)
{
    const struct site_file *files[SITE_FILES] = {&c->w->site.style, &c->w->site.icon, &c->w->site.bip,
                                                 &c->w->site.verify};
    for (size_t i = 0; i < SITE_FILES; i++) {
        if (str_is(c->parts.slug, files[i]->name)) {
            c->a->status = 200;
            c->a->type = files[i]->type;
            buf_add(&c->a->body, files[i]->content.p, files[i]->content.n);
            return;
        }
    }
    answer_problem(c, 404, N_("Check the address, or begin at the start page."));
}

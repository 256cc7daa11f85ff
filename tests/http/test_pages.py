"""Every page that can be reached: it answers, is well formed, says where it is, and its links lead somewhere."""
from urllib.parse import quote

from desk import Desk, Page, main, ok, own_links, same

desk = Desk().start()
office_name = "Urząd Miejski w Brzozowie Dolnym"
seen = {}


def crawl():
    queue = ["/", "/en/"]
    dead = []
    while queue:
        path = queue.pop()
        if path in seen:
            continue
        a = desk.ask(path)
        seen[path] = a
        if a.status != 200:
            dead.append((path, a.status))
            continue
        if (a["content-type"] or "").startswith("text/html"):
            queue += own_links(Page(a.text), path)
    same(dead, [], "every link on every page leads to an answer")
    pages = [p for p in seen if (seen[p]["content-type"] or "").startswith("text/html")]
    ok(len(pages) > 2 * (27 + 38), "the crawl reaches every card and register in both languages", len(pages))
    for lang in ("", "/en"):
        cards = [p for p in pages if p.startswith(f"{lang}/karty/") and p.count("/") == 2 + lang.count("/")]
        registers = [p for p in pages if p.startswith(f"{lang}/rejestry/") and p[len(f"{lang}/rejestry/"):].isdigit()]
        same((len(cards), len(registers)), (27, 38), f"27 cards and 38 registers by links from {lang or '/'}")


def each_page():
    faults, titles, langs, skips, heads, others = [], [], [], [], [], []
    for path, a in seen.items():
        if not (a["content-type"] or "").startswith("text/html"):
            continue
        p = Page(a.text)
        faults += [(path, f) for f in p.faults]
        if p.title != p.h1.replace("\u00a0", " ") + f" – {office_name}":
            titles.append((path, p.title, p.h1))
        if p.lang != ("en" if path == "/en/" or path.startswith("/en/") else "pl"):
            langs.append(path)
        if p.links[0] != "#main":
            skips.append(path)
        other = path[3:] if path.startswith("/en/") else "/en" + path
        if other not in p.links:
            others.append(path)
        form = "/wniosek" in path or "/spraw" in path
        # An empty form can be gone back to with what was typed into it; other people's data in one cannot.
        own = "/wniosek" in path and not path.endswith(("/akta-sprawy", "/dane-z-rejestru"))
        if form and (a["cache-control"] != ("private, no-cache" if own else "no-store") or a["etag"]) or \
                not form and (a["cache-control"] != "public, max-age=60" or not a["etag"]):
            heads.append((path, a["cache-control"], a["etag"]))
    same(faults, [], "every page is well formed and accessible in its bones")
    same(titles, [], "the title is the h1 and the office")
    same(langs, [], "the language is said")
    same(skips, [], "the first link skips to the content")
    same(others, [], "every page links to itself in the other language")
    same(heads, [], "public pages may be kept for a minute and have an ETag, forms are kept nowhere")


def security_headers():
    wanted = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
              "cross-origin-opener-policy": "same-origin"}
    csp = ("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
           "frame-ancestors 'none'")
    bad = []
    for path in ["/", "/en/karty", "/szukaj?q=x", "/nie-ma", "/api/v1/services", "/healthz"]:
        a = desk.ask(path)
        if a["content-security-policy"] != csp or any(a[k] != v for k, v in wanted.items()) or a["set-cookie"]:
            bad.append((path, a.headers))
    same(bad, [], "every answer carries the security headers and no cookie")


def first_page_is_light():
    a = desk.ask("/", Accept_Encoding="identity")
    p = Page(a.text)
    total = len(a.body) + sum(len(desk.ask(s, Accept_Encoding="identity").body) for s in p.sources)
    ok(total < 60_000, "the first page with all it needs is under 60 kB", total)
    ok(all(s.startswith("/site/") for s in p.sources), "and asks nobody else", p.sources)
    same(desk.ask(p.sources[0])["cache-control"], "public, max-age=31536000, immutable", "the stylesheet is kept for ever")
    same(desk.ask("/site/akta-000000000000.css").status, 404, "under its own name only")


def polish_blanks():
    lone = (" w ", " z ", " i ", " o ", " u ", " a ")
    bad = [(path, s) for path in ("/", "/karty", "/dziennik", "/nie-ma") for s in Page(desk.ask(path).text).words
           if any(w in s for w in lone)]
    same(bad, [], "no lone letter can stand at the end of a line")
    ok("\u00a0" in desk.ask("/").text, "the output filter sets unbreakable blanks")


def languages():
    same(Page(desk.ask("/").text).h1, "Co chcesz zrobić?", "the start page in Polish")
    same(Page(desk.ask("/en/").text).h1, "What do you want to do?", "and in English")
    a = desk.ask("/en")
    same((a.status, a["location"]), (308, "/en/"), "/en is /en/")
    a = desk.ask("/karty/")
    same((a.status, a["location"]), (308, "/karty"), "a slash too many is taken off")
    same(desk.ask("/en/healthz").status, 404, "only pages have a language")


def searching():
    p = Page(desk.ask("/szukaj?q=" + quote("dowód")).text)
    ok("Znaleziono" in p.said and any(x and x.startswith("/karty/") for x in p.links), "search finds cards", p.said[:300])
    ok(Page(desk.ask("/szukaj?q=dowod").text).said.split("Znaleziono")[-1] ==
       p.said.split("Znaleziono")[-1], "without its accent too")
    same(desk.ask("/szukaj?q=").status, 200, "an empty question shows the form")
    p = Page(desk.ask("/szukaj?q=xqzxqz").text)
    ok("Nic nie znaleźliśmy" in p.said and "/karty" in p.links, "nothing found: what to do next", p.said)
    a = desk.ask("/szukaj?q=" + "a" * 201)
    ok(a.status == 422 and 'aria-describedby="words-fault"' in a.text, "a question too long: said at the field", a)
    ok("a" * 201 in a.text, "and kept")
    for path in ("/szukaj", "/odpowiedzi"):
        a = desk.ask(path + "?q=" + "a" * 201)
        ok(Page(a.text).title.startswith("Błąd: ") and " autofocus" in a.text, f"in the title and with the focus: {path}", a)


main(crawl, each_page, security_headers, first_page_is_light, polish_blanks, languages, searching)

"""What stands before the pages: methods, bodies, hostile addresses, hostile parameters, conditional requests, outages."""
import http.client
import json
import signal

from desk import Desk, Page, main, ok, same, wait_for

desk = Desk().start()
PAGES = ["/", "/karty", "/rejestry", "/rejestry/1", "/rejestry/zasady", "/informacje", "/dane-osobowe", "/dziennik",
         "/szukaj", "/szukaj?q=wniosek"]
API = ["/api/v1/services", "/api/v1/registers", "/api/v1/registers/1"]


def methods():
    bad = []
    for path in PAGES + API + ["/healthz"]:
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "get"):
            a = desk.ask(path, method)
            if (a.status, a["allow"]) != (405, "GET, HEAD") and not (method == "get" and a.status == 400):
                bad.append((method, path, a.status, a["allow"]))
    same(bad, [], "reading is all that pages do: 405 with Allow")
    bad = []
    for path in PAGES + API:
        a, h = desk.ask(path), desk.ask(path, "HEAD")
        if (h.status, h.body, h["etag"], h["content-length"]) != (200, b"", a["etag"], a["content-length"]):
            bad.append((path, a, h))
    same(bad, [], "HEAD is GET without the body")
    same(desk.ask("/karty", "POST", body=b"x=1").status, 405, "a body does not change that")
    same(desk.ask("/karty", "GET", body=b"x=1").status, 413, "no page takes a body")
    same(desk.ask("/karty", "POST", body=b"x" * 2_000_000).status, 413, "nor nginx a large one")


def conditional():
    bad = []
    for path in PAGES + API:
        tag = desk.ask(path)["etag"]
        for said in (tag, "W/" + tag, f'"other", {tag}', "*"):
            a = desk.ask(path, If_None_Match=said)
            if (a.status, a.body, a["etag"]) != (304, b"", tag):
                bad.append((path, said, a))
        if desk.ask(path, If_None_Match='"other"').status != 200:
            bad.append((path, "other"))
    same(bad, [], "what the caller has already is 304")
    ok(desk.ask("/")["etag"] != desk.ask("/en/")["etag"], "each page has its own ETag")


def errors():
    a = desk.ask("/nie-ma-takiej")
    p = Page(a.text)
    same((a.status, p.h1, p.faults, a["cache-control"]), (404, "Nie ma takiej strony", [], "no-store"), "404 is a page")
    p = Page(desk.ask("/en/no-such").text)
    same((p.h1, p.lang), ("There is no such page", "en"), "and speaks the language of its address")
    for path in ["/karty/nie-ma", "/rejestry/39", "/rejestry/0", "/rejestry/01", "/rejestry/99999999999999999999",
                 "/informacje/nie-ma", "/karty/nie-ma/wersje", "/karty/x/wersje/1", "/api/v1/services/x",
                 "/api/v1/registers/39", "/api/v2/services", "/site/x"]:
        same(desk.ask(path).status, 404, f"404: {path}")
    for status, path, method in ((405, "/services", "TRACE"), (414, "/" + "x" * 9000, "GET"), (400, "/services%00", "GET")):
        a = desk.ask("/api/v1" + path, method)
        said = json.loads(a.text) if a["content-type"] == "application/problem+json" else {}
        same((a.status, said.get("status"), said.get("title")), (status, status, http.client.responses[status].replace("Request-", "")),
             f"what nginx itself refuses of the API is a problem as well: {status}")
        ok(desk.ask(path, method).text.startswith("<!doctype html>"), "and a page elsewhere")
    same(desk.ask("/metrics").status, 404, "figures are not for others")


HOSTILE = [
    "/karty/../../etc/passwd", "/karty/..%2f..%2fetc%2fpasswd", "/site/..%2f..%2fkeys", "/site/%2e%2e/akta.conf",
    "/log/tile/..%2f..%2fkeys%2flog.skey", "/log/tile/../../keys/log.skey", "/log/../keys/log.skey", "/log/tile/%2e%2e/%2e%2e/akta.conf",
    "/karty/a%0d%0aX-Evil:%201", "/karty/%0d%0aSet-Cookie:x=1/", "/%0d%0aLocation:%20https://evil.example/",
    "/karty/%ff%fe", "/karty/%c0%ae%c0%ae/", "/karty/%ed%a0%80", "/karty/" + "a" * 81, "/karty/" + "a" * 7000,
    "/karty//..//", "/./karty/x/.", "/karty/%25%32%65", "/karty/x;jsessionid=1", "/karty/<script>", "/karty/x%3Cscript%3E",
    "/rejestry/-1", "/rejestry/1.5", "/rejestry/1e3", "/rejestry/%31%00", "//evil.example/", "/\\evil.example", "/%5cevil.example/",
    "/en/en/karty", "/en//", "/EN/karty", "/KARTY", "/karty%2F", "/?", "/#", "/%",
]


def hostile_addresses():
    bad = []
    for path in HOSTILE:
        request = f"GET {path} HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n\r\n".encode("utf-8", "surrogateescape")
        status = desk.raw(request)
        if status not in (200, 308, 400, 403, 404, 414):
            bad.append((path, status))
    same(bad, [], "hostile addresses get a clear answer")
    for path in HOSTILE:
        if " " in path or "<" in path or "#" in path or "\\" in path:
            continue
        a = desk.ask(path)
        if "x-evil" in a.headers or a["set-cookie"] or (a["location"] or "/").startswith(("//", "http")):
            bad.append((path, a))
        if b"root:" in a.body or b"PRIVATE" in a.body or b"<script" in a.body:
            bad.append((path, a))
    same(bad, [], "and nothing of them comes back")
    same(desk.raw(b"GET /karty\x00/x HTTP/1.1\r\nHost: a\r\n\r\n"), 400, "NUL")
    same(desk.raw(b"GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 400, "a coded NUL")
    same(desk.raw(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 40000 + b"\r\n\r\n"), 400, "a header of 40 kB")
    same(desk.raw(b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"), 414, "an address of 40 kB")
    same(desk.raw(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), 400,
         "two lengths")
    same(desk.raw(b"nonsense\r\n\r\n"), 400, "no HTTP at all")
    ok(desk.raw(b"GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n") == 200 and
       b"evil" not in desk.ask("/", X_Forwarded_Host="evil.example").body, "the name a caller gives us is not used")


PROBES = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)", "javascript:alert(1)",
          "</title><script>", "<svg/onload=alert(1)>", "&lt;script&gt;", "{{7*7}}", "%3Cscript%3E", "\u2028<b>", "a\u0000b"[:1] + "<i>"]


def hostile_parameters():
    from urllib.parse import quote
    bad = []
    plain = Page(desk.ask("/szukaj?q=wniosek").text)
    for path in ["/szukaj", "/en/szukaj", "/karty", "/", "/rejestry/1"]:
        for probe in PROBES:
            for name in ("q", "x", quote(probe)):
                a = desk.ask(f"{path}?{name}={quote(probe)}")
                p = Page(a.text)
                if a.status not in (200, 400, 422) or p.faults or len(p.forms) > 2 or b"<script" in a.body or \
                        b"<img src=x" in a.body or b"<svg/" in a.body or b"<i>" in a.body or b"<b>" in a.body:
                    bad.append((path, name, probe, a.status, p.faults))
    same(bad, [], "no parameter becomes markup")
    ok(not plain.faults, "the plain page neither", plain.faults)
    for query, status in [("q=%", 400), ("q=%4", 400), ("q=%zz", 400), ("q=%ff", 400), ("q=%c0%80", 400), ("q=a&q=b", 400),
                          ("q=%00", 422), ("q=a%0ab", 422), ("q=%0a", 200), ("&&&", 200), ("=", 200), ("q", 200), ("q=" + "+" * 300, 200),
                          ("%71=x", 200), ("q=%C4%85", 200)]:
        a = desk.ask("/szukaj?" + query)
        ok(a.status == status and not Page(a.text).faults, f"{status}: ?{query[:20]}", a)


def outage():
    desk.owner.send_signal(signal.SIGKILL)
    desk.owner.wait()
    a = desk.ask("/karty")
    ok(a.status == 503 and a["retry-after"] == "30" and "Przerwa techniczna" in a.text and "złóż w" in a.text.replace("\u00a0", " ").replace("&nbsp;", " "),
       "while the owner is away: 503, when to come again, what to do", a)
    a = desk.ask("/api/v1/services")
    ok(a.status == 503 and a["content-type"] == "application/problem+json" and a["retry-after"] == "30", "the API too", a)
    same(desk.ask("/log/checkpoint").status, 200, "the log stays readable")
    desk.owner = None
    desk.start_owner()
    ok(wait_for(lambda: desk.ask("/").status == 200), "and back again")


main(methods, conditional, errors, hostile_addresses, hostile_parameters, outage)

"""The window against senders who mean ill: through nginx, and straight at the socket with FastCGI records made by hand.
Each gets a clear answer or a closed connection; the process stays the same one and does not grow, nothing half done is
left behind, and the next honest citizen is served."""
import json
import os
import re
import struct
import threading
import time

import wire
from desk import Desk, Page, main, ok, same, wait_for
from tap import SAN
from wire import CLOSED, CONTROL, FORM, MULTIPART, RAW_CONTROL, TRAVERSAL, begin, connected, evil, filled, http, is_human, malformed_bodies
from wire import multipart, pair, params, production, record, status, stream, whole

desk, slow_desk = Desk(), Desk().start()
conf = desk.dir / "akta.conf"
conf.write_text(conf.read_text("utf-8") + "\n[store]\ncache_mb = 1\n", "utf-8")  # the tables' cache would look like growth
pid = desk.start().owner.pid
SOCKET = desk.dir / "run" / "fcgi.sock"
ROWS = wire.table()
LETTER = json.dumps({"kind": "foi", "way": "here", "content": "Proszę o wykaz umów na odśnieżanie."})
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
POLICY = "default-src 'none'"
answered = []  # every answer of this run: (what was asked, answer)


def memory():
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status", encoding="ascii").read())[1])


def key(n=[0]):
    n[0] += 1
    return f"hostile-window-{os.getpid()}-{n[0]:06d}"


def straight(path, method="GET", body=b"", **more):
    """As akta-fcgi says it to nginx; None: it closed the connection."""
    a = wire.parsed(wire.answers_in(wire.talk(SOCKET, whole(path, method, body, **more)))[0])
    if a is not None:
        answered.append((("straight", method, path), a))
    return a


def web(request, place=None, seconds=5):
    """Bytes of HTTP through nginx. One request, so the connection ends after its answer."""
    with connected(place or desk.web_socket, seconds) as s:
        try:
            s.sendall(request)
        except ConnectionError:
            pass
        got = b""
        try:
            while True:
                a = wire.http_answer(got)
                if a is not None and len(a.body) >= int(a["content-length"] or (0 if a.status == 304 else 1 << 40)):
                    break
                piece = s.recv(65536)
                if not piece:
                    break
                got += piece
        except (ConnectionError, TimeoutError):
            pass
    a = wire.http_answer(got)
    if a is not None:
        answered.append((request[:60], a))
    return a


def ask(path, method="GET", body=None, **headers):
    a = desk.ask(path, method, body, **headers)
    answered.append(((method, path), a))
    return a


def form(slug="informacja"):
    """(address, ticket) of a new letter."""
    text = ask("/wniosek/" + slug).text
    action = [f["action"] for f in Page(text).forms if f["action"].startswith("/s/")][0]
    return action, re.search(r'name="formularz" value="(\w+)"', text)[1]


def honest():
    """Asks and files as a citizen does."""
    if ask("/karty").status != 200:
        return False
    action, ticket = form()
    body = multipart([("formularz", ticket), ("pismo", "informacja"), ("content", "Proszę o wykaz umów."), ("way", "here"),
                      ("files", "skan.pdf", b"%PDF-1.4\n" + os.urandom(2000))])
    return ask(action, "POST", body, Content_Type=MULTIPART).status == 303


def stands(name):
    ok(desk.owner.poll() is None and honest(), name + ": the same process serves the next honest citizen", desk.owner.poll())


def contents():
    return sorted(str(p) for p in (desk.dir / "content").rglob("*") if p.is_file())


def elsewhere():
    """Names of every file outside the folders that grow by themselves."""
    return sorted(str(p) for p in desk.root.rglob("*") if not {"content", "env", "log", "nginx"} & set(p.parts))


# ---------------------------------------------------------------- addresses, queries, headers

def variables():
    return sorted({(m, p) for m, p in ROWS if "{" in p})


def addresses_through_nginx():
    bad, count = [], 0
    for method, path in variables():
        for part in re.findall(r"\{(\w+)\}", path):
            for probe in TRAVERSAL + CONTROL:
                count += 1
                a = web(http(filled(path, **{part: probe}), method))
                # a slash in the probe may lead to another address of ours, which is then simply that one
                if a is None or a.status not in (400, 403, 404, 405, 414, 415, 308) + ((200, 303) if "/" in probe or probe in (".", "..") else ()) \
                        or evil(a) or (a["location"] or "/")[:2] in ("//", "/\\"):
                    bad.append((method, path, part, probe, a))
    same(bad[:3], [], f"no part of an address leads out of its place or into a header, through nginx ({count})")


def addresses_straight():
    bad, count = [], 0
    for method, path in variables():
        for part in re.findall(r"\{(\w+)\}", path):
            for probe in TRAVERSAL + RAW_CONTROL + ["\udcff\udcfe"]:
                count += 1
                a = straight(filled(path, **{part: probe}), method)
                # libfcgi ends a parameter at its first NUL: what is left may be another address of ours
                right = (404, 405, 415, 403) + ((200, 308) if "\0" in probe else ())
                if a is None or a.status not in right or evil(a) or (a["location"] or "/").startswith("//"):
                    bad.append((method, path, part, probe, a))
    same(bad[:3], [], f"nor straight at the socket, where nobody cleaned them ({count})")
    for path in ("", "karty", "/en/../karty", "/./karty", "*", "http://evil.example/", "/" + "x" * 60_000):
        ok(status(straight(path)) == 404, f"an address that is none: {path[:24]!r}")


def queries():
    bad = []
    for query in ("q=%00", "q=%0d%0aX-Evil:1", "q=%", "q=%zz", "q=%ff", "q=a&q=b", "q=" + "a" * 201, "q=" + "a" * 7000,
                  "&" * 7000, "=" * 7000, "q[]=1", "q=%f0%9f%98%80"):
        a = web(http("/szukaj?" + query))
        if status(a) not in (200, 400, 422) or evil(a):
            bad.append((query[:30], a))
    for query in ("q=\0", "q=a\r\nX-Evil: 1", "q=" + "a" * 1_000_000, "&".join(f"f{i}=1" for i in range(50_000)), "%" * 9999):
        a = straight("/szukaj", QUERY_STRING=query)
        if status(a) not in ((CLOSED,) if len(query) > 60_000 else (200, 400, 413, 422)) or (a is not None and evil(a)):
            bad.append((query[:30], a))
    for path in ("/wniosek?co=../x&dalej=1", "/wniosek?co=%0d%0aLocation:%20//evil.example", "/wniosek?co=//evil.example",
                 "/s/" + "0" * 32 + "?zrobione=%0d%0a"):
        a = web(http(path))
        if status(a) not in (200, 400, 404, 422) or evil(a):
            bad.append((path, a))
    same(bad[:3], [], "no query is worse than a plain no")
    same(status(web(http("/szukaj?q=" + "a" * 40_000))), 414, "a query of 40 kB does not fit")


def headers():
    bad = []
    for line in (b"X: a\0b", b"X: a\rb", b"X\0: a", b": a", b"X y: a", b" folded: x", b"Host: other.example", b"Cookie: " + b"x" * 40_000,
                 b"Content-Length: -1", b"Content-Length: +5", b"Content-Length: 0x10", b"Content-Length: 5, 5",
                 b"Content-Length: 99999999999999999999999", b"Content-Length: 5\r\nContent-Length: 6"):
        a = web(http("/karty", "GET", line))
        if status(a) not in ((200, 400) if line[:2] in (b"X\0", b": ", b"X ", b" f") else (400, 413)):
            bad.append((line[:30], a))
    same(bad, [], "headers that are none are refused by nginx, in words")
    bad = []
    for name, value in [("HTTP_ACCEPT_LANGUAGE", "en\r\nX-Evil: 1"), ("HTTP_IF_NONE_MATCH", "\"\r\nX-Evil: 1"), ("HTTP_HOST", "evil.example\r\n"),
                        ("HTTP_ORIGIN", "://"), ("HTTP_SEC_FETCH_SITE", "\0"), ("HTTP_AKTA_SECRET", "x" * 50_000),
                        ("REQUEST_METHOD", ""), ("REQUEST_METHOD", "GET\r\n"), ("REMOTE_ADDR", "x" * 9000), ("X" * 50_000, ""),
                        ("CONTENT_LENGTH", "0"), ("", "")]:
        for path in ("/karty", "/api/v1/requests/x", "/s/" + "0" * 32 + "/zmien"):
            said = params(path) + pair(name, value)
            a = wire.parsed(wire.answers_in(wire.talk(SOCKET, begin() + stream(wire.PARAMS, said) + record(wire.STDIN)))[0])
            if a is None or a.status >= 500 or evil(a):
                bad.append((name[:20], value[:20], path, a))
    same(bad[:3], [], "nor do parameters of FastCGI come back or break anything")
    for length in ("-1", "1e3", "0x10", "99999999999999999999", "18446744073709551615", " 5", "5 ", "\0"):
        a = straight("/sprawa", "POST", b"numer=1", CONTENT_LENGTH=length, CONTENT_TYPE=FORM)
        ok(status(a) in (400, 403, 408, 413), f"a length that is none: {length!r}", a)
    for method, path in ROWS:
        if method == "POST":
            kinds = [straight(filled(path), "POST", CONTENT_LENGTH=str(3 << 30), CONTENT_TYPE=k) for k in (MULTIPART, FORM, "application/json")]
            a = [x for x in kinds if status(x) != 415][0]
            ok(status(a) == 413 and is_human(a), f"three gigabytes: {path}", a)
    for name in ("/karty", "/sprawa"):
        a = web(http(name, "POST", b"Content-Type: " + FORM.encode(), length=4_000_000))
        ok(status(a) == 413 and is_human(a), f"and nginx refuses four megabytes at {name} in words", a)


def methods():
    bad = []
    known = {}
    for method, path in ROWS:
        known.setdefault(path, set()).update({method} | ({"HEAD"} if method == "GET" else set()))
    for path, right in known.items():
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "CONNECT", "G" * 5000):
            if method in right:
                continue
            a = straight(filled(path), method)
            if path == "/metrics":
                fits = status(a) == 404
            else:
                fits = status(a) == 405 and set(a["allow"].split(", ")) == right and (method == "HEAD" or is_human(a))
            if not fits:
                bad.append((method[:9], path, a))
    same(bad[:3], [], f"a wrong method is 405 and names the right ones, for each of {len(known)} addresses")
    for request in (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"):
        a = web(request)
        ok(a is not None and a.status in (400, 405, 505) and is_human(a), f"{request[:7]} is refused in words", a)


# ---------------------------------------------------------------- bodies

def posted(parts, kind=MULTIPART, body=None, slug="informacja"):
    action, ticket = form(slug)
    whole_body = multipart([("formularz", ticket), ("pismo", slug), *parts]) if body is None else body(ticket)
    return ask(action, "POST", whole_body, Content_Type=kind)


def oversized():
    a = posted([("content", "ą" * 20_001), ("way", "here")])
    ok(a.status == 422 and "ą" * 100 in a.text, "a field too long comes back with its text", a)
    for name, a in [
            ("a field of 600 kB", posted([("content", "x" * 600_000)])),
            ("200 kB in each of four fields", posted([(f"x{i}", "x" * 200_000) for i in range(4)])),
            ("a form of 600 kB", posted([], FORM, lambda t: b"formularz=" + t.encode() + b"&content=" + b"x" * 600_000)),
            ("101 parts", posted([(f"x{i}", "") for i in range(101)]))]:
        ok(a.status == 413 and is_human(a), name + " is too much", a)
    a = posted([("way", "here")] + [(f"x{i}", "y") for i in range(60)])
    ok(a.status == 422, "60 fields that nobody asked for are ignored", a)
    a = posted([], FORM, lambda t: b"formularz=" + t.encode() + b"&pismo=informacja&way=here" + b"&x=" * 60_000)
    ok(a.status == 422, "60 000 too", a)
    a = posted([("content", "Proszę."), ("way", "here")] + [("files", f"{i}.txt", b"x%d" % i) for i in range(60)])
    ok(a.status == 422 and is_human(a), "60 files are too many", a)
    a = posted([("content", "Proszę."), ("way", "here"), ("files", "a" * 3000 + ".txt", b"x")])
    ok(a.status in (303, 400, 422), "a name of 3 kB", a)
    a = ask("/api/v1/requests", "POST", json.dumps({"kind": "foi", "content": "x" * 150_000}), Content_Type="application/json", Idempotency_Key=key())
    ok(a.status == 422 and is_human(a), "the API too", a)
    for text in ("[" * 100_000, '{"a":' * 50_000, "{" + ",".join(f'"f{i}":1' for i in range(9000)) + "}", '{"kind":"foi","kind":"foi"}',
                 '{"content":"\\u0000"}', '{"content":"\\ud800"}', "null", "", "\ufeff{}", '{"content":1e999}'):
        a = ask("/api/v1/requests", "POST", text.encode(), Content_Type="application/json", Idempotency_Key=key())
        ok(a.status in (400, 413, 422) and is_human(a), f"JSON as {text[:20]!r}", a)


def malformed_multipart():
    cases = malformed_bodies()
    before = contents()
    for name, kind, body, right in cases:
        action, ticket = form()
        if body is None:
            body = multipart([("formularz", ticket)] * 2 if name == "the ticket twice" else [("formularz", ticket)] + [("content", "x")] * 2)
        straightly = straight(action, "POST", body, CONTENT_TYPE=kind)
        ok(status(straightly) in right and is_human(straightly), f"multipart with {name}: {right}", straightly)
        if "\r" not in kind:
            a = web(http(action, "POST", b"Content-Type: " + kind.encode(), body=body))
            ok(status(a) in right and is_human(a), f"through nginx with {name}", a)
    whole_letter = multipart([("request", LETTER), ("files", "a.txt", b"one"), ("files", "b.txt", b"two")])
    for name, body in [("cut before its end", whole_letter[:-12]), ("the part request twice", multipart([("files", "a.txt", b"x")] + [("request", LETTER)] * 2)),
                       ("no request", multipart([("files", "a.txt", b"x")])), ("a request that is no text", multipart([("files", "a.txt", b"x"), ("request", b"\xff")]))]:
        a = ask("/api/v1/requests", "POST", body, Content_Type=MULTIPART, Idempotency_Key=key())
        ok(a.status in (400, 422) and is_human(a), "to the API: " + name, a)
    same([len(before), len(contents())], [len(before)] * 2, "none of them leaves a file")


def file_names():
    before = min((elsewhere() for _ in range(5)), key=len)
    names = [b"../../../etc/cron.d/x.txt", b"..\\..\\x.txt", b"/etc/passwd", b"C:\\con.txt", b"..", b".", b"%00.txt", b"a%0D%0AX-Evil: 1.txt",
             b"\xe2\x80\xaetxt.exe.txt", b"<script>.txt", b"a\"b.txt".replace(b'"', b"%22"), b"a;b=c.txt", b"x" * 300 + b".txt", b"-rf.txt", b"~.txt"]
    bad, kept = [], 0
    for name in names:
        body = multipart([("request", LETTER), ("files", name, b"content of " + name[:20])])
        a = ask("/api/v1/requests", "POST", body, Content_Type=MULTIPART, Idempotency_Key=key())
        if a.status in (400, 422) and is_human(a):
            continue
        if a.status != 201:
            bad.append((name, a))
            continue
        kept += 1
        case = json.loads(a.text)
        seen = json.loads(ask("/api/v1/requests/" + case["number"].lower().replace("/", "-"), Akta_Secret=case["secret"]).text)
        page = ask(case["url"])
        if page.status != 200 or Page(page.text).faults or b"<script>" in page.body:
            bad.append((name, page))
        for f in seen.get("files", [{"url": case["url"] + "/plik/1", "name": ""}]):
            got = ask(f["url"])
            if got.status != 200 or evil(got) or "attachment" not in (got["content-disposition"] or "") or "/" in f["name"] or "\\" in f["name"] or \
                    re.search(r'[\x00-\x1f]', got["content-disposition"]):
                bad.append((name, got, f))
    same(bad[:2], [], "names of files lead nowhere and come back as names")
    ok(kept > 5, "most are simply kept", kept)
    wait_for(lambda: elsewhere() == before, 5)  # the signer's memory is written under a name of the moment
    same(elsewhere(), before, "and no file appears outside the sealed contents")


def truncated():
    """Less than announced, then gone: nothing of it stays."""
    big = multipart([("request", LETTER), ("files", "a.bin", b"%PDF-1.4\n" + os.urandom(300_000)), ("files", "b.bin", os.urandom(500_000))])
    action, ticket = form()
    one = multipart([("formularz", ticket), ("pismo", "informacja"), ("content", "x"), ("way", "here"), ("files", "a.bin", os.urandom(700_000))])
    before = contents()
    for how in ("http", "fcgi"):
        for path, body in (("/api/v1/requests", big), (action, one)):
            for share in (0, 100, 320_000, 500_000, len(body) - (3 if path == "/api/v1/requests" else 300)):
                if how == "http":
                    with connected(desk.web_socket) as s:
                        s.sendall(http(path, "POST", b"Content-Type: " + MULTIPART.encode(), b"Idempotency-Key: " + key().encode(),
                                       length=len(body)) + body[:share])
                else:
                    said = params(path, "POST", CONTENT_TYPE=MULTIPART, CONTENT_LENGTH=str(len(body)), HTTP_IDEMPOTENCY_KEY=key())
                    part = b"".join(record(wire.STDIN, body[i:min(i + 60_000, share)]) for i in range(0, share, 60_000))
                    with connected(SOCKET) as s:
                        s.sendall(begin() + stream(wire.PARAMS, said) + part)
    ok(wait_for(lambda: contents() == before, 5), "half an upload leaves nothing", len(contents()) - len(before))
    a = ask(action)
    ok(a.status == 404 or "a.bin" not in a.text, "and no draft has half a file", a)
    for end in (b"", record(wire.STDIN)):  # with its end announced too early, it is answered
        said = params("/api/v1/requests", "POST", CONTENT_TYPE=MULTIPART, CONTENT_LENGTH=str(len(big)), HTTP_IDEMPOTENCY_KEY=key())
        got = wire.talk(SOCKET, begin() + stream(wire.PARAMS, said) + record(wire.STDIN, big[:320]) + end, half_close=True)
        a = wire.parsed(wire.answers_in(got)[0])
        ok(a is None or (a.status in (400, 408) and is_human(a)), "a body that ends early is told so", a)
    chunk = http("/api/v1/requests", "POST", b"Content-Type: " + MULTIPART.encode(), b"Idempotency-Key: " + key().encode(), b"Transfer-Encoding: chunked")
    with connected(desk.web_socket) as s:
        s.sendall(chunk + b"%x\r\n" % 350_000 + big[:350_000] + b"\r\n")
    a = web(chunk + b"zz\r\n" + big[:100] + b"\r\n0\r\n\r\n")
    ok(status(a) in (CLOSED, 400), "nonsense in chunks", a)
    ok(wait_for(lambda: contents() == before, 5), "nothing stays of a body in chunks either", len(contents()) - len(before))


# ---------------------------------------------------------------- slow bodies: a desk of its own, while the rest goes on

slow = {"answers": [], "times": []}


def crawl(index):
    s = connected(slow_desk.web_socket, 30)
    try:
        s.sendall(http("/api/v1/requests", "POST", b"Content-Type: " + MULTIPART.encode(), b"Idempotency-Key: " + key().encode(),
                       length=5_000_000) + multipart([("request", LETTER)])[:-12] + b'--xMARKx\r\nContent-Disposition: form-data; '
                  b'name="files"; filename="a.bin"\r\n\r\n')
        begun = time.monotonic()
        s.settimeout(1)
        while time.monotonic() - begun < 25:
            s.sendall(b"x")
            try:
                slow["answers"].append(wire.http_answer(s.recv(65536)))
                break
            except TimeoutError:
                continue
    except ConnectionError:
        slow["answers"].append(None)
    slow["times"].append(time.monotonic() - begun)
    s.close()


crawlers = [threading.Thread(target=crawl, args=(i,), daemon=True) for i in range(4)]
trickle = [connected(slow_desk.web_socket, 30) for _ in range(60)]  # small bodies and heads that never come
for i, t in enumerate(trickle):
    t.sendall(http("/sprawa", "POST", b"Content-Type: " + FORM.encode(), length=5000) + b"x" if i % 2 else b"GET /karty HT")
for t in crawlers:
    t.start()


def while_others_crawl():
    big = multipart([("request", LETTER), ("files", "a.bin", os.urandom(300_000))])
    small = multipart([("request", LETTER), ("files", "a.bin", b"x")])
    send_big = lambda: slow_desk.ask("/api/v1/requests", "POST", big, Content_Type=MULTIPART, Idempotency_Key=key())  # noqa: E731
    wait_for(lambda: send_big().status == 503, 8)  # until all crawlers are in
    begun, pages = time.monotonic(), [slow_desk.ask("/karty").status for _ in range(20)]
    filed = slow_desk.ask("/api/v1/requests", "POST", small, Content_Type=MULTIPART, Idempotency_Key=key()).status
    took = time.monotonic() - begun
    full = send_big()
    ok(set(pages) == {200} and filed == 201 and took < 3, "while slow senders hold what they may, pages and letters go on", (pages, filed, took))
    ok(full.status == 503 and int(full["retry-after"]) > 0 and is_human(full), "and one upload more is told when to come again", full)


def the_slow_ones_are_cut_off():
    for t in crawlers:
        t.join(timeout=25)
    good = [a for a in slow["answers"] if a is None or (a.status == 408 and is_human(a))]
    ok(len(slow["answers"]) == 4 == len(good), "a byte a second is cut off, in words or by the end of the connection", slow["answers"])
    ok(slow["times"] and 8 < min(slow["times"]) and max(slow["times"]) < (25 if SAN else 15), "after ten seconds", slow["times"])
    big = multipart([("request", LETTER), ("files", "a.bin", os.urandom(300_000))])
    a = slow_desk.ask("/api/v1/requests", "POST", big, Content_Type=MULTIPART, Idempotency_Key=key())
    same(a.status, 201, "then uploads are taken again")
    for t in trickle:
        t.close()


# ---------------------------------------------------------------- FastCGI that is none

def records():
    right = whole("/karty")
    huge = struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF)
    cases = [
        ("another version", b"\x07" + right[1:]), ("version 0", b"\0" + right[1:]), ("a web browser", b"GET / HTTP/1.0\r\n\r\n"),
        ("an unknown kind first", record(77) + right), ("a short beginning", record(wire.BEGIN, b"\0\1") + right),
        ("role 0", whole("/karty", role=0)), ("role 9", whole("/karty", role=9)), ("role 65535", whole("/karty", role=65535)),
        ("a pair of 4 GB", begin() + stream(wire.PARAMS, huge + b"A" * 5000)),
        ("a name of 2 GB", begin() + stream(wire.PARAMS, struct.pack(">IB", 0xFFFFFFF0, 0) + b"A" * 5000)),
        ("a value of 2 GB", begin() + stream(wire.PARAMS, struct.pack(">BI", 0, 0xFFFFFFF0) + b"A" * 5000)),
        ("a pair that is longer than its record", begin() + stream(wire.PARAMS, bytes([100, 100]) + b"A" * 50)),
        ("half a length", begin() + stream(wire.PARAMS, b"\xff\xff")),
        ("a record that lies", begin() + record(wire.PARAMS, b"x", length=65535)),
        ("no parameters", begin() + record(wire.PARAMS) + record(wire.STDIN)),
        ("input first", begin() + record(wire.STDIN, b"x") + right),
        ("abort at once", begin() + record(wire.ABORT)), ("abort in the parameters", begin() + record(wire.PARAMS, params("/karty")) + record(wire.ABORT)),
        ("abort in the body", begin() + stream(wire.PARAMS, params("/sprawa", "POST", CONTENT_LENGTH="9", CONTENT_TYPE=FORM)) +
         record(wire.STDIN, b"nu") + record(wire.ABORT)),
        ("two beginnings", begin() + right), ("another request's parameters", begin() + record(wire.PARAMS, params("/karty"), request=2)),
        ("only an end", record(wire.END, b"\0" * 8)), ("management that is none", record(99, request=0)),
        ("100 kB of 0xFF", b"\xff" * 100_000), ("100 kB of 0", b"\0" * 100_000), ("one byte", b"\1"), ("nothing", b""),
    ]
    bad = []
    for name, sent in cases:
        got = wire.talk(SOCKET, sent, half_close=True, seconds=5)
        a = wire.parsed(wire.answers_in(got)[0])
        if a is not None and (a.status not in (200, 400, 404, 408, 403) or (a.status == 200 and not Page(a.text).title)):
            bad.append((name, a))
        if desk.owner.poll() is not None:
            bad.append((name, "the process ended"))
            break
    same(bad, [], f"{len(cases)} kinds of broken FastCGI end in an answer or a closed connection")
    padded = wire.parsed(wire.answers_in(wire.talk(SOCKET, whole("/karty", padding=255)))[0])
    tiny = b"".join(record(wire.PARAMS, bytes([b])) for b in params("/karty"))
    slices = wire.parsed(wire.answers_in(wire.talk(SOCKET, begin() + tiny + record(wire.PARAMS) + record(wire.STDIN)))[0])
    same((status(padded), status(slices)), (200, 200), "full padding, and a byte in each record, are lawful")


def idle_connections():
    """Only nginx can reach the socket; yet whoever comes there, or to nginx, and says nothing or half of something, holds no
    thread; nor does a connection that nginx keeps."""
    same(oct(os.stat(SOCKET).st_mode & 0o777), "0o660", "the socket is nginx's alone")
    same(oct(os.stat(desk.dir).st_mode & 0o007), "0o0", "and stands in a folder that is nobody else's")
    held = [connected(desk.web_socket) for _ in range(180)]
    begun = time.monotonic()
    ok(all(ask("/karty").status == 200 for _ in range(5)) and time.monotonic() - begun < 2, "180 silent connections to nginx hold nobody up")
    for c in held:
        c.close()
    for name, said in (("say nothing", b""), ("say three bytes", begin()[:3]), ("break off in the parameters", whole("/karty")[:60])):
        held = [connected(SOCKET) for _ in range(200)]
        for c in held:
            c.sendall(said)
        begun = time.monotonic()
        ok(all(ask("/karty").status == 200 for _ in range(5)) and time.monotonic() - begun < 2, f"200 at the socket that {name} hold no thread")
        same(wire.answers_in(wire.talk(SOCKET, whole("/karty")))[1], True, "and the 201st there is answered")
        for c in held:
            c.close()
    unsaid = begin() + stream(wire.PARAMS, params("/sprawa", "POST", CONTENT_LENGTH="99", CONTENT_TYPE=FORM))
    held = [connected(SOCKET) for _ in range(60)]
    for c in held:
        c.sendall(unsaid)
    begun = time.monotonic()
    ok(all(ask("/karty").status == 200 for _ in range(5)) and time.monotonic() - begun < 2, "60 that owe their body hold half of the threads, no more")
    for c in held:
        c.close()
    flood = [connected(SOCKET) for _ in range(200)]
    for c in flood:
        c.close()
    begun = time.monotonic()
    ok(ask("/karty").status == 200 and time.monotonic() - begun < 3, "200 that came and went are forgotten at once")


# ---------------------------------------------------------------- two readers of one stream

def smuggling():
    inner = b"GET /smuggled-x HTTP/1.1\r\nHost: a\r\n\r\n"
    cases = {
        "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
        "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + inner,
        "two codings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + inner,
        "a coding nobody knows": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + inner,
        "a list of codings": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + inner,
        "a tab before the coding": b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + inner,
        "a blank before the colon": b"Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + inner,
        "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner,
        "a chunk of many digits": b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n" + inner,
        "a negative chunk": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + inner,
    }
    for path in ("/sprawa", "/api/v1/requests", "/s/" + "0" * 32 + "/uzupelnij"):
        bad = []
        for name, rest in cases.items():
            got = wire.talk(desk.web_socket, b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" % path.encode() + rest,
                            half_close=True, seconds=5)
            answers = got.count(b"HTTP/1.1 ")
            a = wire.http_answer(got)
            # a blank before the colon: nginx does not know the name and goes by the length alone
            if answers > 1 and name != "a blank before the colon" or a is not None and (a.status < 400 or a.status in (500, 502)):
                bad.append((name, got[:300]))
        same(bad, [], f"one request stays one request: {path}")
    got = wire.talk(SOCKET, whole("/karty", body=inner, CONTENT_LENGTH="0") + whole("/rejestry"))
    ok(wire.answers_in(got)[0].count(b"Status: ") == 1, "one connection, one answer", got[:200])


# ---------------------------------------------------------------- what is said of it, and what is not

def headers_everywhere():
    desk.stop_owner()
    token = "0" * 32
    for method, path in (("GET", "/karty"), ("POST", f"/s/{token}/zmien"), ("POST", "/api/v1/requests"), ("POST", "/sprawa"), ("GET", "/api/v1/services")):
        a = ask(path, method, b"x=1" if method == "POST" else None)
        ok(a.status == 503 and a["retry-after"] == "30" and is_human(a), f"while nobody is at the window, {method} {path} says when to return", a)
    ask("/log/checkpoint"), ask("/log/log.vkey"), ask("/log/tile/none")
    bad = [(what, a) for what, a in answered
           if any(a[k] != v for k, v in HEADERS.items()) or POLICY not in (a["content-security-policy"] or "") or "set-cookie" in a.headers or
           a["server"] not in (None, "nginx") or (a.status >= 400 and not str(what).count("/log/") and a["cache-control"] != "no-store")]
    same(bad[:2], [], f"security headers stand on each of {len(answered)} answers; no refusal is kept by a cache")
    numb = [(what, a) for what, a in answered if a.status >= 400 and a.body and not str(what).count("/log/tile") and not is_human(a)]
    same(numb[:2], [], "each refusal is a sentence")
    kept = [(what, a) for what, a in answered if re.search(r"/s/[0-9a-z]{32}", str(what)) and a["cache-control"] != "no-store"]
    same(kept[:2], [], "nothing below /s/ is kept by a browser or a cache")


def secrets_stay_secret():
    folder = desk.root / "production"
    folder.mkdir()
    server = production(folder, desk.dir)
    try:
        ok(wait_for(lambda: (folder / "web.sock").exists() and (folder / "pid").exists()), "the nginx of production runs")
        seen = []

        def send(request):
            a = web(request, place=folder / "web.sock")
            seen.append((request[:80], a))
            return a

        a = send(http("/api/v1/requests", "POST", b"Content-Type: application/json", b"Idempotency-Key: " + key().encode(), body=LETTER.encode()))
        case = json.loads(a.body)
        token, code = case["url"].rsplit("/", 1)[1], case["secret"]
        secret_words = [token, code, code.replace("-", ""), "Proszę", "skan-tajny"]
        follow = b"numer=" + case["number"].replace("/", "%2F").encode() + b"&kod=" + code.encode()
        same(status(send(http(case["url"]))), 200, "the case is there")
        for method, path in ROWS:
            if "{token}" in path:
                for lang in ("", "/en", "//", "/en/en"):
                    send(http(lang + filled(path, token=token, code=code), method, b"Referer: https://desk.example/s/" + token.encode(),
                              *([b"Content-Type: " + FORM.encode()] if method == "POST" else []), body=b"x=" + code.encode() if method == "POST" else b""))
        send(http("/sprawa", "POST", b"Content-Type: " + FORM.encode(), body=follow))
        send(http("/api/v1/requests/" + case["number"], "GET", b"Akta-Secret: " + code.encode()))
        for request in (http(case["url"], "GET", b"X: " + b"y" * 50_000), http(case["url"], "GET", b"Content-Length: 1\r\nContent-Length: 2"),
                        http(case["url"] + "/uzupelnij", "POST", b"Content-Type: " + MULTIPART.encode(), length=4 << 30),
                        http(case["url"], "TRACE"), http(case["url"] + "/../x/" + "../" * 60), http("/S/" + token), http(case["url"], "GET", b"Transfer-Encoding: what"),
                        b"GET " + case["url"].encode() + b"\r\n\r\n", b"GET " + case["url"].encode() + b" HTTP/9.1\r\nHost: a\r\n\r\n",
                        http("/karty?link=https://desk.example" + case["url"]), http("/szukaj?q=" + code), http("/karty", "GET", b"Referer: https://desk.example" + case["url"].encode())):
            send(request)
        desk.stop_owner()
        same(status(send(http(case["url"]))), 503, "and while akta-fcgi is away")
        send(http(case["url"] + "/zmien", "POST", body=b"x=" + code.encode()))
    finally:
        server.terminate()
        server.wait(timeout=20)
    logs = {p.name: p.read_text("utf-8", "replace") for p in [*folder.glob("*.log"), desk.root / "owner.log", desk.root / "nginx.log"]}
    ok("/karty" in logs["akta.log"], "the access log is written", logs)
    leaks = [(name, line) for name, text in logs.items() for line in text.splitlines() if any(w in line for w in secret_words)]
    same(leaks[:3], [], "no secret address and no code in any log")
    away = [r for r, a in seen if a is not None and a["referrer-policy"] != "no-referrer"]
    same(away[:3], [], "and every answer tells the browser to send no referrer")
    kept = [p for p in (folder / "cache").rglob("*") if p.is_file() and (token.encode() in p.read_bytes() or code.encode() in p.read_bytes())]
    same(kept, [], "nothing of a case lies in the cache of nginx")


# ---------------------------------------------------------------- all of it

def steady(*tests):
    """Each must leave the process as it was, but for the 2 to 4 MB, once, of threads that meet something large for the first time."""
    def run():
        begun = memory()
        for test in tests:
            test()
            stands(test.__name__)
        grown = memory() - begun
        ok(grown < (200_000 if SAN else 6_000), f"memory is steady over all of it: {grown} kB more", grown)
        same(desk.owner.pid, pid, "and it is still the same process")
    run.__name__ = "steady"
    return run


def warm():
    """Each thread keeps some memory of the largest it met, so all of them meet something large first."""
    ok(honest(), "an honest citizen is served")

    def heavy():
        for _ in range(4):
            wire.talk(SOCKET, whole("/szukaj", QUERY_STRING="q=" + "a" * 1_000_000))
            wire.talk(SOCKET, whole("/szukaj", QUERY_STRING="&".join(f"f{i}=1" for i in range(50_000))))
            posted([("content", "x" * 600_000)])
            posted([("content", "ą" * 20_001), ("way", "here")])  # a draft of 40 kB: the cache of the tables is full, too
    threads = [threading.Thread(target=heavy) for _ in range(16)]
    _ = [t.start() for t in threads], [t.join() for t in threads]


main(warm, while_others_crawl,
     steady(addresses_through_nginx, addresses_straight, queries, headers, methods, oversized, malformed_multipart, file_names, truncated,
            records, idle_connections, smuggling),
     secrets_stay_secret, headers_everywhere, the_slow_ones_are_cut_off)

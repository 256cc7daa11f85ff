"""nginx in front: the production file is one that nginx takes, the log is served as files, and the commands that the page
of the log shows do prove the signature."""
import collections
import gzip
import http.client
import pathlib
import re
import shutil
import socket
import subprocess

import wire
from desk import HOUSE, NGINX, Desk, Page, main, ok, same, scratch, wait_for

desk = Desk().start()


def production_file():
    here = scratch()
    for name in ("cert", "acme", "cache"):
        (here / name).mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=desk.example",
                    "-keyout", here / "cert/key.pem", "-out", here / "cert/fullchain.pem"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name in ("akta.conf", "akta-params.conf", "akta-static.conf"):
        text = (HOUSE / "conf" / "nginx" / name).read_text(encoding="utf-8")
        for was, now in [("/etc/nginx/akta/", f"{here}/"), ("/etc/ssl/akta/", f"{here}/cert/"), ("DOMAIN", "desk.example"),
                         ("/var/cache/nginx/akta", f"{here}/cache"), ("/var/log/nginx/", f"{here}/"),
                         ("/var/lib/akta", str(desk.dir)), ("@DATA@", str(desk.dir)), ("@SITE@", str(HOUSE / "conf/site")),
                         ("listen [::]:", "listen 127.0.0.2:"), ("/var/www/acme", f"{here}/acme")]:
            text = text.replace(was, now)
        (here / name).write_text(text, encoding="utf-8")
    (here / "nginx.conf").write_text(
        f"pid {here}/pid; error_log {here}/e; events {{}} http {{ client_body_temp_path {here}/b; fastcgi_temp_path {here}/f;"
        f" proxy_temp_path {here}/p; uwsgi_temp_path {here}/u; scgi_temp_path {here}/s; include {here}/akta.conf; }}\n")
    p = subprocess.run([NGINX, "-t", "-p", here, "-c", here / "nginx.conf", "-e", here / "e"], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)
    said = p.stdout.decode("utf-8", "replace")
    ok(p.returncode == 0 and "warn" not in said, "nginx takes conf/nginx/akta.conf without a warning", said)


def locations(name):
    """(what it answers, its lines) of each place in a file of conf/nginx."""
    text = re.sub(r"#[^\n]*", "", (HOUSE / "conf" / "nginx" / name).read_text(encoding="utf-8"))
    return [(m[1].strip(), m[2]) for m in re.finditer(r"location ([^{]+)\{\n(.*?)\n(?: {4})?\}\n", text, re.S)]


def what_a_place_does_not_inherit():
    """nginx drops what stands above as soon as a place says one thing of the same kind itself."""
    bad, wanted = [], {"add_header": ("Content-Security-Policy", "nosniff", "no-referrer", "Strict-Transport-Security $akta_hsts always"),
                       "limit_req ": ("zone=akta_pages|zone=akta_search",), "error_page": ("400|403", "=503|internal|deny|alias", "413|403|404", "429|403|404")}
    for name in ("akta.conf", "akta-static.conf"):
        for place, lines in locations(name):
            bad += [(place, needs) for said, list_ in wanted.items() if said in lines for needs in list_ if not re.search(re.sub(r"\$", r"\\$", needs), lines)]
            searched = "access_log off" in lines and not re.search(r"healthz|metrics", place)
            bad += [(place, "no error log")] if searched and "error_log /dev/null crit;" not in lines else []
    same(bad, [], "each place with headers has all of them, with a limit that of pages too, without a log none for errors either")


def at_port(folder, port, zone):
    """conf/nginx/akta.conf for callers who have an address, with one slow zone."""
    def spoken(text):
        text = text.replace("listen unix:" + str(folder) + "/web.sock", f"listen 127.0.0.1:{port}")
        return re.sub(rf"(zone={zone}:10m rate=)\d+", r"\g<1>2", text)
    return wire.production(folder, desk.dir, spoken)


def rates():
    folder = scratch()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = None

    def many(method, path, n, **headers):
        c, seen = http.client.HTTPConnection("127.0.0.1", port, timeout=20), collections.Counter()
        for _ in range(n):
            c.request(method, path, body=b"x" if method == "POST" else None, headers={k.replace("_", "-"): v for k, v in headers.items()})
            r = c.getresponse()
            r.read()
            seen[r.status] += 1
        return seen
    try:
        for zone, method, path in (("letters", "POST", "/api/v1/requests"), ("letters", "POST", "/s/" + "0" * 32 + "/zmien"),
                                   ("pages", "GET", "/s/" + "0" * 32), ("pages", "GET", "/wniosek")):
            server = at_port(folder, port, "akta_" + zone)
            wait_for(lambda: (folder / "pid").exists())
            seen = many(method, path, 90)
            ok(20 <= seen[429] <= 30, f"{method} {path[:20]}: 60 at once, then 429", seen)
            server.terminate()  # and its counters with it
            server.wait(timeout=20)
        log = (folder / "akta-error.log").read_text()
        ok("limiting" not in log and "127.0.0.1" not in log, "who was slowed down stands in no log of errors", log[:300])
    finally:
        if server is not None and server.poll() is None:
            server.terminate()
            server.wait(timeout=20)


def what_is_kept_is_the_same_for_all():
    """Through the cache of production: no answer in one language for who asked in the other, no page of a moment for a person."""
    folder = scratch()
    server = wire.production(folder, desk.dir)
    wait_for(lambda: (folder / "pid").exists())

    def get(path, *lines):
        return wire.http_answer(wire.talk(folder / "web.sock", wire.http(path, "GET", *lines)))
    try:
        bad, kept = [], 0
        slug, text = (desk.ask("/api/v1/" + n).text.split('"slug":"')[1].split('"')[0] for n in ("services", "texts"))
        for method, path in wire.table():
            if method == "GET" and path.startswith(("/api/", "/feeds/", "/dcat")):
                path = wire.filled(path, slug=slug if "services" in path else text)
                first, other = get(path, b"Accept-Language: en-GB,en"), get(path, b"Accept-Language: pl")
                public = (first["cache-control"] or "").startswith("public")
                kept += public
                if public and (first.body, first["etag"]) != (other.body, other["etag"]) or not public and (first["cache-control"], other["cache-control"]) != ("no-store",) * 2:
                    bad.append((path, first, other))
        same(bad[:2], [], f"{kept} answers that are kept do not depend on the language, the others are not kept")
        for lang, word in ((b"en", "GET /api/v1/services lists all"), (b"pl", "Nie ma karty"), (b"EN-us", "There is no service card"), (b"pl, en;q=0.9", "Nie ma karty"),
                           (b"de, en;q=0.8, pl;q=0.5", "There is no service card"), (b"en;q=0.2, pl", "Nie ma karty"), (b"en;q=0", "Nie ma karty"), (b"en, pl", "There is no service card")):
            a = get("/api/v1/services/none", b"Accept-Language: " + lang)
            ok(a.status == 404 and word in a.text, f"a refusal is in the language of {lang.decode()}", a.text)
        plain, packed = get("/karty"), get("/karty", b"Accept-Encoding: gzip")
        ok(packed["content-encoding"] == "gzip" and packed["vary"] == "Accept-Encoding" and packed["etag"] == "W/" + plain["etag"] and
           gzip.decompress(unchunked(packed.body)) == plain.body, "a compressed page is the same one and says so", packed.headers)
        for tag in (plain["etag"], packed["etag"]):
            a = get("/karty", b"Accept-Encoding: gzip", b"If-None-Match: " + tag.encode())
            same((a.status, a.body), (304, b""), "and is not sent twice")
        a, b = get("/wniosek/informacja"), get("/wniosek/informacja")
        ok(a["cache-control"] == "private, no-cache" and a.body != b.body, "a form has its own mark each time")
    finally:
        server.terminate()
        server.wait(timeout=20)


def unchunked(body):
    out = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        out, body = out + body[:int(size, 16)], body[int(size, 16) + 2:]
    return out


def networks():
    """The map of addresses to whom is counted as one, as nginx reads it."""
    text = (HOUSE / "conf" / "nginx" / "akta.conf").read_text(encoding="utf-8")
    found = re.search(r"map \$remote_addr \$akta_caller \{\n(.*?)\n\}", text, re.S)
    ok(found is not None, "callers are counted by their networks")
    rules = re.findall(r'"~(\S+)"\s', found[1] if found else "")
    one = lambda a: next((m[1] for m in (re.match(r.replace("?<", "?P<"), a) for r in rules) if m), a)
    same(one("2001:db8:1:2:3:4:5:6"), one("2001:db8:1:2:ffff::1"), "two of one /64 are one")
    same(one("2001:db8::1"), one("2001:db8::2"), "also where zeros are left out")
    same(len({one(a) for a in ("2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db9::1", "2001:db8:1::1", "192.0.2.1", "192.0.2.2", "::1")}), 7, "others are not")


def the_log():
    a = desk.ask("/log/checkpoint")
    ok(a.status == 200 and a["cache-control"] == "no-cache" and a["content-type"] == "text/plain; charset=utf-8" and
       a.text.startswith("bip.brzozow-dolny.example/dziennik\n"), "the checkpoint", a)
    a = desk.ask("/log/tile/entries/000.p/1")
    ok(a.status in (200, 404), "tiles are files", a)
    for path in ("/log/", "/log", "/log/tile/", "/log/nothing", "/log/../akta.conf"):
        ok(desk.ask(path).status in (403, 404, 308), f"nothing else of the folder: {path}")


def what_is_not_there_looks_like_the_house():
    for path in ("/log/tile/none", "/log/tile/", "/log/tile/0/x001/../../../../akta.conf"):
        a = desk.ask(path)
        ok(a.status == 404 and a["content-security-policy"].startswith("default-src 'none'"), f"404 for {path}", a)
    a = desk.ask("/log/tile/none")
    p = Page(a.text)
    ok(not p.faults and p.h1 == "Nie ma takiej strony" and "There is no such page" in p.said, "a page in two languages", (p.faults, a))
    for name in ("400", "404", "413", "429", "503"):
        same(Page((HOUSE / "conf" / "site" / f"{name}.html").read_text("utf-8")).faults, [], f"{name}.html is sound")
        same(desk.ask(f"/{name}.html").status, 404, "and no address of its own")
    a = desk.ask("/site/akta.css")
    ok(a.status == 200 and a["content-type"].startswith("text/css"), "its stylesheet needs no akta-fcgi", a)


def commands(folder):
    p = Page(desk.ask("/dziennik").text)
    code = [w for w in p.words if "openssl pkeyutl" in w]
    same(len(code), 1, "the page shows the commands")
    done = subprocess.run(["sh", "-ec", code[0]], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def what_the_page_says_is_true():
    folder = pathlib.Path(scratch())
    for name in ("checkpoint", "log.vkey"):
        (folder / name).write_bytes(desk.ask(f"/log/{name}").body)
    status, said = commands(folder)
    ok(status == 0 and "Verified Successfully" in said, "run as shown, they find the signature right", said)
    sound = (folder / "checkpoint").read_bytes().split(b"\n")
    sound[1] = str(int(sound[1]) + 1).encode()
    (folder / "checkpoint").write_bytes(b"\n".join(sound))
    status, said = commands(folder)
    ok(status != 0, "and a changed checkpoint wrong", said)


# They stand for themselves, because they speak when nothing else does; what differs is what they say.
def pages_of_nginx_alone():
    pages = {n: (HOUSE / "conf" / "site" / f"{n}.html").read_text(encoding="utf-8") for n in (400, 404, 413, 429, 503)}
    frames = {re.sub(r"<(title|h1|h2|p)>.*?</\1>\n", "", text) for text in pages.values()}
    same(len(frames), 1, "the pages that nginx answers by itself differ in their words alone")
    for n, text in pages.items():
        title, h1 = re.search(r"<title>(.*?)</title>", text).group(1), re.search(r"<h1>(.*?)</h1>", text).group(1)
        ok(title == h1 and not Page(text).faults and '<section lang="en">' in text, f"{n}: its title is its h1, and it speaks English too", text)


if shutil.which("openssl") is None:
    print("ok 1 - nginx in front # SKIP openssl is not there")
    print("1..1")
else:
    main(pages_of_nginx_alone, production_file, what_a_place_does_not_inherit, networks, rates, what_is_kept_is_the_same_for_all, the_log, what_is_not_there_looks_like_the_house, what_the_page_says_is_true)

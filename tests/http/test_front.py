"""nginx in front: the production file is one that nginx takes, the log is served as files, and the commands that the page
of the log shows do prove the signature."""
import pathlib
import re
import shutil
import subprocess

from desk import HOUSE, NGINX, Desk, Page, main, ok, same, scratch

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
    main(pages_of_nginx_alone, production_file, the_log, what_is_not_there_looks_like_the_house, what_the_page_says_is_true)

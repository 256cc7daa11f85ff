"""What the tests of the window share: an office with its own akta-fcgi and its own nginx on Unix sockets, requests as a
browser and as an attacker sends them, and a strict reader of our HTML."""
import atexit
import html.parser
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tool"))
from tap import BUILD, HOUSE, Office, environment, main, ok, same, scratch, wait_for  # noqa: E402,F401

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    def __getitem__(self, name):
        return self.headers.get(name.lower())

    def __repr__(self):
        return f"status {self.status}, {self.headers}, {self.body[:400]!r}"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("desk.example", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Desk(Office):
    def __init__(self, listen=None):
        super().__init__()
        self.web_socket = self.root / "web.sock"
        self.listen = listen or f"unix:{self.web_socket}"
        self.web = None

    def start(self):
        self.start_owner()
        self.start_web()
        return self

    def start_web(self):
        run = self.dir / "run"
        (run / "nginx").mkdir(exist_ok=True)
        values = {"@DATA@": str(self.dir), "@SITE@": str(HOUSE / "conf" / "site"),
                  "@LISTEN@": self.listen, "@USER@": "user root;" if os.getuid() == 0 else ""}
        for source, target in [("run.conf", "nginx.conf"), ("akta-static.conf", "akta-static.conf"),
                               ("akta-params.conf", "akta-params.conf")]:
            text = (HOUSE / "conf" / "nginx" / source).read_text(encoding="utf-8")
            for name, value in values.items():
                text = text.replace(name, value)
            (run / target).write_text(text, encoding="utf-8")
        log = open(self.root / "nginx.log", "ab")
        self.web = subprocess.Popen([NGINX, "-p", str(run), "-c", str(run / "nginx.conf")], stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log)
        atexit.register(self.stop_web)
        listening = lambda: (run / "nginx.pid").exists() and (run / "nginx.pid").stat().st_size > 0  # noqa: E731
        if not wait_for(lambda: listening() or self.web.poll() is not None) or self.web.poll() is not None:
            raise RuntimeError("nginx did not start: " + (self.root / "nginx.log").read_text())

    def stop_web(self):
        if self.web is not None and self.web.poll() is None:
            self.web.terminate()
            self.web.wait(timeout=20)
        self.web = None

    def ask(self, path, method="GET", body=None, **headers):
        c = UnixConnection(str(self.web_socket))
        try:
            c.request(method, path, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
            r = c.getresponse()
            return Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
        finally:
            c.close()

    def raw(self, request):
        """Bytes as they are; the status of the answer, or 0 when the connection just ends."""
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.settimeout(30)
        s.connect(str(self.web_socket))
        try:
            s.sendall(request)
            got = b""
            while b"\r\n" not in got:
                piece = s.recv(65536)
                if not piece:
                    break
                got += piece
            words = got.split(b" ")
            return int(words[1]) if len(words) > 1 and got.startswith(b"HTTP/") else 0
        except ConnectionError:
            return 0
        finally:
            s.close()


VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}
KNOWN = VOID | set("""html head title body header nav main footer section article a p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd div
span strong em small mark code pre blockquote table caption thead tbody tr th td form label button time svg path circle
rect text fieldset legend textarea select option""".split())
NO_P_INSIDE = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "div", "table", "pre", "form", "section"}


class Page(html.parser.HTMLParser):
    """Reads one page and keeps what is wrong with it in `faults`."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.links, self.sources, self.ids, self.headings = [], [], [], [], [], []
        self.labels, self.fields, self.refers, self.forms, self.langs = set(), [], [], [], []
        self.title = self.h1 = self.lang = ""
        self.words = []
        if not text.startswith("<!doctype html>\n"):
            self.faults.append("no doctype")
        self.feed(text)
        self.close()
        self.whole()

    def handle_starttag(self, tag, attrs):
        names = [k for k, _ in attrs]
        a = dict(attrs)
        if tag == "script" and self.open[-1] == "head" and list(names) == ["defer", "src"] and a["src"].startswith("/site/"):
            self.sources.append(a["src"])
        elif tag not in KNOWN:
            self.faults.append(f"<{tag}>")
        if len(names) != len(set(names)):
            self.faults.append(f"an attribute twice in <{tag}>")
        for k, v in attrs:
            if k.startswith("on") or k in ("style", "srcdoc") or (k in ("href", "src", "action") and
                    not (v or "").startswith(("/", "#", "https://", "http://", "mailto:", "tel:"))):
                self.faults.append(f"{k} in <{tag}>")
        if "p" in self.open and tag in NO_P_INSIDE:
            self.faults.append(f"<{tag}> in <p>")
        if tag == "a" and "a" in self.open:
            self.faults.append("a link in a link")
        if tag == "li" and self.open[-1] not in ("ul", "ol"):
            self.faults.append("<li> outside a list")
        if tag in ("dt", "dd") and self.open[-1] != "dl":
            self.faults.append(f"<{tag}> outside <dl>")
        if self.open and self.open[-1] in ("ul", "ol") and tag != "li":
            self.faults.append(f"<{tag}> directly in a list")
        if tag == "html":
            self.lang = a.get("lang", "")
        if tag == "a":
            self.links.append(a.get("href"))
        if tag in ("img", "link"):
            self.sources.append(a.get("src") or a.get("href"))
        if tag == "img" and "alt" not in a:
            self.faults.append("a picture without alt")
        if "id" in a:
            self.ids.append(a["id"])
        for k in ("aria-labelledby", "aria-describedby"):
            self.refers += a.get(k, "").split()
        if tag == "label":
            self.labels.add(a.get("for"))
        if tag == "input" and a.get("type") != "hidden":
            self.fields.append(a.get("id"))
        if tag == "form":
            self.forms.append(a)
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.headings.append(int(tag[1]))
        if tag == "th" and a.get("scope") not in ("col", "row"):
            self.faults.append("<th> without scope")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        if "svg" not in self.open:
            self.faults.append(f"<{tag}/>")

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if "title" in self.open and "svg" not in self.open:
            self.title += data
        if "h1" in self.open:
            self.h1 += data
        if "main" in self.open:
            self.words.append(data)

    def handle_comment(self, data):
        self.faults.append("a comment")

    @property
    def said(self):
        return " ".join(" ".join(self.words).split()).replace("\u00a0", " ")

    def whole(self):
        if self.open:
            self.faults.append(f"left open: {self.open}")
        if self.headings.count(1) != 1:
            self.faults.append(f"{self.headings.count(1)} h1")
        for before, after in zip(self.headings, self.headings[1:]):
            if after > before + 1:
                self.faults.append(f"h{after} after h{before}")
        if len(self.ids) != len(set(self.ids)):
            self.faults.append(f"an id twice: {sorted(i for i in self.ids if self.ids.count(i) > 1)}")
        for r in self.refers:
            if r not in self.ids:
                self.faults.append(f"refers to {r}, which is not there")
        for f in self.fields:
            if f not in self.labels:
                self.faults.append(f"field {f} without a label")
        for link in self.links:
            if not link or link == "#":
                self.faults.append("a link to nowhere")
            elif link.startswith("#") and link[1:] not in self.ids:
                self.faults.append(f"{link} is not on the page")


def own_links(page, base):
    """Addresses of this house on a page, without fragments."""
    found = set()
    for link in page.links + page.sources:
        if not link or link.startswith("#"):
            continue
        whole = urllib.parse.urldefrag(urllib.parse.urljoin("http://desk.example" + base, link))[0]
        if whole.startswith("http://desk.example/"):
            found.add(whole[len("http://desk.example"):])
    return found

"""What the tests of letters share: forms as a browser reads and sends them, whole journeys, bodies in pieces."""
import html
import re
import socket
import uuid

from desk import Page, ok

PDF = b"%PDF-1.4\n" + b"proba " * 2000


def hidden(text):
    return [(html.unescape(k), html.unescape(v))
            for k, v in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)]


def action(text):
    found = re.search(r'<form class="form" method="post"[^>]* action="([^"]*)"', text)
    return html.unescape(found.group(1)) if found else None


def multipart(fields, files=()):
    """(Content-Type, body); a file is (field, name, bytes)."""
    mark = "----" + uuid.uuid4().hex
    out = [f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields]
    for field, name, content in files:
        name = name.replace('"', "%22")
        out += [f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
                f"Content-Type: application/octet-stream\r\n\r\n".encode(), content, b"\r\n"]
    return f"multipart/form-data; boundary={mark}", b"".join(out) + f"--{mark}--\r\n".encode()


class Form:
    """The posted form of a page."""

    def __init__(self, desk, answer):
        self.desk, self.answer = desk, answer
        self.action, self.hidden = action(answer.text), hidden(answer.text)

    def send(self, files=(), **fields):
        """Files make it multipart, as does a form that could take them."""
        pairs = self.hidden + [(k, v) for k, v in fields.items()]
        kind, body = multipart(pairs, [("files", n, c) for n, c in files])
        if not files and 'enctype="multipart' not in self.answer.text:
            from urllib.parse import urlencode
            kind, body = "application/x-www-form-urlencoded", urlencode(pairs).encode()
        return self.desk.ask(self.action, "POST", body, Content_Type=kind, Sec_Fetch_Site="same-origin")


def form(desk, path):
    return Form(desk, desk.ask(path))


def follow(desk, answer):
    """The page that a 303 leads to, and its form."""
    if answer.status != 303:
        raise RuntimeError(f"no redirect: {answer} {Page(answer.text).said[:600]}")
    return Form(desk, desk.ask(answer["location"]))


def file_foi(desk, files=(), lang="", **fields):
    """(number, code, token) of a filed request for public information."""
    a = form(desk, lang + "/wniosek/informacja").send(files, **{"content": "Umowy na odśnieżanie", "way": "here", **fields})
    if a.status != 303:
        raise RuntimeError(f"not filed: {a.status} {Page(a.text).said[:600]}")
    token, code = re.search(r"/s/([0-9a-z]{32})/potwierdzenie/([0-9A-Z-]{23})", a["location"]).groups()
    return re.search(r"\d{4}-\d{6}", desk.ask(a["location"]).text).group(0), code, token


def check_document(desk, fields=(), files=(), lang=""):
    """The answer of the form of "check a document", and its page, which must have no fault."""
    page = desk.ask(lang + "/sprawdz")
    kind, body = multipart(hidden(page.text) + list(fields), files)
    a = desk.ask(lang + "/sprawdz", "POST", body, Content_Type=kind, Sec_Fetch_Site="same-origin")
    if a.status == 303:
        a = desk.ask(a["location"])
    p = Page(a.text)
    ok(not p.faults, "a page without a fault", p.faults)
    return a, p


def raw_post(desk, path, kind, body, length=None, chunked=False):
    """A connection with the head sent; the caller sends the body in its own way."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(60)
    s.connect(str(desk.web_socket))
    size = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body) if length is None else length}"
    s.sendall(f"POST {path} HTTP/1.1\r\nHost: desk.example\r\nContent-Type: {kind}\r\n{size}\r\nConnection: close\r\n\r\n"
              .encode())
    return s


def raw_get(desk, path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(60)
    s.connect(str(desk.web_socket))
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n\r\n".encode())
    return s


def status_of(s):
    got = b""
    try:
        while b"\r\n\r\n" not in got:
            piece = s.recv(65536)
            if not piece:
                break
            got += piece
    except (ConnectionError, TimeoutError):
        pass
    return int(got.split(b" ")[1]) if got.startswith(b"HTTP/") else 0

"""What an attacker speaks: FastCGI records made by hand, HTTP bytes as they are, bodies that stop in the middle."""
import json
import os
import re
import socket
import struct
import subprocess

from desk import HOUSE, NGINX, Answer

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES = 1, 2, 3, 4, 5, 6, 7, 8, 9
RESPONDER = 1


def record(kind, content=b"", version=1, request=1, padding=0, length=None):
    said = len(content) if length is None else length
    return struct.pack(">BBHHBB", version, kind, request, said, padding, 0) + content + b"\0" * padding


def begin(role=RESPONDER, flags=0):
    return record(BEGIN, struct.pack(">HB5x", role, flags))


def size(n):
    return bytes([n]) if n < 128 else struct.pack(">I", n | 0x80000000)


def pair(name, value):
    name, value = (x if isinstance(x, bytes) else x.encode("utf-8", "surrogateescape") for x in (name, value))
    return size(len(name)) + size(len(value)) + name + value


def stream(kind, content, piece=60000, padding=0):
    parts = [record(kind, content[i:i + piece], padding=padding) for i in range(0, len(content), piece)]
    return b"".join(parts) + record(kind)


def params(path, method="GET", **more):
    said = {"REQUEST_METHOD": method, "DOCUMENT_URI": path, "QUERY_STRING": "", "CONTENT_TYPE": "", "CONTENT_LENGTH": "",
            "REMOTE_ADDR": "192.0.2.1", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "desk.example", **more}
    return b"".join(pair(k, v) for k, v in said.items())


def whole(path, method="GET", body=b"", role=RESPONDER, padding=0, **more):
    if body and "CONTENT_LENGTH" not in more:
        more["CONTENT_LENGTH"] = str(len(body))
    return begin(role) + stream(PARAMS, params(path, method, **more), padding=padding) + stream(STDIN, body, padding=padding)


def answers_in(got):
    """(what was said on standard output, whether the end was)."""
    out, ended, at = b"", False, 0
    while at + 8 <= len(got):
        _, kind, _, n, padding, _ = struct.unpack(">BBHHBB", got[at:at + 8])
        out += got[at + 8:at + 8 + n] if kind == STDOUT else b""
        ended = ended or kind == END
        at += 8 + n + padding
    return out, ended


def parsed(out):
    """None: the connection was closed without an answer."""
    head, sep, body = out.partition(b"\r\n\r\n")
    if not sep:
        return None
    lines = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")]
    headers = {line[0].lower(): line[1] for line in lines if len(line) == 2}
    return Answer(int(headers.get("status", "0")[:3]), headers, body)


def connected(path, seconds=20):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(seconds)
    s.connect(str(path))
    return s


def drained(s):
    got = b""
    try:
        while piece := s.recv(65536):
            got += piece
    except (ConnectionError, socket.timeout):
        pass
    return got


def talk(path, sent, half_close=False, seconds=20):
    """Everything that comes back to these bytes until the other side closes."""
    with connected(path, seconds) as s:
        try:
            s.sendall(sent)
            if half_close:
                s.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass
        return drained(s)


def http_answer(got):
    """The first answer among these bytes; None: there is none."""
    head, sep, body = got.partition(b"\r\n\r\n")
    if not sep or not head.startswith(b"HTTP/1."):
        return None
    lines = head.decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}
    return Answer(int(lines[0].split(" ")[1]), headers, body)


def multipart(parts, mark="xMARKx"):
    """parts: (name, value) or (name, file name, bytes)"""
    out = b""
    for part in parts:
        name, content = part[0], part[-1]
        file = b'; filename="%s"' % (part[1] if isinstance(part[1], bytes) else part[1].encode()) if len(part) == 3 else b""
        content = content if isinstance(content, bytes) else content.encode()
        out += b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n' % (mark.encode(), name.encode(), file)
        out += content + b"\r\n"
    return out + b"--%s--\r\n" % mark.encode()


MULTIPART = "multipart/form-data; boundary=xMARKx"
FORM = "application/x-www-form-urlencoded"


def table():
    """(method, address) of every row of fcgi/route.c: what it offers is what is attacked."""
    text = (HOUSE / "fcgi" / "route.c").read_text(encoding="utf-8")
    rows = text[text.index("static const struct route_row rows[]"):]
    rows = re.sub(r'OPERATION\((?:[^()"]|"[^"]*")*\)', "", rows[:rows.index("\n};")])
    found = []
    for deed, words in re.findall(r'DEED\("(\w+)"\)|\{([^{}]*(?:\{\w+\}[^{}]*)*)\}', rows):
        if deed:
            found += [(m, "/s/{token}/" + deed) for m in ("GET", "POST")]
        else:
            path = re.search(r'\.path = "([^"]+)"', words).group(1)
            found.append(("POST" if "POSTED" in words or '"POST"' in words else "GET", path))
    return found


def filled(path, **parts):
    standard = {"token": "0" * 32, "slug": "nic-takiego", "file": "akta.css", "n": "1", "v": "1",
                "code": "AAAAA-AAAAA-AAAAA-AAAAA", "sha256": "0" * 64, **parts}
    return re.sub(r"\{(\w+)\}", lambda m: standard[m.group(1)], path)


# ---------------------------------------------------------------- what is sent, and how an answer is judged

CLOSED = "closed"
CONTROL = ["%00", "%0d%0aX-Evil:%201", "%0aX-Evil:1", "%0d", "a%00.css", "%7f", "%1b[31m", "%e2%80%a8"]
RAW_CONTROL = ["\0", "\r\nX-Evil: 1", "\n", "\r", "a\0.css", "\x7f", "\x1b[31m", "\u2028"]
TRAVERSAL = ["..", "../../akta.conf", "..%2f..%2fakta.conf", "%2e%2e%2f%2e%2e%2fkeys%2flog.skey", "....//akta.conf",
             "..\\..\\akta.conf", "..%5c..%5cakta.conf", "%c0%ae%c0%ae%c0%af", "..;/akta.conf", "akta.css%2f..%2f..%2fakta.conf",
             "%252e%252e%252fakta.conf", "/etc/passwd", "file:///etc/passwd", ".", "-", "A" * 81, "a" * 7000]


def http(path, method="GET", *lines, body=b"", length=None):
    path = path if isinstance(path, bytes) else path.encode("utf-8", "surrogateescape")
    head = [method.encode() + b" " + path + b" HTTP/1.1", b"Host: desk.example", b"Connection: close", *lines]
    if body or length is not None:
        head.append(b"Content-Length: %d" % (len(body) if length is None else length))
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def status(a):
    return CLOSED if a is None else a.status


def is_human(a):
    """A sentence, not a bare code: of a page, a problem or a line."""
    text = a.body.decode("utf-8")
    kind = a["content-type"] or ""
    if "problem+json" in kind:
        return len(json.loads(text)["detail"].split()) > 2
    if kind.startswith("text/html"):
        words = re.sub(r"<[^>]+>", " ", text.split("<main")[-1])
        return len(words.split()) > 4 and "charset=utf-8" in kind
    return len(text.split()) > 2


def evil(a):
    lines = "\n".join(f"{k}: {v}" for k, v in a.headers.items()).lower()
    return "x-evil" in a.headers or "\nx-evil" in lines or "evil.example" in lines or b"[operators]" in a.body or \
        b"root:" in a.body or b"akta.conf:" in a.body


def production(folder, archive, spoken=lambda text: text):
    """conf/nginx/akta.conf as it is, less its certificates and its addresses; `spoken` may change more of it."""
    text = (HOUSE / "conf" / "nginx" / "akta.conf").read_text(encoding="utf-8")
    text = re.sub(r"server \{\s+listen 80;.*?\n\}\n", "", text, flags=re.S)
    text = re.sub(r"\n    (ssl_|listen \[|add_header Strict)[^\n]*", "", text)
    for was, now in [("listen 443 ssl http2", f"listen unix:{folder}/web.sock"), ("/etc/nginx/akta/", f"{folder}/"), ("DOMAIN", "desk.example"),
                     ("/var/cache/nginx/akta", f"{folder}/cache"), ("/var/log/nginx/", f"{folder}/"), ("/run/akta/fcgi.sock", f"{archive}/run/fcgi.sock"), ("/var/lib/akta", str(archive)),
                     # all of this test comes from one address, which is not its matter
                     ("rate=20r/s", "rate=9000r/s"), ("rate=5r/s", "rate=9000r/s"), ("rate=2r/s", "rate=9000r/s")]:
        text = text.replace(was, now)
    (folder / "akta.conf").write_text(spoken(text), encoding="utf-8")
    for name in ("akta-params.conf", "akta-static.conf"):
        text = (HOUSE / "conf" / "nginx" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("@DATA@", str(archive)).replace("@SITE@", str(HOUSE / "conf/site")), encoding="utf-8")
    temps = " ".join(f"{k}_temp_path {folder}/t-{k};" for k in ("client_body", "fastcgi", "proxy", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(f"{'user root;' if os.getuid() == 0 else ''} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/main.log warn;\n"
                                       f"events {{}} http {{ {temps} include {folder}/akta.conf; }}\n", encoding="utf-8")
    return subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "start.log"], stderr=subprocess.DEVNULL)


PART = b'--xMARKx\r\nContent-Disposition: form-data; name="content"\r\n\r\nx\r\n'
LAST = b"--xMARKx--\r\n"


def malformed_bodies():
    """(what is wrong, Content-Type, body, the statuses that are right); body None: made with a ticket."""
    def with_head(head):
        return b"--xMARKx\r\n" + head + b"\r\n\r\nx\r\n" + LAST
    return [
        ("no boundary", "multipart/form-data", PART + LAST, (400,)),
        ("an empty boundary", 'multipart/form-data; boundary=""', PART + LAST, (400,)),
        ("a boundary of 7 kB", "multipart/form-data; boundary=" + "b" * 7000, PART + LAST, (400, 415)),
        ("two boundaries", MULTIPART + "; boundary=y", PART + LAST, (400, 415)),
        ("nested", MULTIPART, with_head(b'Content-Disposition: form-data; name="files"\r\nContent-Type: multipart/mixed; boundary=y'), (403,)),
        ("no closing boundary", MULTIPART, PART, (400,)),
        ("a boundary and nothing", MULTIPART, b"--xMARKx", (400,)),
        ("only the end", MULTIPART, LAST, (400,)),
        ("text before", MULTIPART, b"hello\r\n" + PART + LAST, (400,)),
        ("text after", MULTIPART, PART + LAST + b"GET /smuggled HTTP/1.1\r\n\r\n", (400,)),
        ("bare line feeds", MULTIPART, (PART + LAST).replace(b"\r\n", b"\n"), (400,)),
        ("a head without end", MULTIPART, b"--xMARKx\r\nX: " + b"y" * 100_000, (413,)),
        ("1000 head lines", MULTIPART, with_head(b'Content-Disposition: form-data; name="content"' + b"\r\nX: y" * 1000), (413,)),
        ("a NUL in a name", MULTIPART, with_head(b'Content-Disposition: form-data; name="a\0b"'), (400,)),
        ("a name that is no text", MULTIPART, with_head(b'Content-Disposition: form-data; name="\xff\xfe"'), (400,)),
        ("a file name that is no text", MULTIPART, with_head(b'Content-Disposition: form-data; name="files"; filename="\xff"'), (400,)),
        ("a coded name that is no text", MULTIPART, with_head(b"Content-Disposition: form-data; name=\"files\"; filename*=UTF-8''%ff"), (400,)),
        ("no name", MULTIPART, with_head(b"Content-Disposition: form-data"), (400,)),
        ("two names", MULTIPART, with_head(b'Content-Disposition: form-data; name="a"; name="b"'), (400,)),
        ("two dispositions", MULTIPART, with_head(b'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"'), (400,)),
        ("a folded head", MULTIPART, with_head(b'Content-Disposition: form-data;\r\n name="a"'), (400,)),
        ("base64", MULTIPART, with_head(b'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64'), (400,)),
        ("an open quote", MULTIPART, with_head(b'Content-Disposition: form-data; name="a'), (400,)),
        ("the ticket twice", MULTIPART, None, (403,)),
        ("a field twice", MULTIPART, None, (400,)),
        ("another kind", "text/plain", b"formularz=1", (415,)),
        ("no kind", "", b"formularz=1", (415,)),
        ("a kind with CR", "multipart/form-data; boundary=x\ry", PART, (400, 415)),
    ]

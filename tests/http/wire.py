"""What an attacker speaks: FastCGI records made by hand, HTTP bytes as they are, bodies that stop in the middle."""
import re
import socket
import struct

from desk import HOUSE, Answer

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
    rows = rows[:rows.index("\n};")]
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
                "code": "AAAAA-AAAAA-AAAAA-AAAAA", **parts}
    return re.sub(r"\{(\w+)\}", lambda m: standard[m.group(1)], path)

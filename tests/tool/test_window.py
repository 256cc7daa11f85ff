"""The window without a web server: FastCGI spoken by hand. Addresses, methods, headers, loopback only, requests that finish
while the owner ends, and what a peer may send."""
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time

from tap import OWNER, Office, environment, main, ok, same, scratch, wait_for

office = Office()
office.demo()
SOCK = str(office.dir / "run" / "fcgi.sock")


def record(kind, body, request=1):
    return struct.pack(">BBHHBB", 1, kind, request, len(body), 0, 0) + body


def pair(name, value):
    def length(n):
        return struct.pack(">B", n) if n < 128 else struct.pack(">I", n | 0x80000000)
    name, value = name.encode(), value.encode()
    return length(len(name)) + length(len(value)) + name + value


def begin(**params):
    body = b"".join(pair(k, v) for k, v in params.items())
    return record(1, struct.pack(">HB5x", 1, 0)) + record(4, body) + record(4, b"") + record(5, b"")


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect(SOCK)
    return s


def read_answer(s):
    data = b""
    while True:
        piece = s.recv(65536)
        if not piece:
            break
        data += piece
    out = b""
    while len(data) >= 8:
        _, kind, _, n, pad, _ = struct.unpack(">BBHHBB", data[:8])
        if kind == 6:
            out += data[8:8 + n]
        data = data[8 + n + pad:]
    head, _, body = out.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return int(headers.get("Status", "0 ").split()[0]), headers, body


def ask(path, method="GET", remote="127.0.0.1", query=""):
    with connect() as s:
        s.sendall(begin(REQUEST_METHOD=method, DOCUMENT_URI=path, QUERY_STRING=query, REMOTE_ADDR=remote))
        return read_answer(s)


def prometheus(text):
    """(figures by name and labels, what is wrong): the text format 0.0.4, read strictly."""
    figures, types, helped, wrong = {}, {}, set(), []
    for line in text.splitlines():
        if m := re.fullmatch(r"# HELP ([a-z_:]+) (\S.*\.)", line):
            wrong += [line] if m.group(1) in helped else []
            helped.add(m.group(1))
        elif m := re.fullmatch(r"# TYPE ([a-z_:]+) (counter|gauge|histogram)", line):
            wrong += [line] if m.group(1) in types or m.group(1) not in helped else []
            types[m.group(1)] = m.group(2)
        elif m := re.fullmatch(r'(([a-z_:]+)(?:\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})?) (\d+(?:\.\d+)?)', line):
            family = m.group(2) if m.group(2) in types else re.sub("_(bucket|sum|count)$", "", m.group(2))
            wrong += [line] if m.group(1) in figures or family not in types or list(types)[-1] != family else []
            figures[m.group(1)] = float(m.group(3))
        else:
            wrong.append(line)
    for name, kind in types.items():
        if kind == "histogram":
            buckets = [v for k, v in figures.items() if k.startswith(name + "_bucket")]
            wrong += [name] if buckets != sorted(buckets) or buckets[-1] != figures[name + "_count"] else []
    return figures, wrong


def pages():
    office.start_owner()
    status, headers, body = ask("/healthz")
    same((status, body), (200, b"ok\n"), "/healthz answers ok")
    status, headers, body = ask("/metrics")
    same((status, headers["Content-Type"].split(";")[0]), (200, "text/plain"), "/metrics")
    figures, faults = prometheus(body.decode())
    same(faults, [], "it is what Prometheus reads")
    ok({"akta_commits_total", "akta_batches_total", "akta_log_entries", "akta_log_published", "akta_free_bytes",
        'akta_requests{state="filed"}', 'akta_http_answers_total{face="page",status="5xx"}', "akta_http_answer_seconds_count",
        "akta_transfers", "akta_notices_waiting", "akta_notices_failed", "process_resident_memory_bytes", "process_cpu_seconds_total"} <= set(figures),
       "store, log, requests, answers and the process are in it", sorted(figures))
    ok("akta_daily_age_seconds" not in figures, "no night has been")
    nights = office("daily", "--budget", "5")
    for _ in range(3):
        ask("/none")
    later, faults = prometheus(ask("/metrics")[2].decode())
    same((nights.status, faults, later["akta_daily_faults"], later["akta_daily_not_checked"], later["akta_requests_overdue"]), (0, [], 0, 0, 0),
         "what a night found is in it")
    same(later["akta_daily_due"], nights.row["due"], "as the night said it")
    ok(later["akta_daily_age_seconds"] < 60, "and how old it is")
    key = 'akta_http_answers_total{face="page",status="4xx"}'
    same(later[key] - figures[key], 3, "answers are counted")
    same(later["akta_http_under_way"], 1, "only this one is under way")
    ok(wait_for(lambda: b"\nakta_records 9\n" in ask("/metrics")[2], 10), "and the nine records")
    same([ask("/metrics", remote=r)[0] for r in ("::1", "127.8.8.8", "192.0.2.1", "", "1270.0.0.1")], [200, 200, 404, 404, 404],
         "metrics on loopback only")
    same([ask(p)[0] for p in ("/none", "/healthz/", "/healthz.", "//healthz", "/HEALTHZ", "")], [404] * 6, "nothing else is there")
    for method in ("POST", "PUT", "DELETE", "get", ""):
        status, headers, _ = ask("/healthz", method)
        ok(status == 405 and headers.get("Allow") == "GET, HEAD", f"405 for {method or 'no method'}", headers)
    status, headers, body = ask("/healthz", "HEAD")
    same((status, headers["Content-Length"], body), (200, "3", b""), "HEAD has the headers and no body")
    same(ask("/healthz", query="x=1")[0], 200, "a query is no other address")


def headers():
    for path in ("/healthz", "/metrics", "/none"):
        _, seen, body = ask(path)
        ok("default-src 'none'" in seen["Content-Security-Policy"] and seen["X-Content-Type-Options"] == "nosniff"
           and seen["Referrer-Policy"] == "no-referrer" and seen["Cache-Control"] == "no-store", f"security headers of {path}", seen)
        same(int(seen["Content-Length"]), len(body), f"the length of {path} is true")


def peers():
    for data, what in [(b"", "nothing"), (b"GET / HTTP/1.0\r\n\r\n", "HTTP instead of FastCGI"), (os.urandom(300), "noise"),
                       (record(1, b"\0" * 3), "half a beginning"), (begin(REQUEST_METHOD="GET")[:40], "half a request"),
                       (begin(DOCUMENT_URI="/healthz"), "no method"), (begin(**{"X" * 200: "y" * 60000}), "a long header")]:
        with connect() as s:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            s.settimeout(5)
            try:
                while s.recv(65536):
                    pass
            except (TimeoutError, ConnectionError):
                pass
        same(ask("/healthz")[0], 200, f"goes on after {what}")


def many():
    seen = []

    def work():
        for _ in range(25):
            seen.append(ask("/healthz")[0])
    threads = [threading.Thread(target=work) for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same((len(seen), set(seen)), (300, {200}), "300 requests over 12 connections at a time")


def ends():
    stop = threading.Event()
    wrong = []

    def load():
        while not stop.is_set():
            try:
                status, _, body = ask("/healthz")
                if (status, body) != (200, b"ok\n"):
                    wrong.append((status, body))
            except (ConnectionError, FileNotFoundError, TimeoutError):
                return  # no longer there: refused, never half answered
    threads = [threading.Thread(target=load) for _ in range(6)]
    for t in threads:
        t.start()
    time.sleep(0.3)
    begun = time.monotonic()
    same(office.stop_owner(), 0, "SIGTERM under load: status 0")
    took = time.monotonic() - begun
    stop.set()
    for t in threads:
        t.join()
    ok([w for w in wrong if w[0] != 0] == [], "no request under way got a broken answer", wrong)
    ok(took < 15, "within its time", took)
    office.start_owner()
    begun = time.monotonic()
    same(office.stop_owner(signal.SIGINT), 0, "SIGINT too")
    ok(time.monotonic() - begun < 5, "an idle one at once")


def socket_from_outside():
    """As systemd hands it over: the listening socket is standard input."""
    listener = socket.socket(socket.AF_UNIX)
    path = str(scratch() / "fcgi.sock")
    listener.bind(path)
    listener.listen(16)
    p = subprocess.Popen([OWNER, "-d", str(office.dir)], stdin=listener, stderr=subprocess.DEVNULL, env=environment("C"))
    global SOCK
    SOCK, kept = path, SOCK
    try:
        same(ask("/healthz")[0], 200, "a listening socket at standard input is used")
        p.kill()
        p.wait()
        waiting = connect()
        waiting.sendall(begin(REQUEST_METHOD="GET", DOCUMENT_URI="/healthz", REMOTE_ADDR="127.0.0.1"))
        p = subprocess.Popen([OWNER, "-d", str(office.dir)], stdin=listener, stderr=subprocess.DEVNULL, env=environment("C"))
        same(read_answer(waiting)[0], 200, "a request sent while it was down is answered by the next one")
        waiting.close()
    finally:
        p.terminate()
        same(p.wait(timeout=30), 0, "and it ends cleanly")
        SOCK = kept


def command_line():
    p = subprocess.run([OWNER, "--help"], capture_output=True, timeout=20)
    ok(p.returncode == 0 and b"-d DIR" in p.stdout, "--help", p)
    p = subprocess.run([OWNER, "--nonsense"], capture_output=True, timeout=20)
    ok(p.returncode == 2 and p.stderr.startswith(b"akta-fcgi: "), "an unknown option: status 2", p)
    p = subprocess.run([OWNER, "-d", str(office.root / "none")], capture_output=True, timeout=20, stdin=subprocess.DEVNULL)
    ok(p.returncode in (1, 2, 3, 4) and p.stderr.startswith(b"akta-fcgi: "), "no archive there: a reason and a status", p)


def maintenance():
    """Three panics within a minute: every page is 503, and the tool may work on the archive."""
    (office.dir / "run" / "panics").write_bytes(panics())
    log = open(office.root / "maintenance.log", "wb")
    p = subprocess.Popen([OWNER, "-d", str(office.dir)], stdin=subprocess.DEVNULL, stderr=log, env=environment("C"))
    try:
        ready = wait_for(lambda: b"ready" in (office.root / "maintenance.log").read_bytes())
        ok(ready and b"maintenance" in (office.root / "maintenance.log").read_bytes(), "it starts, in maintenance")
        status, seen, _ = ask("/healthz")
        same((status, seen.get("Retry-After")), (503, "30"), "every page is 503")
        a = office("doctor")
        ok(a.status in (0, 1) and a.rows, "and doctor works on the archive meanwhile", a)
    finally:
        p.terminate()
        same(p.wait(timeout=30), 0, "and it ends cleanly")


def panics():
    now = int(time.time())
    stamp = lambda t: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))
    return "".join(f"{stamp(now - i)} test\n" for i in (3, 2, 1)).encode()


main(pages, headers, peers, many, ends, socket_from_outside, command_line, maintenance)

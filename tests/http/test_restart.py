"""`make run` keeps its socket: while akta-fcgi is ended and started again under load, by SIGTERM or by SIGKILL, whoever comes
waits instead of failing. After SIGTERM nothing at all fails, letters included; after SIGKILL no question does, and a letter
whose answer was lost is sent again under its key and is there once."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tool"))
from tap import BUILD, HOUSE, akta, environment, main, ok, same, scratch, wait_for  # noqa: E402

ROOT = scratch()
DATA = ROOT / "office"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


PORT = free_port()


def ask(path, method="GET", body=None, headers=None):
    c = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    try:
        c.request(method, path, body=body, headers=headers or {})
        r = c.getresponse()
        return r.status, r.read()
    finally:
        c.close()


def up():
    try:
        return ask("/healthz")[0] == 200
    except OSError:
        return False


def started():
    """The script of `make run`; its children are akta-fcgi and nginx."""
    log = open(ROOT / "run.log", "ab")
    made = akta("init", DATA, "--office", HOUSE / "conf" / "office.conf")  # one that exists is not filled with the demonstration
    if made.status != 0:
        raise RuntimeError(f"init: {made}")
    (ROOT / "tmp").mkdir()
    run = subprocess.Popen(["sh", "conf/run.sh", str(BUILD), str(DATA), str(PORT)], cwd=HOUSE, stdin=subprocess.DEVNULL, stdout=log,
                           stderr=log, env={**environment("C"), "TMPDIR": str(ROOT / "tmp")})
    if not wait_for(lambda: run.poll() is not None or up(), 60) or run.poll() is not None:
        raise RuntimeError("run.sh: " + (ROOT / "run.log").read_text())
    return run


def owner_of(run):
    """The process of akta-fcgi under this script, by /proc alone."""
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = status.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        if name == "akta-fcgi" and int(rest.split()[1]) == run.pid:
            return int(status.parent.name)
    return None


class Load:
    """Readers and writers; what they saw."""

    def __init__(self):
        self.stop, self.wrong, self.reads, self.numbers, self.lost, self.slowest = threading.Event(), [], 0, [], 0, 0.0
        self.threads = [threading.Thread(target=self.read) for _ in range(4)] + [threading.Thread(target=self.write, args=(i,)) for i in range(2)]
        for t in self.threads:
            t.start()

    def read(self):
        while not self.stop.is_set():
            for path in ("/karty", "/api/v1/services", "/healthz"):
                begun = time.monotonic()
                try:
                    status, body = ask(path)
                except OSError as e:
                    status, body = 0, repr(e).encode()
                self.slowest = max(self.slowest, time.monotonic() - begun)
                self.reads += 1
                if status != 200:
                    self.wrong.append((path, status, body[:100]))

    def write(self, i):
        n = 0
        while not self.stop.is_set():
            n += 1
            head = {"Content-Type": "application/json", "Idempotency-Key": f"list-{self.tag}-{i}-{n:012}"}
            body = json.dumps({"kind": "foi", "way": "here", "content": "Umowy"})
            while True:
                try:
                    status, answer = ask("/api/v1/requests", "POST", body, head)
                except OSError:
                    status, answer = 0, b""
                if status in (200, 201):
                    self.numbers.append(json.loads(answer)["number"])
                    break
                if status == 429:
                    time.sleep(0.2)
                    continue
                self.lost += 1
                if self.stop.is_set():
                    break
            time.sleep(0.05)

    tag = "a"

    def end(self):
        self.stop.set()
        for t in self.threads:
            t.join()


def storm(run, number, times):
    load = Load()
    pids = []
    for _ in range(times):
        time.sleep(0.4)
        pid = owner_of(run)
        os.kill(pid, number)
        ok(wait_for(lambda: owner_of(run) not in (None, pid), 20), f"signal {int(number)}: akta-fcgi is started again")  # noqa: B023
        pids.append(pid)
    wait_for(up, 20)
    time.sleep(0.3)
    load.end()
    return load


def restarts():
    run = started()
    try:
        inode = (DATA / "run" / "fcgi.sock").stat().st_ino
        Load.tag = "term"
        load = storm(run, signal.SIGTERM, 2)
        print(f"# SIGTERM: {load.reads} questions, {len(load.numbers)} letters, slowest {load.slowest:.2f} s", flush=True)
        same((load.wrong[:3], load.lost), ([], 0), "SIGTERM: no question and no letter fails")
        same(len(set(load.numbers)), len(load.numbers), "no number was given twice")
        Load.tag = "kill"
        load = storm(run, signal.SIGKILL, 2)
        print(f"# SIGKILL: {load.reads} questions, {len(load.numbers)} letters, {load.lost} sent again, slowest {load.slowest:.2f} s", flush=True)
        same(load.wrong[:3], [], "SIGKILL: no question fails")
        same(len(set(load.numbers)), len(load.numbers), "letters sent again under their keys are there once")
        same((DATA / "run" / "fcgi.sock").stat().st_ino, inode, "all the time it was one socket")
        second = subprocess.run([str(BUILD / "akta-fcgi"), "-d", str(DATA), "--listen", "true"], stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
        ok(second.returncode != 0 and up(), "a second akta-fcgi does not take it away", second)
    finally:
        run.terminate()
        same(run.wait(timeout=30), 0, "SIGTERM ends the whole of it")
    ok(not up() and owner_of(run) is None, "and nothing is left behind")


main(restarts)

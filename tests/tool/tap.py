"""What the tests of the tool share: TAP output, a scratch office, and running akta in a chosen language."""
import atexit
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HOUSE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AKTA_BUILD") or HOUSE / "build")
AKTA = str(BUILD / "akta")
OWNER = str(BUILD / "akta-fcgi")
DEMO = HOUSE / "conf" / "demo"
SAN = "san" in BUILD.name

_count = 0
_failed = 0


def ok(condition, name, seen=None):
    global _count, _failed
    _count += 1
    print(f"{'ok' if condition else 'not ok'} {_count} - {name}", flush=True)
    if not condition:
        _failed += 1
        print(f"# seen: {seen!r}"[:2000], flush=True)
    return condition


def same(seen, wanted, name):
    return ok(seen == wanted, name, {"seen": seen, "wanted": wanted})


def main(*tests):
    for test in tests:
        try:
            test()
        except Exception:  # a test that cannot go on has failed, and the others still run
            ok(False, f"{test.__name__} ran to its end", traceback.format_exc())
    print(f"1..{_count}", flush=True)
    sys.exit(1 if _failed else 0)


def scratch():
    path = pathlib.Path(tempfile.mkdtemp(prefix="akta-tool-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


class Answer:
    def __init__(self, status, out, err):
        self.status, self.raw, self.err = status, out, err
        self.out = out.decode("utf-8", "replace")

    @property
    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self):
        return self.rows[0]

    def __repr__(self):
        return f"status {self.status}, out {self.out[:600]!r}, err {self.err[:600]!r}"


def environment(lang):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "AKTA_DIR"))}
    env["LANG"] = lang
    return env


def akta(*words, lang="C", timeout=120, stdin=subprocess.DEVNULL, cwd=None, env=None):
    p = subprocess.run([AKTA, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=stdin,
                       timeout=timeout, cwd=cwd, env={**environment(lang), **(env or {})})
    return Answer(p.returncode, p.stdout, p.stderr.decode("utf-8", "replace"))


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Office:
    """An archive of its own; words go to it as JSON unless told otherwise."""

    def __init__(self, root=None):
        self.root = root or scratch()
        self.dir = self.root / "archive"
        self.owner = None
        made = akta("init", self.dir, "--office", HOUSE / "conf" / "office.conf")
        if made.status != 0:
            raise RuntimeError(f"init: {made}")

    def __call__(self, *words, **how):
        return akta("-d", self.dir, "--json", *words, **how)

    def people(self, *words, **how):
        return akta("-d", self.dir, *words, **how)

    def demo(self):
        done = self("ingest", "--manifest", DEMO / "manifest.csv")
        if done.status != 0:
            raise RuntimeError(f"ingest: {done}")
        return {row["name"]: row for row in done.rows[:-1]}

    def start_owner(self):
        self.log = open(self.root / "owner.log", "ab")
        begun = self.log.tell()
        self.owner = subprocess.Popen([OWNER, "-d", str(self.dir)], stdin=subprocess.DEVNULL, stdout=self.log,
                                      stderr=self.log, env=environment("C"))
        atexit.register(self.stop_owner)
        ready = lambda: b" ready " in (self.root / "owner.log").read_bytes()[begun:]
        if not wait_for(lambda: self.owner.poll() is not None or ready()) or self.owner.poll() is not None:
            raise RuntimeError("akta-fcgi did not start: " + (self.root / "owner.log").read_text())

    def stop_owner(self, number=signal.SIGTERM):
        if self.owner is None:
            return None
        if self.owner.poll() is None:
            self.owner.send_signal(number)
        status = self.owner.wait(timeout=40)
        self.owner = None
        self.log.close()
        return status

"""What the crash and fault tests share: running the tool, an outside list of what was acknowledged, and the one checker.

The list of acknowledgements lives in the test's memory and never in the directory under test. An operation is intended
before it is sent and acknowledged when its answer was read; between the two it may be wholly there or wholly absent.
"""
import hashlib
import json
import os
import pathlib
import random
import subprocess
import threading


def lines(text):
    out = []
    for line in text.splitlines():
        try:
            out.append(json.loads(line))
        except ValueError:
            pass  # a line cut by the kill is no acknowledgement
    return out


class Tool:
    def __init__(self, build, directory):
        self.akta = os.path.join(build, "akta")
        self.owner = os.path.join(build, "akta-fcgi")
        self.dir = str(directory)

    def args(self, *words):
        return [self.akta, "-d", self.dir, "--json", *map(str, words)]

    def run(self, *words, env=None, timeout=60):
        p = subprocess.run(self.args(*words), capture_output=True, text=True, timeout=timeout,
                           env=dict(os.environ, LANG="C", **(env or {})))
        return p.returncode, lines(p.stdout), p.stderr

    def start(self, *words, env=None):
        return subprocess.Popen(self.args(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=dict(os.environ, LANG="C", **(env or {})))


class Acknowledged:
    """Marks, records with their digests, closings: what a client was told is done."""

    def __init__(self):
        self.lock = threading.Lock()
        self.files = {}    # mark -> id
        self.records = {}  # record id -> (mark, sha256)
        self.closed = {}   # mark -> day
        self.intended_files = 0
        self.intended_records = {}  # mark -> set of sha256
        self.changes = 0

    def file(self, row):
        with self.lock:
            self.files[row["mark"]] = row["id"]
            self.changes += 1

    def record(self, row):
        with self.lock:
            self.records[row["id"]] = (row["mark"], row["sha256"])
            self.changes += 1

    def close(self, mark, day):
        with self.lock:
            self.closed[mark] = day
            self.changes += 1


class Material:
    """Seeded small files: most tiny, some of several chunks' worth, kept outside the directory under test."""

    def __init__(self, folder, seed, count=60, large=3_000_000):
        rnd = random.Random(seed)
        self.paths, self.sha = [], {}
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            size = rnd.choice([0, 1, 700, 2048, 2049, 9_000, 60_000, 200_000])
            if i % 20 == 19:
                size = large
            text = ("Pismo %d w sprawie %d. " % (i, seed)).encode()
            body = rnd.randbytes(size) if i % 3 else (text * (size // len(text) + 1))[:size]
            path = os.path.join(folder, "pismo-%03d.txt" % i)
            with open(path, "wb") as f:
                f.write(body)
            self.paths.append(path)
            self.sha[path] = hashlib.sha256(body).hexdigest()


class Check:
    """The invariants of crash-testing: every violation is a sentence; none means the round passed."""

    def __init__(self, tool, acked, unit_class_year):
        self.tool, self.acked, self.key = tool, acked, unit_class_year
        self.wrong = []

    def say(self, text, *args):
        self.wrong.append(text % args if args else text)

    def command(self, want, *words):
        rc, rows, err = self.tool.run(*words)
        if rc != want:
            self.say("%s: status %d: %s %s", " ".join(map(str, words)), rc, rows[-3:], err[-400:])
        return rows

    def numbers(self, seen=0):
        """I: numbers of the spis spraw are 1..N without a gap, and every acknowledged mark is one of them. `seen`: what an
        earlier check of the same archive found, so that a round looks at what is new only."""
        unit, symbol, year = self.key
        highest = seen
        while True:
            rc, rows, _ = self.tool.run("file", "show", "%s.%s.%d.%d" % (unit, symbol, highest + 1, year))
            if rc != 0:
                break
            highest += 1
        for mark in self.acked.files:
            u, s, n, y = mark.split(".")
            if int(n) > highest:
                self.say("acknowledged %s is beyond the last number %d", mark, highest)
        if highest > self.acked.intended_files:
            self.say("%d numbers were given, only %d files were asked for", highest, self.acked.intended_files)
        return highest

    def records(self, marks):
        for mark in marks:
            rows = self.command(0, "file", "show", mark)
            there = {}
            for row in rows:
                for r in row.get("records", []) if isinstance(row.get("records"), list) else [row]:
                    if isinstance(r, dict) and "sha256" in r:
                        there[r["id"]] = r["sha256"]
            for rid, (m, sha) in self.acked.records.items():
                if m == mark and there.get(rid) != sha:
                    self.say("record %s of %s was acknowledged and is %s", rid, mark, there.get(rid, "gone"))
            intended = self.acked.intended_records.get(mark, set())
            for rid, sha in there.items():
                if sha not in intended:
                    self.say("record %s of %s holds what nobody sent", rid, mark)
            if mark in self.acked.closed and rows and rows[0].get("closed") != self.acked.closed[mark]:
                self.say("closing of %s was acknowledged, it shows %s", mark, rows[0].get("closed"))

    def whole(self, thorough=True):
        if thorough:
            self.command(0, "doctor")
        rows = self.command(0, "verify", "--all")
        last = rows[-1] if rows else {}
        if last.get("faults") != 0 or last.get("not_checked") != 0:
            self.say("verify: %s", last)
        self.command(0, "log", "verify")

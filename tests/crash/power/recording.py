"""Runs an office on a recorded disk, and keeps what it was told, each with its place in the journal.

A claim is a value that a key has from some moment on: the closing day of a case file, the digest of a record. It is
intended when it is asked for, and acknowledged when its answer left a process for the first time: the journal holds the
very bytes. Between the two a cut may find the old value or the new one.
"""
import base64
import bisect
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "http")]
import driver  # noqa: E402
import wire  # noqa: E402
from disk import Disk, Record, read_journal  # noqa: E402

HOLIDAYS = HERE.parents[2] / "conf" / "holidays.tsv"
OFFICE = HERE.parents[2] / "conf" / "office.conf"
SERIES = ("WA", "1431", 2026)
CONF = b"[store]\nlog_mb = 1\ncache_mb = 1\nballast_mb = 1\n[ledger]\ninterval_ms = 50\n"


class Claim:
    def __init__(self, intent, value):
        self.intent, self.value, self.ack, self.needle = intent, value, None, None


class Recording:
    def __init__(self, build, base, seed):
        self.build, self.base, self.random = build, pathlib.Path(base), random.Random(seed)
        self.disk = self.base / "disk"
        self.disk.mkdir(parents=True)
        self.journal = str(self.base / "journal")
        self.claims, self.serial = {}, 0
        self.prepared = None  # the mark from which on a cut is of interest
        self.lock = threading.Lock()
        self.tool = driver.Tool(build, self.disk / "archive")
        self.material = self.base / "material"
        self.material.mkdir()
        self.fd = os.open(self.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    # ---- what is asked for and what is answered

    def env(self):
        return dict(LD_PRELOAD=os.path.join(self.build, "tests/power.so"), POWER_DISK=str(self.disk), POWER_JOURNAL=self.journal)

    def mark(self):
        with self.lock:
            self.serial += 1
            os.write(self.fd, Record("M", number=self.serial).packed())
            return self.serial

    def intend(self, *claims):
        """[(key, value)] about to be asked for; the Claims, in that order."""
        at, out = self.mark(), []
        with self.lock:
            for key, value in claims:
                out.append(Claim(at, value))
                self.claims.setdefault(key, []).append(out[-1])
        return out

    def acknowledge(self, claims, needle):
        at = self.mark()
        for c in claims:
            c.ack, c.needle = at, needle

    def run(self, *words, tool=None):
        p = subprocess.run((tool or self.tool).args(*words), capture_output=True, timeout=60, env=dict(os.environ, LANG="C", **self.env()))
        if p.returncode != 0:
            raise RuntimeError("%s: status %d: %s" % (words, p.returncode, p.stderr.decode()[-600:]))
        return p.stdout.splitlines()

    def change(self, claims, *words):
        """Runs a command that makes all these claims true at once; its first answer."""
        made = self.intend(*claims)
        lines = self.run(*words)
        self.acknowledge(made, lines[-1])
        return json.loads(lines[0])

    # ---- verbs

    def init(self):
        self.change([(("archive", "made"), True)], "init", self.tool.dir, "--office", OFFICE)
        path = self.disk / "archive" / "akta.conf"
        path.write_bytes(CONF)
        os.write(self.fd, Record("P", inode=path.stat().st_ino, path=str(path), data=CONF).packed())

    def open_case(self, title):
        made = self.intend((("case", title), "open"))
        line = self.run("file", "open", "--unit", SERIES[0], "--class", SERIES[1], "--year", SERIES[2], "--opened", "2026-01-05",
                        "--title", title)[0]
        mark = json.loads(line)["mark"]
        made[0].value = mark
        self.acknowledge(made, line)
        return mark

    def paper(self, name, size):
        body = self.random.randbytes(size // 2) + (b"Pismo w sprawie. " * size)[:size - size // 2]
        path = self.material / name
        path.write_bytes(body)
        return path, hashlib.sha256(body).hexdigest()

    def ingest(self, title, mark, names_sizes):
        papers = {name: self.paper(name, size) for name, size in names_sizes}
        made = self.intend(*[(("record", n), (title, sha)) for n, (_, sha) in papers.items()])
        self.took_in(dict(zip(papers, made)), "ingest", "--file", mark, *[path for path, _ in papers.values()])

    def took_in(self, made, *words):
        for line in self.run(*words):
            row = json.loads(line)
            if row.get("name") in made:
                self.acknowledge([made[row["name"]]], line)

    def manifest(self, titles_names):
        rows, claims = ["mark,class,unit,title,opened,closed,path"], []
        for title, name, size in titles_names:
            _, sha = self.paper(name, size)
            rows.append(",%s,%s,%s,2026-02-03,,%s" % (SERIES[1], SERIES[0], title, name))
            claims += [(("case", title), "open"), (("record", name), (title, sha))]
        path = self.material / ("manifest-%d.csv" % self.mark())
        path.write_text("\n".join(rows) + "\n")
        made = self.intend(*claims)
        records = {c[0][1]: m for c, m in zip(claims, made) if c[0][0] == "record"}
        self.took_in(records, "ingest", "--manifest", path)
        for (key, _), m in zip(claims, made):
            if key[0] == "case":
                m.value, m.ack, m.needle = "open", *next((r.ack, r.needle) for n, r in records.items()
                                                          if (key[1], n) in {(t, n) for t, n, _ in titles_names})

    def close_case(self, title, mark):
        self.change([(("closed", title), "2026-11-20")], "file", "close", mark, "--on", "2026-11-20")

    def reopen(self, title, mark):
        self.change([(("closed", title), None)], "file", "reopen", mark, "--reason", "nowe pismo")

    def hold(self, title, mark, place=True):
        more = ["--mandate", "prokurator", "--until", "2030-01-01"] if place else []
        self.change([(("holds", title), int(place))], "hold", "place" if place else "release", mark, "--reason", "postępowanie", *more)

    def law(self, number):
        """A table of free days with a long remark: for the transaction log, which it fills."""
        path = self.material / "holidays.tsv"
        remark = base64.b64encode(self.random.randbytes(700_000)).decode()
        path.write_text(HOLIDAYS.read_text() + "# %s\n" % remark)
        self.run("conf", "apply", "--kind", "holidays", path, "--from", "2027-%02d-%02d" % (number // 28 + 1, number % 28 + 1))

    def publish(self):
        made = self.intend((("published", self.mark()), 0))
        line = self.run("log", "export")[0]
        made[0].value = json.loads(line)["published"]
        self.acknowledge(made, line)

    def backup(self, number):
        """Each copy of the keys has a folder of its own: a newer one than the copy of the data would refuse to fork."""
        self.change([(("keys", number), True)], "backup", "--keys", self.disk / ("keys-%d" % number))
        self.change([(("backup", number), True)], "backup", self.disk / "backup")

    def restore(self, number):
        made = self.intend((("restored", number), True))
        there = driver.Tool(self.build, self.disk / "second")
        self.acknowledge(made, self.run("restore", self.disk / "backup", "--keys", self.disk / ("keys-%d" % number), tool=there)[-1])

    # ---- the owner and citizens

    def start_owner(self):
        said = self.base / "owner.log"
        with open(said, "ab") as log:
            begun = log.tell()
            p = subprocess.Popen([self.tool.owner, "-d", self.tool.dir], stdout=subprocess.DEVNULL, stderr=log,
                                 env=dict(os.environ, LANG="C", **self.env()))
        until = time.monotonic() + 20
        while b" ready " not in said.read_bytes()[begun:]:
            if p.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the owner did not start: " + said.read_text()[-800:])
            time.sleep(0.01)
        return p

    def file_letter(self, name, sizes):
        """A citizen's letter with files, as the program of one sends it."""
        papers = [self.paper("%s-%d.pdf" % (name, i), size) for i, size in enumerate(sizes)]
        content = "Proszę o umowy, sprawa %s" % name
        body = json.dumps({"kind": "foi", "way": "here", "content": content})
        parts = [("request", body)] + [("files", path.name, path.read_bytes()) for path, _ in papers]
        made = self.intend((("letter", content), sorted(sha for _, sha in papers)))
        said = wire.talk(self.disk / "archive/run/fcgi.sock",
                         wire.whole("/api/v1/requests", "POST", wire.multipart(parts), CONTENT_TYPE=wire.MULTIPART,
                                    HTTP_IDEMPOTENCY_KEY="power-" + name.ljust(16, "0")))
        answer = wire.parsed(wire.answers_in(said)[0])
        if answer is None or answer.status != 201:
            raise RuntimeError("a letter was not filed: %r" % answer)
        self.acknowledge(made, json.loads(answer.body)["secret"].encode())


class Evidence:
    """A finished recording, as the checks need it: steps, values allowed at each, checkpoints that readers saw."""

    def __init__(self, recording):
        self.steps = read_journal(recording.journal, str(recording.disk))
        self.claims = recording.claims
        marks = {r.number: i for i, r in enumerate(self.steps) if r.kind == "M"}
        said = [(i, r.data) for i, r in enumerate(self.steps) if r.kind == "Y"]
        for claims in self.claims.values():
            for c in claims:
                c.intent = marks[c.intent]
                c.ack = self.first_said(said, c, marks[c.ack]) if c.ack is not None else len(self.steps) + 1
        self.made = marks[recording.prepared] if recording.prepared else self.claims[("archive", "made")][0].ack
        self.checkpoints = []  # (step after which it could be read, bytes)
        disk = Disk("posix")
        for i, r in enumerate(self.steps):
            disk.follow(r)
            if r.kind == "N" and r.other == "archive/log/checkpoint":
                self.checkpoints.append((i + 1, bytes(disk.find(r.other).live().data)))
        self.wrong = disk.differences(str(recording.disk))

    @staticmethod
    def first_said(said, claim, latest):
        at = bisect.bisect(said, (claim.intent,))
        for i, data in said[at:]:
            if i >= latest:
                break
            if claim.needle in data:
                return i
        return latest

    def allowed(self, key, cut, before=None):
        """The values that a key may have when the power goes before step `cut`."""
        claims = self.claims.get(key, [])
        floor = max((i for i, c in enumerate(claims) if c.ack < cut), default=-1)
        first = [claims[floor].value] if floor >= 0 else [before]
        return first + [c.value for c in claims[floor + 1:] if c.intent < cut]

    def acknowledged(self, key, cut):
        return any(c.ack < cut for c in self.claims.get(key, []))

    def acknowledged_values(self, kind, cut):
        return [c.value for key, claims in self.claims.items() if key[0] == kind for c in claims if c.ack < cut]

    def seen_checkpoint(self, cut):
        return next((text for at, text in reversed(self.checkpoints) if at <= cut), None)

    def acks(self):
        return sorted({c.ack for claims in self.claims.values() for c in claims if c.ack < len(self.steps)})


# ---- what is run

def alone(r):
    """The tool works by itself, one command after another: every step of it can be a cut."""
    r.init()
    first = r.open_case("Pierwsza")
    r.ingest("Pierwsza", first, [("maly.txt", 700), ("sredni.txt", 9_000), ("duzy.pdf", 2_300_000)])
    r.ingest("Pierwsza", first, [("seria-%d.txt" % i, 3_000 + 2_000 * i) for i in range(6)])
    r.close_case("Pierwsza", first)
    r.publish()
    second = r.open_case("Druga")
    r.hold("Druga", second)
    r.manifest([("Trzecia", "spis-1.txt", 5_000), ("Czwarta", "spis-2.txt", 1_000)])
    r.hold("Druga", second, place=False)
    r.reopen("Pierwsza", first)
    r.backup(1)
    r.ingest("Druga", second, [("po-kopii.txt", 12_000)])
    r.backup(2)
    r.restore(2)


def clerk(r, name, rounds, seed, failed):
    rnd = random.Random(seed)
    try:
        for i in range(rounds):
            title = "%s-%d" % (name, i)
            mark = r.open_case(title)
            count = rnd.choice([1, 2, 6])
            r.ingest(title, mark, [("%s-%d.txt" % (title, j), rnd.choice([0, 600, 5_000, 90_000])) for j in range(count)])
            if rnd.random() < 0.5:
                r.hold(title, mark)
            r.close_case(title, mark)
            if rnd.random() < 0.4:
                r.publish()
    except Exception as e:
        failed.append(e)


def citizen(r, letters, failed):
    try:
        for i in range(letters):
            r.file_letter("letter%d" % i, [[], [4_000], [300, 120_000]][i % 3])
    except Exception as e:
        failed.append(e)


def office(r):
    """The owner with clerks, a citizen and a backup at once; it stops and starts in between."""
    r.init()
    failed = []
    for turn in range(2):
        owner = r.start_owner()
        work = [threading.Thread(target=clerk, args=(r, "%s%d" % (n, turn), 2, r.random.random(), failed)) for n in ("anna", "jan")]
        work.append(threading.Thread(target=citizen, args=(r, 3 * (turn + 1), failed)) if turn == 0 else
                    threading.Thread(target=backup_beside, args=(r, failed)))
        for t in work:
            t.start()
        for t in work:
            t.join()
        stop_owner(owner, failed)
    if failed:
        raise failed[0]


def rolling(r):
    """The transaction log goes from file to file, and old files of it are removed, while clerks work."""
    r.init()
    for number in range(22):  # the first file has the size that is set before there is an akta.conf
        r.law(number)
    r.prepared = r.mark()
    failed = []
    for turn in range(2):
        owner = r.start_owner()
        clerks = [threading.Thread(target=clerk, args=(r, "%s%d" % (n, turn), 2, r.random.random(), failed)) for n in ("ewa", "adam")]
        for t in clerks:
            t.start()
        for number in range(22 + turn * 4, 26 + turn * 4):
            r.law(number)
        for t in clerks:
            t.join()
        stop_owner(owner, failed)
    if failed:
        raise failed[0]


def stop_owner(owner, failed):
    owner.terminate()
    if owner.wait(40) != 0:
        failed.append(RuntimeError("the owner ended with %d" % owner.returncode))


def backup_beside(r, failed):
    try:
        r.backup(1)
    except Exception as e:
        failed.append(e)


SCENARIOS = {"alone": alone, "office": office, "rolling": rolling}


def record(build, base, name, seed):
    r = Recording(build, os.path.join(base, name), seed)
    SCENARIOS[name](r)
    os.close(r.fd)
    return Evidence(r)

"""What the archive promises about damage: a flipped bit, a lost, cut, lengthened, exchanged or outdated file is found and
named; an interrupted verification says what it left; backups restore to what was acknowledged and never fork the log; a
full disk and a wrong folder are refused with a reason. AKTA_SEED chooses the places, AKTA_PLACES how many a file."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

from tap import AKTA, DEMO, SAN, akta, environment, main, ok, same, wait_for

from damage_case import tlog, PLACES, Copy, chance, file_open, filled, here, material, office_in, settings, skip

# The log speaks of its tables by what lies in them.
LOG_TABLES = {
    "env/log-entry.db": ["store: entry", "store: entries"], "env/log-object.db": ["object index", "in the log already"],
    "env/log-tile.db": ["row for tile/"], "env/log-head.db": ["in the log already", "the store"],
}


def named(rel, said):
    """The file, its table, or the record behind a content file."""
    if rel.startswith("content/"):
        return rel[8:] in said or "record" in said
    if rel in LOG_TABLES and any(w in said for w in LOG_TABLES[rel]):
        return True
    name = pathlib.PurePath(rel)
    words = said.replace("/", " ").replace(":", " ").split()
    return rel in said or (name.stem if name.suffix == ".db" else name.name) in words


def flip(path, at, bit):
    stat = path.stat()
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1 << bit
    path.write_bytes(raw)
    if path.stat().st_mtime_ns == stat.st_mtime_ns:
        os.utime(path, ns=(stat.st_mtime_ns, stat.st_mtime_ns + 1))


def over(copies, jobs, work):
    """Runs work(copy, job) for all jobs, one at a time on each copy; yields (job, result) in their order."""
    jobs = chance.sample(jobs, len(jobs) // 8) if SAN else jobs  # there the speed is what it is
    free = list(copies)
    lock = threading.Lock()

    def one(job):
        with lock:
            copy = free.pop()
        try:
            copy.reset()
            return job, work(copy, job)
        finally:
            with lock:
                free.append(copy)
    with concurrent.futures.ThreadPoolExecutor(len(copies)) as pool:
        yield from pool.map(one, jobs)


def report(bad, count, what):
    for b in bad[:12]:
        print("#", repr(b)[:700], flush=True)
    ok(not bad and count > 0, f"{what} ({count})", len(bad))


# ---- one flipped bit

# A flip here is no damage, and the reason.
HARMLESS_FLIP = {
    "run/ballast": "holds nothing: it only takes up room",
    "akta.conf": "people write it: most bits are remarks or another lawful value; what does not parse is refused by name",
}


def flips(archive, copies):
    jobs = []
    older_tiles = [p for p in sorted(archive.rglob("*.p/*"))]
    left_out = set(chance.sample(older_tiles, max(0, len(older_tiles) - 8))) if PLACES == 1 else set()
    for p in sorted(archive.rglob("*")):
        if p.is_file() and p.stat().st_size and p not in left_out:
            n, rel = p.stat().st_size, str(p.relative_to(archive))
            many = PLACES * (4 if rel.startswith("env/log.") or rel.endswith("akta.conf") else 1)
            places = {0, n - 1} | {chance.randrange(n) for _ in range(many)}
            jobs += [(rel, at, chance.randrange(8)) for at in sorted(places)]

    def work(copy, job):
        rel, at, bit = job
        flip(copy.dir / rel, at, bit)
        return copy.look(*(("verify", "--all"), ("doctor",)) if rel.startswith("content/") else ())
    bad, kinds = [], set()
    for job, (status, said) in over(copies, jobs, work):
        found = status in (1, 4) and named(job[0], said)
        if not found and not (job[0] in HARMLESS_FLIP and (status == 0 or job[0] in said)):
            bad.append((job, status, said))
        kinds.add(job[0].split("/")[0])
    report(bad, len(jobs), "one flipped bit in any file is found and named")
    if SAN:
        return
    same(kinds, {"akta.conf", "content", "env", "format", "keys", "log", "run"}, "in every kind of file")


# ---- whole files

def harmless_loss(rel, kind):
    """Why this file may be lost, longer or outdated without harm, or None."""
    if kind == "missing" and rel in ("env/tables", "run/synced", "run/ballast", "run/owner", "keys/wrapped-keys"):
        return "made again from what the archive has; only a check is weaker meanwhile"
    if kind in ("missing", "folder") and ".p/" in rel:
        return "a partial tile of an earlier size: a log may remove it (C2SP tlog-tiles)"
    if rel.startswith("env/log.") and kind == "longer":
        return "bytes after the last record are what a power cut leaves; recovery overwrites them"
    if rel.endswith(".db") and kind == "zero page":
        return "a page that nobody wrote lies beyond the table's end"
    if rel == "akta.conf":
        return "people write it"
    if rel in ("run/ballast", "run/owner"):
        return "holds nothing"
    if rel == "run/synced" and kind in ("empty", "older"):
        return "a lower bound: an older one is one too"
    if kind == "older" and rel in ("keys/log.head", "log/checkpoint"):
        return "brought up to date from the others at opening, and logged"
    if kind == "older" and rel.startswith(("env/request", "env/draft")):
        return "nobody asked for anything: it is as empty as it was"
    if kind == "older" and rel in ("env/job.db", "env/tables", "keys/wrapped-keys"):
        return "nothing in it is the only copy"
    return None


def harm(copy, rel, kind, other, earlier):
    p = copy.dir / rel
    raw = p.read_bytes()
    if kind == "missing":
        p.unlink()
    elif kind == "folder":
        p.unlink(), p.mkdir()
    elif kind == "exchanged":
        p.write_bytes((copy.dir / other).read_bytes())
        (copy.dir / other).write_bytes(raw)
    else:
        p.write_bytes({"empty": b"", "cut": raw[:-1], "half": raw[:len(raw) // 2], "without its last page": raw[:-4096],
                       "longer": raw + b"x", "zero page": raw + bytes(4096), "blank": bytes(len(raw)),
                       "older": (earlier / rel).read_bytes() if kind == "older" else b""}[kind])


def losses(archive, copies, earlier):
    rels = sorted(str(p.relative_to(archive)) for p in archive.rglob("*") if p.is_file())
    tables = [r for r in rels if r.endswith(".db")]
    content = [r for r in rels if r.startswith("content/")]
    tiles = [r for r in rels if r.startswith("log/tile/")]
    groups = {**{r: tables for r in tables}, **{r: content for r in content}, **{r: tiles for r in tiles}}
    sample = set(rels) - set(tables) - set(content) - set(tiles) | set(chance.sample(tables, 5)) | \
        set(chance.sample(content, 2)) | set(chance.sample(tiles, 4)) | {"log/tile/0/000", "log/tile/entries/000"}
    jobs = []
    for rel in rels:
        size, group = (archive / rel).stat().st_size, groups.get(rel, rels)
        kinds = [k for k in ("missing", "folder", "empty", "cut", "half", "longer", "blank") if size or k in ("missing", "folder")]
        kinds += ["zero page", "without its last page"] if rel in tables else []
        kinds = chance.sample(kinds, min(len(kinds), 2 * PLACES)) if rel in sample else []
        others = [r for r in group if r != rel and (archive / r).read_bytes() != (archive / rel).read_bytes()]
        kinds += ["exchanged"] if rel in tables and rel in sample or rel in content[:1] or rel in tiles[:1] else []
        old = earlier / rel
        kinds += ["older"] if old.exists() and old.read_bytes() != (archive / rel).read_bytes() else []
        jobs += [(rel, kind, chance.choice(others) if others else None) for kind in kinds]

    def work(copy, job):
        harm(copy, *job, earlier)
        return copy.look()
    bad, harmless = [], 0
    for (rel, kind, other), (status, said) in over(copies, jobs, work):
        if status in (1, 4) and (named(rel, said) or other and named(other, said) or "keys/" in said and rel.startswith("keys/kek")):
            continue
        if status == 0 and harmless_loss(rel, kind):
            harmless += 1
        elif not (rel == "format" and "`format`" in said):
            bad.append((rel, kind, other, status, said))
    report(bad, len(jobs), "a file lost, cut, lengthened, emptied, exchanged or outdated is found and named")
    print(f"# {harmless} of them do no harm, for a reason that stands in the test", flush=True)


def damage():
    archive, earlier = filled()
    copies = [Copy(archive, n) for n in range(2)]
    flips(archive, copies)
    losses(archive, copies, earlier)
    copies[0].reset()
    mended = copies[0].dir / "log" / "checkpoint"
    flip(mended, 3, 0)
    first, second = (akta("-d", copies[0].dir, "doctor") for _ in range(2))
    ok((first.status, second.status) == (1, 0) and "log/checkpoint" in first.out, "what opening mends is told once", (first, second))


# ---- an interrupted verification

@contextlib.contextmanager
def one_processor():
    """For us and what we start: what takes long then needs half the material, and the other tests keep the rest."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def work_done():
    times = os.times()
    return times.children_user + times.children_system


def long_verification(office, wanted):
    """Enough material for `wanted` seconds of work on any machine, and none to spare. Seconds of work, not of the clock:
    another program must not make it seem long."""
    mark = file_open(office)
    office("ingest", "--file", mark, *sorted((here / "m").glob("00*.txt")))
    big, taken = 0, 0.0
    while taken < wanted and big < 400:
        folder = here / f"sparse-{big}"
        folder.mkdir()
        for i in range(min(400, int(big * wanted / taken) + 1) - big if taken else 4):
            with open(folder / f"{i}.bin", "wb") as f:
                f.write(b"%d" % (big + i))
                f.truncate((1 << 22) if SAN else (1 << 26))
        office("ingest", "--file", mark, folder)
        big += len(list(folder.iterdir()))
        begun = work_done()
        whole = office("verify", "--all")
        taken = work_done() - begun
    return office("file", "show", mark).row["record_count"], taken, whole


def verification():
    office = office_in("verify")
    with one_processor():
        interruptions(office, *long_verification(office, 0.6 if SAN else 1.5))


def interruptions(office, total, taken, whole):
    same((whole.status, whole.rows[-1]["checked"], whole.rows[-1]["not_checked"]), (0, total, 0), "verify --all checks all")

    def stopped(number, *words, after=taken / 3):
        p = subprocess.Popen([AKTA, "-d", str(office.dir), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=environment("C"))
        time.sleep(after)
        p.send_signal(number)
        out, err = p.communicate(timeout=60)
        return p.returncode, out.decode()

    def goes_on(left, what):
        rest = office("verify")
        same((rest.status, rest.rows[-1]["checked"], rest.rows[-1]["not_checked"]), (0, left, 0), f"{what}: the next run does the rest")

    def adds_up(out, what):
        row = json.loads(out.splitlines()[-1])
        ok(row["not_checked"] > 0 and row["checked"] + row["not_checked"] == total, f"{what}: checked and not checked make all", row)
        return row["not_checked"]

    for served in (False, True):
        how = "through the owner" if served else "alone"
        if served:
            office.start_owner()
        status, out = stopped(signal.SIGINT, "--json", "verify", "--all")
        same(status, 1, f"interrupted, {how}: --all is status 1")
        goes_on(adds_up(out, f"interrupted, {how}"), f"interrupted, {how}")
    office.stop_owner()
    status, out = stopped(signal.SIGTERM, "verify", "--all")
    ok(status == 1 and "Not checked: " in out, "people are told how many were not checked", out)
    if not SAN:
        office("verify", "--all")
        a = office("verify", "--all", "--budget", "1")
        same(a.status, 1, "a budget that runs out: --all is status 1")
        goes_on(adds_up(a.out, "a budget that runs out"), "a budget that runs out")
    office("verify", "--all")
    same(stopped(signal.SIGKILL, "--json", "verify", "--all"), (-signal.SIGKILL, ""), "killed: it says nothing")
    rest = office("verify").rows[-1]
    ok(0 < rest["checked"] <= total and rest["not_checked"] == 0, "killed: the next run does the rest", rest)
    victim = max((office.dir / "content").rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    flip(victim, victim.stat().st_size // 2, 3)
    same(office("verify", "--all").status, 1, "a fault is found")
    stopped(signal.SIGKILL, "--json", "verify", "--all", after=0.05)
    again = office("verify")
    ok(again.status == 1 and again.rows[-1]["faults"] >= 1, "a fault is told until it is mended, also after a kill", again)


# ---- backup and restore

def hot_backup():
    office = office_in("hot")
    mark = file_open(office)
    files = material(here / "m3", 30, [10, 3000, 60000])
    before = office("ingest", "--file", mark, files).rows[:-1]
    office.start_owner()
    stop = threading.Event()

    def feed():
        while not stop.is_set():
            office("ingest", "--file", file_open(office), files)
    clients = [threading.Thread(target=feed) for _ in range(2)]
    for c in clients:
        c.start()
    time.sleep(0.5)
    hot, safe = here / "hot-copy", here / "hot-keys"
    same([office("backup", hot, "--keys", safe).status for _ in range(2)], [0, 0], "a backup while clients work, and one over it")
    stop.set()
    for c in clients:
        c.join()
    office.stop_owner()
    newest = here / "hot-newest"
    same(office("backup", "--keys", newest).status, 0, "the newest keys")
    a = akta("-d", here / "hot-new", "--json", "restore", hot, "--keys", safe, "--successor")
    ok(a.status == 0 and a.rows[-1]["faults"] == 0, "it restores and passes doctor", a)
    a = akta("-d", here / "hot-log", "--json", "restore", hot, "--keys", newest)
    same(a.status, 3, "with the newest keys it waits for the newest published log")
    shutil.rmtree(here / "hot-log" / "log")
    shutil.copytree(office.dir / "log", here / "hot-log" / "log")
    for new in (here / "hot-new", here / "hot-log"):
        a = akta("-d", new, "--json", "verify", "--all")
        ok(a.status == 0 and a.rows[-1]["checked"] >= 30, "verify --all finds no fault in it", a)
        ok({r["id"]: r["sha256"] for r in akta("-d", new, "--json", "file", "show", mark).row["records"]} ==
           {r["id"]: r["sha256"] for r in before}, "every record that was there before is there")
    same(tlog(here / "hot-log" / "log", office.dir / "log" / "checkpoint")[0], 0, "the log did not fork")
    same(akta("-d", hot, "doctor").status, 0, "doctor of a sound backup has nothing to say")
    same(akta("-d", hot, "log", "head").status, 3, "and nobody works in it")


def set_back():
    """An old backup with the newest keys: with the newest log it goes on, without it nothing is signed."""
    office = office_in("back")
    mark = file_open(office)
    note = DEMO / "wniosek-o-informacje.txt"
    office("ingest", "--file", mark, note, *sorted((here / "m").glob("0*.txt")))
    old, old_keys, new, keys = (here / n for n in ("old", "old-keys", "new", "new-keys"))
    office("backup", old, "--keys", old_keys)
    heads = [shutil.copy(office.dir / "log" / "checkpoint", here / "head-1")]
    office("ingest", "--file", mark, here / "m" / "101.txt")
    office("file", "close", mark, "--on", "2021-01-01")
    office("backup", new, "--keys", keys)
    heads.append(shutil.copy(office.dir / "log" / "checkpoint", here / "head-2"))
    back = here / "set-back"
    a = akta("-d", back, "restore", old, "--keys", keys)
    ok(a.status == 3 and "log" in a.err, "old backup, newest keys, no log: refused with status 3", a)
    same([akta("-d", back, *w).status for w in (("log", "head"), ("ingest", "--file", mark, note), ("log", "export"))],
         [3, 3, 3], "nothing is signed or taken there")
    ok("signed" in akta("-d", back, "doctor").out, "doctor says why it does not open")
    other = here / "successor"
    shutil.copytree(back, other)
    shutil.rmtree(back / "log")
    shutil.copytree(office.dir / "log", back / "log")
    on = lambda *w, d=back: akta("-d", d, "--json", *w)
    same(on("log", "head").status, 0, "with the newest published log it opens")
    same(tlog(back / "log", *heads)[0], 0, "and continues the one history")
    ok("no row" in on("doctor").out, "doctor names what only the log still knows", on("doctor"))
    same([on(*w).status for w in (("file", "close", mark, "--on", "2021-01-01"), ("backup", here / "b3", "--keys", here / "k3"))],
         [0, 0], "verbs whose events were lost can be done again")
    same((on("verify", "--all").status, tlog(back / "log", *heads)[0]), (0, 0), "everything that came back verifies, no fork")
    same((on("log", "successor", d=back).status, on("log", "successor", d=other).status), (3, 0),
         "a successor only where the log cannot go on")
    same((on("doctor", d=other).status, on("verify", "--all", d=other).status), (0, 0), "the successor is sound")
    same((tlog(other / "log")[0], tlog(other / "log-old-1")[0]), (0, 0), "and so is the log before it")
    ok("old-root" in on("log", "export", d=other).out or "type successor" in
       (other / "log" / "tile" / "entries" / "000.p" / "1").read_text("latin-1"), "whose root it names")
    same(on("backup", here / "b4", "--keys", here / "k4", d=other).status, 0, "it can be backed up")
    a = akta("-d", here / "again", "restore", here / "b4", "--keys", here / "k4")
    same((a.status, (here / "again" / "log-old-1" / "checkpoint").exists()), (0, True), "and restored with its older log")
    a = akta("-d", here / "fresh", "restore", old, "--keys", keys, "--successor")
    same(a.status, 0, "restore --successor does it in one step")
    broken_backups(new, keys)


def broken_backups(backup, keys):
    one = here / "one"
    rels = [("b", str(p.relative_to(backup))) for p in sorted(backup.rglob("*")) if p.is_file() and p.stat().st_size]
    rels += [("k", str(p.relative_to(keys))) for p in sorted(keys.rglob("*")) if p.is_file()]
    must = [r for r in rels if r[1] in ("format", "MANIFEST", "env/record.db", "log.head", "kek-00000001", "wrapped-keys")]
    bad = []
    jobs = must + chance.sample([r for r in rels if r not in must], 4 * PLACES)
    for which, rel in jobs:
        shutil.rmtree(one, ignore_errors=True)
        shutil.copytree(backup, one / "b"), shutil.copytree(keys, one / "k")
        p = one / which / rel
        flip(p, chance.randrange(p.stat().st_size), chance.randrange(8))
        a = akta("-d", one / "new", "restore", one / "b", "--keys", one / "k")
        said, status = a.out + a.err, a.status
        if status == 0:
            a = akta("-d", one / "new", "verify", "--all")
            said, status = said + a.out, a.status
        if rel == "format" and "newer" in said:  # one flipped bit makes another version of it, which is refused by name
            continue
        if status not in (1, 4) or not (named(rel, said) or rel in said or "kek" in said):
            bad.append((which, rel, status, said))
    report(bad, len(jobs), "a flipped bit in a backup or its keys is refused or found, and named")
    shutil.rmtree(one)
    shutil.copytree(backup, one / "b")
    (one / "b" / "format").write_text("akta-data 2\n")
    same(akta("-d", one / "new", "restore", one / "b", "--keys", keys).status in (3, 4), True, "a backup of a newer format is refused")
    (one / "k").mkdir()
    a = akta("-d", one / "new2", "restore", backup, "--keys", one / "k")
    ok(a.status != 0 and "MANIFEST" in a.err, "no keys: refused", a)
    same(akta("-d", one / "new2", "log", "head").status, 2, "and what was laid down is no archive")


# ---- a full disk

class SmallDisk:
    def __init__(self, megabytes):
        """4 of the megabytes belong to something else, until room is made."""
        self.path = here / f"disk-{megabytes}"
        self.path.mkdir()
        p = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", self.path], capture_output=True)
        self.mounted = p.returncode == 0

    def __enter__(self):
        if self.mounted:
            (self.path / "other").write_bytes(bytes(4 << 20))
        return self

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", "-l", self.path])

    def fill(self):
        with open(self.path / "filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(1 << 16))
            except OSError:
                pass

    def free(self):
        (self.path / "filler").unlink()
        (self.path / "other").unlink()


def full_disk():
    if os.geteuid() != 0:
        skip("a full disk", "only root mounts a small file system")
        return
    with SmallDisk(28) as disk:
        if not disk.mounted:
            skip("a full disk", "no tmpfs can be mounted here")
            return
        office = office_in("full")
        try:
            fill_up(disk, office)
        finally:
            office.stop_owner(signal.SIGKILL)


def fill_up(disk, office):
    settings(office, ballast_mb=3, floor_mb=2, log_mb=1, cache_mb=4)
    (office.dir / "run" / "ballast").unlink()
    shutil.copytree(office.dir, disk.path / "a")
    office.dir = disk.path / "a"
    files = material(here / "m4", 40, [100, 3000, 30000, 400000])
    acked, heads = {}, []

    def ingest_all():
        for _ in range(30):
            a = office("file", "open", "--unit", "WA", "--class", "1431", "--title", "x")
            a = office("ingest", "--file", a.row["mark"], files) if a.status == 0 else a
            acked.update({r["id"]: r["sha256"] for r in a.rows if "sha256" in r})
            if a.status != 0:
                return a

    def head(name):
        heads.append(shutil.copy(disk.path / "a" / "log" / "checkpoint", here / name))
    office.start_owner()
    a = ingest_all()
    ok(a is not None and a.status == 4 and "disk is" in a.err and "full" in a.err, "a full disk is said, with status 4", a)
    b = office("backup", disk.path / "copy")
    ok(b.status == 4 and ("No space left" in b.err or "full" in b.err), "so is a backup that does not fit", b)
    shutil.rmtree(disk.path / "copy")
    head("full-1")
    disk.fill()
    b = office("file", "open", "--unit", "WA", "--class", "1431", "--title", "x")
    ok(b.status == 4 and "full" in b.err, "with not one byte left: refused", b)
    some = next(iter(acked))
    same((office("get", some, "-o", here / "out").status, office("log", "head").status), (0, 0), "reading goes on")
    office.stop_owner(signal.SIGKILL)
    same((office("get", some, "-o", here / "out").status, office("log", "head").status), (0, 0), "the tool opens it, full and killed")
    ok(office("verify", "--all").status in (1, 4), "verify --all is no success when it cannot keep what it checked")
    office.start_owner()
    same(office("log", "head").status, 0, "the owner starts on a full disk")
    ok(office("doctor").status == 1, "doctor says that it is full")
    head("full-2")
    disk.free()
    ok(wait_for(lambda: office("file", "open", "--unit", "WA", "--class", "1431", "--title", "x").status == 0, 8),
       "with room again, work goes on by itself")
    same(office("log", "export").status, 0, "and the log goes out")
    same(office.stop_owner(), 0, "a clean end")
    kept = {}
    for n in range(1, 40):
        a = office("file", "show", f"WA.1431.{n}.2026")
        kept.update({r["id"]: r["sha256"] for r in a.row["records"]} if a.status == 0 else {})
    same({k: kept.get(k) for k in acked}, acked, f"all {len(acked)} acknowledged records are there")
    subprocess.run(["mount", "-o", "remount,size=48m", disk.path], check=True)
    same((office("verify", "--all").status, tlog(disk.path / "a" / "log", *heads)[0]), (0, 0), "they verify, and the log did not fork")
    same(office("doctor").status, 0, "and doctor is content")


main(damage, verification, hot_backup, set_back, full_disk)

"""The owner process: the same answers through it as without it, one owner only, a clean end, rights, and a busy archive."""
import fcntl
import os
import pathlib
import resource
import signal
import socket
import subprocess
import time

from tap import AKTA, DEMO, OWNER, Office, akta, environment, main, ok, same, scratch, wait_for

office = Office()
records = office.demo()
here = scratch()
some = records["wniosek-o-informacje.txt"]

QUESTIONS = [
    ("term", "2026-11-21", "--days", "14"), ("retain", "--class", "1431", "--closed", "2021-01-01"), ("class", "143"),
    ("class", "informacja", "publiczna"), ("class", "zzzz"), ("id", "nip", "1234563218"),
    ("file", "show", some["mark"]), ("file", "show", "WA.1431.77.2020"), ("file", "show", "x"),
    ("queue", "--on", "2060-01-01"), ("queue", "--action", "nonsense"), ("queue", "--limit", "2", "--on", "2060-01-01"),
    ("forecast",), ("hold", "list"), ("record", "show", some["id"]), ("get", "123"), ("log", "entry", "3"),
    ("log", "prove", "3"), ("conf", "diff", "plan.tsv", "--from", "2027-01-01"), ("conf", "diff", "none", "--kind", "plan"),
    ("ingest", "--manifest", "bad.csv"), ("ingest", "--file", some["mark"], "none"), ("evidence", some["id"], "-o", "ev"),
    ("get", some["id"], "-o", "out"), ("help", "queue"), ("queue", "--frist", "2"), ("quue",), ("version",),
]


def answers():
    (here / "plan.tsv").write_text((DEMO.parent / "plan.tsv").read_text(encoding="utf-8"), encoding="utf-8")
    (here / "bad.csv").write_text("mark,class,unit,title,opened,closed,path\n,9999,WA,x,2020-01-01,,none\n")
    seen = {}
    for words in QUESTIONS:
        for lang in ("C", "pl_PL.UTF-8"):
            for json in ((), ("--json",)):
                a = akta("-d", office.dir, *json, *words, lang=lang, cwd=here)
                seen[words, lang, json] = (a.status, a.raw, a.err)
    return seen


def same_answers():
    alone = answers()
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    office.start_owner()
    limits = pathlib.Path(f"/proc/{office.owner.pid}/limits").read_text()
    ok(any(row.split()[4:6] == ["0", "0"] for row in limits.splitlines() if row.startswith("Max core file size")),
       "the owner leaves no core file, which would hold keys", limits)
    served = answers()
    for key in alone:
        same(served[key], alone[key], "the same through the owner: " + " ".join(key[0]) + f" {key[1]} {' '.join(key[2])}")
    got = office.people("get", some["id"])
    same(got.raw, (DEMO / "wniosek-o-informacje.txt").read_bytes(), "get through the owner")


def work_through_the_owner():
    mark = office("file", "open", "--unit", "WA", "--class", "1431", "--title", "Przez właściciela", "--year", "2026").row["mark"]
    (here / "dir" / "sub").mkdir(parents=True)
    for i in range(40):
        (here / "dir" / "sub" / f"{i:03}.txt").write_bytes(os.urandom(3000))
    a = office("ingest", "--file", mark, here / "dir")
    same((a.status, a.rows[-1]["records"]), (0, 40), "a folder arrives as the stream of its files")
    files = [(here / "dir" / r["name"]).read_bytes() for r in a.rows[:-1]]
    ok(all(office.people("get", r["id"]).raw == data for r, data in list(zip(a.rows, files))[::13]), "each byte for byte")
    (here / "tajne").mkdir()
    (here / "tajne" / "m.csv").write_text(f"mark,class,unit,title,opened,closed,path\n{mark},,,,,,../plan.tsv\n")
    a = office("ingest", "--manifest", here / "tajne" / "m.csv")
    ok(a.status == 1 and a.rows[-1]["problems"] >= 1, "no file above the manifest's folder is opened", a)
    a = office("backup", here / "kopia")
    ok(a.status == 0 and (here / "kopia" / "format").exists(), "a backup while it works", a)
    same(office("verify", "--all").status, 0, "verify --all through the owner")
    same(office("doctor").status, 0, "doctor through the owner")
    head = lambda: office("log", "head").row
    ok(wait_for(lambda: (lambda h: h["size"] == h["published"])(head()), 5), "what was written is published within seconds")
    same(akta("init", office.dir, "--office", DEMO.parent / "office.conf").status, 3, "init is refused over a served archive")


def many_at_once():
    marks = []
    procs = [subprocess.Popen([AKTA, "-d", str(office.dir), "--json", "file", "open", "--unit", "GK", "--class", "1431",
                               "--title", f"Sprawa {i}", "--year", "2026"], stdout=subprocess.PIPE, env=environment("C"))
             for i in range(24)]
    import json
    for p in procs:
        out, _ = p.communicate(timeout=60)
        marks.append(json.loads(out)["mark"])
    same(sorted(int(m.split(".")[2]) for m in marks), list(range(1, 25)), "24 tools at once: numbers without a gap")


def one_owner():
    p = subprocess.run([OWNER, "-d", str(office.dir)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                       env=environment("C"))
    ok(p.returncode == 3 and b"akta-fcgi: " in p.stderr, "a second owner is refused with status 3", p)
    same(office("log", "head").status, 0, "and the first one goes on")


def clean_end():
    p = subprocess.Popen([AKTA, "-d", str(office.dir), "ingest", "--file", some["mark"], str(big())], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env=environment("C"))
    time.sleep(0.4)
    same(office.stop_owner(), 0, "SIGTERM ends the owner with status 0")
    out, err = p.communicate(timeout=30)
    ok(p.returncode in (0, 1), "a command under way ends with a status of its own", (p.returncode, out, err))
    ok(not (office.dir / "run" / "command.sock").exists(), "the socket is gone")
    same(office("verify", "--all").status, 0, "and the tool works alone again")


def big():
    path = here / "big.bin"
    if not path.exists():
        with open(path, "wb") as f:
            f.truncate(1 << 30)
    return path


def killed():
    office.start_owner()
    office.stop_owner(signal.SIGKILL)
    ok((office.dir / "run" / "command.sock").exists(), "a killed owner leaves its socket behind")
    same(office("log", "head").status, 0, "the tool finds nobody there and works alone")
    office.start_owner()
    same(office("log", "head").status, 0, "and a new owner takes the socket over")
    office.stop_owner()


def long_path():
    deep = scratch() / ("x" * 100) / ("y" * 100)
    deep.mkdir(parents=True)
    there = Office(deep)
    there.start_owner()
    same(there("log", "head").status, 0, "a DIR longer than a socket's name is served all the same")
    ok((there.dir / "run" / "command.sock").exists(), "through its own socket")
    there.stop_owner()


def busy():
    lock = os.open(office.dir / "run" / "owner", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    a = office("queue")
    ok(a.status == 3 and a.out == "" and a.err.startswith("akta: "), "owned, but nobody answers: status 3 and a reason", a)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path = office.dir / "run" / "command.sock"
    path.unlink(missing_ok=True)
    listener.bind(str(path))
    listener.listen(4)
    begun = time.monotonic()
    a = office("queue", timeout=120)
    ok(a.status == 3 and "does not answer" in a.err, "an owner that listens and does not answer: status 3", a)
    ok(time.monotonic() - begun < 60, "within a minute")
    listener.close()
    path.unlink()
    os.close(lock)


def another_user():
    """The archive has a user of its own, and root works with it."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if os.getuid() != 0 or subprocess.run([*nobody, OWNER, "--version"], capture_output=True).returncode > 100:
        return ok(True, "another user # SKIP not root, or others cannot run this build")
    theirs = Office()
    theirs.root.chmod(0o711)
    for path in (theirs.dir, *theirs.dir.rglob("*")):
        os.chown(path, 65534, 65534)
    a = theirs("file", "open", "--unit", "WA", "--class", "1431", "--title", "X")
    ok(a.status == 3 and "belongs to another user" in a.err, "root makes no files in another user's archive", a)
    same([p for p in theirs.dir.rglob("*") if p.lstat().st_uid == 0], [], "and leaves none")
    owner = subprocess.Popen([*nobody, OWNER, "-d", str(theirs.dir)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment("C"))
    try:
        ok(wait_for(lambda: theirs("file", "open", "--unit", "WA", "--class", "1431", "--title", "X").status == 0), "through the owner root may")
        a = theirs("backup", theirs.root / "copy")
        ok(a.status == 3 and "chown" in a.err, "a folder of root's is refused with its repair", a)
        os.chown(theirs.root / "copy", 65534, 65534)
        same(theirs("backup", theirs.root / "copy").status, 0, "and taken once it is the owner's")
    finally:
        owner.terminate()
        same(owner.wait(timeout=40), 0, "a clean end")


main(same_answers, work_through_the_owner, many_at_once, one_owner, clean_end, killed, long_path, busy, another_user)

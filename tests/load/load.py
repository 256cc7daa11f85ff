"""Many citizens file while the responder is killed every few seconds and started again, as `make run` does.

usage: load.py SECONDS [SEED]     with AKTA_BUILD; CLIENTS (64) and KILL_EVERY (5) from the environment

The listening socket is this program's and outlives the responder, as systemd's would: who comes meanwhile waits. Then, with
what the citizens were told on the one side: each confirmed letter is in the store and can be followed with its secret, its
entry lies in the published tiles, numbers are 1, 2, 3 … and none was given twice. TAP on standard output.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "http"), str(HERE.parent / "lib")]
import tlog_check  # noqa: E402
from citizen import Citizen, Line, Told  # noqa: E402
from desk import Desk, environment, ok, same, wait_for  # noqa: E402
from tap import OWNER, main  # noqa: E402

CLIENTS = int(os.environ.get("CLIENTS", "64"))
KILL_EVERY = float(os.environ.get("KILL_EVERY", "5"))


class KeptDesk(Desk):
    """Its responder listens at a socket that stays open while it is dead."""

    def __init__(self):
        super().__init__()
        path = self.dir / "run" / "fcgi.sock"
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(str(path))
        self.socket.listen(512)
        self.heads = self.root / "heads"
        self.heads.mkdir()
        self.kills = 0

    def start_owner(self):
        self.log = open(self.root / "owner.log", "ab")
        self.owner = subprocess.Popen([OWNER, "-d", str(self.dir)], stdin=self.socket, stdout=self.log, stderr=self.log,
                                      env=environment("C"))

    def answers(self):
        return wait_for(lambda: self.owner.poll() is None and self.ask("/healthz").status == 200, 60)

    def kill(self):
        """SIGKILL, the newest checkpoint set aside, a fresh responder at once. False: it had died by itself."""
        alive = self.owner.poll() is None
        self.stop_owner(signal.SIGKILL)
        self.kills += 1
        checkpoint = self.dir / "log" / "checkpoint"
        if checkpoint.exists():
            shutil.copy(checkpoint, self.heads / ("%04d" % self.kills))
        self.start_owner()
        return alive


# ---------------------------------------------------------------- the storm

def storm(desk, seconds, seed):
    told, stop = Told(), threading.Event()
    citizens = [Citizen(str(desk.web_socket), told, stop, "%d-%d" % (seed, i), seed * 1000 + i) for i in range(CLIENTS)]
    begun = time.monotonic()
    for c in citizens:
        c.start()
    died = 0
    while time.monotonic() - begun + KILL_EVERY <= seconds:
        time.sleep(KILL_EVERY)
        died += not desk.kill()
    time.sleep(max(0, begun + seconds - time.monotonic()))
    stop.set()
    for c in citizens:
        c.join(90)
    took = time.monotonic() - begun
    ok(not any(c.is_alive() for c in citizens), "every citizen got an answer in the end")
    same(died, 0, "the responder died by our hand only")
    print("# %d letters confirmed in %.1f s (%.0f a second), %d kills, %d sent again, %d with a file" %
          (len(told.letters), took, len(told.letters) / took, desk.kills, told.unanswered,
           sum(x.file is not None for x in told.letters)))
    if told.waits:
        print("# wait for the answer: median %.0f ms, longest %.1f s" %
              (1000 * statistics.median(told.waits), max(told.waits)), flush=True)
    return told


# ---------------------------------------------------------------- the reckoning

def number_faults(numbers):
    """What is wrong with the numbers that were given: twice the same, or a gap."""
    twice = [n for n, count in collections.Counter(numbers).items() if count > 1]
    faults = ["%s was given twice" % n for n in sorted(twice)]
    by_year = collections.defaultdict(set)
    for number in numbers:
        year, _, rest = number.partition("-")
        by_year[year].add(int(rest))
    for year, given in by_year.items():
        missing = set(range(1, max(given) + 1)) - given
        faults += ["%s-%06d was given to nobody" % (year, n) for n in sorted(missing)]
    return faults


def follow(web, letters):
    """The case of each letter as its owner sees it, by number; None where it is not to be seen."""
    local = threading.local()

    def one(letter):
        if not hasattr(local, "line"):
            local.line = Line(web)
        status, said = local.line.ask("GET", "/api/v1/requests/" + letter.said["number"],
                                      headers={"Akta-Secret": letter.said["secret"]})
        return letter.said["number"], json.loads(said) if status == 200 else None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return dict(pool.map(one, letters))


def case_fault(letter, case):
    """Whether the case is the letter that was confirmed."""
    if case is None:
        return "%s cannot be followed" % letter.said["number"]
    for name in ("number", "received", "due"):
        if case.get(name) != letter.said[name]:
            return "%s: %s is %r and was confirmed as %r" % (letter.said["number"], name, case.get(name), letter.said[name])
    text = json.dumps(case, ensure_ascii=False)
    if letter.content not in text:
        return "%s does not hold what was written" % letter.said["number"]
    if letter.file is not None and letter.sha256 not in text:
        return "%s does not name the file that came with it" % letter.said["number"]
    return None


def published_entries(folder):
    log = tlog_check.Folder(str(folder))
    size, _ = tlog_check.read_checkpoint(log.read("checkpoint"), tlog_check.read_vkey(log.read("log.vkey").decode().rstrip("\n")))
    out = []
    for n, width in tlog_check.tiles(size):
        out += tlog_check.bundle_entries(*log.tile("entries", n, width), width)
    return [dict(line.split(" ", 1) for line in e.decode("ascii").splitlines()[1:]) for e in out]


def log_faults(letters, entries):
    """Letters that the published log does not tell of, once each and as they were confirmed."""
    by_number, faults = collections.defaultdict(list), []
    for e in entries:
        if e["type"] == "request-file":
            by_number[e["number"]].append(e)
    for letter in letters:
        said, found = letter.said, by_number.get(letter.said["number"], [])
        if len(found) != 1:
            faults.append("%s has %d entries in the published log" % (said["number"], len(found)))
        elif (found[0]["event"], found[0]["received"], found[0]["due"], found[0]["files"]) != \
                ("1", said["received"], said["due"], str(int(letter.file is not None))):
            faults.append("%s: the log says %s" % (said["number"], found[0]))
    return faults


def none_of(faults, name):
    ok(not faults, name, faults[:10])
    if len(faults) > 10:
        print("# and %d more" % (len(faults) - 10))


def reckon(desk, told):
    letters = told.letters
    none_of(told.faults, "nobody was told anything but a receipt, and a repeat is the same receipt")
    ok(len(letters) > CLIENTS, "letters were filed", len(letters))
    none_of(number_faults([x.said["number"] for x in letters]), "numbers are 1, 2, 3 … and none was given twice")
    cases = follow(str(desk.web_socket), letters)
    none_of([f for f in (case_fault(x, cases[x.said["number"]]) for x in letters) if f],
            "every confirmed letter is in the store as it was written, and can be followed")
    strangers = [x.said["number"] for x, other in zip(letters[:200], letters[1:])
                 if desk.ask("/api/v1/requests/" + x.said["number"], Akta_Secret=other.said["secret"]).status != 404]
    none_of(strangers, "a stranger's secret opens nothing")
    ok(desk("log", "export").status == 0, "everything is published")
    entries = published_entries(desk.dir / "log")
    none_of(log_faults(letters, entries), "every confirmed letter has an entry of its own in the published tiles")
    filed = [e["number"] for e in entries if e["type"] == "request-file"]
    same(sorted(filed), sorted(set(x.said["number"] for x in letters)), "the log tells of no other filing")
    grown = subprocess.run([sys.executable, str(HERE.parent / "lib" / "tlog_check.py"), str(desk.dir / "log"),
                            *map(str, sorted(desk.heads.iterdir()))], capture_output=True, text=True)
    ok(grown.returncode == 0, "the published log grew from each checkpoint that stood at a kill", grown.stderr[-500:])


def whole(desk):
    verified = desk("verify", "--all", timeout=900)
    ok(verified.status == 0 and verified.rows[-1]["faults"] == 0, "verify finds nothing", verified)
    ok(desk("doctor", timeout=900).status == 0, "the doctor finds nothing")
    ok(desk("log", "verify", timeout=900).status == 0, "the log verifies from the store")
    same(desk.stop_owner(), 0, "the responder ends well")


# ---------------------------------------------------------------- the reckoning is reckoned with

class Case:
    """A letter as if it had been confirmed."""

    def __init__(self, number, content="x"):
        self.said = {"number": number, "secret": "s", "received": "r", "due": "d"}
        self.content, self.file = content, None


def planted():
    """What this program looks for, planted: a reckoning that cannot fail proves nothing."""
    one = Case("2026-000001")
    seen = dict(one.said, content="x")
    entry = {"type": "request-file", "event": "1", "number": "2026-000001", "received": "r", "due": "d", "files": "0"}
    same(number_faults(["2026-000001", "2026-000002", "2027-000001"]), [], "whole numbers pass")
    same(len(number_faults(["2026-000001", "2026-000001"])), 1, "caught: a number given twice")
    same(len(number_faults(["2026-000001", "2026-000003"])), 1, "caught: a gap")
    same(len(number_faults(["2026-000002"])), 1, "caught: the first one missing")
    same(case_fault(one, seen), None, "a sound case passes")
    ok(case_fault(one, None) is not None, "caught: a letter that is gone")
    ok(case_fault(one, dict(seen, due="e")) is not None, "caught: another due date than confirmed")
    ok(case_fault(one, dict(seen, content="y")) is not None, "caught: other words than were written")
    same(log_faults([one], [entry]), [], "a sound entry passes")
    same(len(log_faults([one], [])), 1, "caught: an entry that is not published")
    same(len(log_faults([one], [entry, entry])), 1, "caught: two entries of one number")
    same(len(log_faults([one], [dict(entry, due="e")])), 1, "caught: an entry with another day")


def filing_under_kill():
    seconds = float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1, 10 ** 6)
    print("# %d clients, %.0f s, SIGKILL every %.0f s, seed %d" % (CLIENTS, seconds, KILL_EVERY, seed), flush=True)
    desk = KeptDesk()
    desk.start_owner()
    desk.start_web()
    ok(desk.answers(), "the desk is open")
    told = storm(desk, seconds, seed)
    ok(desk.answers(), "the desk is open again")
    reckon(desk, told)
    whole(desk)


if len(sys.argv) < 2:
    print(__doc__)
    sys.exit(2)
main(planted, filing_under_kill)

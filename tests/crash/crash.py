"""SIGKILL at random moments under load; after each one everything acknowledged is there and the log has not forked.

usage: crash.py BUILD ROUNDS [SEED]

A round is one kill. By turns it hits: the owner with three clients at work; the owner within 100 ms of its start; a tool
that owns the directory itself while it ingests; a client of the owner. A generation of rounds shares one directory; then
a fresh one begins, so that checking stays quick. Between rounds an independent checker proves that each checkpoint grew
from the one before.
"""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import driver  # noqa: E402

KEY = ("WA", "1431", 2026)
GENERATION = 20
THOROUGH = 5  # every so many rounds every number is looked up and the doctor comes; else what is new


class Client(threading.Thread):
    """Opens, fills and closes case files until it is told to stop or the owner is gone."""

    def __init__(self, tool, acked, material, seed):
        super().__init__(daemon=True)
        self.tool, self.acked, self.material = tool, acked, material
        self.random = random.Random(seed)
        self.stopping = False
        self.child = None

    def call(self, *words):
        if self.stopping:
            return []
        self.child = self.tool.start(*words)
        out, _ = self.child.communicate()
        return driver.lines(out)

    def open_file(self):
        with self.acked.lock:
            self.acked.intended_files += 1
        rows = self.call("file", "open", "--unit", KEY[0], "--class", KEY[1], "--year", KEY[2], "--opened", "2026-01-05",
                         "--title", "Sprawa %d" % self.random.randrange(10 ** 9))
        for row in rows:
            self.acked.file(row)
            return row["mark"]
        return None

    def fill(self, mark):
        paths = self.random.sample(self.material.paths, self.random.randint(1, 6))
        with self.acked.lock:
            self.acked.intended_records.setdefault(mark, set()).update(self.material.sha[p] for p in paths)
        for row in self.call("ingest", "--file", mark, *paths):
            if "sha256" in row:
                self.acked.record(row)

    def close(self, mark):
        for row in self.call("file", "close", mark, "--on", "2026-11-20"):
            if row.get("mark") == mark:
                self.acked.close(mark, "2026-11-20")

    def run(self):
        while not self.stopping:
            mark = self.open_file()
            if mark is None:
                return
            self.fill(mark)
            if self.random.random() < 0.5:
                self.close(mark)
            if self.random.random() < 0.3:
                self.call("log", "export")


class Rounds:
    def __init__(self, build, seed, base=None):
        self.build, self.random = build, random.Random(seed)
        self.base = base or tempfile.mkdtemp(prefix="akta-crash-")
        self.failures = []
        self.changes = self.kills = 0
        self.generation = None
        self.office = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "conf", "office.conf")

    def begin(self, number):
        self.end_generation()
        folder = os.path.join(self.base, "g%d" % number)
        self.begin_at(folder, os.path.join(folder, "dir"))

    def begin_at(self, folder, directory):
        self.tool = driver.Tool(self.build, directory)
        self.material = driver.Material(os.path.join(folder, "material"), self.random.randrange(10 ** 6))
        self.acked = driver.Acknowledged()
        self.heads = os.path.join(folder, "heads")
        self.highest = 0
        os.makedirs(self.heads)
        rc, _, err = self.tool.run("init", self.tool.dir, "--office", self.office)
        if rc != 0:
            raise SystemExit("init failed: " + err)
        self.generation = folder

    def end_generation(self):
        if self.generation is None:
            return
        check = driver.Check(self.tool, self.acked, KEY)
        check.numbers()
        check.records(list(self.acked.files))
        check.whole()
        self.grown(check)
        self.report("end of generation", check)
        self.changes += self.acked.changes
        shutil.rmtree(self.generation)
        self.generation = None

    def grown(self, check):
        here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib", "tlog_check.py")
        heads = sorted(os.path.join(self.heads, h) for h in os.listdir(self.heads))
        p = subprocess.run([sys.executable, here, os.path.join(self.tool.dir, "log"), *heads], capture_output=True, text=True)
        if p.returncode != 0:
            check.say("independent checker: %s %s", p.stdout[-400:], p.stderr[-400:])

    def owner(self, wait):
        """Starts the owner; with `wait` returns once it says that it is ready."""
        said = os.path.join(self.generation, "owner.log")
        with open(said, "w") as log:
            p = subprocess.Popen([self.tool.owner, "-d", self.tool.dir], stdout=subprocess.DEVNULL, stderr=log)
        until = time.monotonic() + 20
        while wait and " ready " not in open(said).read():
            if p.poll() is not None or time.monotonic() > until:
                raise SystemExit("the owner did not start: " + open(said).read()[-800:])
            time.sleep(0.01)
        return p

    def kill_owner_under_load(self):
        p = self.owner(True)
        clients = [Client(self.tool, self.acked, self.material, self.random.random()) for _ in range(3)]
        for c in clients:
            c.start()
        time.sleep(self.random.uniform(0.02, 0.8))
        self.kill(p)
        for c in clients:
            c.stopping = True
        for c in clients:
            c.join(20)
            if c.is_alive():
                self.failures.append("a client hung for 20 s after its owner was killed")
                c.child.kill()

    def kill_owner_at_start(self):
        p = self.owner(False)
        time.sleep(self.random.uniform(0, 0.1))
        self.kill(p)

    def kill_tool_offline(self):
        c = Client(self.tool, self.acked, self.material, self.random.random())
        c.start()
        time.sleep(self.random.uniform(0.02, 0.6))
        c.stopping = True
        child = c.child
        if child is not None:
            self.kill(child)
        c.join(20)

    def kill_client(self):
        p = self.owner(True)
        clients = [Client(self.tool, self.acked, self.material, self.random.random()) for _ in range(3)]
        for c in clients:
            c.start()
        for _ in range(4):
            time.sleep(self.random.uniform(0.02, 0.15))
            child = self.random.choice(clients).child
            if child is not None and child.poll() is None:
                child.kill()
        for c in clients:
            c.stopping = True
        for c in clients:
            c.join(20)
        self.kill(p)

    def kill(self, p):
        p.send_signal(signal.SIGKILL)
        p.wait()
        self.kills += 1

    def after(self, what):
        check = driver.Check(self.tool, self.acked, KEY)
        p = self.owner(True)
        thorough = self.kills % THOROUGH == 0
        self.highest = check.numbers(0 if thorough else self.highest)
        check.command(0, "log", "export")
        check.whole(thorough)
        recent = list(self.acked.files)[-6:]
        check.records(recent)
        p.send_signal(signal.SIGTERM)
        p.wait()
        if p.returncode != 0:
            check.say("the owner ended with %d after SIGTERM", p.returncode)
        head = os.path.join(self.tool.dir, "log/checkpoint")
        shutil.copy(head, os.path.join(self.heads, "%06d" % self.kills))
        self.report(what, check)

    def report(self, what, check):
        for wrong in check.wrong:
            self.failures.append("%s: %s" % (what, wrong))
            print("not ok -", self.failures[-1], flush=True)

    def run(self, rounds):
        kinds = [self.kill_owner_under_load, self.kill_owner_under_load, self.kill_tool_offline, self.kill_owner_at_start,
                 self.kill_owner_under_load, self.kill_tool_offline, self.kill_client]
        for n in range(rounds):
            if n % GENERATION == 0:
                self.begin(n // GENERATION)
            kind = kinds[n % len(kinds)]
            before = len(self.failures)
            kind()
            self.after("round %d (%s)" % (n + 1, kind.__name__))
            if len(self.failures) > before:
                kept = os.path.join(self.base, "failed-%d" % n)
                shutil.copytree(self.tool.dir, kept, ignore=shutil.ignore_patterns("*.sock"))
                print("kept", kept, flush=True)
                if len(self.failures) > 20:
                    break
        self.end_generation()
        if not self.failures:
            shutil.rmtree(self.base)


def main():
    build, rounds = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(10 ** 9)
    started = time.monotonic()
    r = Rounds(os.path.abspath(build), seed)
    r.run(rounds)
    bad = len(r.failures)
    print("crash: %d rounds, %d kills, %d acknowledged changes, seed %d, %.0f s"
          % (rounds, r.kills, r.changes, seed, time.monotonic() - started))
    print("%d passed, %d failed" % (max(rounds - bad, 0), bad))
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()

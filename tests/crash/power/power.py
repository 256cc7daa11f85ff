"""Power loss: an office is recorded on a disk, the power goes at any step, and the machine comes up with what it finds.

usage: power.py BUILD CUTS [SEED]

Half of the cuts are counted: they lie evenly on the steps of one scripted run (with CUTS large enough each step is one).
The others are drawn: from the steps of an owner with clerks, a citizen and a backup at work, and more often right behind
an answer; one in six is cut again while it recovers. What the disk kept of what was not synced is drawn for each cut
(disk.py). A harness that never fails proves nothing: the same cuts on disks that leave out some of the syncs, one kind
after another, must be caught each. `SEED` repeats a run's draws; the programs' own threads are theirs.
"""
import collections
import multiprocessing
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import recording  # noqa: E402
from check import Check  # noqa: E402
from disk import ORDERS, Cut, Disk, read_journal  # noqa: E402

AGAIN = 6            # one drawn cut in so many is cut once more while it recovers
PER_RECORDING = 250  # drawn cuts; then the office is recorded anew
ROLLING = 4          # one drawn cut in so many is one of the transaction log on its way from file to file
BATCH = 12           # cuts that one worker makes of one pass over a journal
PLANT_CUTS = 50      # a planted fault must be caught within so many
KEPT = 5             # folders of failed cuts that are kept

# place in a journal, order of names, what is kept, seed of the draw, whether recovery is cut as well
Job = collections.namedtuple("Job", "at order keep seed again")


# ---- faults that must be found

def below(*parts):
    def ignored(record, path):
        return any(part in path for part in parts)
    return ignored


def folders(record, path):
    return record.kind == "S" and record.path != ""


def early_answers(steps):
    """The log is synced only after the answer has left, and one step more."""
    out, held = [], []
    for r in steps:
        out.append(r)
        if r.kind == "S" and r.path == "" and r.log:
            held.append(out.pop())
        elif held and len(out) > 1 and out[-2].kind == "Y":
            out += held
            held = []
    return out + held


PLANTS = {
    "contents are not synced": below("archive/content/"),
    "folders are not synced": folders,
    "the transaction log is not synced": below("archive/env/log."),
    "tables are not synced": lambda record, path: path.endswith(".db"),
    "the published log is not synced": below("archive/log/"),
    "the signer's memory is not synced": below("archive/keys/"),
    "answers leave before the log is synced": None,
}


def name_logs(steps):
    """Which syncs are of the transaction log; records have slots, so this gives new ones a property by their inode."""
    logs = {r.inode for r in steps if r.kind == "C" and "archive/env/log." in r.path}
    for r in steps:
        r.log = r.inode in logs
    return steps


# ---- one cut

class Cutter:
    """Works through cuts of one journal, from its begin to its end."""

    def __init__(self, build, base, evidence, plant=None):
        self.build, self.base, self.evidence = build, base, evidence
        self.steps = evidence.steps
        self.plant = PLANTS.get(plant)
        if plant is not None and self.plant is None:
            self.steps = early_answers(name_logs(self.steps))

    def run(self, jobs):
        """(job, what is wrong, folder) of each."""
        out = []
        for order in ORDERS:
            todo = sorted((j for j in jobs if j.order == order), key=lambda j: j.at)
            disk = Disk(order)
            disk.ignored = lambda record, path: self.ignored(disk, record, path)
            for at, r in enumerate(self.steps):
                while todo and todo[0].at == at:
                    out.append(self.one(disk, todo.pop(0)))
                if not todo:
                    break
                disk.follow(r)
        return out

    def ignored(self, disk, record, path):
        """A planted fault begins when the archive was made: everything would catch one before that."""
        return self.plant is not None and disk.step > self.evidence.made and self.plant(record, path)

    def one(self, disk, job):
        rnd = random.Random(job.seed)
        folder = tempfile.mkdtemp(dir=self.base) + "/disk"
        Cut(disk, job.keep, rnd).write(folder)
        seen = None
        if job.again:
            folder, seen = self.again(folder, job, rnd)
        wrong = Check(self.build, folder, self.evidence, job.at, seen).run()
        if not wrong:
            shutil.rmtree(os.path.dirname(folder))
        return job, wrong, os.path.dirname(folder)

    def again(self, folder, job, rnd):
        """The power goes once more while the archive is opened; the folder after that, and a checkpoint that was seen."""
        disk = Disk(job.order)
        disk.load(folder)
        env = dict(os.environ, LANG="C", LD_PRELOAD=os.path.join(self.build, "tests/power.so"), POWER_DISK=folder,
                   POWER_JOURNAL=folder + "-journal")
        subprocess.run([os.path.join(self.build, "akta"), "-d", folder + "/archive", "log", "export"], env=env,
                       capture_output=True, timeout=60)
        steps = read_journal(folder + "-journal", folder) if os.path.exists(folder + "-journal") else []
        seen = None
        for r in steps[:rnd.randint(0, len(steps))]:
            disk.follow(r)
            if r.kind == "N" and r.other == "archive/log/checkpoint":
                seen = bytes(disk.find(r.other).live().data)
        Cut(disk, rnd.choice(Cut.KEEPS), rnd).write(folder + "-again")
        return folder + "-again", seen


# ---- all of them

def drawn(evidence, count, rnd):
    acks, end = evidence.acks(), len(evidence.steps) - 1
    out = []
    for i in range(count):
        at = min(rnd.choice(acks) + rnd.randint(1, 3), end) if rnd.random() < 0.4 else rnd.randint(evidence.made, end)
        out.append(Job(at, rnd.choice(ORDERS), rnd.choice(Cut.KEEPS), rnd.random(), i % AGAIN == AGAIN - 1))
    return out


def counted(evidence, count, rnd):
    """Evenly spread; each place with another order and another share kept."""
    n = len(evidence.steps)
    places = range(n) if count >= n else [(2 * i + 1) * n // (2 * count) for i in range(count)]
    more = [at for i in range(count // n) for at in range(n)][:max(0, count - n)]
    return [Job(at, ORDERS[i % 2], Cut.KEEPS[(i // 2) % len(Cut.KEEPS)], rnd.random(), False)
            for i, at in enumerate([*places, *more])]


_work = {}


def work(args):
    name, plant, jobs = args
    build, base, evidence = _work["build"], _work["base"], _work[name]
    return name, Cutter(build, base, evidence, plant).run(jobs)


class Power:
    def __init__(self, build, seed):
        self.build, self.seed, self.random = build, seed, random.Random(seed)
        self.base = tempfile.mkdtemp(prefix="akta-power-")
        self.passed, self.failed, self.kept = 0, 0, 0
        _work.update(build=build, base=self.base)

    def fail(self, text, folder=None):
        self.failed += 1
        print("not ok -", text, flush=True)
        if folder is not None and self.kept < KEPT:
            self.kept += 1
            print("kept", folder, flush=True)
        elif folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def record(self, name):
        evidence = recording.record(self.build, tempfile.mkdtemp(dir=self.base), name, self.random.random())
        syncs = sum(r.kind in "SF" for r in evidence.steps)
        print("# %s: %d steps, %d of them syncs, %d answers, %d checkpoints" % (
            name, len(evidence.steps), syncs, len(evidence.acks()), len(evidence.checkpoints)), flush=True)
        if evidence.wrong or not syncs:
            self.fail("the journal of %s is not what lies on its disk: %s" % (name, evidence.wrong[:8]))
        _work[name] = evidence
        return evidence

    def cut(self, name, jobs):
        jobs = sorted(jobs, key=lambda j: (j.order, j.at))
        batches = [(name, None, jobs[i:i + BATCH]) for i in range(0, len(jobs), BATCH)]
        with multiprocessing.get_context("fork").Pool() as pool:
            for _, results in pool.imap_unordered(work, batches):
                for job, wrong, folder in results:
                    if wrong:
                        self.fail("%s cut at %d (%s, kept %s%s, draw %r): %s" % (
                            name, job.at, job.order, job.keep, ", again" if job.again else "", job.seed, "; ".join(wrong)[:1500]),
                            folder)
                    else:
                        self.passed += 1

    def plant(self, evidence, plant):
        """Right behind answers nothing may be missing; with this fault something is."""
        acks = [a + 1 for a in evidence.acks() if a + 1 < len(evidence.steps)]
        for i in range(PLANT_CUTS):
            at = acks[-1 - i % len(acks)]
            job = Job(at, "posix", (0, 50)[i // len(acks) % 2], self.random.random(), False)
            _, wrong, folder = Cutter(self.build, self.base, evidence, plant).run([job])[0]
            if wrong:
                shutil.rmtree(folder)
                self.passed += 1
                print("# planted: %s: caught by cut %d: %s" % (plant, i + 1, wrong[0][:110]), flush=True)
                return
        self.fail("planted: %s: not found by %d cuts" % (plant, PLANT_CUTS))

    def run(self, cuts):
        alone = self.record("alone")
        for plant in PLANTS:
            self.plant(alone, plant)
        self.cut("alone", counted(alone, cuts // 2, self.random))
        left = cuts - cuts // 2
        while left > 0:
            some = min(left, PER_RECORDING)
            self.cut("office", drawn(self.record("office"), some - some // ROLLING, self.random))
            self.cut("rolling", drawn(self.record("rolling"), some // ROLLING, self.random))
            left -= some
        if self.kept == 0:
            shutil.rmtree(self.base)


def main():
    build, cuts = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(10 ** 9)
    started = time.monotonic()
    power = Power(build, seed)
    power.run(cuts)
    print("power: %d cuts, %d planted faults, seed %d, %.0f s" % (cuts, len(PLANTS), seed, time.monotonic() - started))
    print("%d passed, %d failed" % (power.passed, power.failed))
    sys.exit(power.failed != 0)


if __name__ == "__main__":
    main()

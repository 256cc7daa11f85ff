"""The Nth write, sync, rename or creating open fails, N = 1, 2, 3 … until a run meets no fault.

usage: fault.py BUILD [LIMIT]     LIMIT: at most so many N for each kind, spread evenly (for continuous integration)

One scripted run of the tool (open a case file, ingest small and large files, close it, publish the log) is repeated on a
copy of the same prepared directory, each time with another call failing, once or from there on, as EIO, as ENOSPC, or as
a write cut in half. Afterwards, without faults: everything acknowledged is there and verifies, what was not acknowledged
is wholly there or wholly absent, numbers have no gaps, the log has not forked.
"""
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
import driver  # noqa: E402

KEY = ("WA", "1431", 2026)
MODES = [
    ("write", "EIO", {}), ("write", "ENOSPC", {}), ("write", "ENOSPC", {"FAULT_KEEP": "1"}),
    ("write", "EIO", {"FAULT_SHORT": "1"}), ("sync", "EIO", {}), ("sync", "EIO", {"FAULT_KEEP": "1"}),
    ("rename", "EIO", {}), ("rename", "ENOSPC", {"FAULT_KEEP": "1"}), ("open", "ENOSPC", {}), ("open", "EIO", {}),
]


class Sweep:
    def __init__(self, build):
        self.build = build
        self.base = tempfile.mkdtemp(prefix="akta-fault-")
        self.material = driver.Material(os.path.join(self.base, "material"), 7, count=21, large=2_500_000)
        self.prepared = os.path.join(self.base, "prepared")
        office = os.path.join(HERE, "..", "..", "conf", "office.conf")
        tool = driver.Tool(build, self.prepared)
        rc, _, err = tool.run("init", self.prepared, "--office", office)
        if rc != 0:
            raise SystemExit("init failed: " + err)
        self.failures, self.points = [], 0

    @staticmethod
    def a_minute_passes(directory):
        """Three stops within a minute put the archive into maintenance; here each fault stands for a day of its own."""
        panics = os.path.join(directory, "run", "panics")
        if os.path.exists(panics):
            os.unlink(panics)

    def scenario(self, tool, acked, env):
        acked.intended_files += 1
        rc, rows, _ = tool.run("file", "open", "--unit", KEY[0], "--class", KEY[1], "--year", KEY[2], "--opened",
                               "2026-01-05", "--title", "Sprawa", env=env)
        mark = "%s.%s.1.%d" % KEY
        if rc == 0 and rows:
            acked.file(rows[0])
        paths = self.material.paths[:3] + self.material.paths[18:21]
        acked.intended_records[mark] = {self.material.sha[p] for p in paths}
        statuses = [rc]
        self.a_minute_passes(tool.dir)
        rc, rows, _ = tool.run("ingest", "--file", mark, *paths, env=env)
        statuses.append(rc)
        self.a_minute_passes(tool.dir)
        for row in rows:
            if "sha256" in row:
                acked.record(row)
        rc, rows, _ = tool.run("file", "close", mark, "--on", "2026-11-20", env=env)
        statuses.append(rc)
        self.a_minute_passes(tool.dir)
        if rc == 0:
            acked.close(mark, "2026-11-20")
        rc, _, _ = tool.run("log", "export", env=env)
        statuses.append(rc)
        return statuses

    def one(self, kind, error, extra, n):
        """Runs with the Nth call failing; says whether a fault was met."""
        directory = os.path.join(self.base, "dir")
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(self.prepared, directory)
        count = os.path.join(self.base, "count")
        env = dict(LD_PRELOAD=os.path.join(self.build, "tests/fault/shim.so"), FAULT_DIR=directory, FAULT_KIND=kind,
                   FAULT_ERRNO=error, FAULT_AT=str(n), FAULT_COUNT=count, **extra)
        if os.path.exists(count):
            os.unlink(count)
        tool, acked = driver.Tool(self.build, directory), driver.Acknowledged()
        statuses = self.scenario(tool, acked, env)
        self.a_minute_passes(directory)
        met = os.path.exists(count) and "hit" in open(count).read()
        check = driver.Check(tool, acked, KEY)
        for s in statuses:
            if s < 0 or s not in (0, 1, 2, 3, 4, 70):
                check.say("a command ended with status %d", s)
        check.numbers()
        check.records(list(acked.files))
        check.command(0, "log", "export")
        check.whole()
        self.points += 1
        for wrong in check.wrong:
            self.failures.append("%s %s %s at %d: %s" % (kind, error, extra, n, wrong))
            print("not ok -", self.failures[-1], flush=True)
        return met

    def run(self, limit):
        for kind, error, extra in MODES:
            n, met_last, clean = 1, 0, 0
            step = 1
            while clean < 1 and len(self.failures) < 20:
                if self.one(kind, error, extra, n):
                    met_last, clean = n, 0
                else:
                    clean += 1
                if limit and n >= limit:
                    step = max(1, n // 8)
                n += step
                if limit and n > 40 * limit:
                    break
            print("# %s %s %s: faults met up to call %d" % (kind, error, " ".join(extra), met_last), flush=True)
        if not self.failures:
            shutil.rmtree(self.base)


def main():
    started = time.monotonic()
    sweep = Sweep(os.path.abspath(sys.argv[1]))
    sweep.run(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    bad = len(sweep.failures)
    print("fault: %d points in %.0f s" % (sweep.points, time.monotonic() - started))
    print("%d passed, %d failed" % (sweep.points - bad, bad))
    sys.exit(bad != 0)


main()

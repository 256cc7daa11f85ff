"""What must be true of a folder that a machine finds after its power went, whatever the disk made of it.

Each check is a sentence when it fails. Everything acknowledged before the cut is there and verifies; what was only asked
for is wholly there or wholly absent; nothing else is there; numbers have no gap; the log goes on from every checkpoint
that a reader may have seen, and its head outside of the database knows of it; a backup that was acknowledged can be
restored, one that was cut short can be done again.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "lib")]
import driver  # noqa: E402
import tlog_check  # noqa: E402
from recording import SERIES  # noqa: E402

ARCHIVE = ("archive", "made")
SHOWN = ("case", "closed", "holds", "record", "letter")


class Check:
    def __init__(self, build, folder, evidence, cut, seen=None):
        self.build, self.folder, self.evidence, self.cut = build, folder, evidence, cut
        self.seen = seen or evidence.seen_checkpoint(cut)
        self.archive = os.path.join(folder, "archive")
        self.tool = driver.Tool(build, self.archive)
        self.wrong = []

    def say(self, text, *args):
        self.wrong.append(text % args if args else text)

    def command(self, *words, tool=None):
        try:
            rc, rows, err = (tool or self.tool).run(*words, timeout=60)
        except subprocess.TimeoutExpired:
            self.say("%s: no end within 60 s", " ".join(map(str, words)))
            return []
        if rc != 0:
            self.say("%s: status %d: %s %s", " ".join(map(str, words)), rc, rows[-3:], err[-500:])
        return rows

    def run(self):
        if not self.made(self.tool, self.evidence.acknowledged(ARCHIVE, self.cut)):
            return self.wrong
        self.published()
        self.command("doctor")
        if not self.wrong:
            self.command("log", "export")
            self.whole(self.tool)
            self.content(self.observed(self.tool), self.cut)
            self.log()
        if not self.wrong:
            self.copies()
            self.second()
        return self.wrong

    def made(self, tool, acknowledged):
        """An archive that nobody was told of works, or says that it is none."""
        if acknowledged:
            return True
        rc, rows, err = tool.run("doctor")
        none = not os.path.exists(os.path.join(tool.dir, "format")) or "akta init" in rows[0].get("wrong", "")
        if rc not in (0, 1, 2, 3, 4) or (rc != 0 and not none):
            self.say("doctor of an archive that was being made: status %d: %s %s", rc, rows[:2], err[-300:])
        return rc == 0

    # ---- the log

    def published(self):
        """An export that was acknowledged is on the disk, before anybody has opened the archive."""
        size = max(self.evidence.acknowledged_values("published", self.cut), default=0)
        if size == 0:
            return
        try:
            with open(os.path.join(self.archive, "log/checkpoint")) as f:
                there = int(f.read().split("\n")[1])
        except (OSError, ValueError, IndexError) as e:
            there = repr(e)
        if not isinstance(there, int) or there < size:
            self.say("%d entries were said to be published, log/checkpoint has %s", size, there)

    def log(self):
        earlier = []
        if self.seen is not None:
            earlier = [os.path.join(self.folder, "seen-checkpoint")]
            with open(earlier[0], "wb") as f:
                f.write(self.seen)
        try:
            size, _ = tlog_check.check(os.path.join(self.archive, "log"), earlier)
            with open(os.path.join(self.archive, "keys/log.head")) as f:
                head = int(f.read().split("\nsize ")[1].split("\n")[0])
            if head != size:
                self.say("the signer remembers %d entries, %d are published", head, size)
        except (tlog_check.Wrong, OSError, ValueError, IndexError) as e:
            self.say("independent checker: %s", e)

    # ---- content

    def whole(self, tool):
        rows = self.command("verify", "--all", tool=tool)
        last = rows[-1] if rows else {}
        if last.get("faults") != 0 or last.get("not_checked") != 0:
            self.say("verify: %s", last)
        self.command("log", "verify", tool=tool)

    def observed(self, tool):
        """Every key that the archive has, with its value."""
        out, number = {}, 1
        while True:
            mark = "%s.%s.%d.%d" % (SERIES[0], SERIES[1], number, SERIES[2])
            rc, rows, err = tool.run("file", "show", mark)
            if rc != 0:
                break
            row = rows[0]
            out[("case", row["title"])] = mark
            out[("closed", row["title"])] = row["closed"]
            out[("holds", row["title"])] = row["holds"]
            for r in row["records"]:
                out[("record", r["name"])] = (row["title"], r["sha256"])
            number += 1
        for i, row in enumerate(r for r in self.command("request", "list", "--limit", "100", tool=tool) if "number" in r):
            shown = self.command("request", "show", row["number"], tool=tool)
            if shown:
                out[("letter", shown[0]["form"]["content"])] = sorted(f["sha256"] for f in shown[0]["files"])
                out[("number", shown[0]["number"])] = True
        return out

    def content(self, there, cut, whose=""):
        for key in self.evidence.claims:
            if key[0] not in SHOWN:
                continue
            value, allowed = there.get(key), self.evidence.allowed(key, cut, before=0 if key[0] == "holds" else None)
            if key[0] == "holds" and ("case", key[1]) not in there:
                value = 0
            fits = value in allowed or (key[0] == "case" and value is not None and "open" in allowed)
            if not fits:
                self.say("%s%s is %s and may only be one of %s", whose, key, value, allowed)
        for key in there:
            if key[0] in ("case", "record", "letter") and key not in self.evidence.claims:
                self.say("%s%s is there and nobody asked for it", whose, key)
        letters = sorted(k[1] for k in there if k[0] == "number")
        if [int(n.split("-")[1]) for n in letters] != list(range(1, len(letters) + 1)):
            self.say("%sletters have the numbers %s", whose, letters)

    # ---- copies

    def copies(self):
        """The newest copy, where none was under way; and a run after what the cut left of one."""
        claims = sorted((key[1], c) for key, cs in self.evidence.claims.items() if key[0] == "backup" for c in cs
                        if c.intent < self.cut)
        if not claims:
            return
        number, newest = claims[-1]
        target = os.path.join(self.folder, "backup")
        if newest.ack < self.cut:
            self.restored(target, os.path.join(self.folder, "keys-%d" % number), newest.intent, "restored ")
        else:
            keys = os.path.join(self.folder, "keys-again")
            self.command("backup", "--keys", keys)
            self.command("backup", target)
            if not self.wrong:
                self.restored(target, keys, self.cut, "restored from a second run ")

    def second(self):
        """The archive that was restored on the same disk: whole, once that was acknowledged or seems so."""
        for key, claims in self.evidence.claims.items():
            if key[0] != "restored" or claims[0].intent >= self.cut:
                continue
            tool = driver.Tool(self.build, os.path.join(self.folder, "second"))
            begun = self.evidence.claims[("backup", key[1])][0].intent
            if self.made(tool, claims[0].ack < self.cut):
                self.command("doctor", tool=tool)
                self.holds(tool, begun, "restored before ")

    def restored(self, source, keys, since, whose):
        tool = driver.Tool(self.build, os.path.join(self.folder, "restored"))
        self.command("restore", source, "--keys", keys, tool=tool)
        if not self.wrong:
            self.holds(tool, since, whose)
        shutil.rmtree(tool.dir, ignore_errors=True)

    def holds(self, tool, since, whose):
        """What was there when the copy began is in it; what came later may be."""
        self.whole(tool)
        there = self.observed(tool)
        for key in self.evidence.claims:
            allowed = self.evidence.allowed(key, since) + [c.value for c in self.evidence.claims[key]]
            if key[0] in ("case", "record", "letter") and self.evidence.acknowledged(key, since) and \
                    there.get(key) not in allowed and "open" not in allowed:
                self.say("%s%s is %s", whose, key, there.get(key))

"""What the tests of damage share: a filled archive, copies of it to harm, the folder that all lie in."""
import os
import random
import shutil
import subprocess
import sys

from tap import DEMO, HOUSE, Office, akta, ok, same, scratch

SEED = int(os.environ.get("AKTA_SEED", "7"))
PLACES = int(os.environ.get("AKTA_PLACES", "1"))
NOBODY = 65534
chance = random.Random(SEED)
here = scratch()
here.chmod(0o755)
print(f"# AKTA_SEED={SEED} AKTA_PLACES={PLACES}", flush=True)


def office_in(name):
    (here / name).mkdir()
    return Office(here / name)


def skip(name, why):
    print(f"ok - {name} # SKIP {why}", flush=True)


# ---- a filled archive, and copies of it

def settings(office, **numbers):
    conf = office.dir / "akta.conf"
    text = conf.read_text()
    for name, value in numbers.items():
        line = next(l for l in text.splitlines() if l.startswith(f"#{name} ="))
        text = text.replace(line, f"{name} = {value}")
    conf.write_text(text)


def file_open(office, title="Umowy"):
    return office("file", "open", "--unit", "WA", "--class", "1431", "--title", title, "--opened", "2020-02-03").row["mark"]


def material(folder, count, sizes, big=0):
    folder.mkdir(parents=True)
    for i in range(count):
        n = sizes[i % len(sizes)]
        (folder / f"{i:03}.txt").write_bytes((b"Pismo w sprawie %d. " % i * (n // 16 + 1))[:n] if i % 2 else chance.randbytes(n))
    if big:
        (folder / "duzy.bin").write_bytes(chance.randbytes(big))
    return folder


def filled():
    """Every kind of file that an archive can hold: inline, small and large contents, overflow pages, freed pages, full
    and partial tiles, a hold, a paper record, exported keys. And an earlier state of the same archive."""
    office = office_in("filled")
    settings(office, ballast_mb=1, log_mb=1, cache_mb=8)
    (office.dir / "run" / "ballast").unlink()
    office.demo()
    mark = file_open(office)
    office("ingest", "--file", mark, material(here / "m", 270, [0, 1, 50, 2048, 700, 1200]))
    office("ingest", "--file", mark, material(here / "m2", 4, [9000, 2049], 2_200_000))
    office("ingest", "--file", mark, "--paper", "--shelf", "R2", "--title", "Mapa")
    office("file", "close", mark, "--on", "2020-12-31")
    office("backup", here / "kopia", "--keys", here / "sejf")
    earlier = here / "earlier"
    shutil.copytree(office.dir, earlier)
    again = file_open(office, "Później")
    office("ingest", "--file", again, DEMO / "wniosek-o-informacje.txt")
    office("file", "close", again, "--on", "2021-05-05")
    office("hold", "place", mark, "--reason", "Kontrola", "--mandate", "RIO", "--until", "2027-01-01")
    office("class", "confirm", "0050", "A", "--basis", "Zarządzenie")
    same((office("verify", "--all").status, office("doctor").status), (0, 0), "a filled archive is sound")
    return office.dir, earlier


class Copy:
    """A folder that is brought back to the state of the archive before each use; only what differs is copied."""

    def __init__(self, archive, n):
        self.archive, self.dir = archive, here / f"copy-{n}"
        shutil.copytree(archive, self.dir)

    def reset(self):
        want = {p.relative_to(self.archive) for p in self.archive.rglob("*")}
        for p in sorted(self.dir.rglob("*"), reverse=True):
            if p.relative_to(self.dir) not in want or p.is_symlink():
                p.rmdir() if p.is_dir() and not p.is_symlink() else p.unlink()
        for rel in sorted(want):
            a, b = self.archive / rel, self.dir / rel
            if a.is_dir():
                if not b.is_dir():
                    b.unlink(missing_ok=True)
                    b.mkdir()
                continue
            if b.is_dir():
                shutil.rmtree(b)
            if not b.exists() or (a.stat().st_mtime_ns, a.stat().st_size) != (b.stat().st_mtime_ns, b.stat().st_size):
                shutil.copy2(a, b)

    def look(self, *order):
        """The first of doctor and verify that says no, and all that was said."""
        said = ""
        for words in order or (("doctor",), ("verify", "--all")):
            a = akta("-d", self.dir, *words)
            said += a.out + a.err
            if a.status != 0:
                return a.status, said
        return 0, said


def tlog(folder, *heads):
    p = subprocess.run([sys.executable, HOUSE / "tests" / "lib" / "tlog_check.py", folder, *heads], capture_output=True, text=True)
    return p.returncode, p.stderr

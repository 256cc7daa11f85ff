"""What a person does who trusts nobody: the commands that stand in receipts, proofs, evidence folders and bags, carried out
letter for letter by sh with coreutils, awk, sed and openssl, and nothing of Akta. Then the same with something changed:
the commands must say WRONG.

    howto.py FOLDER       of office.py"""
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "tool"))
from tap import main, ok, same, scratch  # noqa: E402

given = pathlib.Path(sys.argv[1])


def commands(text):
    """The lines that are set in by four blanks, as a person copies them; what follows the first section is data."""
    return "".join(line[4:] + "\n" for line in text.split("\n=== ")[0].splitlines() if line.startswith("    "))


def carried_out(script, folder, shell="sh"):
    """The words of the steps, one a line: `letter 1 ok`, `3 WRONG`."""
    p = subprocess.run([shell, "-c", script], cwd=folder, capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return sorted(p.stdout.splitlines()) + [f"stderr: {p.stderr}"] * bool(p.stderr.strip())


def receipt(folder, shell="sh"):
    return carried_out(commands((folder / "receipt.txt").read_text(encoding="utf-8")), folder, shell)


def all_ok(names):
    return sorted(f"{name} {step} ok" for name in names for step in (1, 2, 3, 4))


def copy(folder):
    place = scratch() / "x"
    shutil.copytree(folder, place)
    return place


def change(path, old, new):
    raw = path.read_bytes()
    if old not in raw:
        raise RuntimeError(f"{path.name} does not hold {old!r}")
    path.write_bytes(raw.replace(old, new, 1))


def receipts():
    for folder in sorted((given / "proofs").iterdir()):
        names = ["letter", *(p.name for p in folder.glob("file-*"))]
        for shell in ("sh", "bash"):
            same(receipt(copy(folder), shell), all_ok(names), f"the receipt of the case {folder.name}, in {shell}")
    place = copy(given / "proofs" / "answered")
    (place / "file-2").unlink()
    same([w for w in receipt(place) if w not in all_ok(["letter", "file-1", "file-2", "file-3"])], [], "a file that is not there is passed over")
    spoilt = {"a file": ("file-1", b"proba", b"probe"), "a word of the letter": ("receipt.txt", "odśnież".encode(), "odsnież".encode()),
              "the time in an entry": ("receipt.txt", b"\ntime 20", b"\ntime 19"), "the place of an entry": ("receipt.txt", b"\nindex 1", b"\nindex 2"),
              "the salt of an opening": ("receipt.txt", b"\nsalt ", b"\nsalt 0")}
    for name, (file, old, new) in spoilt.items():
        place = copy(given / "proofs" / "answered")
        change(place / file, old, new)
        said = receipt(place)
        ok(any("WRONG" in line for line in said), f"planted: the commands find {name} changed", said)
    place = copy(given / "proofs" / "waiting")
    text = (place / "receipt.txt").read_text(encoding="utf-8")
    key = re.search(r"=== log\.vkey\n(\S+)", text).group(1)
    (place / "receipt.txt").write_text(text.replace(key, key[:-6] + ("A" if key[-6] != "A" else "B") + key[-5:]), encoding="utf-8")
    said = receipt(place)
    ok("letter 4 WRONG" in said and "letter 3 ok" in said, "planted: another key signed nothing here", said)


def evidence():
    for i, folder in enumerate(sorted((given / "evidence").iterdir())):
        script = commands((folder / "HOWTO.txt").read_text(encoding="utf-8"))
        same(carried_out(script, copy(folder)), ["1 ok", "2 ok", "3 ok", "4 ok"], f"evidence of record {i + 1}")
        for step, file, old, new in (("1", "document", b"zapis", b"zapiz"), ("2", "content.opening", b"salt ", b"salt 1"), ("3", "entry", b"type ", b"typo ")):
            place = copy(folder)
            change(place / file, old, new)
            ok(f"{step} WRONG" in carried_out(script, place), f"planted: step {step} finds another {file}")


def bags():
    for path in sorted((given / "bags").iterdir()):
        place = scratch()
        subprocess.run(["unzip", "-q", path, "-d", place], check=True, timeout=60)
        bag = next(place.iterdir())
        line = re.search(r"sha256sum -c .*", (bag / "README.txt").read_text(encoding="utf-8")).group(0)
        done = subprocess.run(["sh", "-c", line], cwd=bag, capture_output=True, text=True, timeout=60)
        ok(done.returncode == 0 and "data/receipt.txt: OK" in done.stdout, f"{path.name}: {line}", done)
        for proof in sorted((bag / "data" / "proofs").glob("*")):
            proved(bag, proof)
    (bag / "data" / "timeline.txt").write_text("")
    ok(subprocess.run(["sh", "-c", line], cwd=bag, capture_output=True, timeout=60).returncode != 0, "planted: an emptied timeline is found")


def proved(bag, proof):
    """A proof of a later act, beside the files of that act, which the bag keeps under their numbers."""
    place = scratch()
    shutil.copy(proof, place / "receipt.txt")
    text = proof.read_text(encoding="utf-8")
    letter = re.search(r"(?s)=== letter\.txt\n(.*?)\n=== ", text).group(1) if "=== letter.txt" in text else ""
    names = ["letter"] if letter else []
    files = {hashlib.sha256(p.read_bytes()).hexdigest(): p for kind in ("attachments", "released") for p in (bag / "data" / kind).glob("*")}
    for i, digest in enumerate(re.findall(r"(?m)^file: \d+ size \d+ sha256:(\w+)", letter)):
        shutil.copy(files[digest], place / f"file-{i + 1}")
        names.append(f"file-{i + 1}")
    ok(receipt(place) == all_ok(names) and names, f"{bag.name}: {proof.name} proves {', '.join(names)}", (receipt(place), names))


main(receipts, evidence, bags)

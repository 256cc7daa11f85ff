"""The case as a bag: one ZIP that strangers' tools read, a valid BagIt bag (RFC 8493), with everything of the case and its
proofs; for the citizen by the page, for the office by the tool. Checked with Python's zipfile, unzip where it is there,
sha256sum, a reading of the RFC of our own, and bagit (Library of Congress) where it is installed."""
import hashlib
import io
import json
import pathlib
import re
import shutil
import subprocess
import zipfile

from desk import BUILD, Desk, Page, main, ok, same, scratch, wait_for
from letter import PDF, file_foi, follow, form

desk = Desk().start()
folder = scratch()
EVIL = ["../../etc/passwd", "a/b\\c:d*e?f\"g<h>i|j%k.pdf", "\u202egnp.exe.pdf", "zażółć gęślą jaźń.pdf", "x" * 240 + ".pdf", "kropka. . ."]
LARGE = bytes(range(256)) * 1200  # more than four blocks of a ZIP
number, code, token = file_foi(desk, [(n, PDF + n.encode()) for n in EVIL] + [("pusty nie.bin", LARGE)])


def lived():
    follow(desk, form(desk, f"/s/{token}/uzupelnij").send([("dopisek.txt", b"dopisek")], text="Chodzi o rok 2026."))
    (folder / "odpowiedź.pdf").write_bytes(PDF)
    done = desk("request", "answer", number, folder / "odpowiedź.pdf", "--text", "Umowy są w załączniku.")
    ok(done.status == 0, "the case is answered with a file", done)


lived()
wait_for(lambda: desk.ask(f"/s/{token}/sprawa.zip").status == 200)


# ---------------------------------------------------------------- strangers' readers

def unpacked(raw):
    z = zipfile.ZipFile(io.BytesIO(raw))
    same(z.testzip(), None, "Python's zipfile finds each sum right")
    here = scratch()
    for i in z.infolist():
        p = pathlib.PurePosixPath(i.filename)
        ok(not p.is_absolute() and ".." not in p.parts and "\\" not in i.filename and i.flag_bits & 0x800, f"a safe name: {p.name[:40]}", i)
    z.extractall(here)
    tops = {pathlib.PurePosixPath(i.filename).parts[0] for i in z.infolist()}
    same(tops, {f"sprawa-{number}"}, "one folder")
    return here / f"sprawa-{number}"


def without_seeking(raw):
    """As a reader does that goes through a pipe: local headers alone, sizes from the stream."""
    import zlib
    names, at = [], 0
    while raw[at:at + 4] == b"PK\x03\x04":
        n, extra = int.from_bytes(raw[at + 26:at + 28], "little"), int.from_bytes(raw[at + 28:at + 30], "little")
        names.append(raw[at + 30:at + 30 + n].decode())
        d = zlib.decompressobj(-15)
        content = d.decompress(raw[at + 30 + n + extra:])
        at = len(raw) - len(d.unused_data)
        crc, packed, size = (int.from_bytes(raw[at + 4 + 4 * i:at + 8 + 4 * i], "little") for i in range(3))
        if raw[at:at + 4] != b"PK\x07\x08" or crc != zlib.crc32(content) or size != len(content):
            return names, f"{names[-1]} at {at}"
        at += 16
    return names, raw[at:at + 4]


def rfc8493(bag):
    """What the RFC demands of a complete and valid bag."""
    faults = []
    if (bag / "bagit.txt").read_bytes() != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        faults.append("bagit.txt")
    files = {str(p.relative_to(bag)) for p in bag.rglob("*") if p.is_file()}
    payload = {f for f in files if f.startswith("data/")}
    for name, covers in (("manifest-sha256.txt", payload), ("tagmanifest-sha256.txt", files - payload - {"tagmanifest-sha256.txt"})):
        listed = {}
        for line in (bag / name).read_text(encoding="utf-8").splitlines():
            digest, path = re.fullmatch(r"([0-9a-f]{64})  (\S.*)", line).groups()
            if path in listed or hashlib.sha256((bag / path).read_bytes()).hexdigest() != digest:
                faults.append(path)
            listed[path] = digest
        if set(listed) != covers:
            faults.append((name, set(listed) ^ covers))
    info = dict(re.fullmatch(r"([^:\s][^:]*): (.*)", line).groups() for line in (bag / "bag-info.txt").read_text(encoding="utf-8").splitlines())
    oxum = f"{sum((bag / f).stat().st_size for f in payload)}.{len(payload)}"
    if info.get("Payload-Oxum") != oxum or not re.fullmatch(r"\d{4}-\d\d-\d\d", info.get("Bagging-Date", "")):
        faults.append(info)
    return faults


def strangers(bag, raw):
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "--strict", "--quiet", "-c", name], cwd=bag, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        ok(done.returncode == 0, f"sha256sum -c {name}", done.stdout)
    if shutil.which("unzip"):
        (folder / "a.zip").write_bytes(raw)
        done = subprocess.run(["unzip", "-tq", folder / "a.zip"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        ok(done.returncode == 0, "unzip -t", done.stdout)
    try:
        import bagit
    except ImportError:
        ok(True, "bagit of the Library of Congress # SKIP it is not installed")
        return
    try:
        bagit.Bag(str(bag)).validate()
        ok(True, "bagit of the Library of Congress finds it valid")
    except bagit.BagError as e:
        ok(False, "bagit of the Library of Congress finds it valid", str(e))


# ---------------------------------------------------------------- the citizen's

def the_citizens():
    a = desk.ask(f"/s/{token}/sprawa.zip")
    same((a.status, a["content-type"], a["cache-control"], int(a["content-length"])), (200, "application/zip", "no-store", len(a.body)), "a ZIP of the size said")
    ok(f"sprawa-{number}.zip" in a["content-disposition"], "under its number", a["content-disposition"])
    ok("/sprawa.zip" in desk.ask(f"/s/{token}").text, "the page of the case links to it")
    bag = unpacked(a.body)
    same(rfc8493(bag), [], "a valid bag by the RFC")
    strangers(bag, a.body)
    names, end = without_seeking(a.body)
    same((end, len(names)), (b"PK\x01\x02", len(list(zipfile.ZipFile(io.BytesIO(a.body)).infolist()))), "it is read through a pipe, too")
    return bag


def its_content():
    bag = unpacked(desk.ask(f"/s/{token}/sprawa.zip").body)
    files = {str(p.relative_to(bag / "data")): p.read_bytes() for p in (bag / "data").rglob("*") if p.is_file()}
    attached = sorted(n for n in files if n.startswith("attachments/"))
    same(len(attached), len(EVIL) + 2, "every attachment")
    same(sorted(files[n] for n in attached), sorted([PDF + n.encode() for n in EVIL] + [LARGE, b"dopisek"]), "to the byte")
    ok("attachments/004-zażółć gęślą jaźń.pdf" in files, "under its name", attached)
    same([files[n] for n in files if n.startswith("released/")], [PDF], "the released file")
    letter = desk.ask(f"/s/{token}/pismo.txt").body
    same(files["letters/001-file.txt"], letter, "the letter as it was filed")
    ok(b"Chodzi o rok 2026." in files["letters/002-supplement.txt"] and "Umowy są w".encode() in files["letters/003-answer.txt"], "and the later ones")
    ok(files["timeline.txt"].count(b"akta-event/v1\n") == 3, "the timeline", files["timeline.txt"])
    ok(set(files) >= {"receipt.txt", "proofs/002-supplement.txt", "proofs/003-answer.txt"}, "receipt and proofs", sorted(files))
    return files


def its_proofs():
    files = its_content()
    for name, given in (("receipt.txt", [n for n in sorted(files) if n.startswith("attachments/")][:-1]), ("proofs/003-answer.txt", ["released/009-odpowiedź.pdf"])):
        here = scratch()
        (here / "receipt.txt").write_bytes(files[name])
        for i, n in enumerate(given, 1):
            (here / f"file-{i}").write_bytes(files[n])
        block = "".join(line[4:] for line in files[name].decode().split("\n=== ")[0].splitlines(True) if line.startswith("    "))
        said = subprocess.run(["sh", "-c", block], cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode().splitlines()
        ok(len(said) == 4 * (len(given) + 1) and all(s.endswith(" ok") for s in said), f"what {name} says to do proves it", said)
        a = json.loads(desk.ask("/api/v1/verify", "POST", files[name], Content_Type="text/plain").text)
        same(a["verdict"], "genuine", "and the office knows it again")


def the_offices():
    path = folder / "sprawa.zip"
    done = desk("--json", "request", "bag", number, "-o", path)
    told = json.loads(done.out)
    same((done.status, told["number"], told["bytes"]), (0, number, path.stat().st_size), "the tool writes it")
    bag = unpacked(path.read_bytes())
    same(rfc8493(bag), [], "a valid bag")
    piped = subprocess.run([BUILD / "akta", "-d", str(desk.dir), "request", "bag", number, "-o", "-"], stdout=subprocess.PIPE, cwd=folder, timeout=60)
    same((piped.returncode, rfc8493(unpacked(piped.stdout)), (folder / "-").exists()), (0, [], False), "-o -: to standard output")
    a = desk("--json", "request", "bag", number, "-o", "-")
    ok(a.status == 2 and a.out == "", "which --json cannot share", a)
    same(desk("request", "bag", "2026-999999", "-o", folder / "x.zip").status, 1, "of no unknown case")
    ok(not (folder / "x.zip").exists(), "and nothing is left then")
    a = desk("request", "bag", number, "-o", folder / "missing" / "x.zip")
    ok(a.status in (2, 4), "nor into a folder that is not there", a)


def closed_and_others():
    done = desk("request", "close", number, "--unit", "WA")
    ok(done.status == 0, "the case is closed", done)
    wait_for(lambda: desk.ask(f"/s/{token}/sprawa.zip").status == 200)
    same(rfc8493(unpacked(desk.ask(f"/s/{token}/sprawa.zip").body)), [], "a closed case is a valid bag")
    same(desk.ask("/s/" + "0" * 32 + "/sprawa.zip").status, 404, "an unknown one is none")
    n, c, t = file_foi(desk)
    wait_for(lambda: desk.ask(f"/s/{t}/sprawa.zip").status == 200)
    head = desk.ask(f"/s/{t}/sprawa.zip", "HEAD")
    same((head.status, head.body), (200, b""), "HEAD answers without it")


main(the_citizens, its_proofs, the_offices, closed_and_others)

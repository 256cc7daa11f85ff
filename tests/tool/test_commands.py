"""Each command of the tool: its keys with --json, its statuses, and what it leaves behind."""
import hashlib
import json
import os
import pathlib
import subprocess

from tap import AKTA, HOUSE, SAN, Office, akta, environment, main, ok, same, scratch

office = Office()
here = scratch()
TEXT = "Proszę o kopie umów.\n".encode()


def note(name, content=TEXT):
    path = here / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def opened(*more):
    a = office("file", "open", "--unit", "WA", "--class", "1431", "--title", "Umowy na odśnieżanie", "--opened",
               "2020-02-03", *more)
    return a.row["mark"] if a.status == 0 else repr(a)


def files():
    a = office("file", "open", "--unit", "WA", "--class", "1431", "--title", "Umowy", "--year", "2026")
    ok(a.status == 0 and a.row["mark"] == "WA.1431.1.2026" and len(a.row["id"]) == 32, "file open: mark and id", a)
    same(office("file", "open", "--unit", "WA", "--class", "1431", "--title", "Umowy", "--year", "2026").row["mark"],
         "WA.1431.2.2026", "the next number")
    same(office("file", "open", "--unit", "WA", "--class", "1431", "--title", "Część", "--year", "2026", "--base",
                "2").row["mark"], "WA.1431.2.1.2026", "a sub-group")
    same(office.people("file", "open", "--unit", "WA", "--class", "1431", "--title", "x").out.count("\n"), 1,
         "for people: the mark alone")
    mark = opened()
    for words, status, what in [
        (("file", "open", "--unit", "WA", "--class", "14", "--title", "x"), 2, "a heading holds no files"),
        (("file", "open", "--unit", "WA", "--class", "9431", "--title", "x"), 2, "an unknown class"),
        (("file", "open", "--unit", "wa", "--class", "1431", "--title", "x"), 2, "a unit in small letters"),
        (("file", "open", "--unit", "WA", "--class", "1431"), 2, "no title"),
        (("file", "open", "--unit", "WA", "--class", "1431", "--title", "x", "--category", "A"), 2, "no reason"),
        (("file", "show", "WA.1431.999.2026"), 1, "no such file"),
        (("file", "show", "1431"), 2, "no mark at all"),
        (("file", "close", mark, "--on", "2020-01-01"), 2, "closed before it was opened"),
        (("file", "reopen", mark, "--reason", "x"), 3, "reopening an open one"),
    ]:
        a = office(*words)
        ok(a.status == status and a.out == "" and a.err.startswith("akta: "), f"status {status}: {what}", a)
    closed = office("file", "close", mark, "--on", "2020-12-31").row
    same((closed["state"], closed["from"], closed["until"], closed["review_from"], closed["action"]),
         ("closed", "2021-01-01", "2025-12-31", "2026-01-01", "appraise"), "file close starts the retention")
    same(office("file", "close", mark, "--on", "2020-12-31").status, 3, "closing twice is refused")
    again = office("file", "reopen", mark, "--reason", "Wznowienie").row
    same((again["state"], again["review_from"], again["action"]), ("open", None, None), "file reopen takes the dates away")
    office("file", "close", mark, "--on", "2021-01-01")
    hand = office("file", "category", mark, "B10", "--reason", "Decyzja dyrektora archiwum").row
    same((hand["category"], hand["review_from"]), ("B10", "2032-01-01"), "file category")
    card = office("file", "open", "--unit", "SO", "--class", "5344", "--title", "Dowód", "--opened", "1985-06-01").row["mark"]
    waiting = office("file", "close", card, "--on", "2012-03-05").row
    ok(waiting["action"] == "exception" and waiting["why"], "a missing fact is an exception that says what is missing", waiting)
    fact = office("file", "fact", card, "issued=1985-06-01").row
    same((fact["action"], fact["review_from"]), ("appraise", "2063-01-01"), "file fact resolves it")
    same(office("file", "fact", card, "issued").status, 2, "a fact without a date")
    shown = office("file", "show", card).row
    ok({"mark", "state", "category", "review_from", "records", "title"} <= set(shown) and shown["records"] == [],
       "file show: its keys", shown)


def ingest():
    mark = opened()
    note("dir/b.txt"), note("dir/a/z.txt", b""), note("dir/c.bin", os.urandom(70000))
    os.symlink("/etc/hostname", here / "dir" / "link")
    one = note("wniosek.txt")
    a = office("ingest", "--file", mark, one, here / "dir")
    same(a.status, 1, "a link below a folder is passed over, and the status tells")
    rows, totals = a.rows[:-1], a.rows[-1]
    same([r["name"] for r in rows], ["wniosek.txt", "a/z.txt", "b.txt", "c.bin"], "folders in name order, with their paths")
    ok(all({"id", "mark", "name", "size", "stored", "sha256", "blake2b"} <= set(r) and r["mark"] == mark for r in rows),
       "ingest: its keys", a)
    same((rows[0]["size"], rows[0]["sha256"], rows[0]["blake2b"]),
         (len(TEXT), hashlib.sha256(TEXT).hexdigest(), hashlib.blake2b(TEXT).hexdigest()), "both digests")
    same((totals["records"], totals["bytes"], totals["failed"]), (4, 2 * len(TEXT) + 70000, 1), "the last line has totals")
    again = office("ingest", "--file", mark, one, here / "dir" / "b.txt", "--resume")
    same((again.rows[-1]["records"], again.rows[-1]["skipped"]), (0, 2), "--resume skips what is there, by its name")
    for words, status, what in [
        (("ingest", "--file", mark, here / "none"), 2, "a file that does not exist"),
        (("ingest", "--file", "WA.1431.99.2026", one), 1, "no such case file"),
        (("ingest", "--file", mark), 2, "nothing to take"),
        (("ingest", one), 2, "no case file"),
        (("ingest", "--file", mark, "/dev/null"), 2, "a device"),
        (("ingest", "--file", mark, one, "--access", "secret"), 2, "an unknown access level"),
        (("ingest", "--file", mark, "--paper", "--title", "x"), 2, "paper without a shelf"),
        (("ingest", "--file", mark, one, "--dry-run"), 2, "a dry run without a manifest"),
    ]:
        a = office(*words)
        ok(a.status == status and a.err.startswith("akta: "), f"status {status}: {what}", a)
    part = office("ingest", "--file", mark, here / "none", note("zażółć.txt"))
    ok(part.status == 1 and part.rows[-1]["records"] == 1 and "none" in part.err, "what can be taken is taken, status 1", part)
    paper = office("ingest", "--file", mark, "--paper", "--shelf", "R2/P4", "--title", "Mapa zasadnicza")
    ok(paper.status == 0 and paper.row["shelf"] == "R2/P4" and paper.row["sha256"] is None, "paper has a shelf and no bytes", paper)
    same(office("get", paper.row["id"], "-o", here / "x").status, 3, "paper cannot be fetched")
    given = office("ingest", "--file", mark, note("pismo.txt"), "--title", "Pismo", "--origin", "sent", "--dated",
                   "2020-03-01", "--access", "public").row
    same((given["title"], given["origin"], given["dated"], given["access"]), ("Pismo", "sent", "2020-03-01", "public"),
         "title, origin, date and access of the command line")
    same(given["media_type"], "text/plain" if not SAN else given["media_type"], "the type is found by the content")


def get():
    mark = opened()
    data = os.urandom(3 << 20)
    rec = office("ingest", "--file", mark, note("duży.bin", data)).row
    out = here / "out.bin"
    out.write_bytes(b"before")
    a = office("get", rec["id"], "-o", out)
    ok(a.status == 0 and out.read_bytes() == data and a.row["sha256"] == rec["sha256"], "get -o: the exact bytes", a)
    ok(office.people("get", rec["id"]).raw == data, "get to standard output")
    same(office("get", rec["id"]).status, 2, "--json needs -o")
    a = office.people("get", rec["id"], "-o", "-", cwd=here)
    ok(a.status == 0 and a.raw == data and not (here / "-").exists(), "get -o -: standard output", a.err)
    a = office("get", rec["id"], "--output=-", cwd=here)
    ok(a.status == 2 and a.out == "" and not (here / "-").exists(), "which --json cannot share", a)
    same(office("get", "6f1d2c0b9a8e4f7d8c3b2a1907f6e5d4", "-o", out).status, 1, "no such record: status 1")
    same(office("get", "123", "-o", out).status, 2, "no identifier: status 2")
    same(office("get", rec["id"], "-o", here / "no" / "such" / "folder").status, 2, "a folder that does not exist")
    ok(out.read_bytes() == data and not list(here.glob(".akta-*")), "nothing half-written is left")
    shown = office("record", "show", rec["id"]).row
    same((shown["mark"], shown["size"]), (mark, len(data)), "record show")
    changed = office("record", "describe", rec["id"], "--title", "Zdjęcie", "--access", "restricted").row
    same((changed["title"], changed["access"], changed["sha256"]), ("Zdjęcie", "restricted", rec["sha256"]), "record describe")
    same(office("record", "describe", rec["id"]).status, 2, "nothing to describe")
    damaged = sorted((office.dir / "content").rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)[-1]
    raw = bytearray(damaged.read_bytes())
    raw[len(raw) // 2] ^= 1
    damaged.write_bytes(raw)
    a = office("get", rec["id"], "-o", out)
    ok(a.status == 4 and out.read_bytes() == data, "a damaged record: status 4, and the file keeps what it had", a)
    a = office("verify", rec["id"])
    ok(a.status == 1 and a.rows[0]["id"] == rec["id"] and a.rows[0]["fault"] and a.rows[-1]["faults"] == 1,
       "verify names the record and the fault, status 1", a)
    raw[len(raw) // 2] ^= 1
    damaged.write_bytes(raw)
    same(office("verify", rec["id"]).status, 0, "mended: status 0")


def manifest():
    spis = note("spis/spis.csv", b"mark,class,unit,title,opened,closed,path\n"
                b",1431,FN,Umowy,2020-01-07,2020-05-05,a.txt\n,1431,FN,Umowy,2020-01-07,2020-05-05,sub/b.txt\n")
    note("spis/a.txt"), note("spis/sub/b.txt", b"b\n")
    dry = office("ingest", "--manifest", spis, "--dry-run")
    same((dry.status, dry.rows[-1]["rows"], dry.rows[-1]["problems"]), (0, 2, 0), "a dry run of a sound manifest")
    same(office("file", "show", "FN.1431.1.2020").status, 1, "wrote nothing")
    bad = note("spis/bad.csv", b"mark,class,unit,title,opened,closed,path\n"
               b",1431,FN,Umowy,2020-02-30,,a.txt\n,9999,FN,Umowy,2020-01-07,,a.txt\n,1431,FN,Umowy,2020-01-07,,none.txt\n"
               b",1431,FN,Umowy,2020-01-07,,../wniosek.txt\n,1431,FN,Umowy,2020-01-07,,/etc/hostname\n")
    a = office("ingest", "--manifest", bad, "--dry-run")
    ok(a.status == 1 and {r["line"] for r in a.rows[:-1]} == {2, 3, 4, 5, 6}, "every fault by its line, status 1", a)
    ok(all(set(r) == {"line", "column", "problem"} for r in a.rows[:-1]), "line, column, problem", a)
    a = office("ingest", "--manifest", bad)
    ok(a.status == 1 and office("file", "show", "FN.1431.1.2020").status == 1, "with a fault nothing is written", a)
    done = office("ingest", "--manifest", spis)
    same((done.status, done.rows[-1]["records"]), (0, 2), "the sound one is taken")
    again = office("ingest", "--manifest", spis)
    same((again.status, again.rows[-1]["records"], again.rows[-1]["skipped"]), (0, 0, 2), "the same list again takes nothing")
    same([(r["id"], r.get("skipped")) for r in again.rows[:-1]], [(r["id"], True) for r in done.rows[:-1]], "and says so of each")
    same([office("file", "show", "FN.1431.1.2020").row[k] for k in ("state", "record_count")], ["closed", 2],
         "one case file with both, closed")


def proof():
    head = office("log", "head").row
    ok({"size", "root", "checkpoint"} <= set(head) and head["size"] == head["published"] > 0, "log head", head)
    entry = office("log", "entry", 0).row
    ok(entry["type"] == "genesis" and entry["entry"].startswith("akta-entry/v1\n"), "log entry", entry)
    text = office.people("log", "entry", 0).raw
    same(text.decode(), entry["entry"], "for people: the very bytes")
    same(hashlib.sha256(b"\0" + text).hexdigest(), entry["leaf"], "whose leaf is their hash")
    proved = office("log", "prove", 0, "-o", here / "p.tlog-proof")
    ok(proved.status == 0 and (here / "p.tlog-proof").read_text() == proved.row["proof"], "log prove", proved)
    a = office.people("log", "prove", 0, "-o-", cwd=here)
    same((a.status, a.out), (0, proved.row["proof"]), "log prove -o -: standard output")
    same([office("log", "prove", 99999).status, office("log", "entry", "x").status], [1, 2], "no such entry, no index")
    a = office("log", "export", "-o", here / "dziennik")
    ok(a.status == 0 and (here / "dziennik" / "checkpoint").exists(), "log export", a)
    same(akta("--json", "log", "check", here / "dziennik").rows[-1], {"entries": head["size"], "faults": 0},
         "log check of the copy, without an archive")
    tile = here / "dziennik" / "tile" / "0"
    broken = sorted(p for p in tile.rglob("*") if p.is_file())[-1]
    broken.write_bytes(b"\0" + broken.read_bytes()[1:])
    a = akta("--json", "log", "check", here / "dziennik")
    ok(a.status == 1 and a.rows[-1]["faults"] > 0 and set(a.rows[0]) == {"where", "fault"}, "a changed tile is named", a)
    a = office("log", "verify")
    ok(a.status == 0 and a.rows[-1]["faults"] == 0, "log verify", a)
    mark = opened()
    rec = office("ingest", "--file", mark, note("dowod.txt")).row
    a = office("evidence", rec["id"], "-o", here / "dowod")
    names = {p.name for p in (here / "dowod").iterdir()}
    ok(a.status == 0 and {"document", "content.opening", "entry", "entry.tlog-proof", "log.vkey", "HOWTO.txt"} <= names,
       "evidence: everything to check it alone", a)
    ok((here / "dowod" / "document").read_bytes() == TEXT, "with the document itself")
    same(office("evidence", "6f1d2c0b9a8e4f7d8c3b2a1907f6e5d4", "-o", here / "nic").status, 1, "no such record")
    for words in (("evidence", rec["id"], "-o", "-"), ("log", "export", "-o", "-"), ("backup", "-"), ("backup", "--keys", "-")):
        a = office.people(*words, cwd=here)
        ok(a.status == 2 and a.out == "" and "./-" in a.err and not (here / "-").exists(), f"a folder is no document: {words[0]} {words[-2]} -", a)
    a = akta("init", "-", "--office", HOUSE / "conf" / "office.conf", cwd=here)
    ok(a.status == 2 and "./-" in a.err and not (here / "-").exists(), "nor does an archive begin there", a)


def verify():
    keys = {"checked", "bytes", "faults", "not_checked", "oldest_check"}
    a = office("verify", "--all")
    ok(a.status == 0 and set(a.rows[-1]) == keys and a.rows[-1]["not_checked"] == 0, "verify --all", a)
    a = office("verify", "--since", "2026-01-01")
    ok(a.status == 0 and a.rows[-1]["checked"] == 0, "--since skips what was checked on that day or later", a)
    same(office("verify", "--all", "--since", "2026-01-01").status in (0, 1), True, "both together have an answer")
    same(office("verify", "--budget", "0").status, 2, "a budget of nothing")
    same(office("verify", "6f1d2c0b9a8e4f7d8c3b2a1907f6e5d4").status, 1, "no such record: status 1")


def forecast_and_daily():
    rows = office("forecast", "--years", "60").rows
    ok(rows and all({"year", "action", "records", "bytes"} <= set(r) for r in rows), "forecast: its keys", rows)
    same(Office().people("forecast").out, "Nothing falls due in these years.\n", "a forecast of nothing has no heading")
    a = office("daily", "--budget", "1")
    ok(a.status == 0 and {"due", "exceptions", "holds_to_review", "drafts_expired", "requests_overdue", "checked", "faults"} <= set(a.row), "daily: its keys", a)


def law():
    plan = (HOUSE / "conf" / "plan.tsv").read_text(encoding="utf-8")
    old = next(line for line in plan.splitlines() if line.startswith("1610\t"))
    changed = note("plan.tsv", plan.replace(old, old.replace("\tB5\t", "\tB10\t")).encode())
    a = office("conf", "diff", changed, "--from", "2027-01-01")
    ok(a.status == 0 and any("1610" in r.get("change", "") for r in a.rows), "conf diff names the class", a)
    same(a.rows[-1]["applied"], False, "and applies nothing")
    for lang, said in (("C", "  akta class confirm 0050 CATEGORY --basis TEXT"),
                       ("pl_PL.UTF-8", "  akta class confirm 0050 KATEGORIA --basis TEKST")):
        a = office.people("class", "0050", lang=lang)
        ok(said in a.out.splitlines(), f"{lang}: how an unread class is confirmed, named by its symbol alone", a)
    before = office("class", "1610").row["category"]
    done = office("conf", "apply", changed, "--from", "2027-01-01")
    ok(done.status == 0 and done.row["applied"] and done.row["changes"] >= 1, "conf apply", done)
    same((before, office("class", "1610", "--on", "2026-12-31").row["category"],
          office("class", "1610", "--on", "2027-01-01").row["category"]), ("B5", "B5", "B10"), "in force from its day on")
    holidays = note("wolne.txt", (HOUSE / "conf" / "holidays.tsv").read_bytes() + b"2027-05-04\t\t\tdzie\xc5\x84 dodatkowy\textra day\tuchwa\xc5\x82a\n")
    same(office("conf", "apply", holidays, "--from", "2027-01-01").status, 2, "a file whose kind cannot be told")
    same(office("conf", "apply", holidays, "--from", "2027-01-01", "--kind", "holidays").status, 0, "told by --kind")
    same(office("conf", "diff", note("holidays.tsv", b"nonsense\n"), "--from", "2028-01-01").status, 2, "nonsense is refused")


def care():
    kopia, sejf, nowe = here / "kopia", here / "sejf", here / "nowe"
    a = office("backup", kopia, "--keys", sejf)
    ok(a.status == 0 and not (kopia / "keys").exists(), "backup, without keys", a)
    same(office("backup").status, 2, "a backup to nowhere")
    a = akta("-d", nowe, "--json", "restore", kopia, "--keys", sejf)
    ok(a.status == 0 and a.rows[-1]["faults"] == 0, "restore proves itself", a)
    ids = [r["id"] for r in office("file", "show", "FN.1431.1.2020").row["records"]]
    ok(all(akta("-d", nowe, "get", i).raw == office.people("get", i).raw for i in ids), "and gives the same bytes")
    same(akta("-d", nowe, "restore", kopia, "--keys", sejf).status, 3, "never over an archive")
    same(akta("-d", here / "leer", "restore", kopia, "--keys", here / "none").status, 2, "without keys nothing is laid")
    a = office("doctor")
    ok(a.status == 0 and a.rows[-1]["faults"] == 0, "doctor", a)
    (office.dir / "format").write_text("akta-data 2\n")
    same(office("log", "head").status, 3, "a newer format is refused")
    (office.dir / "format").write_text("akta-data 1\n")
    table = office.dir / "env" / "record.db"
    sound = table.read_bytes()
    table.write_bytes(sound[:5000] + bytes(b ^ 255 for b in sound[5000:5064]) + sound[5064:])
    a = office("doctor")
    ok(a.status == 1 and a.rows[-1]["faults"] > 0, "doctor of an archive with a broken table: a fault, status 1", a)
    table.write_bytes(sound)


def init():
    a = akta("--json", "init", office.dir, "--office", HOUSE / "conf" / "office.conf")
    same(a.status, 3, "init never over an archive")
    for text, what in [("[office]\nname = x\n", "no origin"), ("[office]\nnmae = x\n", "an unknown setting"),
                       ("[office]\nname = x\norigin = a.example/l\n[law]\nplan = none.tsv\n", "a plan that is not there"),
                       ("[office]\nname = x\norigin = Dziennik Urzędu\n", "an origin that no log may have")]:
        bad = note("office.conf", text.encode())
        a = akta("--json", "init", here / "fresh", "--office", bad)
        ok(a.status == 2 and not (here / "fresh" / "format").exists(), f"refused before anything is written: {what}", a)
    same(set(akta("--json", "version").row), {"version", "data", "entry", "opening"}, "version")


def streams():
    a = office("queue", "--limit", "0")
    ok(a.status == 2 and a.out == "", "a failure leaves standard output empty", a)
    p = subprocess.Popen([AKTA, "class"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment("C"))
    p.stdout.read(10)
    p.stdout.close()
    same((p.wait(timeout=20) in range(5), p.stderr.read()), (True, b""), "a reader that goes away ends it quietly")


main(files, ingest, get, manifest, proof, verify, forecast_and_daily, law, care, init, streams)

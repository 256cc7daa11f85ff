"""akta keys: the key-encryption key turned while a responder owns the archive; what was taken in before and after reads back,
the log tells, and the old key goes only when nothing needs it."""
from tap import Office, main, ok, same, scratch

here = scratch()


def turned():
    office = Office(here)
    mark = office("file", "open", "--unit", "WA", "--class", "1431", "--title", "Wniosek").row["mark"]
    note = here / "pismo.txt"
    note.write_text("pismo")
    before = office("ingest", "--file", mark, note).row["id"]
    same([(r["epoch"], r["newest"]) for r in office("keys", "list").rows], [(1, True)], "one epoch to begin with")
    office.start_owner()
    a = office("keys", "rotate")
    same((a.status, a.row["from"], a.row["to"]), (0, 1, 2), "turned through the owner")
    keys = a.row["carried"]
    after = office("ingest", "--file", mark, note).row["id"]
    same([(r["epoch"], r["keys"], r["newest"]) for r in office("keys", "list").rows], [(1, 0, False), (2, keys + 1, True)],
         "the old one wraps nothing, the new one also what came later")
    same((office("verify", "--all").status, office("doctor").status), (0, 1), "all verifies; doctor asks for a copy of the keys")
    same([office("keys", "destroy", n).status for n in ("1", "2", "7", "x")], [3, 3, 1, 2], "uncopied, in force, unknown, no number")
    same(office("backup", "--keys", here / "keys").status, 0, "a copy of the keys")
    same(office("keys", "destroy", "1").row, {"destroyed": 1}, "then the old one may go")
    office.stop_owner()
    same(sorted(p.name for p in (office.dir / "keys").glob("*kek*")), ["kek-00000002"], "and its file is gone")
    for record in (before, after):
        office("get", record, "-o", here / record)
        same((here / record).read_text(), "pismo", "reads back")
    same((office("verify", "--all").status, office("doctor").status), (0, 0), "all is well")
    size = office("log", "head").row["size"]
    entries = [office("log", "entry", str(n)).row for n in range(size - 6, size)]
    told = [e["entry"] for e in entries if e["type"] == "key-epoch"]
    ok(len(told) == 2 and "\nepoch 1 2\nkek sha256:" in told[0] and f"\ncarried {keys}\n" in told[0] and "\ndestroyed 1\n" in told[1],
       "the log tells of the turn and of the end", told)


main(turned)

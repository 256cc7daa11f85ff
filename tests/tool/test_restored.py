"""An older backup under the newest published log: numbers that the log tells of are not given again, and a case file whose
younger acts are lost is held until a person has looked."""
import shutil

from tap import Office, akta, main, ok, same, scratch

here = scratch()


def opened(office, unit, title):
    return office("file", "open", "--unit", unit, "--class", "1431", "--title", title).row["mark"]


def number(mark):
    return int(mark.split(".")[2])


def restored():
    office = Office(here)
    year = opened(office, "WA", "Pierwsza").split(".")[3]
    opened(office, "WA", "Druga"), opened(office, "WA", "Trzecia")
    note = here / "pismo.txt"
    note.write_text("pismo")
    office("ingest", "--file", f"WA.1431.1.{year}", note)
    office("file", "close", f"WA.1431.3.{year}", "--on", f"{year}-01-01")
    today = office("file", "show", f"WA.1431.1.{year}").row["opened"]
    office("file", "close", f"WA.1431.3.{year}", "--on", today)
    same(office("backup", here / "copy").status, 0, "a backup")
    lost = [opened(office, "WA", "Czwarta"), opened(office, "OR", "Pierwsza"), opened(office, "OR", "Druga")]
    same([number(m) for m in lost], [4, 1, 2], "marks given after it")
    lost_seq = office("ingest", "--file", f"WA.1431.1.{year}", note).row["seq"]
    office("hold", "place", f"WA.1431.3.{year}", "--reason", "Skarga", "--mandate", "II SAB 1", "--until", "2299-01-01")
    same(office("backup", "--keys", here / "keys").status, 0, "the newest keys")

    new = Office.__new__(Office)
    new.root, new.dir, new.owner = here, here / "new", None
    a = akta("-d", new.dir, "restore", here / "copy", "--keys", here / "keys")
    ok(a.status == 3 and "newest published log" in a.err, "without the newest log nothing is begun", a)
    shutil.rmtree(new.dir / "log")
    shutil.copytree(office.dir / "log", new.dir / "log")
    a = new("doctor")
    said = " ".join(r.get("wrong", "") for r in a.rows)
    same((a.status, said.count("the log tells of case file"), said.count("of hold"), "(class 1431, opened " + today in said),
         (1, 3, 1, True), "doctor says what was lost")
    ok("more events" not in said, "the held file has caught up with the log", said)
    given = [number(opened(new, unit, "Nowa")) for unit in ("WA", "OR", "KS")]
    ok(given[0] > 4 and given[1] > 2, "a mark that the log tells of is not given again", given)
    same([number(opened(new, unit, "Nowa")) for unit in ("WA", "OR", "KS")], [n + 1 for n in given], "and then without gaps")
    same(number(new("file", "open", "--unit", "WA", "--class", "152", "--title", "x").row["mark"]), 1, "other classes skip nothing")
    row = new("ingest", "--file", f"WA.1431.1.{year}", note).row
    ok(row["seq"] > lost_seq, "nor the number of a record in its file", row)
    same(new("queue", "--on", "2299-01-01").rows[-1]["total"], 0, "the file whose hold was lost is in no queue")
    held = new("queue", "--held", "--on", "2299-01-01").rows[:-1]
    same([(r["mark"], r["holds"]) for r in held], [(f"WA.1431.3.{year}", 1)], "but in that of the held ones")
    hold = new("hold", "list").row
    ok("younger than the backup" in hold["reason"], "with a reason that tells a person what to do", hold)
    same(new("hold", "release", hold["id"], "--reason", "sprawdzono").status, 0, "who may release it")
    for _ in range(2):
        after = new("doctor").rows
    same(([r["place"] for r in after[:-1] if r["place"] != "meta"], len(new("hold", "list").rows)), (["file"] * 3 + ["record", "hold"], 0),
         "opening it again holds nothing again")
    same(new("verify", "--all").status, 0, "and all that was restored verifies")
    kept = here / "list.csv"
    kept.write_text(f"mark,class,unit,title,opened,closed,path\n{lost[0]},,,Czwarta,{today},,pismo.txt\n")
    same(new("ingest", "--manifest", kept).row["mark"], lost[0], "a lost case file can come back under its own mark")


main(restored)

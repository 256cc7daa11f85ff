"""The documents of conf/demo as classes.tsv says: filed, read back byte for byte, due on their day and not a day earlier,
out of the queue under a hold; the unread class an exception until it is confirmed."""
import csv
import datetime

from tap import DEMO, Office, main, ok, same

SYNTHETIC = {"synthetic: wniosek o informacje": "wniosek-o-informacje.txt",
             "synthetic: zaswiadczenie": "zaswiadczenie.txt",
             "synthetic: ewidencja ludnosci": "ewidencja-ludnosci.txt",
             "synthetic: kopia robocza": "kopia-robocza.txt"}
TODAY = "2026-11-21"


def wanted():
    with open(DEMO / "classes.tsv", encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            yield SYNTHETIC.get(row["document"], row["document"]), row


def day_before(day):
    return str(datetime.date.fromisoformat(day) - datetime.timedelta(days=1))


office = Office()
records = office.demo()


def queue(on, *more):
    rows = office("queue", "--on", on, *more).rows
    return {r["mark"]: r for r in rows[:-1]}


def filed():
    same(len(records), 9, "nine records are in")
    for name, row in wanted():
        rec = records[name]
        ok(rec["mark"].startswith(f"{row['unit']}.{row['class']}.1."), f"{name}: {rec['mark']} is the first of its class")
        same(set(rec) >= {"id", "mark", "name", "size", "stored", "sha256", "blake2b"}, True, f"{name}: keys of ingest")
        got = office.people("get", rec["id"])
        ok(got.status == 0 and got.raw == (DEMO / name).read_bytes(), f"{name}: read back byte for byte")


def due():
    for name, row in wanted():
        mark, day = records[name]["mark"], row["review_from"]
        if not day:
            continue
        seen = queue(day).get(mark)
        ok(seen is not None, f"{name}: in the queue of {day}")
        same((seen or {}).get("action"), row["action"], f"{name}: {row['action']}")
        same((seen or {}).get("category"), row["category"], f"{name}: category {row['category']}")
        same((seen or {}).get("days_waiting"), 0, f"{name}: waits since that very day")
        ok(mark not in queue(day_before(day)), f"{name}: not in the queue of {day_before(day)}")
        shown = office("file", "show", mark).row
        same((shown["state"], shown["review_from"]), ("closed", day), f"{name}: file show says the same")


def exception_and_confirmation():
    mark = records["zary-zarzadzenie-informacja-publiczna.txt"]["mark"]
    seen = queue(TODAY)[mark]
    same((seen["action"], seen["category"], seen["review_from"]), ("exception", None, None),
         "the Żary order is an exception")
    ok(mark in queue(TODAY, "--action", "exception") and mark not in queue(TODAY, "--action", "transfer"),
       "and stands among the exceptions only")
    hint = office.people("class", "0050", lang="pl_PL.UTF-8")
    ok("Propozycja: A" in hint.out and "akta class confirm 0050" in hint.out, "class offers the proposal", hint)
    done = office("class", "confirm", "0050", "A", "--basis", "Dz.U. 2011 nr 14 poz. 67, zał. 2, s. 33")
    same((done.status, done.row["category"], done.row["files_changed"]), (0, "A", 1), "confirmed as A")
    ok(mark in queue("2047-01-01") and mark not in queue("2046-12-31"), "transfer on 2047-01-01 and not a day earlier")
    same(queue("2047-01-01")[mark]["action"], "transfer", "as a transfer")
    same(office("class", "confirm", "1431", "A", "--basis", "x").status, 3, "a class that was read is not confirmed otherwise")


def hold():
    mark = records["zaswiadczenie.txt"]["mark"]
    placed = office("hold", "place", mark, "--reason", "Skarga do sądu", "--mandate", "II SAB/Go 12/26", "--until",
                    "2027-06-30")
    same(placed.status, 0, "a hold is placed")
    ok(mark not in queue("2040-01-01"), "a held file is in no queue")
    held = queue("2040-01-01", "--held")
    same(held.get(mark, {}).get("holds"), 1, "but the one of held files")
    rows = office("hold", "list").rows
    same([(r["mark"], r["reason"], r["mandate"], r["until"]) for r in rows],
         [(mark, "Skarga do sądu", "II SAB/Go 12/26", "2027-06-30")], "hold list")
    same(office("hold", "release", mark, "--reason", "Wyrok jest prawomocny").status, 0, "released by its mark")
    ok(mark in queue("2040-01-01"), "and due again")
    same(office("hold", "list").rows, [], "no hold is left")
    same(len(office("hold", "list", "--all").rows), 1, "--all shows the one that ended")
    same(office("hold", "release", placed.row["id"], "--reason", "x").status, 3, "releasing it twice is refused")


def proved():
    done = office("verify", "--all")
    same((done.status, done.rows[-1]["checked"], done.rows[-1]["faults"], done.rows[-1]["not_checked"]), (0, 9, 0, 0),
         "verify --all: all nine, no fault")
    same(office("log", "verify").status, 0, "the log agrees with itself")
    same(office("doctor").status, 0, "doctor finds nothing")


main(filed, due, exception_and_confirmation, hold, proved)

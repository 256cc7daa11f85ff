"""akta term, retain, class and id without any archive: the law that ships with the program."""
from tap import akta, main, ok, same, scratch

NO_ARCHIVE = {"AKTA_DIR": "/nonexistent/akta"}


def ask(*words, **how):
    return akta("--json", *words, env=NO_ARCHIVE, **how)


def term():
    a = ask("term", "2026-11-21", "--days", "14")
    same(a.status, 0, "term answers")
    same(list(a.row), ["start", "raw", "end", "skipped"], "term: its keys and no others")
    same((a.row["raw"], a.row["end"]), ("2026-12-05", "2026-12-07"), "an end on a Saturday moves to Monday")
    same([s["date"] for s in a.row["skipped"]], ["2026-12-05", "2026-12-06"], "each day that moved it is named")
    ok(all(set(s) == {"date", "why"} and s["why"] for s in a.row["skipped"]), "and why", a)
    same(ask("term", "2026-01-31", "--months", "1").row["raw"], "2026-02-28", "a month ends on its last day")
    same(ask("term", "2026-12-11", "--days", "14", lang="pl_PL.UTF-8").row["skipped"][0]["why"],
         "Boże Narodzenie, pierwszy dzień", "why is in the caller's language")
    same(ask("term", "2026-11-21", "--days=14", "--fixed").row["end"], "2026-12-05", "a fiction of service does not move")
    for words, what in [(("term", "2026-11-21"), "no length"), (("term", "--days", "3"), "no date"),
                        (("term", "2026-11-21", "--days", "3", "--weeks", "1"), "two lengths"),
                        (("term", "2026-02-30", "--days", "3"), "a day that does not exist"),
                        (("term", "21.11.2026", "--days", "3"), "a date written otherwise"),
                        (("term", "2026-11-21", "--days", "0"), "a length of nothing"),
                        (("term", "2026-11-21", "--days", "07"), "a number with a leading zero"),
                        (("term", "2026-11-21", "--days", "3", "--days", "4"), "an option given twice"),
                        (("term", "2026-11-21", "x", "--days", "3"), "a word too many")]:
        a = ask(*words)
        ok(a.status == 2 and a.out == "" and a.err, f"refused with status 2 and nothing on standard output: {what}", a)


def retain():
    keys = {"category", "from", "until", "review_from", "action"}
    for words, wanted in [
        (("--category", "B5", "--closed", "2020-12-31"), ("2021-01-01", "2025-12-31", "2026-01-01", "destroy")),
        (("--category", "BE5", "--closed", "2021-01-01"), ("2022-01-01", "2026-12-31", "2027-01-01", "appraise")),
        (("--category", "A", "--closed", "2021-10-05"), ("2022-01-01", "2046-12-31", "2047-01-01", "transfer")),
        (("--category", "Bc", "--closed", "2025-03-03"), ("2026-01-01", "2025-12-31", "2026-01-01", "destroy")),
        (("--class", "5343", "--closed", "2021-12-31"), ("2022-01-01", "2031-12-31", "2032-01-01", "destroy")),
        (("--class", "5344", "--closed", "2012-03-05", "--fact", "issued=1985-06-01"),
         ("2013-01-01", "2062-12-31", "2063-01-01", "appraise")),
        (("--class", "5344", "--closed", "2012-03-05", "--fact", "issued=1978-06-01"),
         ("2013-01-01", "2037-12-31", "2038-01-01", "transfer")),
    ]:
        a = ask("retain", *words)
        ok(a.status == 0 and keys <= set(a.row), "retain " + " ".join(words) + ": keys", a)
        same(tuple(a.row[k] for k in ("from", "until", "review_from", "action")), wanted, "retain " + " ".join(words))
    for words in [("--category", "B*", "--closed", "2021-01-01"), ("--class", "0050", "--closed", "2021-10-05"),
                  ("--class", "5344", "--closed", "2012-03-05")]:
        a = ask("retain", *words)
        ok(a.status == 0 and a.row["action"] == "exception" and a.row["why"] and a.row["from"] is None
           and a.row["until"] is None and a.row["review_from"] is None,
           "an exception, dates null, status 0: " + " ".join(words), a)
    for words in [("--category", "C5", "--closed", "2021-01-01"), ("--category", "B5"), ("--closed", "2021-01-01"),
                  ("--class", "9999", "--closed", "2021-01-01"),
                  ("--class", "1431", "--closed", "2021-01-01", "--fact", "issued")]:
        a = ask("retain", *words)
        ok(a.status == 2 and a.out == "", "status 2: retain " + " ".join(words), a)


def classes():
    a = ask("class", "1431")
    same(a.status, 0, "class by symbol")
    same(len(a.rows), 1, "an end class alone")
    ok({"symbol", "title", "category", "remarks", "leaf"} <= set(a.row), "class: its keys", a)
    same((a.row["symbol"], a.row["category"], a.row["leaf"]), ("1431", "BE5", True), "class 1431")
    same([r["symbol"] for r in ask("class", "143").rows], ["143", "1430", "1431"], "a heading with what is below it")
    ok("1431" in [r["symbol"] for r in ask("class", "udostepnianie", "INFORMACJI", "publ").rows],
       "words without diacritics, in any case, cut short")
    same(len(ask("class").rows), 1154, "the whole plan")
    same(ask("class", "0050").row["category"], None, "an unread category is null")
    same(ask("class", "zzzz").status, 1, "no class fits: status 1")
    same(ask("class", "9999").status, 1, "no such class: status 1")


def identifiers():
    for kind, value, valid in [("pesel", "99923100007", True), ("pesel", "99923100008", False),
                               ("nip", "123-456-32-18", True), ("nip", "1111111111", False),
                               ("regon", "123456785", True), ("id-card", "ABS 123456", True),
                               ("passport", "ZZ0000000", True), ("kw", "LU1B/00012345/8", True),
                               ("vin", "1M8GDM9AXKP042788", True), ("card", "4111 1111 1111 1112", False)]:
        a = ask("id", kind, value)
        ok(a.status == (0 if valid else 1) and set(a.row) == {"kind", "value", "valid", "why"}
           and a.row["valid"] is valid and a.row["why"], f"id {kind} {value}", a)
    same(ask("id", "nrb", *"PL61 1090 1014 0000 0712 1981 2874".split()).status, 0, "a value in several words")
    ok("A to Z" in ask("id", "pesel", "ąę").row["why"], "a letter that no such number has is named as the fault, not counted as two")
    a = ask("id", "pesle", "1")
    ok(a.status == 2 and "pesel" in a.err, "an unknown kind: the nearest one is named", a)


def languages():
    en, pl = akta("term", "2026-11-21", "--days", "14", env=NO_ARCHIVE), akta("term", "2026-11-21", "--days", "14",
                                                                            lang="pl_PL.UTF-8", env=NO_ARCHIVE)
    ok("Monday, 7 December 2026" in en.out, "English for people", en)
    ok("poniedziałek, 7\u00a0grudnia 2026\u00a0r." in pl.out, "Polish for people", pl)
    same(akta("term", "2026-11-21", "--days", "14", lang="de_DE.UTF-8", env=NO_ARCHIVE).out, en.out,
         "an unknown language is English")
    same(akta("term", "2026-11-21", "--days", "14", lang="de_DE.UTF-8", env={**NO_ARCHIVE, "LC_ALL": "pl_PL.UTF-8"}).out,
         pl.out, "LC_ALL goes before LANG")


def with_named_archive():
    a = akta("-d", scratch() / "none", "--json", "term", "2026-11-21", "--days", "14")
    ok(a.status == 2 and "akta init" in a.err, "-d must name an archive, and the reason says how to make one", a)


main(term, retain, classes, identifiers, languages, with_named_archive)

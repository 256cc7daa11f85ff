"""Letters that came another way than through the window: entered by the office, by the day on which they reached it."""
import datetime
import json
import pathlib
import re
import sys
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))
from desk import Desk, Page  # noqa: E402
from tap import main, ok, same, scratch  # noqa: E402

office = Desk()
here = scratch()
TODAY = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Warsaw")).date()


def ago(days):
    return (TODAY - datetime.timedelta(days=days)).isoformat()


def enter(*words, kind="foi", channel="letter", received=None, content="Umowy na odśnieżanie", files=()):
    return office("request", "register", "--kind", kind, "--channel", channel, "--received", received or ago(3),
                  "--content", content, *words, *files)


def due(day):
    return office("term", day, "--days", "14").row["end"]


def on_paper():
    scan = here / "skan.pdf"
    scan.write_bytes(b"%PDF-1.4\nskan")
    a = enter("--name", "Żaneta Wąs", "--street", "Polna 1", "--city", "Żary", "--postal-code", "68200", files=[scan])
    same(a.status, 0, "a letter on paper is registered")
    r = a.row
    same((r["state"], r["due"]), ("filed", due(ago(3))), "its term runs from the day it reached the office (F-12)")
    v = office("request", "show", r["number"]).row
    same((v["channel"], v["form"]["way"], v["form"]["postal_code"]), ("letter", "post", "68-200"), "channel, way and address are kept")
    same([f["name"] for f in v["files"]], ["skan.pdf"], "the scan is its file")
    same(v["timeline"][0]["role"], "office", "the office entered it")
    entry = office.people("log", "entry", v["timeline"][0]["entry"]).out
    ok("channel letter" in entry and "Wąs" not in entry, "the log tells the channel and nobody's name", entry)
    asked = office.ask(f"/api/v1/requests/{r['number']}", Akta_Secret=r["secret"])
    same((asked.status, json.loads(asked.text)["due"]), (200, r["due"]), "the code opens the case")
    for page in ("", "/potwierdzenie"):
        words = " ".join(Page(office.ask(json.loads(asked.text)["url"] + page).text).words)
        ok(r["number"] in words and "12:00" not in words, f"no hour that paper does not bear: {page or '/'}", words)
    ok("pocztą" in words, "the receipt tells how it came", words)


def by_mail():
    refused = enter(channel="e-mail")
    ok(refused.status == 2 and "--at" in refused.err, "an e-mail has an hour", refused.err)
    a = enter("--at", "23:59", "--email", "jan@example.pl", channel="e-mail", received=ago(20))
    same((a.status, a.row["due"]), (0, due(ago(20))), "an e-mail of 23:59 counts from that day, also when it is found late")
    ok(a.row["days_left"] < 0, "and is shown as late", a.row["days_left"])
    v = office("request", "show", a.row["number"]).row
    same(v["form"]["way"], "email", "its sender is answered by e-mail unless told otherwise")


def incomplete():
    a = enter(kind="complaint", content="Nikt nie odśnieża")
    same(a.status, 0, "a complaint without name and address is registered first")
    n = a.row["number"]
    same(office("request", "call", n, "--for", "defect", "--text", "Podaj imię, nazwisko i adres").status, 0, "and its sender called then")
    same(enter("--way", "email", kind="reuse", content="Dane o drzewach").status, 0, "so is re-use without purpose and address")
    same(enter(kind="data-subject", content="Moje dane").status, 2, "which right is used is the office's to say")


def slips():
    before = office("request", "list").rows
    tomorrow = (TODAY + datetime.timedelta(days=2)).isoformat()
    for words, more, said in ((("--at", "7:5"), {}, "09:05"), ((), {"received": tomorrow}, "--received"),
                              ((), {"received": "2016-01-04"}, "--received: that is more than five years"),
                              ((), {"received": "1899-01-04"}, "--received: that is more than five years"),
                              ((), {"kind": "data-subject"}, "--right: "),
                              ((), {"channel": "portal"}, "portal"), ((), {"kind": "foo"}, "foo"), ((), {"content": " "}, "information"),
                              (("--purpose", "praca"), {}, "purpose"),
                              (("--at", "02:30"), {"channel": "e-mail", "received": "2026-03-29"}, "skipped")):
        a = enter(*words, **more)
        ok(a.status == 2 and said in a.err and a.out == "", f"refused with its reason: {words} {more}", a)
    a = enter("--email", "jan", "--postal-code", "12")
    ok("--email: " in a.err and "--postal-code: " in a.err, "all faults of a letter are told at once, each by its option", a.err)
    bad = here / "wirus.exe"
    bad.write_bytes(b"MZ" + bytes(500))
    good = here / "dobry.pdf"
    good.write_bytes(b"%PDF-1.4\n")
    same(enter(files=[good, bad]).status, 2, "a file that is not taken keeps the whole letter out")
    same(len(office("request", "list").rows), len(before), "none of these left anything behind")
    numbers = sorted(x["number"] for x in before if "number" in x)
    following = enter().row["number"]
    same(int(following[-6:]), int(numbers[-1][-6:]) + 1, "nor burnt a number")


def in_polish():
    """The office writes Polish, whatever its clerk's terminal speaks."""
    n = enter("--name", "Jan Nowak").row["number"]
    office("request", "fee", n, "--item", "2=1")
    ok("Razem: " in office("request", "show", n).row["timeline"][-1]["text"], "a fee notice to who wrote a letter is in Polish")


def lateness():
    n = enter(received=ago(30)).row["number"]
    for lang, said in (("C", "(late, days: "), ("pl_PL.UTF-8", "(po terminie, dni: ")):
        a = office.people("request", "assign", n, "--unit", "WA", lang=lang)
        shown = office.people("request", "show", n, lang=lang).out
        ok(re.search(r"^(Next|Co teraz) +(the office is late|urząd się spóźnia)$", shown, re.M), f"{lang}: nobody is late until a day", shown)
        ok(said in a.out and "-" not in a.out.split(said)[-1], f"{lang}: what is late is said to be late, not to have days left", a)


    office("request", "call", n, "--for", "sign", "--text", "Podpisz", "--served", ago(1))
    late = {x["number"]: x for x in office("request", "list", "--late").rows[:-1]}
    ok(n in late and late[n]["next"] == "requester-replies" and late[n]["overdue_since"], "a call does not hide that it is late (F-17)", late)


def fee_entered_late():
    n = enter(received=ago(20)).row["number"]
    for served in ((), ("--served", ago(1))):
        a = office("request", "fee", n, "--item", "2=1", *served)
        ok(a.status == 3 and "F-21" in a.err, f"a fee told of too late: {served}", a)
    same(office("request", "fee", n, "--item", "2=1", "--served", ago(10)).status, 0, "a notice that was served in time and is entered late")
    same(office("request", "show", n).row["disclose_from"], ago(-5), "day 15 after its service")


def in_order():
    rows = [x for x in json.loads(office.ask("/api/v1/requests").text)["requests"]]
    days = [x["received"] for x in rows]
    same(days, sorted(days, reverse=True), "the public register stands in the order of the days")
    feed = office.ask("/feeds/register.atom").text
    ok(feed.index("<entry>") < feed.index(rows[-1]["number"]), "and what was entered late is news in the feed")
    same((office("doctor").rows[-1]["faults"], office("verify", "--all").rows[-1]["faults"]), (0, 0), "doctor and verify find nothing")


office.start()
main(on_paper, by_mail, incomplete, slips, in_polish, lateness, fee_entered_late, in_order)

"""A case for a feed reader and for a calendar: well formed, stable from one reading to the next, and with nothing of what
people wrote."""
import datetime
import re
import xml.etree.ElementTree as ET

from desk import Desk, Page, main, ok, same
from letter import file_foi

desk = Desk().start()
ATOM = "{http://www.w3.org/2005/Atom}"
PRIVATE = ("Tajne", "Nowak", "nowak", "example.pl", "śnież", "Powód")


def office(*words):
    done = desk("request", *words)
    if done.status != 0:
        raise RuntimeError(f"{words}: {done}")


def kept_by_nobody(a, kind, name):
    ok(a.status == 200 and a["content-type"] == kind and a["cache-control"] == "no-store" and not a["etag"] and
       a["referrer-policy"] == "no-referrer", name + " is kept by nobody", a.headers)
    ok(not any(w in a.text for w in PRIVATE), name + " has nothing that people wrote", a.text)


def events(text):
    """The VEVENTs of a calendar, unfolded: name -> value."""
    ok(all(len(line.encode()) <= 75 for line in text.split("\r\n")) and "\n" not in text.replace("\r\n", ""), "lines are folded", text)
    lines = text.replace("\r\n ", "").split("\r\n")
    found, alarm = [], False
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        alarm = line == "BEGIN:VALARM" or (alarm and line != "END:VALARM")
        if found and not alarm and name not in ("BEGIN", "END"):
            found[-1][name] = value
    return {e["UID"]: e for e in found}


def changes():
    number, _, token = file_foi(desk, name="Anna Nowak", email="nowak@example.pl", content="Tajne umowy <b>&")
    until = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
    first = desk.ask(f"/s/{token}/zmiany.atom")
    kept_by_nobody(first, "application/atom+xml; charset=utf-8", "the feed")
    office("assign", number, "--unit", "WF")
    office("extend", number, "--until", until, "--reason", "Powód jest tajny")
    a = desk.ask(f"/s/{token}/zmiany.atom")
    kept_by_nobody(a, "application/atom+xml; charset=utf-8", "the feed after two acts")
    feed, before = ET.fromstring(a.body), ET.fromstring(first.body)
    same(feed.find(ATOM + "id").text, before.find(ATOM + "id").text, "the feed keeps its identifier")
    entries = feed.findall(ATOM + "entry")
    same([e.find(ATOM + "id").text.rsplit("/", 1)[1] for e in entries], ["3", "2", "1"], "newest first")
    same(ET.tostring(entries[2]), ET.tostring(before.find(ATOM + "entry")), "what was told once is told the same again")
    ok("Przedłużono do " in entries[0].find(ATOM + "title").text, "it says what happened", a.text)
    same(feed.find(ATOM + "updated").text, entries[0].find(ATOM + "updated").text, "and when it changed")
    ids = re.findall(r"<id>([^<]*)</id>", a.text)
    ok(len(set(ids)) == len(ids) and not any(token in i for i in ids), "no identifier tells the secret", ids)
    ok(all(link.get("href").startswith(f"/s/{token}") for link in feed.iter(ATOM + "link")), "its links lead to the case", a.text)
    english = ET.fromstring(desk.ask(f"/en/s/{token}/zmiany.atom").body)
    ok("Extended until" in english.find(ATOM + "entry").find(ATOM + "title").text, "in English, too")
    page = desk.ask(f"/s/{token}")
    ok("/zmiany.atom" in page.text and "/terminy.ics" in page.text and not Page(page.text).faults, "the case leads to both", Page(page.text).faults)


def terms():
    number, _, token = file_foi(desk, content="Tajne umowy")
    a = desk.ask(f"/s/{token}/terminy.ics")
    kept_by_nobody(a, "text/calendar; charset=utf-8", "the calendar")
    first = events(a.text)
    answer, silence = f"{number}@bip.brzozow-dolny.example", f"{number}-silence@bip.brzozow-dolny.example"
    same(sorted(first), sorted([answer, silence]), "the office's last day, and what is open after it")
    due = first[answer]
    begin, end = due["DTSTART;VALUE=DATE"], due["DTEND;VALUE=DATE"]
    ok(datetime.date.fromisoformat(f"{end[:4]}-{end[4:6]}-{end[6:]}") - datetime.date.fromisoformat(f"{begin[:4]}-{begin[4:6]}-{begin[6:]}") ==
       datetime.timedelta(days=1) and re.fullmatch(r"\d{8}T\d{6}Z", due["DTSTAMP"]), "a whole day, stamped in UTC", due)
    until = datetime.date.today() + datetime.timedelta(days=40)
    office("extend", number, "--until", until.isoformat(), "--reason", "Powód")
    later = events(desk.ask(f"/s/{token}/terminy.ics").text)
    ok(later[answer]["DTSTART;VALUE=DATE"] == until.strftime("%Y%m%d") and int(later[answer]["SEQUENCE"]) > int(due["SEQUENCE"]),
       "an extension moves the same entry", later)
    office("call", number, "--for", "clarify", "--text", "Tajne: których ulic?", "--served", datetime.date.today().isoformat())
    called = events(desk.ask(f"/s/{token}/terminy.ics").text)
    ok(f"{number}-reply@bip.brzozow-dolny.example" in called, "a call brings the citizen's own term", called)
    office("answer", number, "--text", "Tajne: nie ma.")
    a = desk.ask(f"/s/{token}/terminy.ics")
    ok(answer not in events(a.text) and "BEGIN:VCALENDAR" in a.text, "what is answered is due no more", a.text)
    ok("BEGIN:VTIMEZONE" in a.text and "METHOD" not in a.text, "a calendar without a term is still one by RFC 5545, and no message", a.text)
    kept_by_nobody(a, "text/calendar; charset=utf-8", "the calendar of an ended case")


def strangers():
    for name in ("zmiany.atom", "terminy.ics"):
        a = desk.ask("/s/" + "0" * 32 + "/" + name)
        ok(a.status == 404 and a["cache-control"] == "no-store", f"nobody's {name}", a)


main(changes, terms, strangers)

"""The public register of requests: page, filter, paging, JSON, CSV, figures, published answers, feeds, catalogue."""
import csv
import datetime
import io
import json
import re
import xml.etree.ElementTree as ET
from urllib.parse import quote

from desk import Desk, Page, main, ok, own_links, same, scratch
from letter import PDF, file_foi, form

desk = Desk().start()
folder = scratch()
TODAY = datetime.date.today().isoformat()
SUBJECTS = ["Umowy na odśnieżanie dróg", "Remont basenu miejskiego", "Wycinka drzew w parku", "Faktury za oświetlenie"]
filed = []


def office(*words):
    done = desk("request", *words)
    if done.status != 0:
        raise RuntimeError(f"{words}: {done}")
    return json.loads(done.out.splitlines()[-1])


def page(path, status=200):
    a = desk.ask(path)
    p = Page(a.text)
    ok(a.status == status and not p.faults, f"a page without a fault: {path[:60]}", (a.status, p.faults))
    return p


def fill():
    for i in range(53):
        filed.append(file_foi(desk)[0])
    for number, subject in zip(filed, SUBJECTS):
        office("subject", number, "--text", subject)
    answer = folder / "odpowiedź dla Jana.pdf"
    answer.write_bytes(PDF)
    office("answer", filed[0], answer, "--text", "Panie Janie, umowy są w załączniku.")
    office("not-held", filed[1], "--text", "Basenu nie prowadzimy.")
    office("extend", filed[2], "--until", (datetime.date.today() + datetime.timedelta(days=40)).isoformat(), "--reason", "Dużo drzew.")
    office("assign", filed[3], "--unit", "WF")


def the_page():
    p = page("/wnioski")
    ok("Rejestr wniosków" in p.h1.replace("\u00a0", " ") and "Starsze wnioski" in p.said, "the first page leads on", p.said[-300:])
    rows = re.findall(r'<th scope="row"><a href="/wnioski/(\d{4}-\d{6})"', desk.ask("/wnioski").text)
    same(rows, sorted(filed, reverse=True)[:50], "fifty of them, newest first")
    older = next(x for x in p.links if x and "po=" in x)
    rows = re.findall(r'href="/wnioski/(\d{4}-\d{6})"', desk.ask(older).text)
    same(rows, sorted(filed, reverse=True)[50:], "and the rest on the next page")
    ok("Najnowsze" in page(older).said, "which leads back")
    ok("/wnioski" in own_links(page("/"), "/") and "/odpowiedzi" in own_links(page("/"), "/"), "both are reached from the start page")
    english = page("/en/wnioski?q=basen").said
    ok("Register of requests" in english and "the office does not have it" in english.lower(), "in English too", english)


def filters():
    def found(query):
        return re.findall(r'<th scope="row"><a href="/wnioski/(\d{4}-\d{6})"', desk.ask("/wnioski?" + query).text)
    same(found("q=" + quote("odśnieżania")), [filed[0]], "by a word in any ending")
    same(found("q=DRZEWA"), [filed[2]], "and without its accents")
    same(found("q=" + filed[5]), [filed[5]], "by number")
    same(found("stan=not-held"), [filed[1]], "by state")
    same(found("rodzaj=reuse"), [], "by kind")
    same(len(found(f"od={TODAY}&do={TODAY}")), 50, "by day")
    same(found("od=2020-01-01&do=2020-12-31"), [], "by an older day")
    p = page("/wnioski?stan=refused")
    ok("Brak wniosków dla tego filtra. Pokaż wszystkie" in p.said and "/wnioski" in p.links, "nothing: what to do", p.said)
    p = page("/wnioski?od=2026-12-01&do=2026-11-01&q=basen", 422)
    ok(p.title.startswith("Błąd: ") and "#f-do" in p.links, "the title tells of a slip, the summary leads to its field", (p.title, p.links))
    ok("Data «do» jest wcześniejsza niż «od»." in p.said and 'value="basen"' in desk.ask("/wnioski?od=2026-12-01&do=2026-11-01&q=basen").text,
       "a slip is said at the field, and nothing is lost", p.said)
    ok("Napisz datę" in page("/wnioski?od=wczoraj", 422).said, "so is a word that is no day")
    ok("Wybierz jeden ze stanów." in page("/wnioski?stan=xyz", 422).said, "and a state that is none")
    same(desk.ask("/wnioski?po=zzz").status, 400, "a strange cursor is refused")
    other = [x for x in page("/wnioski?stan=filed").links if x and x.startswith("/en/wnioski?")]
    same(other, ["/en/wnioski?stan=filed"], "the other language asks the same")


def one():
    p = page("/wnioski/" + filed[2])
    ok("Wycinka drzew w parku" in p.said and "Termin po przedłużeniu" in p.said, "one request on a page of its own", p.said)
    for path in ("/wnioski/2020-000001", "/wnioski/x", "/odpowiedzi/" + filed[3], "/odpowiedzi/2020-000001"):
        same(desk.ask(path).status, 404, f"not there: {path}")


def programs():
    a = desk.ask("/api/v1/requests?q=basen")
    r = json.loads(a.text)
    same((r["next"], [x["number"] for x in r["requests"]]), (None, [filed[1]]), "JSON")
    same({k: r["requests"][0][k] for k in ("state", "outcome", "ended", "subject", "due", "answer")},
         dict(state="not-held", outcome="not_held", ended=TODAY, subject=SUBJECTS[1], due=None, answer=None), "with what the page shows")
    same(desk.ask("/api/v1/requests?q=basen", If_None_Match=a["etag"]).status, 304, "304 for who has it")
    numbers, after = [], ""
    while True:
        r = json.loads(desk.ask("/api/v1/requests?state=filed" + after).text)
        numbers += [x["number"] for x in r["requests"]]
        if r["next"] is None:
            break
        after = "&after=" + r["next"]
    same(numbers, sorted(filed[4:], reverse=True), "paged by cursor, none lost, none twice")
    for query in ("from=x", "state=nothing", "kind=1", "after=zz", "from=2026-02-02&to=2026-01-01", "q=" + "a" * 300):
        a = desk.ask("/api/v1/requests?" + query)
        ok(a.status == 400 and json.loads(a.text)["errors"][0]["field"] == query.split("=")[0].replace("from", "to" if "&to" in query else "from"),
           f"a slip names its field: {query[:20]}", a)
    a = desk.ask("/api/v1/requests.csv")
    rows = list(csv.reader(io.StringIO(a.text)))
    ok(a["content-type"].startswith("text/csv") and "\r\n" in a.text and len(rows) == 54 and all(len(x) == 10 for x in rows), "CSV of all", a.text[:300])


def figures():
    s = json.loads(desk.ask("/api/v1/statistics").text)
    same((s["received"], s["ended"], s["outcomes"]["disclosed"], s["outcomes"]["not_held"], s["on_time"], s["late"], s["days_to_end"]["0-3"]),
         (53, 2, 1, 1, 2, 0, 2), "the counters say what was done")
    same(s["months"][-1], {"month": TODAY[:7], "received": 53, "ended": 2}, "by month")
    text = desk.ask("/wnioski/statystyka").text
    p = page("/wnioski/statystyka")
    ok(text.count("<svg class=\"chart\"") == 4 and text.count("<table>") == 4 and "style=" not in text, "four pictures, each with its table")
    ok("Wpłynęło: 53. Zakończono: 2." in p.said and "100%" in p.said, "in words too", p.said)
    page("/en/wnioski/statystyka?rok=" + TODAY[:4])
    ok("nie wpłynął ani nie skończył się" in page("/wnioski/statystyka?rok=2019").said, "a year without any")
    same(desk.ask("/wnioski/statystyka?rok=abc").status, 400, "no year: refused")
    rows = list(csv.reader(io.StringIO(desk.ask("/api/v1/statistics.csv").text)))
    ok(["outcome", "disclosed", "1"] in rows and ["term", "late", "0"] in rows, "CSV of them", rows)
    office("reopen", filed[1], "--reason", "Znaleziono w archiwum.")
    s = json.loads(desk.ask("/api/v1/statistics?year=" + TODAY[:4]).text)
    same((s["ended"], s["outcomes"]["not_held"]), (1, 0), "a case opened once more is not ended any more")


def answers():
    number = filed[0]
    ok("nie opublikował jeszcze" in page("/odpowiedzi").said, "none yet")
    seq = next(f["n"] if "n" in f else f["file"] for f in files_of(number))
    for words, what in ((["publish", number], "neither words nor a file"), (["publish", number, "--file", "99"], "a file that is not there"),
                        (["publish", filed[2], "--text", "x"], "an open request"), (["publish", filed[0], "--text", "Adres jan@example.pl", "--subject", "PESEL 02810112346"], "a PESEL")):
        ok(desk("request", *words).status in (2, 3), f"not published: {what}")
    same(desk.ask("/odpowiedzi/" + number).status, 404, "nothing of it is out")
    office("publish", number, "--text", "Gmina zawarła trzy umowy.\nKwoty są w pliku.", "--file", str(seq))
    p = page("/odpowiedzi/" + number)
    same(p.h1.replace("\u00a0", " "), SUBJECTS[0], "published under its subject")
    ok("Gmina zawarła trzy umowy." in p.said and "Panie Janie" not in p.said and "Jana" not in p.said, "with its public words only", p.said)
    link = next(x for x in p.links if x and "/plik/" in x)
    a = desk.ask(link)
    ok(a.body == PDF and f"odpowiedz-{number}-{seq}.pdf" in a["content-disposition"], "its file under a name that tells nothing", a.headers)
    same(desk.ask(link, If_None_Match=a["etag"]).body, b"", "and not twice")
    same([x["number"] for x in json.loads(desk.ask("/api/v1/answers?q=kwota").text)["answers"]], [number], "found by its words, as JSON")
    ok(number in desk.ask("/api/v1/answers.csv").text and json.loads(desk.ask("/api/v1/answers/" + number).text)["files"][0]["type"] == "application/pdf", "CSV, and alone")
    ok(number in page("/odpowiedzi?q=" + quote("odśnieżanie")).said and "Żadna odpowiedź" in page("/odpowiedzi?q=basen").said, "the page searches too")
    row = desk.ask("/wnioski?q=" + number).text
    ok(f'href="/odpowiedzi/{number}"' in row, "the register leads to it")
    said = Page(form(desk, "/wniosek/informacja").send(content="Proszę o umowy na odśnieżanie dróg gminnych", way="here", co="podobne").text).said
    ok("na to urząd już odpowiedział" in said, "it is shown before one files the like", said[:800])
    office("unpublish", number, "--reason", "Na skanie widać adres.")
    same((desk.ask("/odpowiedzi/" + number).status, desk.ask(link).status, json.loads(desk.ask("/api/v1/answers").text)["answers"]), (404, 404, []),
         "taken back, it is gone at once")
    office("publish", number, "--text", "Gmina zawarła trzy umowy.", "--file", str(seq))


def files_of(number):
    shown = json.loads(desk("request", "show", number).out.splitlines()[0])
    return [f for f in shown["files"] if f.get("released") or f.get("answer")]


ATOM = "{http://www.w3.org/2005/Atom}"


def feeds():
    for path, first in (("/feeds/register.atom", "/wnioski/"), ("/feeds/answers.atom", "/odpowiedzi/")):
        a = desk.ask(path)
        feed = ET.fromstring(a.text)
        entries = feed.findall(ATOM + "entry")
        ok(a["content-type"].startswith("application/atom+xml") and feed.find(ATOM + "updated") is not None and entries, f"Atom: {path}", a)
        ids = [e.find(ATOM + "id").text for e in entries]
        ok(len(set(ids)) == len(ids) and all(i.startswith("tag:bip.brzozow-dolny.example,2026:") for i in ids), "each entry has an id of its own", ids[:3])
        times = [e.find(ATOM + "updated").text for e in entries]
        same(times, sorted(times, reverse=True), "newest first")
        same(desk.ask(entries[0].find(ATOM + "link").get("href")).status, 200, "and leads to its page")
        ok(entries[0].find(ATOM + "link").get("href").startswith(first), "of the right kind")
        ok(path in desk.ask("/wnioski").text, "pages name it")
        same(desk.ask(path, If_None_Match=a["etag"]).status, 304, "304 for who has it")
    a = desk.ask("/feeds/terms.ics")
    lines = a.text.split("\r\n")
    ok(lines[0] == "BEGIN:VCALENDAR" and lines[-2] == "END:VCALENDAR" and all(len(x.encode()) <= 75 for x in lines), "a calendar of terms", lines[:5])
    same((a.text.count("BEGIN:VEVENT"), a.text.count(f"UID:{filed[0]}-")), (52, 0), "of what is open")


def catalogue():
    a = desk.ask("/dcat.ttl")
    ok(a["content-type"].startswith("text/turtle") and "/dcat.ttl" in desk.ask("/wnioski").text, "DCAT is found", a.headers)
    bare = re.sub(r'"(\\.|[^"\\])*"(@[a-z]+)?', "S", a.text)
    bare = re.sub(r"<[^<>\s]*>", "I", bare)
    statements = [s.strip() for s in re.sub(r"@prefix \w+: I \.", "", bare).split(" .\n") if s.strip()]
    ok(len(statements) >= 15 and all(re.fullmatch(r"I( (a|\w+:\w+) (I|S|\w+:\w+)(, ?(I|S))*( ;)?\s*)+", re.sub(r"\s+", " ", s)) for s in statements),
       "it is Turtle", [s for s in statements if not re.fullmatch(r"I( (a|\w+:\w+) (I|S|\w+:\w+)(, ?(I|S))*( ;)?\s*)+", re.sub(r"\s+", " ", s))][:2])
    same([u for u in re.findall(r"downloadURL <([^>]*)>", a.text) if desk.ask(u).status != 200], [], "what it names is there")
    subjects, named = set(re.findall(r"^<(#[^>]*)> a ", a.text, re.M)), set(re.findall(r"<(#[^>]*)>", a.text))
    same(named - subjects, set(), "and everything it refers to is described")
    keywords = re.findall(r"dcat:keyword (.*) ;", a.text)
    ok(len(keywords) == 5 and all(re.fullmatch(r'"[^",]+"@pl(, "[^",]+"@pl)*', k) for k in keywords), "each keyword is one", keywords)
    same(len(re.findall(r"downloadURL </api/v1/\w+\.csv>", a.text)), 5, "each data set is there as a table")


def whole():
    done = desk("doctor")
    ok(done.status == 0, "the doctor finds nothing", done)


main(fill, the_page, filters, one, programs, figures, answers, feeds, catalogue, whole)

"""Three requests lived to their end, on real documents of conf/demo: filed with the form of the window as a browser sends it,
with an attachment; worked on by the office; read and answered by the citizen on the pages of the case; closed into the
archive; found there on its review date; verified; and each act in the public log. One is answered, one refused, one
withdrawn. Then many hands at once on one case."""
import datetime
import hashlib
import html
import json
import re
import subprocess
import threading
import time

from desk import Desk, Page, main, ok, same
from letter import file_foi, follow, form
from tap import AKTA, DEMO, environment

desk = Desk().start()
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
ORDER, CARDS, REGISTERS, STAY = (DEMO / n for n in ("zary-zarzadzenie-informacja-publiczna.txt", "siemiatycze-karty-uslug.txt",
                                                     "sejny-rejestry.txt", "leka-opatowska-meldunek.txt"))
WHO = "Genowefa Brzęczyszczykiewicz"


def office(verb, number, *words):
    done = desk("request", verb, number, *words)
    if done.status != 0:
        raise RuntimeError(f"{verb} {words}: {done}")
    return done.row


def plus(text, days):
    return (datetime.date.fromisoformat(text) + datetime.timedelta(days=days)).isoformat()


def page_of(token, *wants):
    a = desk.ask(f"/s/{token}")
    said = Page(a.text).said
    ok(a.status == 200 and all(w in said for w in wants), f"the citizen reads: {', '.join(wants)}", said)
    return a.text


def files_of(text, token):
    """What the page of the case offers to fetch: bytes by name."""
    links = re.findall(rf'href="(/s/{token}/plik/\d+)"[^>]*>([^<]+)', text)
    return {html.unescape(name).replace("\u00a0", " ").split(" (")[0]: desk.ask(link).body for link, name in links}


def in_the_log(number, acts):
    """Each act and each file has its entry, of its own type, provable, and with nothing personal in it."""
    shown = desk("request", "show", number).row
    same([e["verb"] for e in shown["timeline"]], acts, "what happened, in order")
    places = [(e["entry"], "request-" + {"change-way": "way"}.get(e["verb"], e["verb"])) for e in shown["timeline"]]
    places += [(f["entry"], "request-attach") for f in shown["files"]]
    entries = [desk.people("log", "entry", p).out for p, _ in places]
    wrong = [(kind, text[:90]) for (_, kind), text in zip(places, entries) if f"type {kind}\n" not in text]
    same(wrong, [], f"all {len(places)} acts and files of {number} are in the log")
    ok(not any(w in text for text in entries for w in (WHO, "Brzęczy", "zarządzen", ".txt")), "and nothing personal with them")
    same((desk("log", "export").status, [desk("log", "prove", p).status for p, _ in places]), (0, [0] * len(places)), "the log proves each")
    return shown


def at_rest(number, contents, *unit):
    """Closed: a case file of class 1431 that is due on its day, whole, and the records are the very bytes."""
    done = office("close", number, *unit)
    shown = desk("file", "show", done["mark"]).row
    same((done["state"], shown["state"], shown["class"], shown["category"], shown["action"]), ("closed", "closed", "1431", "BE5", "appraise"),
         "closed into the archive, class 1431")
    on = shown["review_from"]
    closing = int(shown["closed"][:4])
    same(on, f"{closing + 6}-01-01", "its review date, counted from the year after closing")
    due = lambda day: [q["mark"] for q in desk("queue", "--on", day).rows if "mark" in q]  # noqa: E731
    ok(done["mark"] in due(on) and done["mark"] not in due(plus(on, -1)), "akta queue --on shows it from that day on")
    ids = [r["id"] for r in shown["records"]]
    checked = desk("verify", *ids).rows[-1]
    same((checked["checked"], checked["faults"]), (len(ids), 0), "akta verify finds its records whole")
    kept = {r["name"].split("-", 3)[-1]: desk.people("get", r["id"]).raw for r in shown["records"] if re.match(r"\d+-[a-z-]+-\d{3}-", r["name"])}
    same({n: hashlib.sha256(b).hexdigest() for n, b in kept.items()}, {n: hashlib.sha256(b).hexdigest() for n, b in contents.items()},
         "attachments and released files are kept byte for byte")
    return done["mark"]


def answered():
    question = "Proszę o karty usług i spis rejestrów urzędu oraz o zarządzenie, które załączam, w wersji obowiązującej."
    number, code, token = file_foi(desk, [(ORDER.name, ORDER.read_bytes())], content=question, name=WHO)
    text = page_of(token, "Wniosek wpłynął.", "Urząd odpowie najpóźniej", ORDER.name)
    same(files_of(text, token), {ORDER.name: ORDER.read_bytes()}, "with the attachment as it was sent")
    office("assign", number, "--unit", "WA")
    office("subject", number, "--text", "Karty usług i rejestry")
    longest = desk("request", "show", number).row["longest"]
    office("extend", number, "--until", longest, "--reason", "Zbieramy karty z dwóch wydziałów.")
    page_of(token, "Przedłużono do", "Zbieramy karty z dwóch wydziałów.", "Drugi raz nie można.")
    office("answer", number, CARDS, REGISTERS, "--text", "Karty i spis są w załącznikach.")
    contents = {p.name: p.read_bytes() for p in (ORDER, CARDS, REGISTERS)}
    same(files_of(page_of(token, "Odpowiedź gotowa", "Karty i spis są w załącznikach."), token), contents, "the citizen fetches the answer")
    seen = json.loads(desk.ask(f"/api/v1/requests/{number}", Akta_Secret=code).text)
    same([(f["name"], f["sha256"]) for f in seen["files"]], [(n, hashlib.sha256(b).hexdigest()) for n, b in contents.items()], "with its digests")
    at_rest(number, contents)
    in_the_log(number, ["file", "assign", "subject", "extend", "answer", "close"])
    same(files_of(page_of(token, "Zakończona"), token), contents, "and still fetches it from the closed case")


def refused():
    number, _, token = file_foi(desk, [(STAY.name, STAY.read_bytes())], content="Proszę o akta osoby z załącznika.", name=WHO,
                                way="post", street="Polna 3", postal_code="17-300", city="Siemiatycze")
    office("call", number, "--for", "sign", "--text", "Prosimy o podpis.", "--served", TODAY.isoformat())
    page_of(token, "Prosimy o podpis.")
    done = follow(desk, form(desk, f"/s/{token}/uzupelnij").send([("podpisany.txt", ORDER.read_bytes())], text=f"Podpisuję: {WHO}")).answer
    ok("Podpisuję" in Page(done.text).said, "the citizen replies on the page")
    office("refuse", number, REGISTERS, "--ground", "5-2-privacy", "--protects", "Osoba z akt", "--text", "Odmawiam: prywatność osoby fizycznej.")
    office("served", number, "--on", TODAY.isoformat())
    text = page_of(token, "Odmowa", "Odmawiam: prywatność osoby fizycznej.", "14 dni", "SKO")
    kinds = re.findall(rf"/s/{token}/srodek/(\d)", text)
    ok(kinds and all(desk.ask(f"/s/{token}/srodek/{k}").status == 200 for k in kinds), "with the draft of an appeal", kinds)
    contents = {STAY.name: STAY.read_bytes(), "podpisany.txt": ORDER.read_bytes(), REGISTERS.name: REGISTERS.read_bytes()}
    same(files_of(text, token), contents, "and the decision to fetch")
    at_rest(number, contents, "--unit", "OR")
    in_the_log(number, ["file", "call", "supplement", "refuse", "served", "close"])


def withdrawn():
    number, _, token = file_foi(desk, [(REGISTERS.name, REGISTERS.read_bytes())], content="Proszę o spis z załącznika.", name=WHO)
    office("assign", number, "--unit", "WA")
    page_of(token, "Przygotowuje: WA")
    follow(desk, form(desk, f"/s/{token}/wycofaj").send())
    page_of(token, "Wycofana")
    late = desk("request", "answer", number, "--text", "Za późno")
    ok(late.status == 3 and desk("request", "extend", number, "--until", plus(TODAY.isoformat(), 20), "--reason", "x").status == 3,
       "nobody goes on with what was withdrawn", late)
    at_rest(number, {REGISTERS.name: REGISTERS.read_bytes()})
    in_the_log(number, ["file", "assign", "withdraw", "close"])


def many_hands():
    """Citizen and clerks at the same moment, each with a verb that is allowed alone: one end comes about, the others are told."""
    for turn in range(3):
        number, _, token = file_foi(desk)
        forms = [form(desk, f"/s/{token}/wycofaj") for _ in range(3)]
        pages, gate = [], threading.Barrier(len(forms) + 1)

        def post(f):
            gate.wait()  # noqa: B023
            pages.append(f.send().status)  # noqa: B023
        threads = [threading.Thread(target=post, args=(f,)) for f in forms]
        for t in threads:
            t.start()
        verbs = [("answer", "--text", "Odpowiedź"), ("not-held", "--text", "Nie mamy"), ("forward", "--text", "Wg właściwości", "--to", "Starosta")]
        clerks = [subprocess.Popen([AKTA, "-d", str(desk.dir), "--json", "request", v, number, *w], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=environment("C")) for v, *w in verbs]
        time.sleep(turn * 0.02)  # once the citizen is first, once a clerk
        gate.wait()
        won = [v for (v, *_), p in zip(verbs, clerks) if p.wait(timeout=60) == 0]
        for t in threads:
            t.join()
        shown = desk("request", "show", number).row
        acts = [e["verb"] for e in shown["timeline"]]
        withdrawn_ = "withdraw" in acts
        ok(len(acts) == 2 and (won, withdrawn_) in ([], True) or len(won) == 1 and acts == ["file", won[0]] and not withdrawn_ or
           won == [] and acts == ["file", "withdraw"], f"of six hands one ended the case (turn {turn + 1}: {acts[1:]})", (acts, won, pages))
        ok(all(s in (303, 409, 422) for s in pages), "the others are told on a page", pages)


def sound():
    last = desk("verify", "--all").rows[-1]
    same((last["faults"], last["not_checked"]), (0, 0), "akta verify --all")
    same(desk("doctor").rows[-1]["faults"], 0, "akta doctor")
    same(desk("log", "verify").status, 0, "akta log verify")


main(answered, refused, withdrawn, many_hands, sound)

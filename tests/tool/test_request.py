"""The office's verbs on citizens' requests, and three requests lived to their end: filed through the window's API with an
attachment, worked on with the tool, read by the citizen, closed into the archive, due for review one day, verified."""
import datetime
import hashlib
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))
from desk import Desk  # noqa: E402
from tap import AKTA, HOUSE, environment, main, ok, same, scratch  # noqa: E402

office = Desk()
here = scratch()
ATTACHED = b"%PDF-1.4\n" + "Umowy, o które proszę\n".encode() * 400
SECRET_NAME = "Genowefa Brzęczyszczykiewicz"


def note(name, content):
    (here / name).write_bytes(content)
    return here / name


def filed(files=(), **fields):
    form = {"kind": "foi", "way": "here", "content": "Proszę o umowy na odśnieżanie z 2026 roku.", **fields}
    mark = "----granica"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="request"\r\nContent-Type: application/json\r\n\r\n'
             f"{json.dumps(form)}\r\n".encode()]
    for name, data in files:
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
                     f"Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
    body = b"".join(parts) + f"--{mark}--\r\n".encode()
    a = office.ask("/api/v1/requests", "POST", body, Content_Type=f"multipart/form-data; boundary={mark}")
    if a.status != 201:
        raise RuntimeError(f"filing: {a}")
    return json.loads(a.body)


def read_by(receipt):
    a = office.ask(f"/api/v1/requests/{receipt['number']}", Akta_Secret=receipt["secret"])
    return json.loads(a.body) if a.status == 200 else {"status": a.status}


def verb(name, receipt, *words):
    return office("request", name, receipt["number"], *words)


def refused(answer, status, what, *words):
    said = all(w in answer.err for w in words)
    ok(answer.status == status and answer.out == "" and answer.err.startswith("akta: ") and said, f"status {status}: {what}",
       answer)


def day(text, plus=0):
    return (datetime.date.fromisoformat(text[:10]) + datetime.timedelta(days=plus)).isoformat()


def in_the_log(receipt):
    """Every event and every file of a request has its entry, of its own type, for its own object."""
    shown = verb("show", receipt).row
    places = [(e["entry"], "request-" + {"change-way": "way"}.get(e["verb"], e["verb"])) for e in shown["timeline"]]
    places += [(f["entry"], "request-attach") for f in shown["files"]]
    seen = [office.people("log", "entry", place).out for place, _ in places]
    ok(all(f"type {kind}\n" in text for (_, kind), text in zip(places, seen)), f"each act of {receipt['number']} is in the log",
       list(zip(places, [t[:80] for t in seen])))
    ok(not any(SECRET_NAME in text or "odśnieżanie" in text for text in seen), "and nothing personal with it")
    return shown


def archived(receipt, closed, names):
    """The case file stands in the archive, whole, closed, and is due on its day and not the day before."""
    row = closed.row
    ok(closed.status == 0 and row["state"] == "closed", "request close", closed)
    shown = office("file", "show", row["mark"]).row
    same((shown["state"], shown["class"], shown["record_count"]), ("closed", "1431", row["records"]), "the case file is closed, class 1431")
    seen = {r["name"] for r in shown["records"]}
    ok(set(names) <= seen, "letter, attachments, events and released copies are its records", sorted(seen))
    same(len([n for n in seen if n.endswith("-event.txt")]), len(verb("show", receipt).row["timeline"]) - 1,
         "a text for each event but the closing")
    ok(shown["category"] == "BE5" and shown["action"] == "appraise", "category and action of the plan", shown["category"])
    due = lambda on: [q["mark"] for q in office("queue", "--on", on).rows if "mark" in q]  # noqa: E731
    ok(row["mark"] in due(row["review_from"]) and row["mark"] not in due(day(row["review_from"], -1)),
       "akta queue shows it from its review date on", row["review_from"])
    ok(receipt["number"] in shown["title"], "its title names the request", shown["title"])
    return {r["name"]: r for r in shown["records"]}


def all_sound():
    last = office("verify", "--all").rows[-1]
    same((last["faults"], last["not_checked"]), (0, 0), "akta verify finds no fault")
    faults = office("doctor").rows[-1]["faults"]
    same(faults, 0, "akta doctor finds nothing wrong")
    same(office("log", "verify").status, 0, "the log verifies")


# ---------------------------------------------------------------- answered

def answered():
    r = filed([("umowa & aneks.pdf", ATTACHED)], name=SECRET_NAME, email="g.b@example.pl", way="email")
    n = r["number"]
    listed = [x for x in office("request", "list").rows if x.get("number") == n][0]
    ok({"number", "kind", "state", "received", "due", "days_left", "subject", "unit"} <= set(listed), "list: its keys", listed)
    same((listed["kind"], listed["state"], listed["due"], listed["subject"], listed["unit"]),
         ("foi", "filed", r["due"], None, None), "what was filed is listed")
    ok(SECRET_NAME not in office("request", "list").out, "the list shows no name")
    same(listed["days_left"], (datetime.date.fromisoformat(r["due"]) - datetime.date.fromisoformat(
        office("term", "2026-11-21", "--days", "1") and day(in_warsaw()))).days, "days left are counted to the due day")
    shown = verb("show", r).row
    same((shown["form"]["name"], shown["form"]["content"], shown["files"][0]["name"]),
         (SECRET_NAME, "Proszę o umowy na odśnieżanie z 2026 roku.", "umowa & aneks.pdf"), "show: the letter and its file")
    ok(office.people("request", "get", n, "1").raw == ATTACHED, "get: the attachment, byte for byte")
    letter = here / "pismo.txt"
    got = office("request", "get", n, "letter-1", "-o", letter)
    ok(got.status == 0 and SECRET_NAME in letter.read_text() and got.row["size"] == letter.stat().st_size, "get: the letter", got)
    for word, status in (("2", 1), ("letter-2", 1), ("x", 2), ("letter-x", 2), ("0", 2)):
        refused(office("request", "get", n, word, "-o", here / "none"), status, f"get {word}")
    same(office("request", "get", n, "1").status, 2, "--json needs -o")
    a = verb("assign", r, "--unit", "WA").row
    same((a["state"], a["unit"], a["verb"]), ("in-work", "WA", "assign"), "assign")
    same(verb("subject", r, "--text", "Umowy na odśnieżanie").row["subject"], "Umowy na odśnieżanie", "subject")
    longest = shown["longest"]
    refused(verb("extend", r, "--until", day(longest, 1), "--reason", "x"), 2, "more than two months from filing", longest)
    refused(verb("extend", r, "--until", r["due"], "--reason", "x"), 2, "an extension that extends nothing")
    ok(shown["safe"] <= shown["due"], "the last working day of the term is told", shown["safe"])
    a = verb("extend", r, "--until", longest, "--reason", "Umów jest czterysta").row
    same(verb("show", r).row["safe"], None, "and no longer when another term counts (F-16)")
    same((a["state"], a["due"]), ("extended", longest), "extend to the last day of the law")
    refused(verb("extend", r, "--until", longest, "--reason", "x"), 3, "a second extension")
    released = b"%PDF-1.4\n" + b"skan umowy " * 9000
    a = verb("answer", r, "--text", "Umowy w załączeniu.", "--made-by", "Wydział Dróg", note("umowa 1.pdf", released),
             note("spis.csv", b"lp;kwota\n1;100\n"))
    ok(a.status == 0 and a.row["state"] == "answered" and a.row["due"] is None and a.row["outcome"] == "disclosed", "answer with files", a)
    seen = read_by(r)
    given = {f["name"]: f for f in seen["files"] if f["answer"]}
    same((seen["state"], sorted(given), given["umowa 1.pdf"]["sha256"]),
         ("answered", ["spis.csv", "umowa 1.pdf"], hashlib.sha256(released).hexdigest()), "the citizen sees the answer and its files")
    ok("Umowy w załączeniu." in seen["timeline"][-1]["text"] and "Wydział Dróg" in seen["timeline"][-1]["text"],
       "with who made it and who discloses it (F-35)", seen["timeline"][-1])
    ok(office.ask(given["umowa 1.pdf"]["url"]).body == released, "and fetches the very bytes")
    refused(verb("answer", r, "--text", "Jeszcze raz"), 3, "an answer to what is answered")
    closed = verb("close", r)
    records = archived(r, closed, ["001-file-letter.txt", "001-file-001-umowa & aneks.pdf", "004-extend-letter.txt",
                                   "005-answer-letter.txt", "005-file-002-umowa 1.pdf", "005-file-003-spis.csv"])
    ok(office.people("get", records["005-file-002-umowa 1.pdf"]["id"]).raw == released, "the record is the file that was released")
    letter = office.people("get", records["001-file-letter.txt"]["id"]).out
    ok("Proszę o umowy" in letter and SECRET_NAME in letter, "the letter as it was filed", letter)
    refused(verb("close", r), 3, "closing twice")
    same(read_by(r)["state"], "closed", "the citizen still reads the case")
    ok(office.ask(given["umowa 1.pdf"]["url"]).body == released, "and still fetches the answer")
    shown = in_the_log(r)
    same(shown["file"], closed.row["mark"], "the request names its case file")


def in_warsaw():
    out = subprocess.run(["date", "+%F"], stdout=subprocess.PIPE, env={**environment("C"), "TZ": "Europe/Warsaw"}, check=True)
    return out.stdout.decode().strip()


# ---------------------------------------------------------------- refused

def refusal():
    r = filed()
    today = in_warsaw()
    verb("assign", r, "--unit", "WA")
    refused(verb("refuse", r, "--text", "Decyzja", "--ground", "5-1"), 3, "a decision without anybody to address it to (F-26)", "F-26")
    refused(verb("partly", r, "--text", "W części", "--ground", "5-1"), 3, "a decision on a part of it, too", "F-26")
    refused(verb("call", r, "--for", "sign", "--text", "Prosimy o podpis", "--served", today, "--until", day(today, 6)), 2,
            "less than the seven days of the law")
    refused(verb("call", r, "--for", "sign", "--text", "Prosimy o podpis", "--until", day(today, 9)), 2,
            "a term that runs before it is served", "service")
    a = verb("call", r, "--for", "sign", "--text", "Prosimy o podpis").row
    same((a["state"], a["due"]), ("called", r["due"]), "a call leaves the office's own term as it is (F-17)")
    same(verb("show", r).row["waiting_until"], None, "the requester's term is unknown until service")
    refused(verb("leave", r, "--text", "Brak podpisu"), 3, "left without consideration before the term")
    verb("served", r, "--on", today)
    ok(verb("show", r).row["waiting_until"] >= day(today, 7), "with the day of service it is known")
    scan = note("podpisany.pdf", b"%PDF-1.4\npodpis\n" * 300)
    a = verb("supplement", r, "--text", f"Podpisany wniosek: {SECRET_NAME}", scan).row
    same(a["state"], "in-work", "a letter on paper answers the call")
    ok(not verb("show", r).row["files"][0]["released"], "what the requester brought is not released as the office's")
    decision = note("decyzja.pdf", b"%PDF-1.4\nDecyzja odmowna\n" * 200)
    for name in ("refuse", "partly"):
        refused(verb(name, r, "--text", "Odmawiam."), 2, f"{name} without a ground (F-25)", "F-25", "5-1, 5-2-privacy, 5-2-business, 5-2a, 3-1-1")
    refused(verb("refuse", r, "--text", "Odmawiam.", "--ground", "5-9"), 2, "a ground that the act does not have (F-25)", "5-2-privacy")
    refused(verb("refuse", r, "--text", "Odmawiam.", "--ground", "6"), 2, "the ground of another act", "5-2-privacy")
    refused(verb("refuse", r, "--text", "Odmawiam.", "--ground", "5-2-privacy"), 2, "a refusal that does not say in whose interest", "F-28")
    a = verb("refuse", r, "--text", "Odmawiam.", "--ground", "5-2-privacy", "--protects", "Najemca lokalu", "--position", "Ola Lis, referent", decision)
    ok(a.status == 0 and (a.row["state"], a.row["outcome"]) == ("refused", "refused"), "refuse", a)
    same([f["name"] for f in read_by(r)["files"] if f["answer"]], ["decyzja.pdf"], "the citizen fetches the decision")
    said = read_by(r)["timeline"][-1]["text"]
    ok(said.startswith("Odmawiam.\n\nPodstawa odmowy: art. 5 ust. 2") and "W interesie: Najemca lokalu\nStanowisko w sprawie zajęli: Ola Lis, referent\n" in said
       and "14 dni" in said and "SKO" in said and "zrzec się odwołania" in said, "and reads ground, persons, appeal and waiver (F-25, F-28)", said)
    same(verb("served", r, "--on", today).row["state"], "refused", "the day on which it was served")
    ok(read_by(r)["remedies"], "the citizen is told what can be done against it")
    closed = verb("close", r)
    ok("an appeal can still come in until" in closed.err, "who closes before the term of appeal is over is told (F-31)", closed)
    archived(r, closed, ["001-file-letter.txt", "002-assign-event.txt", "003-call-letter.txt", "005-supplement-letter.txt",
                                   "005-file-001-podpisany.pdf", "006-file-002-decyzja.pdf", "007-served-event.txt"])
    in_the_log(r)


# ---------------------------------------------------------------- withdrawn

def withdrawal():
    r = filed(name=SECRET_NAME)
    refused(verb("close", r, "--unit", "WA"), 3, "closing what has not ended")
    refused(verb("withdraw", r), 2, "a withdrawal without saying which letter", "--reason")
    refused(verb("withdraw", r, "--reason", ""), 2, "or with nothing said", "--reason")
    a = verb("withdraw", r, "--reason", "Pismo z dzisiaj").row
    same((a["state"], a["outcome"], a["days_left"]), ("withdrawn", "withdrawn", None), "withdraw, by letter")
    refused(verb("close", r), 2, "a case file of nobody", "--unit")
    kept = archived(r, verb("close", r, "--unit", "WA"), ["001-file-letter.txt", "002-withdraw-letter.txt", "002-withdraw-event.txt"])
    letter = office("record", "show", kept["002-withdraw-letter.txt"]["id"]).row
    same((letter["origin"], letter["dated"]), ("received", in_warsaw()), "a letter that the office entered is the requester's, of its day")
    shown = office.people("request", "show", r["number"], lang="pl_PL.UTF-8").out
    ok(all(w in shown for w in ("Treść: Proszę o umowy", f"Imię i nazwisko: {SECRET_NAME}", "withdraw (urząd) -> wycofana", "Pismo z dzisiaj")),
       "and the clerk reads all of it in Polish", shown)
    in_the_log(r)


# ---------------------------------------------------------------- re-use: an offer, and what a letter makes of it

def reuse():
    today = in_warsaw()
    form = {"kind": "reuse", "name": SECRET_NAME, "email": "g.b@example.pl", "purpose": "aplikacja", "format": "CSV"}
    r = filed(**form)
    refused(verb("fee", r, "--item", "2=1@1,32", "--reason", "x"), 3, "a fee notice of udip for a re-use")
    refused(verb("offer", r, "--text", "Podanie źródła", "--amount", "x"), 2, "an amount that is none", "24,50")
    refused(verb("offer", r, "--text", "Podanie źródła", "--served", today, "--until", day(today, 13)), 2, "fewer than 14 days (R-07)")
    a = verb("offer", r, "--text", "Podanie źródła", "--amount", "24,50", "--served", today).row
    same(a["state"], "offer", "offer")
    shown = verb("show", r).row
    ok(shown["timeline"][-1]["grosze"] == 2450 and shown["waiting_until"] >= day(today, 14), "with its fee and the requester's term", shown)
    same(verb("accept", r, "--reason", "Pismo z dzisiaj").row["state"], "filed", "accepted by letter: the office goes on")
    same(verb("answer", r, "--text", "W załączeniu", note("dane.csv", b"a;b\n1;2\n")).row["state"], "answered", "and hands it over")
    archived(r, verb("close", r, "--unit", "WA"), ["002-offer-letter.txt", "003-accept-letter.txt", "004-file-001-dane.csv"])
    in_the_log(r)
    r = filed(**form)
    refused(verb("refuse", r, "--text", "Decyzja"), 2, "a refusal of re-use without a ground (R-08)", "6")
    refused(verb("refuse", r, "--text", "Decyzja", "--ground", "5-1"), 2, "with one of another law", "6")
    verb("offer", r, "--text", "Podanie źródła", "--served", today)
    same(verb("object", r, "--reason", "Sprzeciw z dzisiaj", note("sprzeciw.pdf", b"%PDF-1.4 nie")).row["state"], "objected", "an objection by letter")
    same(verb("refuse", r, "--text", "Decyzja", "--ground", "6").row["state"], "refused", "a decision follows")
    said = verb("show", r).row["timeline"][-1]["text"]
    ok("art. 6 ustawy o otwartych danych" in said and "ministra" in said and "SKO" not in said, "which names the minister (R-08, R-09)", said)
    r = filed(**form)
    verb("offer", r, "--text", "Podanie źródła", "--served", today)
    verb("object", r, "--reason", "Sprzeciw z dzisiaj")
    same(verb("refuse", r, "--text", "Decyzja").row["state"], "refused", "after an objection it rests on that (R-07)")
    own = filed(kind="data-subject", right="access", way="post", name=SECRET_NAME, street="Polna 3", postal_code="17-300", city="Siemiatycze")
    same(verb("refuse", own, "--text", "Odmawiam.").row["state"], "refused", "a refusal of one's own data has no list of grounds")
    for word, name in [("clarify",) * 2, ("sign",) * 2, ("interest", "public-interest"), ("defect",) * 2]:
        r = filed(**form) if word == "defect" else filed()
        a = verb("call", r, "--for", word, "--text", "Prosimy", "--served", today)
        ok(a.status == 0 and verb("show", r).row["timeline"][-1]["call"] == name, f"call --for {word}", a)


# ---------------------------------------------------------------- fees, words, lists

def fees():
    r = filed()
    same(office("conf", "apply", HOUSE / "conf" / "texts" / "cennik.pl.md").status, 0, "a price list is published")
    refused(verb("fee", r, "--item", "6=1"), 3, "0 zł makes no fee notice (trap 24)", "0,00")
    refused(verb("fee", r, "--item", "9z=1"), 2, "an item that the list does not have", "1a-bw-A4")
    refused(verb("fee", r, "--item", "4XL=1@31,50"), 2, "a price by hand without a reason", "F-23")
    for bad in ("1a-bw-A4", "=1", "1a-bw-A4=0", "1a-bw-A4=-1", "1a-bw-A4=1@x", "1a-bw-A4=1@1,5", "1a-bw-A4=99999999999999999999"):
        refused(verb("fee", r, "--item", bad, "--reason", "x"), 2, f"--item {bad}")
    a = verb("fee", r, "--item", "1a-bw-A4=120", "--item", "4M=1")
    ok(a.status == 0 and a.row["state"] == "fee", "fee", a)
    last = verb("show", r).row["timeline"][-1]
    same(last["grosze"], 2450, "120 sheets and a letter are 24,50 zł")
    ok(all(w in last["text"] for w in ("120 × 0,13 zł = 15,60 zł", "1 × 8,90 zł = 8,90 zł", "24,50 zł", "5 października 2021 r., wersja 1")),
       "each line, the sum and the price list stand in the notice", last["text"])
    shown = verb("show", r).row
    same(shown["disclose_from"], day(in_warsaw(), 15), "it goes out on day 15 after service, paid or not (F-21, F-22)")
    refused(verb("answer", r, "--text", "Już"), 3, "an answer before that day", "F-21")
    today = in_warsaw()
    letter = ("--channel", "e-mail", "--received", today, "--way", "email")
    refused(verb("change-way", r, *letter), 2, "an e-mail to no address", "e-mail")
    refused(verb("change-way", r, "--channel", "portal", *letter[2:]), 2, "a channel that is no letter's", "request change-way")
    refused(verb("change-way", r, *letter[:3], day(today, 1), *letter[4:], "--email", "g.b@example.pl"), 2, "a letter of tomorrow")
    a = verb("change-way", r, *letter, "--email", "g.b@example.pl", "--text", "Proszę jednak e-mailem").row
    same((a["state"], a["due"] >= day(today, 14)), ("filed", True), "another way by letter: no fee, a new term (F-21)")
    shown = verb("show", r).row
    last = shown["timeline"][-1]
    same((last["verb"], last["role"], last["channel"], last["came"], shown["form"]["way"], shown["form"]["email"]),
         ("change-way", "office", "e-mail", today, "email", "g.b@example.pl"), "with channel and day")
    said = office.people("request", "show", r["number"], lang="pl_PL.UTF-8").out
    ok(f"wpłynęło {today}, e-mailem" in said, "for people, too", said)
    same(verb("answer", r, "--text", "W załączeniu").row["state"], "answered", "and it is answered at once")
    verb("close", r, "--unit", "WA")
    filed_ = {x["name"]: x for x in office("file", "show", verb("show", r).row["file"]).row["records"]}
    way = office("record", "show", filed_["003-change-way-letter.txt"]["id"]).row
    same((way["origin"], way["dated"]), ("received", today), "in the case file it is the requester's letter")
    in_the_log(r)
    other = filed()
    a = verb("fee", other, "--item", "4XL=1@31,50", "--reason", "Taryfa operatora").row
    same(verb("show", other).row["timeline"][-1]["grosze"], 3150, "a price by hand, with its reason")


def words():
    r = filed(content="Co się dzieje z moją sprawą?")
    for name, more, status, what in [
        ("show", ("x",), 2, "one argument too many"), ("assign", (), 2, "no unit"), ("assign", ("--unit", "OŚ"), 2, "a unit that no mark can bear"), ("qualify", ("--kind", "x", "--reason", "y"), 2, "no such kind"),
        ("call", ("--for", "x", "--text", "y"), 2, "no such call"), ("answer", ("--text", "x", "--outcome", "refused"), 2, "another verb's outcome"),
        ("answer", ("--text", "x", "--outcome", "x"), 2, "no such outcome"), ("answer", ("--text", "x", here / "none"), 2, "no such file"),
        ("answer", ("--text", "x", here), 2, "a folder"), ("answer", ("--text", "x", "/dev/null"), 2, "a device"),
        ("answer", ("--text", "x", note("leer", b"")), 2, "an empty file"), ("offer", ("--text", "x"), 3, "an offer for no re-use"),
        ("accept", ("--reason", "x"), 3, "accepting no offer"), ("reopen", ("--reason", "x"), 3, "reopening what is open"),
        ("discontinue", ("--text", "x"), 3, "discontinuing without a form notice"), ("leave", ("--text", "x"), 3, "leaving without a call"),
    ]:
        refused(verb(name, r, *more), status, f"request {name}: {what}")
    for number in ("2026-999999", "x", "", "2026-0"):
        refused(office("request", "show", number), 1, f"no request {number!r}")
    same(verb("show", r).row["state"], "filed", "and nothing of it changed the request")
    a = verb("qualify", r, "--kind", "complaint", "--reason", "Treść jest skargą").row
    same(a["kind"], "complaint", "qualify")
    refused(verb("refuse", r, "--text", "x"), 3, "no decision on a complaint")
    refused(verb("answer", r, "--text", "x", "--outcome", "disclosed"), 2, "a complaint by which something is disclosed", "other_mode, duplicate, settled")
    same(verb("answer", r, "--text", "Załatwiono").row["outcome"], "settled", "a complaint is settled")
    same(verb("reopen", r, "--reason", "Nowe okoliczności").row["state"], "in-work", "reopen")
    same(verb("forward", r, "--text", "Według właściwości", "--to", "Starosta").row["state"], "forwarded", "forward")
    ok("  passed on to: Starosta\n" in office.people("request", "show", r["number"]).out, "people read to whom")
    mark = verb("close", r, "--unit", "OR").row
    same((mark["mark"].split(".")[:2], mark["category"]), (["OR", "1511"], "BE5"), "a complaint that was passed on goes into its own class")
    held = filed()
    conf = office.dir / "akta.conf"
    before = conf.read_text(encoding="utf-8")
    verb("not-held", held, "--text", "Nie posiadamy")
    office.stop_owner()
    conf.write_text(before.replace("#foi = 1431", "foi = 14"), encoding="utf-8")
    refused(verb("close", held, "--unit", "WA"), 2, "a class of the settings that holds no files", "akta.conf", "classes.foi", "end classes")
    same(verb("close", held, "--unit", "WA", "--class", "1431").status, 0, "another one is said with --class")
    conf.write_text(before, encoding="utf-8")
    office.start_owner()
    held = filed()
    same(verb("not-held", held, "--text", "Nie posiadamy").row["state"], "not-held", "not-held")
    pointed = filed()
    same(verb("answer", pointed, "--outcome", "pointer", "--text", "https://bip.example.pl").row["outcome"], "pointer_bip", "pointer")
    ok("Udostępnił" not in verb("show", pointed).row["timeline"][-1]["text"], "an address is no disclosure")


def lists():
    rows = office("request", "list", "--limit", "3").rows
    same((len(rows) - 1, rows[-1]["shown"]), (3, 3), "a page has as many lines as asked for")
    seen, after = [], None
    while True:
        page = office("request", "list", "--limit", "3", *(["--after", after] if after else [])).rows
        seen += [x["number"] for x in page[:-1]]
        after = page[-1]["next"]
        if not after:
            break
    ok(len(seen) == len(set(seen)) and seen == sorted(seen, reverse=True) and len(seen) >= 7, "pages are whole and newest first", seen)
    closed = office("request", "list", "--state", "closed").rows[:-1]
    ok(closed and all(x["state"] == "closed" and x["days_left"] is None for x in closed), "--state", closed)
    same(office("request", "list", "--kind", "petition").rows[:-1], [], "--kind")
    urgent = office("request", "list", "--days-left", "20").rows[:-1]
    ok(urgent and [x["due"] for x in urgent] == sorted(x["due"] for x in urgent), "--days-left: the most urgent first", urgent)
    same(office("request", "list", "--days-left", "0").rows[:-1], [], "nothing is due today")
    same(office("request", "list", "--days-left", "20", "--limit", "1").rows[-1]["more"], len(urgent) - 1, "and how many more there are")
    page = office("request", "list", "--limit", "2").rows[-1]
    ok(page["next"] and page["more"] is None, "a page that goes on does not say that there are 0 more", page)
    verb("assign", filed(), "--unit", "WA")
    mine = office("request", "list", "--unit", "WA").rows[:-1]
    ok(mine and all(x["unit"] == "WA" and x["days_left"] is not None for x in mine), "--unit: what is open and that cell has", mine)
    same(office("request", "list", "--unit", "XY").rows[:-1] + office("request", "list", "--late").rows[:-1], [], "nobody's, and nothing late")
    ok(all(x["next"].startswith(("office-", "requester-")) for x in urgent) and all(x["next"] == "none" for x in closed),
       "each open one says who must act", [x["next"] for x in urgent])
    for words_, what in [(("--state", "x"), "state"), (("--kind", "x"), "kind"), (("--after", "x"), "cursor"), (("--limit", "0"), "limit"),
                         (("--days-left", "1", "--after", "00"), "cursor with --days-left")]:
        refused(office("request", "list", *words_), 2, f"an unknown {what}")
    table = office("request", "states").rows
    ok(len(table) > 30 and all(t["rules"] and t["from"] and t["kinds"] and t["entry"].startswith("request-") for t in table),
       "states: every row has its rules", table[:2])
    ends = {t["to"] for t in table} - {"same", "back"}
    ok(ends <= set(s for t in table for s in t["from"]) , "and every state has a way on", ends)
    people = office.people("request", "list", lang="pl_PL.UTF-8").out
    ok("Zostało dni" in people and "urząd odpowiada" in people and "Umowy na odśnieżanie" in people, "for people, in Polish", people)
    ok("[F-13 R-05 P-06 K-10]" in office.people("request", "states").out, "states for people")
    ok("wniosek" in office.people("request", "show", closed[-1]["number"], lang="pl_PL.UTF-8").out.lower(), "show for people")


# ---------------------------------------------------------------- two clerks

def two_clerks():
    for what in (("answer", "--text", "Odpowiedź {}"), ("answer", "--text", "Odpowiedź {}", "{}"), ("extend", "--until", None, "--reason", "{}")):
        r = filed()
        longest = verb("show", r).row["longest"]
        runs = []
        for i in range(4):
            sheet = note(f"arkusz{i}.csv", b"a;b\n" * 50 * (i + 1))
            words_ = [longest if w is None else str(sheet) if w == "{}" and what[0] == "answer" else w.format(i) for w in what[1:]]
            runs.append(subprocess.Popen([AKTA, "-d", str(office.dir), "--json", "request", what[0], r["number"], *words_],
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment("C")))
        statuses = sorted(p.wait(timeout=60) for p in runs)
        for p in runs:
            p.communicate()
        same(statuses, [0, 3, 3, 3], f"of four clerks one can {what[0]}")
        shown = verb("show", r).row
        same([e["verb"] for e in shown["timeline"]], ["file", what[0]], "and it happened once")
        same(len(shown["files"]), 1 if len(what) == 4 and what[0] == "answer" else 0, "with one clerk's files")
        if what[0] == "answer":
            runs = [subprocess.Popen([AKTA, "-d", str(office.dir), "--json", "request", "close", r["number"], "--unit", "WA"],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment("C")) for _ in range(3)]
            for p in runs:
                p.communicate(timeout=60)
            same(sorted(p.returncode for p in runs), [0, 3, 3], "and one of three can close it")
    titles = [x["title"] for x in office("queue", "--on", "2099-01-01").rows if "title" in x]
    same(len(titles), len(set(titles)), "no request has two case files")


def alone():
    """Without an owner the tool does the same by itself."""
    office.stop_web()
    office.stop_owner()
    ok(office("request", "list").status == 0, "list without an owner")
    open_ones = [x["number"] for x in office("request", "list", "--state", "extended").rows[:-1]]
    a = office("request", "answer", open_ones[0], "--text", "Odpowiedź", note("a.txt", b"tekst\n"))
    ok(a.status == 0 and a.row["state"] == "answered", "answer without an owner", a)
    ok(office("request", "close", open_ones[0], "--unit", "WA").row["state"] == "closed", "close without an owner")


def killed():
    """A closing that is killed again and again goes on, and ends with one case file that is whole."""
    number = [x["number"] for x in office("request", "list", "--state", "not-held").rows[:-1]][0]
    for i in range(10):
        p = subprocess.Popen([AKTA, "-d", str(office.dir), "--json", "request", "close", number, "--unit", "KZ"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment("C"))
        try:
            p.wait(timeout=0.03 * (i + 1))
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
    office("request", "close", number, "--unit", "KZ")
    shown = office("request", "show", number).row
    same(shown["state"], "closed", "it is closed in the end")
    same([office("file", "show", f"KZ.1431.{n}.{shown['received'][:4]}").status for n in (1, 2)], [0, 1], "one case file")
    names = [x["name"] for x in office("file", "show", shown["file"]).row["records"]]
    same(sorted(names), ["001-file-event.txt", "001-file-letter.txt", "002-not-held-event.txt", "002-not-held-letter.txt"],
         "each record once")
    all_sound()


office.start()
main(answered, refusal, withdrawal, reuse, fees, words, two_clerks, lists, alone, killed)

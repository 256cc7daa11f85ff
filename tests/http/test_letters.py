"""Letters from the first page to the last, as citizens write them: what goes wrong, what is kept, what they get."""
import hashlib
import json
import re
import shutil
import subprocess
import threading
import time

from desk import Desk, Page, main, ok, same, scratch, wait_for
from letter import PDF, Form, file_foi, follow, form

desk = Desk().start()


def said(answer):
    return Page(answer.text).said


def a_slip_loses_nothing():
    f = form(desk, "/wniosek/informacja")
    a = f.send([("skan ą.pdf", PDF)], content="", way="email", email="jan.example", name="Żaneta Ćwikła")
    p = Page(a.text)
    ok(a.status == 422 and p.title.startswith("Błąd: ") and not p.faults, "a slip is 422 and the title says so", p.title)
    ok("Wniosek nie został złożony. Popraw 2 rzeczy:" in p.said, "the summary counts", p.said[:200])
    for want in ("Napisz, o jaką informację prosisz.", "W adresie e-mail brakuje znaku @."):
        same(a.text.replace("\u00a0", " ").count(want), 2, f"in the summary and at the field: {want}")
    ok('href="#content"' in a.text and 'href="#email"' in a.text, "the summary links to the fields")
    ok('value="Żaneta Ćwikła"' in a.text and 'value="jan.example"' in a.text and 'id="way-email" checked' in a.text,
       "what was written is kept", a.text)
    ok("Już dołączono: skan ą.pdf (12 kB)" in p.said, "so is the file", p.said)
    ok("autofocus" in a.text and 'tabindex="-1"' in a.text and 'role="alert"' in a.text, "the summary gets the focus")
    again = desk.ask(f.action)
    ok(again.status == 200 and 'value="Żaneta Ćwikła"' in again.text and "skan ą.pdf" in again.text,
       "the address of the form brings it back", again)
    english = desk.ask("/en" + f.action)
    ok('value="Żaneta Ćwikła"' in english.text and "Attached:" in english.text, "also in English", english)
    second = Form(desk, a).send([("skan ą.pdf", PDF)], content="", way="email", email="jan@example.pl")
    same(said(second).count("skan ą.pdf"), 2, "the same file sent again is not a second one")  # name and button
    removed = Form(desk, second).send(content="x", way="here", usun="1")
    page = follow(desk, removed)
    ok("Już dołączono" not in said(page.answer) and ">\nx</textarea>" in page.answer.text, "a file is taken away, the text stays",
       page.answer.text)
    done = page.send(content="Umowy na odśnieżanie\n\nz kwotami", way="here")
    ok(done.status == 303 and done["cache-control"] == "no-store", "and then it is filed", done)
    same(desk.ask(f.action).status, 404, "the draft is gone with it")


def a_receipt_proves_and_leads_on():
    a = form(desk, "/wniosek/informacja").send([("a.pdf", PDF), ("b.txt", b"tekst")], content="Umowy na odśnieżanie", way="here")
    receipt = desk.ask(a["location"])
    p = Page(receipt.text)
    number = re.search(r"\d{4}-\d{6}", p.said).group(0)
    token, code = re.search(r"/s/([0-9a-z]{32})/potwierdzenie/([0-9A-Z-]{23})", a["location"]).groups()
    same((p.h1.replace("\u00a0", " "), receipt.status, p.faults), ("Wniosek jest złożony", 200, []), "the receipt")
    for want in (number, code, "Zapisz kod.", "Wniosek wpłynął ", "Odpowiedź najpóźniej ", "Jak to policzono", "dzień 1 ", "dzień 13",
                 "ostatni dzień", "Wpłynęło do systemu", "Podmiot publiczny Urząd Miejski w Brzozowie Dolnym"):
        ok(want in p.said, f"it says {want.strip()}", p.said)
    for name, content in (("a.pdf", PDF), ("b.txt", b"tekst")):
        digest = hashlib.sha256(content).hexdigest()
        ok(name in p.said and digest in receipt.text.replace("<wbr>", ""), f"with the digest of {name}")
    letter = desk.ask(f"/s/{token}/pismo.txt")
    ok(hashlib.sha256(letter.body).hexdigest() in receipt.text.replace("<wbr>", ""), "and of the letter itself, which can be fetched")
    ok("filename*=UTF-8''letter.txt" in letter["content-disposition"], "under the name that the receipt gives it")
    ok(code not in desk.ask(f"/s/{token}/potwierdzenie").text, "the code is shown where the filing leads, and only there")
    same([desk.ask(f"/s/{token}/plik/{n}").body for n in (1, 2)], [PDF, b"tekst"], "the files come back byte for byte")
    same(desk.ask(f"/s/{token}/plik/3").status, 404, "and no other")
    proof = lambda: desk.ask(f"/s/{token}/dowod.txt")
    ok(wait_for(lambda: proof().status == 200, 10), "the proof is there in a few seconds", proof())
    calendar = desk.ask(f"/s/{token}/termin.ics")
    lines = calendar.body.split(b"\r\n")
    ok(calendar["content-type"] == "text/calendar; charset=utf-8" and all(len(x) <= 75 for x in lines) and
       b"BEGIN:VEVENT" in lines and number.encode() in calendar.body and b"odsniez" not in calendar.body.lower(),
       "the term as a calendar entry, with nothing of the letter", calendar)
    due = re.search(rb"DTSTART;VALUE=DATE:(\d{4})(\d\d)(\d\d)", calendar.body).groups()
    ok(f'datetime="{b"-".join(due).decode()}"' in receipt.text, "on the day that the receipt names")
    for path in (a["location"], f"/s/{token}", f"/s/{token}/plik/1", f"/s/{token}/dowod.txt"):
        h = desk.ask(path)
        ok(h["cache-control"] == "no-store" and h["referrer-policy"] == "no-referrer" and not h["set-cookie"] and
           (not h["etag"] or "/plik/" in path),  # of a file it names the bytes, so that a broken download can go on
           "nothing of a case is kept or passed on: " + path.replace(token, "…").replace(code, "…"), h.headers)
    log = (desk.root / "owner.log").read_text() + (desk.root / "nginx.log").read_text()
    ok(not any(w in log for w in (token, code, number, "śnież")), "no token, code, number or word of it is in a log", log)


def the_proof_does_what_it_says():
    """As its reader would: the file under the name it was sent with, the attachments beside it, its own commands."""
    number, code, token = file_foi(desk, [("a.pdf", PDF), ("b.txt", b"tekst")])
    proof = lambda: desk.ask(f"/s/{token}/dowod.txt")
    wait_for(lambda: proof().status == 200, 10)
    got = proof()
    name = got["content-disposition"].rsplit("'", 1)[1]
    folder = scratch()
    (folder / name).write_bytes(got.body)
    for i, content in enumerate((PDF, b"tekst"), 1):
        (folder / f"file-{i}").write_bytes(content)
    commands = [line[4:] for line in got.text.split("\n=== ")[0].splitlines() if line.startswith("    ")]
    run = lambda: subprocess.run(["sh", "-c", "\n".join(commands)], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
    said_ok = run()
    ok(said_ok.count(" ok") >= 6 and "WRONG" not in said_ok, "the proof's own commands find everything right", said_ok)
    (folder / "file-1").write_bytes(PDF + b" ")
    ok("WRONG" in run(), "and a changed attachment wrong")


def repeats_give_the_same_receipt():
    f = form(desk, "/wniosek/informacja")
    fields = dict(content="Rejestr umów", way="here")
    first, second = f.send([("a.pdf", PDF)], **fields), f.send([("a.pdf", PDF)], **fields)
    same(second["location"], first["location"] + "?ponownie=1", "a second click gets the first receipt")
    ok("To pismo jest już złożone. Oto jego potwierdzenie." in said(desk.ask(second["location"])), "and is told so")
    changed = f.send(content="Rejestr umów i faktur", way="here")
    ok(changed.status == 409 and "Z tego formularza pismo jest już złożone." in said(changed) and
       "Rejestr umów i faktur</textarea>" in changed.text, "another text in the old form is not filed by itself", changed)
    same(Form(desk, changed).send(content="Rejestr umów i faktur", way="here").status, 303, "but when it is sent again")
    many = form(desk, "/wniosek/informacja")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(many.send(content="Naraz", way="here"))) for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same(len({a["location"].split("?")[0] for a in answers}), 1, "twelve at once are one letter")


def two_clicks_with_a_file_are_one():
    """Both bodies come whole, and the second one brings its file while the first is being filed."""
    def together(f, files, **fields):
        got = []
        clicks = [threading.Thread(target=lambda: got.append(f.send(files, **fields))) for _ in range(3)]
        for t in clicks:
            t.start()
        for t in clicks:
            t.join()
        return got
    bad, files = [], [("a.pdf", PDF), ("b.txt", b"tekst")]
    for _ in range(8):
        got = together(form(desk, "/wniosek/informacja"), files, content="Dwa razy", way="here")
        seen = said(desk.ask(got[0]["location"])) if got[0].status == 303 else ""
        if {a.status for a in got} != {303} or len({a["location"].split("?")[0] for a in got}) != 1 or (seen.count("a.pdf"), seen.count("b.txt")) != (1, 1):
            bad.append([(a.status, a["location"], said(a)[:120] if a.body else "") for a in got])
    same(bad, [], "three clicks at once with files are one letter with each of them once")
    number, code, token = file_foi(desk)
    for i in range(4):
        got = together(form(desk, f"/s/{token}/uzupelnij"), files, text=f"Raz {i}")
        if {a.status for a in got} != {303}:
            bad.append([(a.status, said(a)[:120] if a.body else "") for a in got])
    same(bad, [], "and what is added to a case is added once")
    same([said(desk.ask(f"/s/{token}")).count(f"Raz {i}") for i in range(4)], [1] * 4, "each time")


def a_repeat_swallows_nothing():
    """Who goes back to a form that was sent has its old mark: what it brings anew is no repeat of the first letter."""
    fields = dict(content="Rejestr umów najmu", way="here")
    f = form(desk, "/wniosek/informacja")
    first, other = f.send([("a.pdf", PDF)], **fields), f.send([("b.pdf", PDF + b"b")], **fields)
    ok(first.status == 303 and other.status == 409 and "Z tego formularza pismo jest już złożone." in said(other) and "b.pdf" in said(other),
       "another file in the old form is not taken for the first one", other)
    second = Form(desk, other).send(**fields)
    ok(second.status == 303 and second["location"] != first["location"], "sent again it is a letter of its own", second)
    files = [name for name in ("a.pdf", "b.pdf") if name in said(desk.ask(second["location"]))]
    same(files, ["b.pdf"], "with that file")
    number, code, token = file_foi(desk)
    f = form(desk, f"/s/{token}/uzupelnij")
    words = "Chodzi o rok 2025."
    answers = [f.send([("a.txt", b"a")], text=words) for _ in range(2)]
    same([a.status for a in answers], [303, 303], "a second click adds nothing and succeeds")
    for name, brought, text in (("another text", [], "Także o rok 2024."), ("another file", [("c.txt", b"c")], words)):
        a = f.send(brought, text=text)
        ok(a.status == 409 and f">\n{text}</textarea>" in a.text and all(n in said(a) for n, _ in brought), name + " comes back in the form", a)
        same(Form(desk, a).send(text=text).status, 303, "and is taken when it is sent once more")
    seen = said(desk.ask(f"/s/{token}"))
    same((seen.count(words), seen.count("Także o rok 2024."), [n for n in ("a.txt", "c.txt") if seen.count(n) == 1]), (2, 1, ["a.txt", "c.txt"]),
         "each stands in the case once")


GONE = "Szkicu już nie ma: znika po dobie albo po wysłaniu."


def a_second_tab_files_nothing_without_its_files():
    """Two tabs of one draft: the first files it, and the second still lists its file."""
    first = form(desk, "/wniosek/informacja").send([("skan.pdf", PDF)], content="", way="here")
    tab = form(desk, Form(desk, first).action)
    ok("skan.pdf" in said(tab.answer), "both tabs list the file")
    same(Form(desk, first).send(content="Raz", way="here").status, 303, "the first one is filed with it")
    time.sleep(1.1)  # a draft is told from the one before it by its second
    a = tab.send([("nowy.pdf", PDF + b"x")], content="Drugi raz", way="here")
    ok(a.status == 422 and GONE in said(a) and ">\nDrugi raz</textarea>" in a.text, "the second one is not filed without it, and says so", a)
    ok("nowy.pdf" in said(a) and "skan.pdf" not in said(a), "what it brought itself is kept", said(a))
    done = Form(desk, a).send([("skan.pdf", PDF)], content="Drugi raz", way="here")
    files = [n for n in ("skan.pdf", "nowy.pdf") if n in said(follow(desk, done).answer)]
    same(files, ["skan.pdf", "nowy.pdf"], "attached once more, it is filed with both")
    f = form(desk, "/wniosek/skarga")
    for step in (dict(kind="petition"), dict(content="Ławki"), dict(name="Jan Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze"),
                 dict(way="here")):
        step_form, f = f, follow(desk, f.send(**step))
    review = follow(desk, f.send([("plan.pdf", PDF)]))
    tab = form(desk, review.action)
    same(review.send().status, 303, "a letter of several pages is filed from its review")
    a = tab.send()
    ok(a.status == 422 and GONE in said(a) and "Ławki" in said(a), "nor does a second review file it without its file", a)
    back = re.findall(r'href="(/s/[^"]*powrot=1)"', a.text)
    same([desk.ask(x).status for x in back], [200] * len(back), "its answers can be changed")
    same(Form(desk, a).send().status, 303, "and it can be filed as it stands")
    a = step_form.send(way="here")
    ok(a.status == 422 and GONE in said(a), "a page of it says that the others' answers are gone", a)


def a_second_tab_adds_nothing_without_its_files():
    number, code, token = file_foi(desk)
    ok("Do 10 plików, każdy do 100 MB." in said(desk.ask(f"/s/{token}/uzupelnij")), "how many and how large is said before, also here")
    first = form(desk, f"/s/{token}/uzupelnij").send([("plan.pdf", PDF)], text="x" * 20001)
    ok(first.status == 422 and "plan.pdf" in said(first), "a slip keeps the file", first)
    tab = Form(desk, Form(desk, first).send([("inny.pdf", PDF + b"y")], text="y" * 20001))
    same(Form(desk, first).send(text="Pierwsze").status, 303, "the first tab adds both")
    a = tab.send(text="Drugie")
    ok(a.status == 422 and GONE in said(a) and ">\nDrugie</textarea>" in a.text, "the second one adds nothing without them", a)
    same(Form(desk, a).send(text="Drugie").status, 303, "and adds its text when it is sent once more")


def a_case_is_found_again():
    number, code, token = file_foi(desk)
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("-", "").lower(), f"  {code} "):
        a = form(desk, "/sprawa").send(numer=number, kod=typed)
        same((a.status, a["location"]), (303, f"/s/{token}"), f"by number and code, typed as {len(typed)} characters")
    wrong = [(number, "ABCDE-ABCDE-ABCDE-ABCDE"), ("2026-999999", code), ("", ""), (number, ""), ("x" * 41, "y"), (number, "ą" * 20)]
    for n, k in wrong:
        a = form(desk, "/sprawa").send(numer=n, kod=k)
        ok(a.status == 422 and not a["location"], "a wrong pair opens nothing", a)
    texts = {re.sub(r'value="[^"]*"', "", form(desk, "/sprawa").send(numer=n, kod=k).text) for n, k in wrong[:4]}
    same(len(texts), 1, "an unknown number, a wrong code and none read the same")
    ok("Nie znamy pary: ten numer i ten kod. Sprawdź oba." in next(iter(texts)).replace("\u00a0", " "), "and say what to do")


def a_case_shows_what_comes_next():
    number, code, token = file_foi(desk)
    p = Page(desk.ask(f"/s/{token}").text)
    ok(p.h1.replace("\u00a0", " ") == f"Sprawa {number}" and not p.faults, "the case", p.faults)
    for want in ("Urząd odpowie najpóźniej ", "Zostało 1", "Wniosek wpłynął. Urząd ma czas do ", "Co, jeśli urząd nie odpowie?",
                 "możesz złożyć skargę na bezczynność", "Umowy na odśnieżanie", "Uzupełnij sprawę"):
        ok(want in p.said, f"it says {want.strip()}", p.said)
    letter = desk.ask(f"/s/{token}/srodek/1")
    ok(letter.status == 200 and "SKARGA NA BEZCZYNNOŚĆ" in letter.text and number in letter.text, "the complaint is prepared", letter)
    same(desk.ask(f"/s/{token}/srodek/3").status, 404, "a remedy that the case does not have is not")
    added = follow(desk, form(desk, f"/s/{token}/uzupelnij").send([("plan.pdf", PDF)], text="Chodzi też o soboty.")).answer
    for want in ("Urząd ma już Twoje uzupełnienie.", "Uzupełnienie od Ciebie", "Chodzi też o soboty.", "Z 1 plikiem.", "plan.pdf"):
        ok(want in said(added), f"after adding something: {want}", said(added))
    for deed, words in (("wycofaj", "Pismo jest wycofane."), ("zmien", "Sposób odpowiedzi jest zmieniony."), ("oplata", "Twój wybór")):
        ok(words not in said(desk.ask(f"/s/{token}?zrobione={deed}")), f"an address alone makes the page say nothing that did not happen: {deed}")
    empty = form(desk, f"/s/{token}/uzupelnij").send(text="")
    ok(empty.status == 422 and "Napisz, co dodajesz, albo dołącz plik." in said(empty), "nothing added is said", empty)
    bad = form(desk, f"/s/{token}/zmien").send(way="email", email="x")
    ok(bad.status == 422 and "brakuje znaku @" in said(bad), "a way of answer that does not do is said", said(bad))
    good = follow(desk, form(desk, f"/s/{token}/zmien").send(way="email", email="jan@example.pl")).answer
    ok("Sposób odpowiedzi jest zmieniony." in said(good) and "Nowy sposób odpowiedzi: E-mailem" in said(good), "one that does is taken", said(good))
    gone = follow(desk, form(desk, f"/s/{token}/wycofaj").send()).answer
    ok("Pismo jest wycofane." in said(gone) and "Wycofana" in said(gone), "it can be withdrawn", said(gone))
    same([desk.ask(f"/s/{token}/{x}").status for x in ("wycofaj", "zmien", "oplata", "oferta")], [409] * 4,
         "and then nothing of it is open any more")


def reuse_is_asked_question_by_question():
    f = form(desk, "/wniosek/ponowne-wykorzystywanie")
    seen = []
    steps = [dict(content="Budżety gminy od 2020 r."), dict(source="", conditions=""), dict(purpose="Aplikacja dla mieszkańców"),
             dict(format="CSV", way="here"), dict(name="Jan Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze", email="jan@example.pl"), {}]
    for i, fields in enumerate(steps):
        seen.append(Page(f.answer.text).h1)
        if i in (0, 2):
            slip = f.send(**{k: "" for k in fields})
            ok(slip.status == 422 and Page(slip.text).title.startswith("Błąd: "), f"question {i + 1} wants an answer", slip)
        f = follow(desk, f.send(**fields))
    same(len(set(seen)), 6, "six questions")
    review = f.answer
    p = Page(review.text)
    same((p.h1.replace("\u00a0", " "), p.faults), ("Sprawdź i wyślij", []), "and a review")
    ok(all(v in p.said for s in steps for v in s.values() if v and v != "here"), "of everything", p.said)
    back = re.findall(r'href="(/s/[^"]*powrot=1)"', review.text)
    f = follow(desk, form(desk, back[2]).send(purpose="Portal dla mieszkańców"))
    ok("Portal dla mieszkańców" in said(f.answer) and f.action.endswith("/sprawdz"), "an answer is changed and leads back", said(f.answer))
    first, second = f.send(), f.send()
    same((first.status, second["location"]), (303, first["location"] + "?ponownie=1"), "a second click gets the first receipt")
    ok("Wniosek jest złożony" in said(desk.ask(first["location"])), "filed")


def complaints_and_petitions():
    for kind, fields in (("complaint", {}), ("proposal", {}), ("petition", {"publish_name": "1"})):
        f = form(desk, "/wniosek/skarga")
        for step in (dict(kind=kind), dict(content="Ławki w parku"),
                     dict(name="Jan Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze", **fields), dict(way="here"), {}):
            f = follow(desk, f.send(**step))
        done = follow(desk, f.send()).answer
        ok("Pismo jest złożone" in said(done) and "Załatwimy to najpóźniej" in said(done), f"{kind} is filed", said(done)[:300])
    f = follow(desk, form(desk, "/wniosek/skarga").send(kind="complaint"))
    slip = form(desk, f.action.replace("pytanie/2", "sprawdz")).send()
    p = Page(slip.text)
    ok(slip.status == 422 and "#way-here" in p.links and not p.faults, "what is missing before the review is linked to where it stands", p.faults)
    slip = form(desk, "/wniosek/skarga").send(kind="foi")
    ok(slip.status == 422, "a kind that is no complaint is none", slip)


def other_letters():
    a = form(desk, "/wniosek/moje-dane").send(right="access", content="Wszystkie", name="Jan Próba", way="email", email="jan@example.pl")
    ok(a.status == 303, "about one's own data", said(a) if a.status != 303 else "")
    a = form(desk, "/wniosek/wlasnymi-slowami").send(content="Nie wiem, kto sprząta chodnik", way="here")
    ok("Pismo jest złożone" in said(desk.ask(a["location"])), "in one's own words", a)
    for co in ("informacja", "ponowne-wykorzystywanie", "akta-sprawy", "moje-dane", "skarga", "wlasnymi-slowami"):
        a = desk.ask(f"/wniosek?dalej=1&co={co}")
        same((a.status, a["location"]), (303, f"/wniosek/{co}"), f"the choice leads on: {co}")
        same(desk.ask(a["location"]).status, 200, "to a page")
    a = desk.ask("/wniosek?dalej=1")
    ok(a.status == 422 and "Wybierz, o co chcesz poprosić." in said(a), "no choice is said", a)
    same(desk.ask("/wniosek/nie-ma").status, 404, "no other letter")


def register_data_are_prepared_and_never_stored():
    f = form(desk, "/wniosek/dane-z-rejestru")
    slip = f.send(source="residents")
    ok(slip.status == 422 and "Wniosek nie jest gotowy. Popraw 4 rzeczy:" in said(slip), "what is missing is said", said(slip)[:300])
    fields = dict(source="residents", ground="legal-interest", keys="Bonifacy Zgrzytnik", scope="adres", purpose="pozew o zapłatę",
                  basis="art. 1 kodeksu", persons="2", proxy="1")
    a = Form(desk, slip).send(**fields)
    p = Page(a.text)
    same((a.status, p.h1.replace("\u00a0", " "), p.faults), (200, "Wniosek jest gotowy do podpisu", []), "it is ready to be signed")
    for want in ("Bonifacy Zgrzytnik", "62,00 zł", "17,00 zł", "wojewody", "EL/WUDJ/1", "e-Doręczenia", "Data i podpis"):
        ok(want in p.said, f"with {want}", p.said)
    closed = Form(desk, slip).send(**{**fields, "ground": "factual-interest", "source": "id-files"})
    ok(Page(closed.text).h1.replace("\u00a0", " ") == "Tą drogą nie można" and "Zgrzytnik" not in closed.text, "a closed way says so", said(closed)[:300])
    stored = b"".join(p.read_bytes() for p in desk.dir.rglob("*") if p.is_file())
    ok("Zgrzytnik".encode() not in stored, "nothing of it lies in the archive's folder")
    done = desk.ask("/api/v1/register-data", "POST", json.dumps({**fields, "persons": 2, "proxy": True}), Content_Type="application/json")
    said_json = json.loads(done.text)
    same((done.status, said_json["lawful"], said_json["grosze"], said_json["stored"]), (200, True, 7900, False), "the API says the same")
    bad = json.loads(desk.ask("/api/v1/register-data", "POST", "{}", Content_Type="application/json").text)
    ok({"source", "ground", "keys", "scope", "purpose"} <= {e["field"] for e in bad["errors"]}, "and names what is missing", bad)


def is_it_published_already():
    f = form(desk, "/wniosek/informacja")
    a = f.send(content="Ile kosztuje zaświadczenie o zameldowaniu?", way="here", co="podobne")
    p = Page(a.text)
    ok(a.status == 200 and not p.faults and "Czy to jest już ogłoszone?" in p.said and any(x.startswith("/karty/") for x in p.links if x),
       "a look at what is published, before filing", p.said[:500])
    ok("Ile kosztuje zaświadczenie o zameldowaniu?</textarea>" in a.text, "with the text kept")
    none = Form(desk, a).send(content="xqzxqz", way="here", co="podobne")
    ok("Nie ma nic ogłoszonego" in said(none), "nothing fits: said", said(none)[:300])
    same(Form(desk, none).send(content="xqzxqz", way="here").status, 303, "and then it is filed")


def in_english():
    number, code, token = file_foi(desk, lang="/en")
    p = Page(desk.ask(f"/en/s/{token}").text)
    ok(p.lang == "en" and f"Case {number}" in p.said and "The office answers at the latest on " in p.said, "a case in English", p.said[:300])
    slip = form(desk, "/en/wniosek/informacja").send(content="", way="here")
    ok("The request was not filed. Correct 1 thing:" in said(slip) and slip.status == 422, "a slip in English", said(slip)[:200])


main(a_slip_loses_nothing, two_clicks_with_a_file_are_one, a_receipt_proves_and_leads_on, *([the_proof_does_what_it_says] if shutil.which("openssl") else []), repeats_give_the_same_receipt, a_repeat_swallows_nothing, a_second_tab_files_nothing_without_its_files, a_second_tab_adds_nothing_without_its_files, a_case_is_found_again,
     a_case_shows_what_comes_next, reuse_is_asked_question_by_question, complaints_and_petitions, other_letters, register_data_are_prepared_and_never_stored, is_it_published_already, in_english)

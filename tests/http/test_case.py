"""A case in every state that the office can bring it into, as its citizen reads it: what happened, who acts next and until
when, what to fetch, what to do against it; and every act that is open to the citizen."""
import datetime
import json
import re

from desk import Desk, Page, main, ok, same, scratch
from letter import PDF, file_foi, follow, form

desk = Desk().start()
folder = scratch()
TODAY = datetime.date.today()


def said(token, lang=""):
    a = desk.ask(f"{lang}/s/{token}")
    p = Page(a.text)
    ok(a.status == 200 and not p.faults, "a page without a fault", (a.status, p.faults))
    return p.said


def office(*words):
    done = desk("request", *words)
    if done.status != 0:
        raise RuntimeError(f"{words}: {done}")
    return done


def button(token):
    """The words of the one main step of a case's page."""
    return " ".join(re.findall(r'<a class="button"[^>]*>([^<]*)</a>', desk.ask(f"/s/{token}").text)).replace("\u00a0", " ")


def says(token, what, *wants):
    text = said(token)
    for want in wants:
        ok(want in text, f"{what}: {want}", text)
    return text


def reuse():
    who = dict(name="Jan Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze", email="jan@example.pl")
    a = desk.ask("/api/v1/requests", "POST", json.dumps(dict(kind="reuse", way="here", content="Budżety", purpose="aplikacja", format="CSV", **who)),
                 Content_Type="application/json")
    r = json.loads(a.text)
    return r["number"], r["url"].rsplit("/", 1)[1]


def extended():
    number, _, token = file_foi(desk)
    office("assign", number, "--unit", "WF")
    says(token, "assigned", "W opracowaniu", "Przygotowuje: WF")
    office("extend", number, "--until", (TODAY + datetime.timedelta(days=40)).isoformat(), "--reason", "Zbieramy umowy z <dziesięciu> lat.")
    says(token, "extended", "Przedłużono do ", "Zbieramy umowy z <dziesięciu> lat.", "Drugi raz nie można.", "Zostało 40 dni.")


def called():
    number, _, token = file_foi(desk)
    until = (TODAY + datetime.timedelta(days=9)).isoformat()
    office("call", number, "--for", "clarify", "--text", "Których ulic dotyczy pytanie?", "--until", until, "--served", TODAY.isoformat())
    says(token, "called", "Urząd prosi o wyjaśnienie do ", "Których ulic dotyczy pytanie?", "Urząd czeka na Twoją odpowiedź, najpóźniej ",
         "Zostało 9 dni.", "Termin odpowiedzi biegnie dalej.")
    ok("Odpowiedz urzędowi" in button(token), "the reply is the button of the page", button(token))
    page = form(desk, f"/s/{token}/uzupelnij")
    asked = Page(page.answer.text)
    ok(asked.h1 == "Odpowiedz urzędowi" and "Których ulic dotyczy pytanie?" in asked.said and "Zrób to najpóźniej " in asked.said,
       "who replies sees the question and the last day", asked.said)
    follow(desk, page.send(text="Wszystkich w centrum."))
    says(token, "after the reply", "Wszystkich w centrum.", "Urząd odpowie najpóźniej ")


def a_fee():
    number, _, token = file_foi(desk, way="post", street="Polna 3", postal_code="17-300", city="Siemiatycze")
    items = [json.loads(line) for line in desk("request", "show", number).out.splitlines()]
    ok(items, "the office sees it")
    office("fee", number, "--item", "1a-bw-A4=120", "--item", "4M=1", "--served", TODAY.isoformat())
    says(token, "fee notice", "Ten sposób kosztuje 24,50 zł", "także gdy jeszcze nie zapłacisz.", "Zobacz koszt i wybierz")
    page = form(desk, f"/s/{token}/oplata")
    p = Page(page.answer.text)
    same((p.h1.replace("\u00a0", " "), p.faults), ("Ten sposób kosztuje 24,50 zł", []), "a page of its own")
    for want in ("120 × 0,13 zł = 15,60 zł", "Odpowiedź wyślemy po upływie 14 dni od powiadomienia, także gdy jeszcze nie zapłacisz.", "Zostawiam",
                 "Wolę e-mail, bezpłatnie", "Wycofuję wniosek"):
        ok(want in p.said, f"with {want}", p.said)
    none = page.send()
    ok(none.status == 422 and "Wybierz jedną możliwość." in Page(none.text).said, "a choice is needed", none.status)
    bad = page.send(wybor="email", email="x")
    ok(bad.status == 422 and "brakuje znaku @" in Page(bad.text).said, "and an address that does", Page(bad.text).said)
    done = follow(desk, page.send(wybor="email", email="jan@example.pl")).answer
    ok("Urząd zna już Twój wybór." in Page(done.text).said and "E-mailem" in Page(done.text).said, "e-mail is chosen", Page(done.text).said)
    for choice, want in (("zostawiam", "Zostawiasz ten sposób mimo kosztu"), ("wycofuje", "Wycofana")):
        number, _, token = file_foi(desk, way="post", street="Polna 3", postal_code="17-300", city="Siemiatycze")
        office("fee", number, "--item", "1a-bw-A4=120", "--served", TODAY.isoformat())
        done = follow(desk, form(desk, f"/s/{token}/oplata").send(wybor=choice)).answer
        ok(want in Page(done.text).said, f"or {choice}", Page(done.text).said)


def an_offer():
    number, token = reuse()
    office("offer", number, "--text", "Podaj źródło i datę.", "--served", TODAY.isoformat())
    text = says(token, "offer", "Urząd proponuje warunki ponownego wykorzystywania", "Podaj źródło i datę.", "Przyjmij ofertę albo złóż sprzeciw")
    ok("Termin ruszy po doręczeniu." not in text and "kosztuje" not in text, "it was served, and is free of charge", text)
    done = follow(desk, form(desk, f"/s/{token}/oferta").send(wybor="przyjmuje")).answer
    ok("Oferta przyjęta" in Page(done.text).said, "accepted", Page(done.text).said)
    number, token = reuse()
    office("offer", number, "--text", "Podaj źródło.", "--amount", "12560.00", "--served", TODAY.isoformat())
    for text in (said(token), Page(desk.ask(f"/s/{token}/oferta").text).said):
        ok("Ponowne wykorzystywanie kosztuje 12 560,00 zł." in text, "what it costs stands on both pages", text)
    done = follow(desk, form(desk, f"/s/{token}/oferta").send(wybor="sprzeciw", text="Za drogo.")).answer
    ok("Sprzeciw wobec oferty" in Page(done.text).said and "Za drogo." in Page(done.text).said, "objected to", Page(done.text).said)


def an_answer():
    number, code, token = file_foi(desk)
    answer = folder / "odpowiedź nr 1.pdf"
    answer.write_bytes(PDF)
    office("answer", number, answer, "--text", "Umowy są w załączniku.")
    text = says(token, "answered", "Odpowiedź gotowa", "Umowy są w załączniku.", "odpowiedź nr 1.pdf")
    ok(text.index("Umowy są w załączniku.") < text.index("Co możesz zrobić"), "the answer comes first", text)
    ok(text.index("Podstawa prawna: ustawa o dostępie do informacji publicznej, art. 13") > text.index("Jak śledzić sprawę"), "the law comes last", text)
    ok("Urząd odpowie" not in text and "Zmień sposób odpowiedzi" not in text, "nothing is open any more", text)
    link = re.search(rf'href="(/s/{token}/plik/\d+)">odpowiedź', desk.ask(f"/s/{token}").text).group(1)
    got = desk.ask(link)
    ok(got.body == PDF and "odpowied%C5%BA%20nr%201.pdf" in got["content-disposition"], "the answer is fetched under its name", got.headers)
    a = json.loads(desk.ask(f"/api/v1/requests/{number}", Akta_Secret=code).text)
    same((a["state"], a["files"][-1]["answer"]), ("answered", True), "the API says the same")


def a_refusal():
    number, _, token = file_foi(desk, name="Jan Próba", way="post", street="Polna 3", postal_code="17-300", city="Siemiatycze")
    office("refuse", number, "--ground", "5-2-business", "--protects", "Wykonawca", "--text", "Tajemnica przedsiębiorcy.")
    text = says(token, "refused", "Odmowa", "Tajemnica przedsiębiorcy.", "Jeśli się nie zgadzasz", "14 dni", "SKO", "Termin ruszy po doręczeniu.")
    ok("bezczynność" not in text, "no complaint of inactivity against a decision", text)
    office("served", number, "--on", TODAY.isoformat())
    text = says(token, "served", "Doręczono ", "Zrób to najpóźniej w")
    ok("Odmowa" in text and "Odrzucone" not in text and button(token) == "Przygotuj odwołanie", "the word of the law, and the next step", text)
    ok("Termin ruszy po doręczeniu." not in text, "now the term is known", text)
    kinds = re.findall(r"/srodek/(\d)", desk.ask(f"/s/{token}").text)
    ok(kinds and all(desk.ask(f"/s/{token}/srodek/{k}").status == 200 for k in kinds), "each remedy has its letter", kinds)


def endings():
    for words, want in ((("not-held", "--text", "Nie prowadzimy takiej ewidencji."), "Urząd nie ma tej informacji"),
                        (("forward", "--text", "Drogami zajmuje się powiat."), "Przekazano do właściwego urzędu")):
        number, _, token = file_foi(desk)
        done = desk("request", words[0], number, *words[1:])
        ok(done.status == 0 or "to" in done.err, f"the office: {words[0]}", done)
        if done.status == 0:
            says(token, words[0], want)


def passed_on():
    who = dict(name="Jan Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze", email="jan@example.pl")
    a = desk.ask("/api/v1/requests", "POST", json.dumps(dict(kind="complaint", way="email", content="Starosta nie odpowiada.", **who)),
                 Content_Type="application/json")
    office("forward", json.loads(a.text)["number"], "--text", "Nie jesteśmy właściwi.", "--to", "Rada Powiatu")
    says(json.loads(a.text)["url"].rsplit("/", 1)[1], "passed on", "Przekazano do: Rada Powiatu", "Nie jesteśmy właściwi.")


def a_draft_that_is_gone():
    a = desk.ask("/s/" + "0" * 32 + "/pytanie/1")
    p = Page(a.text)
    ok(a.status == 404 and p.h1.replace("\u00a0", " ") == "Tego szkicu już nie ma" and "/wniosek" in p.links and not p.faults,
       "a draft that is gone says so and leads on", (a.status, p.said))


def in_english():
    number, _, token = file_foi(desk, lang="/en")
    office("extend", number, "--until", (TODAY + datetime.timedelta(days=40)).isoformat(), "--reason", "Many years.")
    text = said(token, "/en")
    for want in ("Extended until ", "It cannot be extended a second time.", "There are 40 days left.", "The office answers at the latest on "):
        ok(want in text, f"in English: {want}", text)
    same(re.findall(r"[ąćęłńóśźż]\w+", text.replace("Umowy na odśnieżanie", "").replace("Urząd", "").split("Legal basis:")[0]), [], "all of it")


main(extended, called, a_fee, an_offer, an_answer, a_refusal, endings, passed_on, a_draft_that_is_gone, in_english)

"""Notices by e-mail, end to end through a real SMTP server: what is sent, to whom, when, what it says, what the citizen and
the office see of it; and that mail that is not set up does nothing at all. The long form is tests/mail."""
import datetime
import email.header
import json
import re

import time

import jsonschema

from desk import Desk, Page, main, ok, same, wait_for
from letter import file_foi, follow, form
from smtp import Server, certificate

server = Server().start()
desk = Desk()
plain = (desk.dir / "akta.conf").read_text()
SECRETS = ("Nowak", "Tajne", "śnież", "/s/")


def configure(text):
    (desk.dir / "akta.conf").write_text(plain + "\n" + text)


def office(*words):
    done = desk("request", *words)
    if done.status != 0:
        raise RuntimeError(f"{words}: {done}")
    return done


def notices(number):
    return {n["event"]: n for n in desk("request", "show", number).row["notices"]}


def told_to_owner(number, code, lang="pl"):
    """What the API tells whoever has the code, of the shape that it says: none of it is the address."""
    a = desk.ask(f"/api/v1/requests/{number}", Akta_Secret=code, Accept_Language=lang)
    file = json.loads(desk.ask("/api/v1/openapi.json").text)
    schema = {"$ref": "#/components/schemas/RequestView", "components": file["components"]}
    view = json.loads(a.text)
    wrong = [e.message[:200] for e in jsonschema.Draft202012Validator(schema).iter_errors(view)]
    ok(a.status == 200 and not wrong and "example" not in json.dumps(view["notices"]), "the API's answer is as it says", wrong)
    return view["notices"]


def arrives(count, seconds=20):
    return wait_for(lambda: len(server.taken) >= count, seconds)


def subject(message):
    return str(email.header.make_header(email.header.decode_header(message["Subject"])))


def off_is_off():
    number, code, token = file_foi(desk, email="a@example.pl", way="email")
    same(desk("request", "show", number).row["notices"], [], "no server, no notice")
    same(told_to_owner(number, code), [], "nor in the API")
    ok("Powiadomienia" not in Page(desk.ask(f"/s/{token}").text).said, "and no word of it on the page")


def a_case():
    before = len(server.taken)
    number, code, token = file_foi(desk, content="Tajne umowy", name="Anna Nowak", email="anna+bip@example.pl", way="email")
    ok(arrives(before + 1), "the receipt is told", server.seen)
    until = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
    office("assign", number, "--unit", "WF")
    office("extend", number, "--until", until, "--reason", "Tajne przyczyny")
    ok(arrives(before + 2), "the extension is told")
    office("answer", number, "--text", "Tajne: nie ma.")
    ok(arrives(before + 3), "the answer is told")
    got = server.taken[before:]
    same([subject(m) for m in got], [f"Sprawa {number}: pismo wpłynęło", f"Sprawa {number}: nowy termin", f"Sprawa {number}: odpowiedź gotowa"],
         "what they are about: the number and the step, an assignment is none")
    same({m.envelope[0] for m in got}, {"powiadomienia@brzozow-dolny.example"}, "reports of failed delivery come to the office")
    same([m.envelope[1] for m in got], [["anna+bip@example.pl"]] * 3, "they go to the one address")
    root = got[0]["Message-ID"]
    same([m["In-Reply-To"] for m in got], [None, root, root], "one thread")
    same([m["References"] for m in got], [None, root, root], "by references, too")
    ok(len({m["Message-ID"] for m in got}) == 3 and all(re.fullmatch(rf"<{number}\.\d+@bip\.brzozow-dolny\.example>", m["Message-ID"])
                                                       for m in got), "each has its own name", [m["Message-ID"] for m in got])
    for m in got:
        body = m.get_content()
        ok(m["Auto-Submitted"] == "auto-generated" and m.get_content_type() == "text/plain" and m.get_content_charset() == "utf-8" and
           m["Content-Language"] == "pl" and m["Date"].datetime.utcoffset() == datetime.timedelta(0), "an automatic message says so", m.items())
        ok(number in body and "Sprawdź swoją sprawę" in body and "nie ma odnośnika" in body, "it leads to the case", body)
        ok(not any(w in body + str(m.items()) for w in SECRETS + (code, token)), "and tells nothing of it", body)
        ok(m.raw.isascii() and all(len(line) <= 78 for line in m.raw.split(b"\r\n")) and b"\n" not in m.raw.replace(b"\r\n", b""),
           "in lines that any server takes", m.raw)
    same({k: n["state"] for k, n in wait_shown(number, 4).items()}, {1: "sent", 3: "sent", 4: "sent"}, "the office sees them sent")
    said = Page(desk.ask(f"/s/{token}").text).said
    ok("Powiadomienia e-mailem" in said and said.count("List przyjął serwer poczty.") == 3 and "example.pl" not in said.split("Powiadomienia")[1],
       "the citizen, too, without the address", said)
    told = told_to_owner(number, code)
    same([(n["event"], n["what"], n["state"], n["next"], n["repeated"]) for n in told],
         [(1, "file", "sent", None, False), (3, "extend", "sent", None, False), (4, "answer", "sent", None, False)], "and the API's reader")
    same({n["text"] for n in told}, {"List przyjął serwer poczty."}, "in words")


def wait_shown(number, event, state="sent"):
    wait_for(lambda: notices(number).get(event, {}).get("state") == state, 20)
    return notices(number)


def in_english():
    before = len(server.taken)
    number, _, token = file_foi(desk, lang="/en", email="john@example.org", way="email")
    ok(arrives(before + 1), "filed in English, told")
    m = server.taken[before]
    ok(subject(m) == f"Case {number}: your letter has come in" and m["Content-Language"] == "en" and
       "Check your case" in m.get_content(), "in English", m.get_content())
    wait_shown(number, 1)
    ok("Sent means that the mail server has taken it." in Page(desk.ask(f"/en/s/{token}").text).said, "and so is the page")


def for_notices_only():
    before = len(server.taken)
    page = Page(desk.ask("/wniosek/informacja").text).said
    ok("Adres e-mail do odpowiedzi albo powiadomień" in page, "the form says what an address is for", page)
    number, _, token = file_foi(desk, email="fetch@example.pl", way="here")
    ok(arrives(before + 1) and server.taken[before].envelope[1] == ["fetch@example.pl"], "who fetches the answer with the code is told, too")
    done = follow(desk, form(desk, f"/s/{token}/zmien").send(way="here", email="other@example.pl")).answer
    office("answer", number, "--text", "Nie ma.")
    ok(done.status == 200 and arrives(before + 2) and server.taken[before + 1].envelope[1] == ["other@example.pl"],
       "another address, the same way of answer", done)
    wait_shown(number, 3)


def no_address_no_notice():
    number, _, _ = file_foi(desk)
    office("answer", number, "--text", "Nie ma.")
    same(notices(number), {}, "who gave no address gets none")


def refused_and_corrected():
    server.answers["recipient"] = "550 5.1.1 nobody of this name"
    number, code, token = file_foi(desk, email="ana@example.pl", way="email")
    n = wait_shown(number, 1, "refused")[1]
    told = told_to_owner(number, code, "en")
    same([(x["state"], x["text"]) for x in told], [("refused", "Refused: the mail server does not take mail for this address.")], "the API says it, too")
    shown = desk.people("request", "show", number, lang="pl_PL.UTF-8").out
    ok("Powiadomienia e-mailem" in shown and "Serwer poczty nie przyjmuje listów na ten adres." in shown, "and so does the tool to the clerk", shown)
    same((n["state"], n["stage"], n["code"], n["attempts"]), ("refused", "recipient", 550, 1), "refused at once and for good")
    said = Page(desk.ask(f"/s/{token}").text).said
    ok("Serwer poczty nie przyjmuje listów na ten adres." in said, "the citizen is told", said)
    found = [r for r in desk("doctor").rows if r.get("place") == "mail"]
    ok(len(found) == 1 and number in found[0]["wrong"], "and the doctor says so", found)
    same(desk("daily").row["notices_failed"], 1, "and the nightly work")
    del server.answers["recipient"]
    before = len(server.taken)
    done = follow(desk, form(desk, f"/s/{token}/zmien").send(way="email", email="anna@example.pl")).answer
    ok(done.status == 200 and arrives(before + 1), "a new address", done)
    same(server.taken[before].envelope[1], ["anna@example.pl"], "gets what the old one did not")
    same(wait_shown(number, 1)[1]["state"], "sent", "which the case shows")


def put_off():
    server.answers["recipient"] = ["451 4.7.1 greylisted"]
    before = len(server.taken)
    number, _, token = file_foi(desk, email="a@example.pl", way="email")
    ok(wait_for(lambda: notices(number)[1]["attempts"] == 1, 20), "a first try", notices(number))
    ok(arrives(before + 1), "and a second one goes through")
    n = wait_shown(number, 1)[1]
    same((n["state"], n["attempts"], n["repeated"]), ("sent", 2, False), "once")


def secured():
    desk.stop_web()
    desk.stop_owner()
    context, authority = certificate(desk.root)
    secret = desk.root / "password"
    secret.write_text("tajne hasło\n")
    safe = Server(tls=context, password="tajne hasło").start()
    configure(safe.settings(tls="starttls", authorities=authority, user="akta", password_file=secret, return_path="<>",
                            site="https://bip.example/"))
    desk.start()
    number, _, _ = file_foi(desk, email="a@example.pl", way="email")
    ok(wait_for(lambda: len(safe.taken) == 1, 20), "over TLS, signed in", notices(number))
    ok(safe.taken and safe.taken[0].envelope[0] == "<>" and "https://bip.example/sprawa" in safe.taken[0].get_content(),
       "with an empty return path and the address of the window, as set",
       [(m.envelope, m.get_content()) for m in safe.taken])
    safe.stop()


def spared():
    """Whoever files under a stranger's address cannot bury him in mail; what the office does always comes."""
    desk.stop_web()
    desk.stop_owner()
    configure(server.settings(per_address=2))
    desk.start()
    before = len(server.taken)
    numbers = [file_foi(desk, email=a, way="email") for a in ("Ofiara@example.pl", "ofiara+1@example.pl", "ofiara@example.pl", "ofiara+2@EXAMPLE.pl")]
    last = wait_shown(numbers[3][0], 1, "spared")[1]
    same([wait_shown(n, 1, s)[1]["state"] for (n, _, _), s in zip(numbers, ("sent", "sent", "spared", "spared"))], ["sent", "sent", "spared", "spared"],
         "two notices of one's own letters go to one mailbox, however it is written")
    same((len(server.taken) - before, last["attempts"]), (2, 0), "the others are not even tried")
    said = Page(desk.ask(f"/s/{numbers[3][2]}").text).said
    ok("na ten adres wyszło dziś już wiele powiadomień" in said, "as the case's page says", said)
    office("answer", numbers[3][0], "--text", "Nie ma.")
    same(wait_shown(numbers[3][0], 2)[2]["state"], "sent", "the office's answer is told all the same")
    other, _, _ = file_foi(desk, email="inna@example.pl", way="email")
    same(wait_shown(other, 1)[1]["state"], "sent", "and so is everybody else")
    found = desk("doctor")
    ok(not [r for r in found.rows if r.get("place") == "store"], "the doctor finds the outbox whole", found)


def quiet_logs():
    log = (desk.root / "owner.log").read_text() + (desk.root / "nginx.log").read_text()
    ok(not any(w in log for w in ("example.pl", "Nowak", "hasło", "2026-0000")), "no log names an address, a person or a number", log)


def settings_that_do_not_fit():
    desk.stop_web()
    desk.stop_owner()
    for wrong, name in (("from = nobody", "mail.from"), ("tls = maybe", "mail.tls"), ("server = a b", "mail.server"), ("user = x", "mail.user")):
        key, value = wrong.split(" = ")
        configure(server.settings(**{key: value}))
        try:
            desk.start_owner()
            ok(False, f"it does not start with {wrong}")
            desk.stop_owner()
        except RuntimeError as e:
            ok(name in str(e), f"it does not start with {wrong}, and says why", str(e))


desk.start()
off_is_off()
desk.stop_web()
desk.stop_owner()
configure(server.settings())
desk.start()
main(a_case, in_english, for_notices_only, no_address_no_notice, refused_and_corrected, put_off, secured, spared, quiet_logs, settings_that_do_not_fit)

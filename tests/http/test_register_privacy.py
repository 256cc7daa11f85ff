"""Nothing personal in anything public: a thousand letters with names, addresses, e-mails, PESELs, phones, files and secrets
are filed, some are worked on, answered and published, and every public page, feed, table and header is searched for all of
it. A planted leak must be found."""
import concurrent.futures
import html
import json
import random
import re
import time
from urllib.parse import quote, unquote

from desk import Desk, main, ok, own_links, Page, same, scratch
from letter import PDF, multipart

SEED, PEOPLE = 20261122, 1000
chance = random.Random(SEED)
desk = Desk().start()
folder = scratch()
people, needles = [], {}


# ---------------------------------------------------------------- people who do not exist

def pesel():
    digits = f"{chance.randrange(40, 99):02}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}{chance.randrange(10000):04}"
    return digits + str(-sum(int(d) * w for d, w in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3))) % 10)


def word(*parts):
    return "".join(chance.choice(p.split()) for p in parts).capitalize()


def person(i):
    first = chance.choice("Anna Jan Maria Piotr Zofia Krzysztof Żaneta Łukasz Ewa Stanisław".split())
    last = word("brz grz kł mł pstr skrz szczu trzmi wrzo żdż", "ą e o u ó", "b ch dz fl gn kn łt mr", "e o u y", "bel czak dun gier kosz lasz mór rut zdr")
    last += chance.choice("ek uk ycz ewski owicz ał isz".split()) + word("a e i o u", "b d f g k", "ar er ir or").lower()
    mail = f"{last}{i}@{word('po li', 'czta st')}.example.pl".lower().translate(str.maketrans("ąćęłńóśźż", "acelnoszz"))
    return dict(name=f"{first} {last}", last=last, email=mail, street=f"{word('Brzo Lipo Jawo', 'zowa wa rowa')} {100 + i}/{chance.randrange(1, 90)}",
                postal_code=f"{chance.randrange(10, 99)}-{chance.randrange(100, 999)}", city="Brzozów Dolny", pesel=pesel(),
                phone=f"+48 {chance.randrange(500, 900)} {i:03} {chance.randrange(100, 1000)}", matter=f"działka nr {i * 7 + 100000}/{i}")


def letter(p, i):
    kind = chance.choice(["foi"] * 6 + ["reuse", "complaint", "petition", "own-words"])
    body = dict(kind=kind, way="email", content=f"Nazywam się {p['name']}, PESEL {p['pesel']}. Mieszkam: {p['street']}. Sprawa: {p['matter']}.",
                **{k: p[k] for k in ("name", "email", "street", "postal_code", "city")})
    if kind == "reuse":
        body.update(purpose=f"aplikacja firmy {p['last']}", format="CSV")
    if kind in ("foi", "reuse", "complaint"):
        body["phone"] = p["phone"]
    return body


def fold(text):
    return " ".join(text.lower().split())


def remember(needle):
    needle = fold(needle)
    needles.setdefault(re.findall(r"\w+", needle)[0], set()).add(needle)


def file_one(i):
    p = people[i]
    kind, body = "application/json", json.dumps(p["letter"])
    if i % 50 == 0:
        p["file"] = f"skan {p['name']}.pdf"
        kind, body = multipart([("request", body)], [("files", p["file"], PDF + p["name"].encode())])
    a = desk.ask("/api/v1/requests", "POST", body, Content_Type=kind)
    if a.status != 201:
        raise RuntimeError(f"not filed: {a}")
    p.update(json.loads(a.text))


def office(*words):
    done = desk("request", *words)
    if done.status != 0:
        raise RuntimeError(f"{words}: {done}")


def fill():
    for i in range(PEOPLE):
        p = person(i)
        p["letter"] = letter(p, i)
        people.append(p)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(file_one, range(PEOPLE)))
    for p in people:
        for key in ("name", "last", "email", "street", "pesel", "phone", "matter", "secret"):
            remember(p[key])
        remember(p["url"].rsplit("/", 1)[1])
        if "file" in p:
            remember(p["file"])
    ok(len(needles) > 4 * PEOPLE and len({p["number"] for p in people}) == PEOPLE, "a thousand people wrote", len(needles))


def work():
    foi = [p for p in people if p["letter"]["kind"] == "foi"][:14]
    for i, p in enumerate(foi):
        refused = desk("request", "subject", p["number"], "--text", f"Działka pana {p['last']}" if i % 2 else f"Pytanie {p['email']}")
        same(refused.status, 2, "a subject that names the requester is refused")
        office("subject", p["number"], "--text", f"Pozwolenia na budowę, część {i + 1}")
        if i < 8:
            answer = folder / f"odpowiedź dla {p['name']}.pdf"
            answer.write_bytes(PDF)
            office("answer", p["number"], answer, "--text", f"Szanowny Panie {p['name']}, {p['street']}")
            seq = next(f["n"] if "n" in f else f["file"] for f in json.loads(desk("request", "show", p["number"]).out.splitlines()[0])["files"]
                       if f.get("released") or f.get("answer"))
            leaky = desk("request", "publish", p["number"], "--text", f"Odpowiedź dla: {p['name']}", "--file", str(seq))
            same(leaky.status, 2, "so are such words of an answer")
            office("publish", p["number"], "--text", "Wydano trzy pozwolenia.", "--file", str(seq))
        elif i < 11:
            office("refuse", p["number"], "--ground", "5-1", "--text", f"Odmowa dla: {p['name']}")
        else:
            office("assign", p["number"], "--unit", "WA")


# ---------------------------------------------------------------- everything public

def leaks(text):
    found = set()
    text = text.replace("\r\n ", "")  # lines of a calendar are folded
    for seen in {text, html.unescape(text), unquote(text)}:
        seen = fold(seen.replace("\u00a0", " "))
        for token in set(re.findall(r"\w+", seen)):
            found |= {n for n in needles.get(token, ()) if n in seen}
    return found


def public():
    """Each public address about requests with what it answers."""
    starts = ["/", "/en/", "/wnioski", "/en/wnioski", "/wnioski/statystyka", "/en/wnioski/statystyka", "/odpowiedzi", "/en/odpowiedzi", "/zmiany",
              "/dziennik", "/api/v1/requests", "/api/v1/requests.csv", "/api/v1/answers", "/api/v1/answers.csv", "/api/v1/statistics",
              "/api/v1/statistics.csv", "/feeds/register.atom", "/feeds/answers.atom", "/feeds/terms.ics", "/dcat.ttl", "/wnioski?q=pozwolenia",
              "/api/v1/requests?q=budowa", "/wnioski?stan=answered", "/wnioski?rodzaj=complaint", "/log/checkpoint"]
    wanted = re.compile(r"^(/en)?/(wnioski|odpowiedzi|api/v1/(requests|answers|statistics)|feeds/|dcat)")
    queue, seen = list(starts), {}
    alone = 0
    while queue:
        at = queue.pop()
        if at in seen:
            continue
        if re.search(r"/wnioski/\d", at):
            alone += 1
            if alone > 120:  # one is as another
                continue
        a = seen[at] = desk.ask(at)
        if (a["content-type"] or "").startswith("text/html"):
            queue += [x for x in own_links(Page(a.text), at) if wanted.match(x)]
        if at.startswith("/api/v1/requests") and ".csv" not in at and (json.loads(a.text)["next"] or "") != "":
            queue.append("/api/v1/requests?after=" + json.loads(a.text)["next"])
    return seen


def search():
    seen = public()
    dead = {at: a.status for at, a in seen.items() if a.status != 200}
    same(dead, {}, "everything public answers")
    numbers = set()
    for at, a in seen.items():
        numbers |= set(re.findall(r"\d{4}-\d{6}", a.body.decode("utf-8", "replace")))
    ok(numbers >= {p["number"] for p in people}, "and all thousand requests are in it", len(numbers))
    found = {at: leaks(a.body.decode("utf-8", "replace") + " " + json.dumps(a.headers, ensure_ascii=False)) for at, a in seen.items()}
    found = {at: sorted(f)[:3] for at, f in found.items() if f}
    same(found, {}, f"nothing of them is in any of {len(seen)} public answers, seed {SEED}")


def questions():
    """Who asks for a name learns nothing: it is the same as for a name that nobody has."""
    for p in people[::100]:
        for q in (p["last"], p["email"], p["pesel"], p["street"]):
            a = json.loads(desk.ask("/api/v1/requests?q=" + quote(q)).text)
            same((a["requests"], a["next"]), ([], None), "no request is found by what is personal")
            same(json.loads(desk.ask("/api/v1/answers?q=" + quote(q)).text)["answers"], [], "nor an answer")


def shows(at, needle):
    """A public page of a moment ago may still be sent: until that moment is over."""
    end, at = time.monotonic() + 10, at + ("&" if "?" in at else "?") + "nowe="
    while needle not in (found := leaks(desk.ask(f"{at}{time.monotonic_ns()}").text)) and time.monotonic() < end:
        time.sleep(0.2)
    return needle in found


def planted():
    """The search itself: what a person approves wrongly about somebody else is found in all of its places."""
    victim, other = people[3], next(p for p in people[500:] if p["letter"]["kind"] == "foi")
    office("subject", other["number"], "--text", f"Sprawa sąsiada: {victim['name']}")
    for at in (f"/wnioski/{other['number']}", f"/api/v1/requests?q={other['number']}", "/api/v1/requests.csv", "/feeds/register.atom", "/feeds/terms.ics"):
        ok(shows(at, fold(victim["name"])), f"a planted leak is found: {at[:24]}")
    for key in ("secret", "pesel", "email", "phone"):
        ok(leaks(f'<td title="{html.escape(victim[key])}">'), f"and so would be a {key}")


main(fill, work, search, questions, planted)

"""Checking a document: the four ways to ask, what each may reveal, and that the proofs hold without us."""
import hashlib
import json
import re
import subprocess

from desk import Desk, Page, main, ok, same, scratch, wait_for
from letter import PDF, check_document, file_foi, multipart

desk = Desk().start()
folder = scratch()
SECRET, OPEN = b"Notatka o Janie Kowalskim\n" * 300, "Protokół z sesji rady\n".encode() * 300
NOBODYS = hashlib.sha256(b"nobody ever filed this").hexdigest()


def sha(content):
    return hashlib.sha256(content).hexdigest()


def lines(r):
    return [json.loads(x) for x in r.out.splitlines()]


def records():
    mark = lines(desk("file", "open", "--unit", "WA", "--class", "1431", "--title", "Sesje rady"))[0]["mark"]
    ids = []
    for name, content in (("notatka.txt", SECRET), ("protokol.txt", OPEN)):
        (folder / name).write_bytes(content)
        ids.append(lines(desk("ingest", "--file", mark, folder / name))[0]["id"])
    done = desk("record", "describe", ids[1], "--access", "public")
    ok(done.status == 0, "a record is made public", done)
    return ids


private_id, public_id = records()
number, code, token = file_foi(desk, [("skan.pdf", PDF)])
wait_for(lambda: desk.ask(f"/s/{token}/dowod.txt").status == 200)
receipt = desk.ask(f"/s/{token}/dowod.txt").body


def api(digest, **headers):
    a = desk.ask(f"/api/v1/verify/{digest}", **headers)
    return a.status, json.loads(a.text)


def verify(*how, **more):
    return check_document(desk, *how, **more)


# ---------------------------------------------------------------- a bare digest

def public_and_private():
    status, a = api(sha(OPEN))
    same((status, a["verdict"], a["witnesses"]), (200, "genuine", 0), "a public record is vouched for")
    ok(a["entry"] > 0 and re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", a["since"]), "since when, and where in the log", a)
    for what, digest in (("a private record", sha(SECRET)), ("an attachment of a case", sha(PDF)), ("nobody's digest", NOBODYS)):
        status, a = api(digest)
        same((status, a), (200, {"verdict": "unknown", "sha256": digest}), f"{what} is unknown, and nothing more is said")
    whole = {d: desk.ask(f"/sprawdz/{d}").text.replace(d, "").replace("<wbr>".join(d[i:i + 8] for i in range(0, 64, 8)), "")
             for d in (sha(SECRET), NOBODYS)}
    same(len(set(whole.values())), 1, "the page of a private digest is to the byte that of an unknown one")
    same(desk.ask(f"/sprawdz/{sha(SECRET)}/dowod.txt").status, 404, "no proof of a private one")


def taken_back():
    ok(desk("record", "describe", public_id, "--access", "restricted").status == 0, "the access is narrowed")
    same(api(sha(OPEN))[1]["verdict"], "unknown", "and the digest is nobody's")
    ok(desk("record", "describe", public_id, "--access", "public").status == 0, "and widened")
    same(api(sha(OPEN))[1]["verdict"], "genuine", "and found again")
    r = desk("doctor")
    ok(r.status == 0, "the doctor finds the index whole", r)


def published():
    card = json.loads(desk.ask("/api/v1/services").text)["services"][0]["slug"]
    digest = json.loads(desk.ask(f"/api/v1/services/{card}").text)["metryka"]["sha256"]
    status, a = api(digest)
    same((a["verdict"], a["document"]), ("genuine", f"/karty/{card}/wersje/1"), "a published card is vouched for")
    same(desk.ask(a["document"]).status, 200, "and its address leads to it")
    p = Page(desk.ask(f"/sprawdz/{digest}").text)
    ok(p.h1 == "Zgodny, czeka na świadków".replace("a na", "a na") and "tylko że nikt jej nie zmienił" in p.said, "as a page", (p.h1, p.said))
    return digest


def answered():
    """A file of an answer is public from the verb that publishes it to the one that takes it back."""
    n, c, t = file_foi(desk)
    content = b"Umowy 2026\n" * 500
    (folder / "umowy.txt").write_bytes(content)
    ok(desk("request", "answer", n, folder / "umowy.txt", "--text", "W załączeniu").status == 0, "answered with a file")
    same(api(sha(content))[1]["verdict"], "unknown", "what is released to one is not public")
    done = desk("request", "publish", n, "--subject", "Umowy na odśnieżanie", "--file", "1")
    ok(done.status == 0, "the answer is published", done)
    a = api(sha(content))[1]
    same((a["verdict"], a.get("number"), a["document"]), ("genuine", n, f"/odpowiedzi/{n}"), "now anybody learns that it is genuine")
    same(desk.ask(a["document"]).status, 200, "where it stands")
    p = Page(desk.ask(f"/sprawdz/{sha(content)}").text)
    ok(f"Opublikowana odpowiedź {n}" in p.said and not p.faults, "on the page, too", p.said)
    same(desk.ask(f"/odpowiedzi/{n}/plik/1", Range="bytes=0-4").body, b"Umowy", "it is fetched in parts, too")
    ok(desk("doctor").status == 0, "the doctor finds all of it whole")
    done = desk("request", "unpublish", n, "--reason", "Pomyłka")
    same((done.status, api(sha(content))[1]["verdict"]), (0, "unknown"), "taken back, it is nobody's")


def commands(proof, files):
    here = scratch()
    (here / "receipt.txt").write_bytes(proof)
    for name, content in files.items():
        (here / name).write_bytes(content)
    block = "".join(line[4:] for line in proof.decode().splitlines(True) if line.startswith("    "))
    block = block[:block.index("rm -r $W; done") + len("rm -r $W; done")]
    out = subprocess.run(["sh", "-c", block], cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()
    return out.split("\n")[:-1]


def proofs_hold():
    for digest, files, what in ((sha(OPEN), {"file-1": OPEN}, "of a public record"), (published(), {}, "of a published card")):
        wait_for(lambda: desk.ask(f"/sprawdz/{digest}/dowod.txt").status == 200)
        proof = desk.ask(f"/sprawdz/{digest}/dowod.txt").body
        said = commands(proof, files)
        ok(len(said) >= 3 and all(x.endswith(" ok") for x in said), f"the commands in the proof {what} prove it", said)
        status, a = 200, json.loads(desk.ask(f"/api/v1/verify/{digest}", "POST", proof, Content_Type="text/plain").text)
        same(a["verdict"], "genuine", "and we know our own proof again")
    said = commands(desk.ask(f"/sprawdz/{sha(OPEN)}/dowod.txt").body, {"file-1": OPEN + b"x"})
    ok("file-1 1 WRONG" in said, "of a changed file they say so", said)


# ---------------------------------------------------------------- a file, hashed by the server

def contents():
    return sorted(str(p) for p in (desk.dir / "content").rglob("*") if p.is_file())


def a_file():
    before = contents()
    a, p = verify(files=[("plik", "protokół.txt", OPEN)])
    same((a.status, p.h1.replace("\u00a0", " ")), (200, "Zgodny, czeka na świadków"), "a file is hashed by the server")
    a, p = verify(files=[("plik", "x", SECRET)])
    ok(p.h1.replace("\u00a0", " ") == "Nie potwierdzamy tego pliku" and "To nie dowód fałszerstwa" in p.said, "a private one is unknown", p.said)
    a, p = verify(files=[("plik", "big", b"\0" * (3 << 20))], lang="/en")
    ok(p.h1 == "We do not vouch for this file" and "no proof of forgery" in p.said, "a larger one in English", p.said)
    same(contents(), before, "none of them is kept")
    a, p = verify([("skrot", sha(OPEN).upper()[:32] + " " + sha(OPEN)[32:])])
    same(p.h1.replace("\u00a0", " "), "Zgodny, czeka na świadków", "a pasted digest, with a blank and capitals")


def slips():
    for fields, files, want in (([], [], "Wybierz plik albo wklej jego skrót."),
                                ([("skrot", "a" * 63)], [], "Skrót SHA-256 ma 64 znaki, wklejono 63."),
                                ([("skrot", "g" * 64)], [], "Skrót SHA-256 ma tylko cyfry 0–9 i litery a–f."),
                                ([], [("plik", "a<b>.pdf", b"")], "Plik „a<b>.pdf” jest pusty; wybierz inny."),
                                ([], [("dowod", "x.txt", b"Lorem ipsum\n")], "To nie jest nasz plik dowodu"),
                                ([], [("dowod", "x.txt", b"\xff" * 2000)], "To nie jest nasz plik dowodu"),
                                ([], [("dowod", "x.txt", b"akta-receipt/v1\n" + b"x" * 700000)], "To nie jest nasz plik dowodu"),
                                ([("skrot", NOBODYS), ("numer", number), ("kod", "A" * 23)], [], "Nie znamy pary: ten numer i ten kod. Sprawdź oba."),
                                ([("skrot", NOBODYS), ("numer", "2026-999999"), ("kod", code)], [], "Nie znamy pary: ten numer i ten kod. Sprawdź oba.")):
        a, p = verify(fields, files)
        ok(a.status == 422 and want in p.said and p.title.startswith("Błąd: "), f"422: {want}", (a.status, p.said))
    for wrong in ("a" * 63, "a" * 65, "g" * 64, "a" * 32 + "%20" + "a" * 31):
        same((api(wrong)[0], desk.ask("/sprawdz/" + wrong).status), (404, 404), "what is no digest has no address")
    same(api(sha(OPEN).upper())[1]["verdict"], "genuine", "capitals are the same digest")
    page = desk.ask("/sprawdz")
    ok("script-src 'self'" in page["content-security-policy"] and "script-src" not in desk.ask("/")["content-security-policy"],
       "the page with the script allows our own scripts alone, no other page any", page["content-security-policy"])
    src = re.search(r'<script defer src="(/site/verify-[0-9a-f]+\.js)"></script>', page.text).group(1)
    ok(desk.ask(src)["content-type"].startswith("text/javascript"), "and finds it")


# ---------------------------------------------------------------- number and code, or a proof

def by_case():
    status, a = api(sha(PDF) + f"?number={number}", Akta_Secret=code)
    same((status, a["verdict"], a["name"]), (200, "genuine", "skan.pdf"), "the owner of a case learns of its attachment")
    status, a = api(NOBODYS + f"?number={number}", Akta_Secret=code)
    same((a["verdict"], [k["name"] for k in a["known"]]), ("changed", ["skan.pdf", "letter.txt"]), "and of another file that it differs, from what")
    for q, secret in ((f"?number={number}", "A" * 23), ("?number=2026-999999", code), ("", code)):
        same(desk.ask(f"/api/v1/verify/{sha(PDF)}{q}", Akta_Secret=secret).status, 404, "a pair that is none gets 404")
    same(api(sha(PDF) + f"?number={number}")[1]["verdict"], "unknown", "a number alone opens nothing")
    a, p = verify([("numer", number), ("kod", code.lower())], [("plik", "skan.pdf", PDF)])
    ok(p.h1.startswith("Zgodny") and "skan.pdf" in p.said and f"Sprawa {number}" in p.said, "by the form too", p.said)
    a, p = verify([("numer", number), ("kod", code)], [("plik", "skan.pdf", PDF + b"x")])
    ok(p.h1 == "Niezgodny" and f"Plik różni się od dokumentów sprawy {number}." in p.said and sha(PDF)[:8] in p.said and sha(PDF + b"x")[:8] in p.said,
       "a changed one with both digests", p.said)
    a, p = verify([("numer", number), ("kod", code), ("skrot", sha(OPEN))])
    ok(p.h1.startswith("Zgodny"), "what is public stays so", p.said)


def by_proof():
    post = lambda path, body, kind="text/plain": json.loads(desk.ask(path, "POST", body, Content_Type=kind).text)  # noqa: E731
    a = post(f"/api/v1/verify/{sha(PDF)}", receipt)
    same((a["verdict"], a["number"], a["name"]), ("genuine", number, "file-1"), "a receipt opens what it speaks of")
    same(post("/api/v1/verify", receipt)["verdict"], "genuine", "asked about itself it is sound")
    same(post(f"/api/v1/verify/{NOBODYS}", receipt)["verdict"], "changed", "another file differs")
    same(post(f"/api/v1/verify/{sha(SECRET)}", receipt)["verdict"], "changed", "also one that the archive holds elsewhere")
    kind, body = multipart([], [("receipt", "receipt.txt", receipt)])
    same(post(f"/api/v1/verify/{sha(PDF)}", body, kind)["verdict"], "genuine", "as a form")
    same(post(f"/api/v1/verify/{sha(PDF)}", json.dumps({"receipt": receipt.decode()}), "application/json")["verdict"], "genuine", "as JSON")
    a, p = verify([], [("plik", "skan.pdf", PDF), ("dowod", "receipt.txt", receipt)])
    ok(p.h1.startswith("Zgodny") and number in p.said and "plik 1" in p.said, "by the form", p.said)
    a, p = verify([], [("dowod", "receipt.txt", receipt.replace("Umowy".encode(), b"Pensje"))])
    ok(p.h1 == "Niezgodny", "a letter changed within it is noticed", p.said)


def forged():
    text = receipt.decode()
    wrong = {"another digest": text.replace(sha(PDF), NOBODYS), "another time": re.sub(r"time 20\d\d", "time 2019", text),
             "another root": re.sub(r"(?m)^(=== file-1\.tlog-proof\n(?:.*\n)*?\n.*\n)\d+", r"\g<1>7", text),
             "no signature": re.sub("\u2014 .*\n", "", text), "an opening that is not there": text.replace("=== file-1.opening", "=== file-9.opening")}
    for what, forgery in wrong.items():
        ok(forgery != text, f"{what}: it is another text")
        a = json.loads(desk.ask(f"/api/v1/verify/{sha(PDF)}", "POST", forgery.encode(), Content_Type="text/plain").text)
        ok(a["verdict"] in ("changed", "unknown"), f"{what}: not genuine", a)
        a = json.loads(desk.ask(f"/api/v1/verify/{NOBODYS}", "POST", forgery.encode(), Content_Type="text/plain").text)
        ok(a["verdict"] in ("changed", "unknown"), f"{what}: nor for its own digest", a)
    for body, kind, status in ((b"", "text/plain", 422), (b"=== \n=== \n", "text/plain", 422), (b"\0" * 1000, "text/plain", 422),
                               (b"akta-receipt/v1\n=== x", "text/plain", 422), (b"{", "application/json", 422), (b"[1]", "application/json", 422),
                               (b"akta-receipt/v1\n" + b"=== a.entry\nx\n" * 20000, "text/plain", 200), (b"x", "image/png", 415),
                               (b"x" * 1500000, "text/plain", 413)):
        a = desk.ask("/api/v1/verify", "POST", body, Content_Type=kind)
        same(a.status, status, f"{status}: {body[:30]!r} {kind}")
    many = "akta-receipt/v1\n" + "".join(re.sub("=== file-1", f"=== file-{i}", text[text.index("=== file-1.opening"):]) for i in range(1, 200))
    ok(desk.ask("/api/v1/verify", "POST", many.encode()[:700000], Content_Type="text/plain").status in (200, 422), "many documents in one proof")


main(public_and_private, taken_back, answered, proofs_hold, a_file, slips, by_case, by_proof, forged)

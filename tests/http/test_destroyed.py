"""Of what was destroyed as the law provides: who shows its file of proof, or number and code, reads when and on what basis;
nobody learns of it by a digest; a destruction that the log does not show to be lawful gets no verdict."""
import hashlib
import json
import re
import subprocess

import jsonschema

from desk import BUILD, Desk, main, ok, same, scratch, wait_for
from letter import PDF, check_document, file_foi

desk = Desk().start()
folder = scratch()
OPEN = "Protokół z sesji rady\n".encode() * 300
NOBODYS = hashlib.sha256(b"nobody ever filed this").hexdigest()
PERSON = "Żaneta Brzęczyszczykiewicz"
MONTHS = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia".split()
ENGLISH = "January February March April May June July August September October November December".split()


def sha(content):
    return hashlib.sha256(content).hexdigest()


def public_record():
    mark = desk("file", "open", "--unit", "WA", "--class", "1431", "--title", "Sesje rady").row["mark"]
    (folder / "protokol.txt").write_bytes(OPEN)
    record = desk("ingest", "--file", mark, folder / "protokol.txt").row["id"]
    ok(desk("record", "describe", record, "--access", "public").status == 0, "a record is made public")


def proof_at(path):
    wait_for(lambda: desk.ask(path).status == 200)
    return desk.ask(path).body


def objects_of(proof):
    """Of the entries in a file of proof, in their order."""
    sections = re.split(r"(?m)^=== (\S+)\n", proof.decode())
    return [re.search(r"(?m)^object (\S+)$", body).group(1) for name, body in zip(sections[1::2], sections[2::2]) if name.endswith(".entry")]


def destroy(how, *ids):
    """The office stands still, and its log takes the entries; nothing else changes."""
    desk.stop_owner()
    done = subprocess.run([BUILD / "tests/http/destroy", desk.dir, how, *ids], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    desk.start_owner()
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return [int(x) for x in done.stdout.split()]


public_record()
number, code, token = file_foi(desk, [("skan.pdf", PDF)], name=PERSON)
other, other_code, other_token = file_foi(desk, [("inny.pdf", PDF + b"x")])
receipt, hasty = proof_at(f"/s/{token}/dowod.txt"), proof_at(f"/s/{other_token}/dowod.txt")
record_proof = proof_at(f"/sprawdz/{sha(OPEN)}/dowod.txt")
LETTER = re.search(r"(?s)=== letter\.txt\n(.*?)=== ", receipt.decode()).group(1).encode()
letter_done, file_done, record_done = destroy("lawfully", *objects_of(receipt), *objects_of(record_proof))
destroy("hastily", *objects_of(hasty))
FILE = json.loads(desk.ask("/api/v1/openapi.json").text)
VERDICT = jsonschema.Draft202012Validator({"$ref": "#/components/schemas/Verdict", "components": FILE["components"]},
                                          format_checker=jsonschema.FormatChecker())


def api(proof, digest=None):
    a = desk.ask("/api/v1/verify" + (f"/{digest}" if digest else ""), "POST", proof, Content_Type="text/plain")
    same(a.status, 200, "answered")
    said = json.loads(a.text)
    same([e.message for e in VERDICT.iter_errors(said)], [], "by the schema of the OpenAPI file")
    ok(PERSON not in a.text and "Umowy" not in a.text, "nothing of the letter is in it", a.text)
    return said


def days(said):
    year, month, day = map(int, said["destroyed"].split("-"))
    return f"{day} {MONTHS[month - 1]} {year} r.", f"{day} {ENGLISH[month - 1]} {year}"


def the_program():
    a = api(receipt)
    same({k: a[k] for k in ("verdict", "number", "name", "basis", "destroyed_entry", "sha256")},
         {"verdict": "destroyed", "number": number, "name": "letter", "basis": "4.2.1 keep-until 2019-12-31",
          "destroyed_entry": letter_done, "sha256": sha(LETTER)}, "a file of proof alone: what it proves was destroyed")
    ok(a["entry"] < letter_done and a["destroyed"] >= a["since"][:10] and "proof" not in a and "known" not in a, "since when, and until when", a)
    same(api(receipt, sha(LETTER)), a, "with its digest the same")
    a = api(receipt, sha(PDF))
    same((a["verdict"], a["name"], a["destroyed_entry"]), ("destroyed", "file-1", file_done), "the attachment has an end of its own")
    same(api(receipt, NOBODYS)["verdict"], "changed", "another file differs")
    a = api(record_proof)
    same((a["verdict"], a["destroyed_entry"], "number" in a), ("destroyed", record_done, False), "a public record by its proof")
    a = json.loads(desk.ask(f"/api/v1/verify/{sha(PDF)}?number={number}", Akta_Secret=code).text)
    same(([e.message for e in VERDICT.iter_errors(a)], a["verdict"], a["name"]), ([], "destroyed", "skan.pdf"), "with number and code, too")


def the_page():
    pl, en = days(api(receipt))
    a, p = check_document(desk, files=[("dowod", "receipt.txt", receipt)])
    same((a.status, p.h1.replace("\u00a0", " ")), (200, "Zniszczony zgodnie z prawem"), "the page says it in its title")
    for text in (f"Dokument {number} istniał. Zniszczono go zgodnie z prawem {pl} Treści nie można odtworzyć.",
                 "Podstawa reguła 4.2.1: przechowywać do 31 grudnia 2019 r.", f"Sprawa {number}, pismo", f"nr {letter_done} , {pl}", "Wpis w publicznym dzienniku zostaje"):
        ok(text in p.said, f"it says: {text}", p.said)
    ok("/dziennik" in p.links and PERSON not in a.text and "Umowy" not in a.text, "and leads to the log, and reveals nothing of the letter", p.links)
    a, p = check_document(desk, files=[("plik", "skan.pdf", PDF), ("dowod", "receipt.txt", receipt)], lang="/en")
    same((a.status, p.h1), (200, "Destroyed as the law provides"), "in English")
    ok(f"Document {number} existed. It was destroyed as the law provides on {en}. Its content cannot be restored." in p.said and
       f"No. {file_done}" in p.said, "in whole", p.said)
    a, p = check_document(desk, files=[("dowod", "dowod.txt", record_proof)])
    ok(f"Ten dokument istniał. Zniszczono go zgodnie z prawem {pl} Treści" in p.said, "without a number", p.said)
    a, p = check_document(desk, [("numer", number), ("kod", code)], [("plik", "skan.pdf", PDF)])
    ok(p.h1.replace("\u00a0", " ") == "Zniszczony zgodnie z prawem" and f"/s/{token}" in p.links and "skan.pdf" in p.said, "with number and code", p.said)


def a_digest_tells_nothing():
    pages = set()
    for digest in (sha(OPEN), sha(PDF), sha(LETTER), NOBODYS):
        a = desk.ask(f"/api/v1/verify/{digest}")
        same((a.status, json.loads(a.text)), (200, {"verdict": "unknown", "sha256": digest}), "a bare digest is unknown")
        wrapped = "<wbr>".join(digest[i:i + 8] for i in range(0, 64, 8))
        pages.add(desk.ask(f"/sprawdz/{digest}").text.replace(digest, "").replace(wrapped, ""))
        same(desk.ask(f"/sprawdz/{digest}/dowod.txt").status, 404, "and has no proof")
    same(len(pages), 1, "the page of what was destroyed is to the byte that of what nobody ever saw")


def not_shown_to_be_lawful():
    for digest in ("", "/" + sha(PDF + b"x")):
        a = desk.ask("/api/v1/verify" + digest, "POST", hasty, Content_Type="text/plain")
        ok(a.status == 503 and "verdict" not in json.loads(a.text), "begun before its day: no verdict at all", a)
    a, p = check_document(desk, files=[("dowod", "receipt.txt", hasty)])
    ok(a.status == 503 and "niszcz" not in p.said, "nor on the page", p.said)
    log = (desk.root / "owner.log").read_text()
    ok("no verdict: entry" in log and "before its day" in log and desk.ask("/healthz").status == 200, "the operators read why, and the office goes on", log[-600:])
    same(api(hasty, NOBODYS)["verdict"], "changed", "of another file it can be said that it differs")


main(the_program, the_page, a_digest_tells_nothing, not_shown_to_be_lawful)

"""Filing and following through the API: by the same rules as the form, errors by their fields, keys that make a repeat
harmless, and nothing for whoever has no code."""
import hashlib
import json

from desk import Desk, Page, main, ok, same
from letter import PDF, multipart

desk = Desk().start()
FOI = {"kind": "foi", "way": "here", "content": "Umowy na odśnieżanie z 2026 roku"}


def post(body, path="/api/v1/requests", kind="application/json", **headers):
    data = body if isinstance(body, (bytes, str)) else json.dumps(body)
    a = desk.ask(path, "POST", data, Content_Type=kind, **headers)
    return a, json.loads(a.text) if a.body else None


def filing():
    a, r = post(FOI)
    same((a.status, sorted(r)), (201, sorted(["number", "secret", "received", "due", "receipt", "url", "entry"])), "201 with the receipt")
    same((a["cache-control"], a["content-type"]), ("no-store", "application/json"), "which nobody keeps")
    page = desk.ask(r["receipt"])
    ok(page.status == 200 and r["number"] in page.text, "the receipt is a page", page.status)
    b, again = desk.ask(f"/api/v1/requests/{r['number']}", Akta_Secret=r["secret"]), None
    again = json.loads(b.text)
    same({k: again[k] for k in ("number", "kind", "state", "due", "content")},
         {"number": r["number"], "kind": "foi", "state": "filed", "due": r["due"], "content": FOI["content"]}, "its owner follows it")
    same([e["what"] for e in again["timeline"]], ["file"], "with its timeline")
    ok(again["term"]["end"] == r["due"] and again["remedies"], "the term and what can be done", again)
    for secret in (r["secret"].lower(), r["secret"].replace("-", "")):
        same(desk.ask(f"/api/v1/requests/{r['number']}", Akta_Secret=secret).status, 200, "the code as people type it")


def with_files():
    kind, body = multipart([("request", json.dumps(FOI))], [("files", "a.pdf", PDF), ("files", "b.txt", b"tekst")])
    a, r = post(body, kind=kind)
    same(a.status, 201, "with files")
    view = json.loads(desk.ask(f"/api/v1/requests/{r['number']}", Akta_Secret=r["secret"]).text)
    same([(f["name"], f["size"], f["sha256"]) for f in view["files"]],
         [("a.pdf", len(PDF), hashlib.sha256(PDF).hexdigest()), ("b.txt", 5, hashlib.sha256(b"tekst").hexdigest())], "each with its digest")
    same(desk.ask(view["files"][0]["url"]).body, PDF, "to fetch")
    kind, body = multipart([], [("files", "a.pdf", PDF)])
    a, r = post(body, kind=kind)
    same((a.status, r["errors"][0]["field"]), (400, "request"), "files without a request are no letter")
    kind, body = multipart([("request", "{}"), ("request", "{}")])
    same(post(body, kind=kind)[0].status, 400, "two requests neither")
    kind, body = multipart([("request", json.dumps(FOI))], [("files", "pusty", b"")])
    a, r = post(body, kind=kind)
    same((a.status, [e["field"] for e in r["errors"]]), (422, ["files"]), "a file that does not do is named")


def faults():
    for body, fields in [({}, ["kind", "content", "way"]), ({**FOI, "way": "fax"}, ["way"]), ({**FOI, "way": 1}, ["way"]),
                         ({**FOI, "content": ""}, ["content"]), ({**FOI, "content": 5}, ["content"]), ({**FOI, "x": 1}, ["x"]),
                         ({**FOI, "way": "email", "email": "a"}, ["email"]), ({**FOI, "content": "x" * 20001}, ["content"]),
                         ({**FOI, "kind": "reuse"}, ["purpose", "format", "name"]), ({**FOI, "content": "a\u0007b"}, ["content"]),
                         ({**FOI, "files": []}, ["files"]),
                         # what was not understood is no consent refused in silence
                         ({**FOI, "kind": "petition", "publish_name": "yes"}, ["publish_name"]), ({**FOI, "publish_name": 1}, ["publish_name"])]:
        a, r = post(body)
        seen = [e["field"] for e in r["errors"]]
        ok(a.status == 422 and set(fields) <= set(seen) and len(seen) == len(set(seen)) and all(e["detail"].endswith(".") for e in r["errors"]),
           f"422 names {', '.join(fields)}", (a.status, r))
        same(a["content-type"], "application/problem+json", "as a problem")
    for body in ("", "{", "[]", "null", "{}{}", '{"kind":"foi","kind":"foi"}', b"\xff", '{"content":"\\u0000"}', "[" * 100000, '{"a":' * 3000):
        a, r = post(body)
        ok(a.status == 400 and r["detail"], f"400: {body[:20]!r}", (a.status, r))
    ok(post(FOI, kind="text/plain")[0].status == 415 and post(FOI, kind="application/x-www-form-urlencoded")[0].status == 415, "JSON or multipart")
    same(post(FOI, Sec_Fetch_Site="cross-site")[0].status, 403, "no other site files through its visitors")
    same(post("x" * 600_000)[0].status, 413, "nor anybody 600 kB of JSON")
    a = post({}, Accept_Language="en")[1]
    ok("Write" in json.dumps(a) and "Napisz" not in json.dumps(a), "in the language that is asked for", a)


def keys():
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    first, one = post(FOI, Idempotency_Key=key)
    again, two = post(FOI, Idempotency_Key=key)
    same((first.status, again.status, one), (201, 200, two), "the same key gives the same receipt")
    a, r = post({**FOI, "content": "inne"}, Idempotency_Key=key)
    same(a.status, 409, "another letter under it is refused")
    for bad in ("short", "x" * 129, "with blank 0123456789"):
        a, r = post(FOI, Idempotency_Key=bad)
        same((a.status, r["errors"][0]["field"]), (400, "idempotency-key"), f"no key: {bad[:10]}")
    kind, body = multipart([("request", json.dumps(FOI))], [("files", "a.pdf", PDF)])
    same(post(body, kind=kind, Idempotency_Key="k" * 20)[1]["number"], post(body, kind=kind, Idempotency_Key="k" * 20)[1]["number"],
         "with files too")
    other, changed = multipart([("request", json.dumps(FOI))], [("files", "a.pdf", PDF + b" ")])
    a, r = post(changed, kind=other, Idempotency_Key="k" * 20)
    ok(a.status == 409 and "Idempotency-Key" in r["detail"], "another file under it is refused, not swallowed", (a.status, r))


def strangers():
    number, secret = (lambda r: (r["number"], r["secret"]))(post(FOI)[1])
    other = post(FOI)[1]["secret"]
    seen = {(a.status, a.text) for a in (desk.ask(f"/api/v1/requests/{number}"), desk.ask(f"/api/v1/requests/{number}", Akta_Secret="x"),
                                         desk.ask(f"/api/v1/requests/{number}", Akta_Secret=other), desk.ask("/api/v1/requests/2026-999999", Akta_Secret=secret),
                                         desk.ask("/api/v1/requests/x", Akta_Secret=secret), desk.ask(f"/api/v1/requests/{number}", Akta_Secret="x" * 5000))}
    ok(len(seen) == 1 and next(iter(seen))[0] == 404, "whoever has no code learns nothing, always in the same words", seen)


def every_kind():
    who = dict(name="Jan Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze", email="jan@example.pl")
    for kind, more in [("foi", {}), ("reuse", dict(purpose="aplikacja", format="CSV", **who)), ("own-words", {}),
                       ("data-subject", dict(right="access", way="email", **who)), ("complaint", who), ("proposal", who),
                       ("petition", dict(publish_name=True, **who))]:
        a, r = post({**FOI, "kind": kind, **more})
        ok(a.status == 201 and r["due"] > "2026", f"{kind} is filed", (a.status, r))


main(filing, with_files, faults, keys, strangers, every_kind)

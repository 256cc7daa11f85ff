"""/api/v1/openapi.json against the running server: every operation of the file is called, well and badly, and every
answer must be one that the file announces, of the media type and the shape that it says. The schemas are checked with a
validator that others wrote (python3-jsonschema).

A new operation is called by itself: a GET with the examples of its parameters, a POST with its example. What needs more
stands in REAL."""
import csv
import io
import json
import pathlib
import re
import sys
import urllib.parse

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from desk import HOUSE, Desk, Page, main, ok, same  # noqa: E402
from letter import PDF, multipart  # noqa: E402

desk = Desk().start()
desk("conf", "apply", *sorted(map(str, (HOUSE / "conf" / "texts").glob("*.md"))))
FILE = json.loads(desk.ask("/api/v1/openapi.json").text)
OPERATIONS = {op["operationId"]: (path, method, op) for path, ops in FILE["paths"].items() for method, op in ops.items()}
PROBLEM = "application/problem+json"
called = {}  # operationId: the statuses that were seen and held good


# ---------------------------------------------------------------- the validator

def faults_of(schema, value):
    whole = {**schema, "components": FILE["components"]}
    check = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
    return ["/".join(map(str, e.absolute_path)) + ": " + e.message[:200] for e in check.iter_errors(value)]


def media(a):
    return (a["content-type"] or "").split(";")[0]


def judged(name, a):
    """What is wrong with this answer by the file; None: nothing."""
    said = OPERATIONS[name][2]["responses"].get(str(a.status))
    if said is None:
        return f"{name}: the file announces no {a.status}: {a!r}"
    if "content" not in said:
        return None if a.body == b"" else f"{name}: {a.status} has a body"
    if media(a) not in said["content"]:
        return f"{name}: {a.status} is {media(a)}"
    schema = said["content"][media(a)]["schema"]
    faults = faults_of(schema, json.loads(a.text) if "json" in media(a) else a.text)
    if not faults and media(a) == PROBLEM and json.loads(a.text)["status"] != a.status:
        faults = ["the problem tells another status"]
    for header in said.get("headers", {}):
        faults += [] if a[header] else [f"no {header}"]
    return f"{name} {a.status}: {faults[:3]} {a.text[:300]}" if faults else None


def ask(name, query="", headers=None, body=None, **parts):
    """Calls an operation and judges the answer; what is varying in its path comes from its examples."""
    path, method, op = OPERATIONS[name]
    for p in op["parameters"]:
        if p.get("in") == "path":
            value = parts.get(p["name"], p.get("example"))
            if value is None:
                raise RuntimeError(f"{name}: its parameter {p['name']} has no example (fcgi/openapi_operation.c, said[])")
            path = path.replace("{" + p["name"] + "}", urllib.parse.quote(str(value), safe=""))
    a = desk.ask(path + query, method.upper(), body, **(headers or {}))
    wrong = judged(name, a)
    if wrong:
        raise AssertionError(wrong)
    called.setdefault(name, set()).add(a.status)
    return a


# ---------------------------------------------------------------- the file itself

def the_file():
    same((FILE["openapi"], FILE["servers"]), ("3.1.0", [{"url": "/"}]), "OpenAPI 3.1")
    bad = []
    for name, schema in FILE["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as e:
            bad.append((name, e.message))
        bad += [(name, f) for x in schema.get("examples", []) for f in faults_of({"$ref": "#/components/schemas/" + name}, x)]
    same(bad, [], "every schema is a JSON Schema, and fits its own examples")
    text = json.dumps(FILE)
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    same((sorted(named - set(FILE["components"]["schemas"])), sorted(set(FILE["components"]["schemas"]) - named)), ([], []),
         "no schema that is named is missing, none stands there for nothing")
    bad = []
    for name, (path, method, op) in OPERATIONS.items():
        inside = {p["name"] for p in op["parameters"] if p.get("in") == "path"}
        if inside != set(re.findall(r"\{(\w+)\}", path)) or not op["summary"] or "200" not in op["responses"]:
            bad.append(name)
        bad += [(name, p["name"]) for p in op["parameters"] if "$ref" not in p and not p.get("description")]
        for kind, content in op.get("requestBody", {}).get("content", {}).items():
            if "example" in content:
                bad += [(name, f) for f in faults_of(content["schema"], content["example"])]
            elif kind == "application/json":
                bad.append((name, "no example"))
    same(bad, [], "every operation is whole: its path, its parameters described, an example of its body that fits")
    same(desk.ask("/api/v1/openapi.json")["content-type"], "application/json", "as JSON")


# ---------------------------------------------------------------- what the examples alone call

def filed(**more):
    body = {**OPERATIONS["fileRequest"][2]["requestBody"]["content"]["application/json"]["example"], **more}
    return json.loads(ask("fileRequest", body=json.dumps(body), headers={"Content-Type": "application/json"}).text)


def real():
    """Values that only a running server can give, by the name of the parameter or the header."""
    r = filed(kind="foi", way="here", content="Umowy na odśnieżanie")
    return {"number": r["number"]}, {"Akta-Secret": r["secret"]}


def query_of(op, most=99, **known):
    given = [(p["name"], known.get(p["name"], p["example"])) for p in op["parameters"] if p.get("in") == "query" and "example" in p][:most]
    return "?" + urllib.parse.urlencode(given) if given else ""


def every_operation():
    parts, secret = real()
    for name, (_path, method, op) in OPERATIONS.items():
        headers = dict(secret) if "security" in op else {}
        try:
            if method == "get":
                a = ask(name, query_of(op, **parts), headers, **parts)
                same(a.status, 200, f"{name} answers as the file says")
                continue
            sent = op["requestBody"]["content"]
            if "application/json" in sent:
                a = ask(name, "", {**headers, "Content-Type": "application/json"}, json.dumps(sent["application/json"]["example"]), **parts)
                ok(a.status in (200, 201), f"{name} takes its own example", a)
            else:
                ok(False, f"{name}: a POST without JSON needs a test of its own", sent)
        except (AssertionError, RuntimeError) as e:
            ok(False, f"{name} answers as the file says", str(e))


def fresh_or_not():
    """ETag and 304 wherever the file promises them; HEAD as GET."""
    bad = []
    for name, (path, method, op) in OPERATIONS.items():
        if "304" not in op["responses"]:
            continue
        first = ask(name, query_of(op))
        again = ask(name, query_of(op), {"If-None-Match": first["etag"]})
        weak = ask(name, query_of(op), {"If-None-Match": 'W/"x", W/' + first["etag"]})
        other = ask(name, query_of(op), {"If-None-Match": '"x"'})
        if (again.status, weak.status, other.status, again["etag"]) != (304, 304, 200, first["etag"]):
            bad.append((name, again.status, weak.status, other.status))
        if "public" not in first["cache-control"]:
            bad.append((name, first["cache-control"]))
    same(bad, [], "public answers are known again by their ETag")


def errors():
    """Each operation asked badly in every way that the gate knows: only answers that the file announces."""
    bad = []
    for name, (path, method, op) in OPERATIONS.items():
        examples = {p["name"]: str(p["example"]) for p in op["parameters"] if p.get("in") == "path"}
        plain = re.sub(r"\{(\w+)\}", lambda m: examples[m.group(1)], path)
        try:
            if "{" in path:
                for p in op["parameters"]:
                    if p.get("in") == "path":
                        same(ask(name, **{p["name"]: "999998"}).status, 404, f"{name} of nothing")
            wrong = desk.ask(plain, "DELETE")
            if wrong.status != 405 or not wrong["allow"] or faults_of({"$ref": "#/components/schemas/Problem"}, json.loads(wrong.text)):
                bad.append((name, wrong))
            for p in op["parameters"]:
                if p.get("in") == "query":
                    for value in ("%ff", "%00", "x" * 600, "-1", "%C5%BC", "'", "0", "99999999999999999999"):
                        ask(name, f"?{p['name']}={value}")
                    same(ask(name, f"?{p['name']}=1&{p['name']}=1").status, 400, f"{name}: {p['name']} twice")
            if method == "get":
                same(ask(name, body=b"x" * 10).status, 413, f"{name} takes no body")
                continue
            json_ = {"Content-Type": "application/json"}
            for body, headers in [(b"{", json_), (b"[]", json_), (b"{}", json_), (b'{"x":1}', json_), (b"x", {"Content-Type": "text/plain"}),
                                  (b"", json_), (b"{}", {**json_, "Sec-Fetch-Site": "cross-site"}), (b'"', {}),
                                  (b"--", {"Content-Type": "multipart/form-data"}), (b" " * (5 << 20), json_)]:
                a = ask(name, "", headers, body)
                ok(a.status >= 400, f"{name}: {a.status} for {body[:10]!r}", a)
        except (AssertionError, RuntimeError) as e:
            bad.append(str(e))
    same(bad, [], "every error is a problem that the file announces")
    a = desk.ask("/api/v1/nothing")
    same((a.status, faults_of({"$ref": "#/components/schemas/Problem"}, json.loads(a.text))), (404, []), "an unknown address too")


# ---------------------------------------------------------------- requests

def requests():
    json_ = {"Content-Type": "application/json", "Idempotency-Key": "klucz-0123456789"}
    letter = {"kind": "foi", "way": "here", "content": "Umowy"}
    same([ask("fileRequest", "", json_, json.dumps(letter)).status for _ in range(2)], [201, 200], "filed, and once more under its key")
    same(ask("fileRequest", "", json_, json.dumps({**letter, "content": "inne"})).status, 409, "another letter under the key")
    same(ask("fileRequest", "", {**json_, "Idempotency-Key": "x"}, json.dumps(letter)).status, 400, "a key that is too short")
    kind, body = multipart([("request", json.dumps(letter))], [("files", "a.pdf", PDF)])
    r = json.loads(ask("fileRequest", "", {"Content-Type": kind}, body).text)
    secret = {"Akta-Secret": r["secret"]}
    seen = json.loads(ask("getRequest", headers=secret, number=r["number"]).text)
    same([f["name"] for f in seen["files"]], ["a.pdf"], "with its file")
    for headers in ({}, {"Akta-Secret": "x"}, {"Akta-Secret": ""}):
        same(ask("getRequest", headers=headers, number=r["number"]).status, 404, "nothing for whoever has no code")
    who = dict(name="Jan Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze", email="jan@example.pl")
    desk("request", "assign", r["number"], "--unit", "WA")
    desk("request", "call", r["number"], "--for", "clarify", "--text", "Prosimy o doprecyzowanie")
    answer = desk.root / "odpowiedź.txt"
    answer.write_text("Umowy")
    desk("request", "answer", r["number"], "--text", "W załączeniu", answer)
    seen = json.loads(ask("getRequest", headers=secret, number=r["number"]).text)
    same((seen["state"], seen["outcome"], seen["files"][-1]["answer"]), ("answered", "disclosed", True), "an answered one fits too")
    for kind, more in [("reuse", dict(purpose="aplikacja", format="CSV", **who)), ("data-subject", dict(right="access", way="email", **who)),
                       ("complaint", who), ("petition", dict(publish_name=True, **who)), ("own-words", {})]:
        r = filed(**{**letter, "kind": kind, "email": None, **more})
        same(json.loads(ask("getRequest", headers={"Akta-Secret": r["secret"]}, number=r["number"]).text)["kind"], kind, f"{kind} fits")
    fields = set(FILE["components"]["schemas"]["RequestFiling"]["properties"])
    a = ask("fileRequest", "", {"Content-Type": "application/json"}, json.dumps({**letter, "nothing": 1}))
    ok({"kind", "way", "content", "email", "postal_code"} <= fields and json.loads(a.text)["errors"][0]["field"] == "nothing", "other fields are refused", a)


def register_data():
    words = FILE["components"]["schemas"]
    question = {"keys": "Imię i nazwisko", "scope": "adres", "purpose": "pozew", "basis": "art. 126 KPC"}
    seen = set()
    for source in words["RegisterSource"]["enum"]:
        for ground in words["RegisterGround"]["enum"]:
            a = ask("prepareRegisterRequest", "", {"Content-Type": "application/json"},
                    json.dumps({**question, "source": source, "ground": ground}))
            seen.add(a.status)
    same(seen, {200}, "every source on every ground")


# ---------------------------------------------------------------- lists

def paging():
    whole, after, pages = [], "", 0
    every = json.loads(ask("listChanges", "?limit=200").text)["changes"]
    while pages < 100:
        page = json.loads(ask("listChanges", f"?limit=7{after}").text)
        whole += page["changes"]
        pages += 1
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    same((whole, pages > 5), (every, True), "changes page by page are all of them, each once")
    same(len(every), len({c["entry"] for c in every}), "each with its own entry")


def csv_of(name):
    return list(csv.reader(io.StringIO(ask(name + "Csv", query_of(OPERATIONS[name][2])).text), strict=True))


def lists_as_csv():
    """Every list has its CSV, of the same rows: what both name is equal."""
    def plain(v):
        if isinstance(v, list):
            return " | ".join(next(iter(x.values())) if isinstance(x, dict) else x for x in v)
        return {None: "", True: "true", False: "false"}.get(v, str(v)) if v is None or isinstance(v, bool) else str(v)
    names = [n for n in OPERATIONS if n + "Csv" in OPERATIONS]
    ok(len(names) >= 10, "lists", names)
    for name in names:
        body = json.loads(ask(name, query_of(OPERATIONS[name][2])).text)
        rows = next(v for v in body.values() if isinstance(v, list))
        head, *table = csv_of(name)
        wanted = [[plain(r.get(k)) for k in head] for r in rows]
        ok(rows and table == wanted and len(set(head)) == len(head) >= 5, f"{name}: CSV and JSON say the same", (head, table[:1], wanted[:1]))


def pages_link_their_data():
    bad = []
    for page in ("/karty", "/karty/siemiatycze-wydanie-dowodu-osobistego/wersje", "/rejestry", "/rejestry/zasady", "/rejestry/3/wersje",
                 "/informacje", "/informacje/cennik", "/informacje/cennik/wersje", "/dane-osobowe", "/zmiany", "/szukaj?q=dow%C3%B3d%26"):
        for lang in ("", "/en"):
            links = [x for x in Page(desk.ask(lang + page).text).links if x and x.startswith("/api/v1/")]
            kinds = [media(desk.ask(x)) for x in links]
            if kinds != ["application/json", "text/csv", "application/json"] or links[2] != "/api/v1/openapi.json":
                bad.append((lang + page, links, kinds))
    same(bad, [], "every page that lists things leads to them as JSON and as CSV, and to what describes it all")


def all_called():
    missing = sorted(set(OPERATIONS) - set(called))
    same(missing, [], "every operation of the file was called")
    never = {n: sorted({s for s in ("200", "201") if s in OPERATIONS[n][2]["responses"]} - {str(s) for s in called.get(n, ())}) for n in OPERATIONS}
    same({n: s for n, s in never.items() if s}, {}, "and answered well in every way that it can")


main(the_file, every_operation, fresh_or_not, errors, requests, register_data, paging, lists_as_csv, pages_link_their_data, all_called)

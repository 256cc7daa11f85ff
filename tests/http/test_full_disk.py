"""A disk that is nearly full: who writes to the office is told in words, at once and truly, gets everything written back,
and is served again as soon as there is room. Reading goes on."""
import json

from desk import Desk, Page, main, ok, same
from letter import PDF, file_foi, form, multipart

desk = Desk().start()
number, code, token = file_foi(desk)
settings = desk.dir / "akta.conf"
sound = settings.read_text(encoding="utf-8")
WORDS = "Umowy na odśnieżanie z lat 2020–2026"


def again(text):
    desk.stop_owner()
    settings.write_text(text, encoding="utf-8")
    desk.start_owner()


def said(answer):
    return Page(answer.text).said


def nothing_written_is_lost():
    forms = {"a letter": (form(desk, "/wniosek/informacja"), dict(content=WORDS, way="here")),
             "a letter of several pages": (form(desk, "/wniosek/ponowne-wykorzystywanie"), dict(content=WORDS)),
             "a supplement": (form(desk, f"/s/{token}/uzupelnij"), dict(text=WORDS)),
             "another way of answer": (form(desk, f"/s/{token}/zmien"), dict(way="other", way_other=WORDS))}
    again(sound + "\n[store]\nfloor_mb = 1048576\n")
    for name, (f, fields) in forms.items():
        for files in ([], [("a.pdf", PDF)]) if 'type="file"' in f.answer.text else ([],):
            a = f.send(files, **fields)
            ok(a.status == 503 and a["retry-after"] and f">\n{WORDS}</textarea>" in a.text, f"{name} with {len(files)} files comes back whole: 503", a)
            ok("w kancelarii" in said(a) or "do kancelarii" in said(a), "and says what to do", said(a)[:300])
            ok("wolne" not in said(a) and "MB;" not in said(a), "not what an operator should do", said(a)[:300])
    letter = json.dumps({"kind": "foi", "way": "here", "content": WORDS})
    kind, body = multipart([("request", letter)], [("files", "a.pdf", PDF)])
    for kind, body in (("application/json", letter.encode()), (kind, body)):
        a = desk.ask("/api/v1/requests", "POST", body, Content_Type=kind)
        ok(a.status == 503 and a["retry-after"] and "kancelarii" in json.loads(a.text)["detail"], "so does the API", a)
    same([desk.ask(p).status for p in ("/karty", "/wnioski", f"/s/{token}")], [200] * 3, "what is there can be read")
    again(sound)
    f, fields = forms["a letter"]
    same(f.send([("a.pdf", PDF)], **fields).status, 303, "with room again, the same form is taken")
    f, fields = forms["a supplement"]
    same(f.send(**fields).status, 303, "and the supplement")


def a_draft_store_that_is_full():
    again(sound + "\n[requests]\ndraft_mb = 1\nfile_mb = 5\n")
    f = form(desk, "/wniosek/informacja")
    a = f.send([("b.pdf", PDF * 200)], content=WORDS, way="here")
    ok(a.status == 503 and f">\n{WORDS}</textarea>" in a.text and "Czeka teraz tyle szkiców" in said(a), "no room among the drafts is told so", said(a)[:300])
    same(f.send(content=WORDS, way="here").status, 303, "without the file it is taken")


main(nothing_written_is_lost, a_draft_store_that_is_full)

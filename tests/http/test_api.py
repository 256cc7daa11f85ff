"""The API: services and registers as JSON, each with the address of its page; errors a program and a person can use."""
import json

from desk import Desk, Page, main, ok, same

desk = Desk().start()


def get(path, **headers):
    a = desk.ask(path, **headers)
    return a, json.loads(a.text)


def services():
    a, all_of_them = get("/api/v1/services")
    list_ = all_of_them["services"]
    same((a.status, a["content-type"], len(list_)), (200, "application/json", 27), "27 service cards")
    keys = {"slug", "url", "title", "summary", "office", "unit", "status", "valid_from"}
    same([s["slug"] for s in list_ if not keys <= set(s)], [], "each with its keys")
    same(len({s["slug"] for s in list_}), 27, "no slug twice")
    bad, bare = [], []
    for s in list_:
        one_answer, one = get("/api/v1/services/" + s["slug"])
        page = desk.ask(s["url"])
        if one_answer.status != 200 or any(one.get(k) != v for k, v in s.items()):
            bad.append((s, one))
        if page.status != 200 or Page(page.text).h1.replace("\u00a0", " ") != s["title"]:
            bad.append((s["url"], page.status))
        if not one["time"] or not one["places"] or "bring" not in one or "fees" not in one or "appeals" not in one:
            bare.append(s["slug"])
    same(bad, [], "each one whole, with a page of its title at its url")
    same(bare, [], "each says how long it takes and where it is filed")


def registers():
    a, all_of_them = get("/api/v1/registers")
    list_ = all_of_them["registers"]
    same((a.status, [r["n"] for r in list_]), (200, list(range(1, 39))), "38 registers, numbered")
    same(len({r["unit"] for r in list_}), 2, "of two units")
    same([r["number_in_unit"] for r in list_][33:], ["1", "2", "3", "4", "5"], "the second counts anew")
    bad = [r["n"] for r in list_ if not r["access"] or desk.ask(r["url"]).status != 200 or
           get(f"/api/v1/registers/{r['n']}")[1]["title"] != r["title"]]
    same(bad, [], "each says who may see it, and has a page")


def problems():
    for path, method, status in [("/api/v1/services/none", "GET", 404), ("/api/v1/registers/39", "GET", 404),
                                 ("/api/v1/registers/x", "GET", 404), ("/api/v1/nothing", "GET", 404),
                                 ("/api/v1/services", "POST", 405)]:
        a = desk.ask(path, method)
        p = json.loads(a.text)
        ok(a.status == status and a["content-type"] == "application/problem+json" and p["status"] == status and
           p["title"] and len(p["detail"]) > 10 and p["type"] == "about:blank", f"{status} is a problem: {path}", a)
    ok("Nie ma karty" in get("/api/v1/services/none")[1]["detail"], "in Polish")
    ok("no service card" in get("/api/v1/services/none", Accept_Language="en-GB,pl;q=0.5")[1]["detail"], "or in English")


main(services, registers, problems)

"""Parts of files (RFC 9110 §14): an attachment and an answer can be fetched in pieces, and a broken download goes on."""
from desk import Desk, main, ok, same
from letter import PDF, file_foi

desk = Desk().start()
LARGE = b"".join(i.to_bytes(4, "big") for i in range(700000))  # three sealed chunks
number, code, token = file_foi(desk, [("large.bin", LARGE), ("small.txt", b"0123456789"), ("pusty.pdf", PDF)])
FILE = f"/s/{token}/plik/1"
SMALL = f"/s/{token}/plik/2"


def get(path, value, **more):
    return desk.ask(path, Range=value, **more)


def parts():
    whole = desk.ask(FILE)
    same((whole.status, whole["accept-ranges"], whole.body == LARGE), (200, "bytes", True), "the whole, and that parts can be asked for")
    n = len(LARGE)
    for value, a, b in (("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), (f"bytes={(1 << 20) - 7}-{(1 << 20) + 9}", (1 << 20) - 7, (1 << 20) + 9),
                        ("bytes=2097000-", 2097000, n - 1), ("bytes=-5", n - 5, n - 1), (f"bytes=5-{10 * n}", 5, n - 1), ("bytes=0-", 0, n - 1)):
        r = get(FILE, value)
        same((r.status, r["content-range"], int(r["content-length"]), r.body == LARGE[a:b + 1], r["cache-control"]),
             (206, f"bytes {a}-{b}/{n}", b - a + 1, True, "no-store"), value)
    pieces = b"".join(get(FILE, f"bytes={i}-{i + 499999}").body for i in range(0, n, 500000))
    ok(pieces == LARGE, "all pieces together are the file")
    same((get(SMALL, "bytes=3-5").body, get(SMALL, "bytes=-3").body), (b"345", b"789"), "of a small one, which lies in its row")


def refused():
    for value in ("bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"):
        r = get(SMALL, value)
        same((r.status, r["content-range"], r["content-type"]), (416, "bytes */10", "text/plain; charset=utf-8"), f"416: {value}")
    for value in ("bytes=5-4", "bytes=0-1,3-4", "bytes=a-b", "lines=1-2", "bytes", "bytes=", "0-5", "bytes=1-2-3"):
        r = get(SMALL, value)
        same((r.status, r.body, r["content-range"]), (200, b"0123456789", None), f"the whole: {value}")
    same(desk.ask(SMALL, "HEAD", Range="bytes=0-1").status, 200, "HEAD has no parts")
    same(get(f"/s/{token}", "bytes=0-1").status, 200, "nor has a page")
    same(get(f"/s/{'0' * 32}/plik/1", "bytes=0-1").status, 404, "nor what is not there")


def going_on():
    tag = desk.ask(SMALL)["etag"]
    ok(tag.startswith('"') and desk.ask(FILE)["etag"] != tag, "each file has a strong name", tag)
    same(get(SMALL, "bytes=5-", If_Range=tag).body, b"56789", "the same file goes on")
    for other in ('"x"', "W/" + tag, "Sun, 22 Nov 2026 05:00:00 GMT", tag[:-2] + '"'):
        same(get(SMALL, "bytes=5-", If_Range=other).status, 200, f"another one begins anew: {other[:12]}")


main(parts, refused, going_on)

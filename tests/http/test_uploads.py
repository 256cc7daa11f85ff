"""Uploads as networks and attackers make them: large, cut off, slow, in chunks, malformed, too many at once. Memory stays
where it was, nothing half done stays, and others are served meanwhile."""
import hashlib
import pathlib
import re
import signal
import threading
import time

from desk import Desk, Page, main, ok, same, wait_for
import wire
from tap import SAN
from letter import PDF, Form, action, follow, form, hidden, multipart, raw_get, raw_post, status_of

desk = Desk().start()
MB = 1 << 20


def new_form():
    page = desk.ask("/wniosek/informacja")
    return action(page.text), hidden(page.text)


def content_files():
    return sorted(p for p in (desk.dir / "content").rglob("*") if p.is_file())


def peak_kb():
    text = pathlib.Path(f"/proc/{desk.owner.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text).group(1))


def pattern(n):
    block = hashlib.sha512(b"akta").digest() * 16384  # 1 MiB
    return (block * (n // len(block) + 1))[:n]


def a_large_file_in_constant_memory():
    where, fields = new_form()
    big = pattern(96 * MB)
    kind, body = multipart(fields + [("content", ""), ("way", "here")], [("files", "duży.bin", big)])
    desk.ask("/", "GET")
    before = peak_kb()
    a = desk.ask(where, "POST", body, Content_Type=kind)
    ok(a.status == 422 and "Już dołączono: duży.bin (100,7 MB)" in Page(a.text).said, "96 MiB are taken", Page(a.text).said[:400])
    grown = peak_kb() - before
    ok(grown < 24_000 or SAN, "in constant memory", f"{grown} kB more")
    spool = [p for p in (desk.dir / "run" / "nginx").rglob("*") if p.is_file()]
    same(spool, [], "and nginx keeps none of it")
    done = Form(desk, a).send(content="x", way="here")
    token = done["location"].split("/")[2]
    back = desk.ask(f"/s/{token}/plik/1")
    ok(hashlib.sha256(back.body).digest() == hashlib.sha256(big).digest(), "byte for byte back again", back.status)
    slow = raw_get(desk, f"/s/{token}/plik/1")
    slow.recv(65536)
    time.sleep(0.5)
    same([p for p in (desk.dir / "run" / "nginx").rglob("*") if p.is_file()], [], "nginx keeps none of it for a slow reader either")
    slow.close()
    raw = b"".join(p.read_bytes() for p in content_files())
    ok(big[:4096] not in raw, "sealed on the disk")


def json_that_would_be_forty_times_as_large():
    """Half a megabyte of values on every thread: they are counted before anything is built of them."""
    before, seen = peak_kb(), []
    for body in ('{"a":[' + ",".join(["[]"] * 160_000) + "]}", "{" + ",".join(f'"{i:x}":1' for i in range(43_000)) + "}"):
        def send(body=body.encode()):
            seen.extend(desk.ask("/api/v1/requests", "POST", body, Content_Type="application/json") for _ in range(2))
        threads = [threading.Thread(target=send) for _ in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    ok({a.status for a in seen} <= {400, 503} and 400 in [a.status for a in seen], "JSON of very many values is refused", [a for a in seen if a.status != 400][:2])
    ok(peak_kb() - before < 32_000 or SAN, "in little memory", f"{peak_kb() - before} kB more")


def too_large_is_said():
    where, fields = new_form()
    kind, body = multipart(fields + [("content", "x"), ("way", "here")], [("files", "film.mp4", bytes(101 * MB))])
    before = content_files()
    a = desk.ask(where, "POST", body, Content_Type=kind)
    ok(a.status == 422 and "film.mp4" in Page(a.text).said and "100 MB" in Page(a.text).said, "101 MB is more than a file may have",
       Page(a.text).said[:400])
    same(content_files(), before, "nothing of it stays")
    where, fields = new_form()
    kind, body = multipart(fields + [("content", "x"), ("way", "here")], [("files", "pusty.txt", b"")])
    a = desk.ask(where, "POST", body, Content_Type=kind)
    ok(a.status == 422 and "pusty" in Page(a.text).said, "an empty file is said", Page(a.text).said[:400])
    where, fields = new_form()
    kind, body = multipart(fields + [("content", "x"), ("way", "here")], [("files", f"{i}.txt", b"tekst %d" % i) for i in range(12)])
    a = desk.ask(where, "POST", body, Content_Type=kind)
    ok(a.status == 422 and Page(a.text).said.count("Już dołączono") == 10, "of twelve files ten are taken, and it is said", Page(a.text).said[:600])
    s = raw_post(desk, where, "multipart/form-data; boundary=x", b"", length=3 << 30)
    same(status_of(s), 413, "3 GB are refused before they come")


def half_an_upload_leaves_nothing():
    before = content_files()
    where, fields = new_form()
    kind, body = multipart(fields + [("content", "x"), ("way", "here")], [("files", "a.bin", pattern(8 * MB))])
    for cut in (len(body) // 2, len(body) - 30, 900):
        s = raw_post(desk, where, kind, body)
        s.sendall(body[:cut])
        s.close()
    ok(wait_for(lambda: desk.ask("/healthz").status == 200), "senders that vanish hurt nobody")
    time.sleep(0.5)
    same(content_files(), before, "nothing of their files stays")
    a = desk.ask(where)
    ok(a.status == 200 and "x</textarea>" in a.text and "a.bin" not in a.text, "what was typed waits in the draft", a)
    s = raw_post(desk, where, kind, body, length=len(body) - 30)
    s.sendall(body[:-30])
    same(status_of(s), 400, "a body that ends too early, as its length says, is refused")
    same(content_files(), before, "and leaves nothing")


def what_came_whole_is_kept():
    """It broke off in the second file: text and first file stay, the second one is named, none of its bytes lies anywhere."""
    before = content_files()
    where, fields = new_form()
    kind, body = multipart(fields + [("content", "Umowy"), ("way", "here")], [("files", "cały.bin", pattern(2 * MB)), ("files", "pół.bin", pattern(4 * MB))])
    size = str(len(body))
    came = wire.begin() + wire.stream(wire.PARAMS, wire.params(where, "POST", CONTENT_TYPE=kind, CONTENT_LENGTH=size)) + wire.stream(wire.STDIN, body[:5 * MB])
    a = wire.parsed(wire.answers_in(wire.talk(desk.dir / "run" / "fcgi.sock", came))[0])
    p = Page(a.text)
    ok(a.status == 408 and not p.faults and "Plik «pół.bin» nie dotarł w całości. Dołącz go jeszcze raz." in p.said, "the broken file is named", p.said[:600])
    ok("Już dołączono" in p.said and "cały.bin" in p.said and "Umowy</textarea>" in a.text, "the rest is on the page", p.said[:900])
    same(len(content_files()), len(before) + 1, "one file lies there, not two")
    again = Form(desk, desk.ask(where))
    a = again.send([("pół.bin", pattern(MB))], content="Umowy", way="here")
    same(a.status, 303, "sent once more it is filed")
    said = Page(follow(desk, a).answer.text).said
    ok("cały.bin" in said and "pół.bin" in said, "with both files", said[:900])


def in_chunks():
    where, fields = new_form()
    kind, body = multipart(fields + [("content", "w kawałkach"), ("way", "here")], [("files", "a.bin", pattern(2 * MB))])
    s = raw_post(desk, where, kind, body, chunked=True)
    for at in range(0, len(body), 70_001):
        piece = body[at:at + 70_001]
        s.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
    s.sendall(b"0\r\n\r\n")
    same(status_of(s), 303, "a body without a length is taken")


def malformed_bodies():
    where, fields = new_form()
    ticket = f'--x\r\nContent-Disposition: form-data; name="formularz"\r\n\r\n{dict(fields)["formularz"]}\r\n'.encode()
    file = b'--x\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\nabc\r\n'
    bad = {
        "no boundary": ("multipart/form-data", ticket + b"--x--\r\n", 400),
        "another boundary": ("multipart/form-data; boundary=y", ticket + b"--x--\r\n", 400),
        "nothing": ("multipart/form-data; boundary=x", b"", 400),
        "no end": ("multipart/form-data; boundary=x", ticket, 400),
        "text behind the end": ("multipart/form-data; boundary=x", ticket + b"--x--\r\nmore", 400),
        "bare line ends": ("multipart/form-data; boundary=x", (ticket + b"--x--\r\n").replace(b"\r\n", b"\n"), 400),
        "no text": ("multipart/form-data; boundary=x", ticket + file % b"a" + b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\n\xff\r\n--x--\r\n', 400),
        "a head of 70 kB": ("multipart/form-data; boundary=x", ticket + b"--x\r\nX: " + b"y" * 70_000 + b"\r\n\r\n\r\n--x--\r\n", 413),
        "200 parts": ("multipart/form-data; boundary=x", ticket + b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n1\r\n' * 200 + b"--x--\r\n", 413),
        "a text of 600 kB": ("multipart/form-data; boundary=x", ticket + b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\n' + b"y" * 600_000 + b"\r\n--x--\r\n", 413),
        "a file before the ticket": ("multipart/form-data; boundary=x", file % b"a" + ticket + b"--x--\r\n", 403),
        "a NUL in a name": ("multipart/form-data; boundary=x", ticket + file % b"a\0b" + b"--x--\r\n", 400),
    }
    for name, (kind, body, status) in bad.items():
        a = desk.ask(where, "POST", body, Content_Type=kind)
        ok(a.status == status and not Page(a.text).faults, f"{status}: {name}", a)
    names = [("..%2f..%2fetc%2fpasswd", "..%2f..%2fetc%2fpasswd"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.txt", "y.txt"),
             ("<script>.txt", "<script>.txt"), ("a%0D%0AX-Evil: 1.txt", None), ("…​.txt", None), ("x" * 300 + ".txt", None)]
    for sent, kept in names:
        where, fields = new_form()
        kind, body = multipart(fields + [("content", "x"), ("way", "here")], [("files", sent, b"tekst " + sent.encode())])
        a = desk.ask(where, "POST", body, Content_Type=kind)
        if a.status == 303:
            token = a["location"].split("/")[2]
            got = desk.ask(f"/s/{token}/plik/1")
            shown = desk.ask(f"/s/{token}").text
            ok(got.status == 200 and "x-evil" not in got.headers and got["content-disposition"].startswith("attachment; ") and
               b"\n" not in got["content-disposition"].encode() and "<script>" not in shown and not Page(shown).faults,
               f"a hostile name does nothing: {sent[:30]!r}", got.headers)
            ok(kept is None or __import__("html").escape(kept) in shown or kept in shown, "and is shown as a name", shown[-1500:])
        else:
            ok(a.status == 422 and not Page(a.text).faults, f"a hostile name is refused: {sent[:30]!r}", a.status)


def slow_ones_hold_a_quarter():
    """Sixteen threads: four uploads at once, whoever comes fifth is told when to come again, pages go on."""
    where, fields = new_form()
    kind, body = multipart(fields + [("content", "x"), ("way", "here")], [("files", "a.bin", pattern(MB))])
    slow = [raw_post(desk, where, kind, body) for _ in range(4)]
    for s in slow:
        s.sendall(body[:2000])
    time.sleep(0.7)
    s = raw_post(desk, where, kind, body)
    begun = time.monotonic()
    s.sendall(body[:2000])
    same(status_of(s), 503, "the fifth upload is told to come again")
    ok(time.monotonic() - begun < 3, "at once")
    a = form(desk, "/wniosek/informacja").send([("a.pdf", PDF)], content="mały", way="here")
    same(a.status, 303, "small letters are filed meanwhile")
    begun = time.monotonic()
    same([desk.ask("/karty").status for _ in range(20)], [200] * 20, "pages go on")
    ok(time.monotonic() - begun < 2, "quickly")
    begun = time.monotonic()
    statuses = []

    def drip(s):
        try:
            while time.monotonic() - begun < 20:
                s.sendall(b"x" * 100)
                time.sleep(0.2)
        except OSError:
            pass

    drips = [threading.Thread(target=drip, args=(s,), daemon=True) for s in slow]
    for t in drips:
        t.start()
    statuses = [status_of(s) for s in slow]
    took = time.monotonic() - begun
    ok(all(x in (408, 0) for x in statuses) and statuses.count(408) >= 1 and 5 < took < 16, "one that drips is ended after ten seconds",
       (statuses, took))
    kind, body = multipart(fields + [("content", "x"), ("way", "here")], [("files", "a.bin", pattern(MB))])
    same(desk.ask(where, "POST", body, Content_Type=kind).status, 303, "and the place is free again")


def a_stop_finishes_what_is_under_way():
    where, fields = new_form()
    kind, body = multipart(fields + [("content", "w trakcie"), ("way", "here")], [("files", "a.bin", pattern(2 * MB))])
    s = raw_post(desk, where, kind, body)
    s.sendall(body[:MB])
    time.sleep(0.3)
    owner = desk.owner
    owner.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    same(desk.ask("/karty").status, 200, "pages go on while a stop waits for an upload")
    late = raw_post(desk, where, kind, body)
    late.sendall(body[:2000])
    same(status_of(late), 503, "a new upload is told to come again")
    s.sendall(body[MB:])
    same(status_of(s), 303, "an upload under way is finished and confirmed")
    same(owner.wait(timeout=30), 0, "then the responder ends")
    desk.owner = None
    desk.start_owner()


def the_archive_is_sound():
    done = desk("doctor")
    ok(done.status == 0, "after all that the doctor finds nothing", done)


main(json_that_would_be_forty_times_as_large, a_large_file_in_constant_memory, too_large_is_said, half_an_upload_leaves_nothing, what_came_whole_is_kept, in_chunks, malformed_bodies,
     slow_ones_hold_a_quarter, a_stop_finishes_what_is_under_way, the_archive_is_sound)

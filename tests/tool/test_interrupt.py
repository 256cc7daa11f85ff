"""Ctrl-C: the command says what was not done, ends with status 1, leaves whole things only, and goes on next time. Progress
on a terminal and none in a pipe."""
import os
import pty
import select
import signal
import subprocess
import time

from tap import AKTA, SAN, Office, environment, main, ok, same, scratch

office = Office()
here = scratch()
SIZE = (1 << 26) if SAN else (1 << 28)


def folder(name, count, size):
    (here / name).mkdir()
    for i in range(count):
        with open(here / name / f"{i:05}.bin", "wb") as f:
            f.write(i.to_bytes(4, "big"))
            f.truncate(size)
    return here / name


def interrupted(words, after):
    p = subprocess.Popen([AKTA, "-d", str(office.dir), "--json", *map(str, words)], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env=environment("C"))
    time.sleep(after)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=60)
    if p.returncode == -signal.SIGINT:  # so slow a machine that it had not begun
        return interrupted(words, after * 2)
    import json
    return p.returncode, [json.loads(line) for line in out.splitlines()], err.decode()


def ingest_and_resume(how):
    mark = office("file", "open", "--unit", "WA", "--class", "1431", "--title", how, "--year", "2026").row["mark"]
    many = folder("many-" + how, 2000 if SAN else 5000, 1500)
    status, rows, err = interrupted(("ingest", "--file", mark, many), 0.5)
    totals = rows[-1]
    if status == 0:  # a very fast machine
        same(totals["records"], len(list(many.iterdir())), f"{how}: it was done before the signal came")
        return
    ok(status == 1 and "--resume" in err, f"{how}: status 1, and the way to go on", (status, err))
    ok(totals["records"] == len(rows) - 1, f"{how}: the totals count what was listed", totals)
    there = {r["id"] for r in office("file", "show", mark).row["records"]}
    ok({r["id"] for r in rows[:-1]} <= there, f"{how}: every record that was listed is there")
    again = office("ingest", "--file", mark, many, "--resume")
    same((again.status, again.rows[-1]["skipped"]), (0, len(there)), f"{how}: --resume skips those")
    same(len(office("file", "show", mark).row["records"]), len(list(many.iterdir())), f"{how}: and takes the rest")


def one_big_file(how):
    mark = office("file", "open", "--unit", "FN", "--class", "1431", "--title", how, "--year", "2026").row["mark"]
    big = here / ("big-" + how)
    with open(big, "wb") as f:
        f.truncate(SIZE * 4)
    status, rows, err = interrupted(("ingest", "--file", mark, big), 0.3)
    records = office("file", "show", mark).row["records"]
    ok((status, len(records)) in ((1, 0), (0, 1)), f"{how}: a big file is in wholly or not at all", (status, rows, err))
    os.truncate(big, SIZE)
    rec = office("ingest", "--file", mark, big).row
    status, rows, err = interrupted(("verify", rec["id"]), 0.1)
    if status == 0:
        same(rows[-1]["checked"], 1, f"{how}: verified before the signal came")
    else:
        ok(status == 1 and rows[-1]["checked"] + rows[-1]["not_checked"] >= 1 and rows[-1]["not_checked"] >= 1,
           f"{how}: an interrupted verify says what it did not check", (status, rows, err))
    status, rows, err = interrupted(("get", rec["id"], "-o", here / "half"), 0.1)
    ok(status in (0, 1) and (here / "half").exists() == (status == 0) and not list(here.glob(".akta-*")),
       f"{how}: an interrupted get leaves nothing half", (status, err))
    (here / "half").unlink(missing_ok=True)


def on_a_terminal(words):
    main_end, their_end = pty.openpty()
    p = subprocess.Popen([AKTA, "-d", str(office.dir), *map(str, words)], stdout=subprocess.DEVNULL, stderr=their_end,
                         stdin=their_end, env=environment("pl_PL.UTF-8"))
    os.close(their_end)
    seen = b""
    while p.poll() is None or select.select([main_end], [], [], 0.2)[0]:
        try:
            seen += os.read(main_end, 65536)
        except OSError:
            break
    os.close(main_end)
    return p.wait(), seen.decode("utf-8", "replace")


def progress(how):
    """Work of less than half a second shows nothing: on a fast machine it takes more files to see something."""
    mark = office("file", "open", "--unit", "GK", "--class", "1431", "--title", how, "--year", "2026").row["mark"]
    count, seen = 1000 if SAN else 4000, ""
    while seen == "" and count <= 64000:
        status, seen = on_a_terminal(("ingest", "--file", mark, folder(f"shown-{how}-{count}", count, 9000)))
        same(status, 0, f"{how}: ingest of {count} files on a terminal")
        count *= 2
    ok("\r" in seen and "na sekund" in seen, f"{how}: progress with a rate on a terminal, in Polish", seen[-300:])
    ok(seen.endswith("\r\x1b[K") or seen.rstrip().endswith("\x1b[K"), f"{how}: the line is wiped at the end", seen[-60:])
    p = subprocess.run([AKTA, "-d", str(office.dir), "verify", "--all"], capture_output=True, env=environment("C"), timeout=120)
    same((p.returncode, p.stderr), (0, b""), f"{how}: none in a pipe")


def alone():
    ingest_and_resume("alone")
    one_big_file("alone")
    progress("alone")


def through_the_owner():
    office.start_owner()
    ingest_and_resume("owner")
    one_big_file("owner")
    progress("owner")
    same(office.stop_owner(), 0, "the owner is none the worse")


main(alone, through_the_owner)

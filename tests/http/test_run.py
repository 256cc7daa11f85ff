"""make run as a newcomer meets it: an office with letters on its desk, a case to follow, and nothing left when it is stopped."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import urllib.error
import urllib.request

from desk import BUILD, HOUSE, main, ok, same, scratch, wait_for

data = scratch() / "demo"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


port = free_port()


def get(path, **headers):
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=5) as a:
            return a.status, a.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, ""
    except OSError:
        return 0, ""


def ours():
    """Processes that name its folder; a bare machine has no pgrep."""
    found = []
    for of in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [of.parent.name] if os.fsencode(data) in of.read_bytes() else []
        except OSError:
            pass  # it ended meanwhile
    return found


def begun():
    words = ["make", "-C", str(HOUSE), "run", "MAKE=true", f"BUILD={BUILD}", f"PORT={port}", f"DATA={data}"]
    said = open(data.parent / "said", "w")  # MAKE=true: what is tested is built already
    alone = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    made = subprocess.Popen(words, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=alone)
    ok(wait_for(lambda: get("/healthz")[0] == 200 or made.poll() is not None, 120), "it answers",
       (data.parent / "said").read_text()[-600:])
    return made


def desk_is_alive():
    ok(wait_for(lambda: (data / "demo-letters").exists(), 60), "its letters are entered")
    letters = json.loads(get("/api/v1/requests")[1])["requests"]
    ok(len(letters) == 10 and len({x["state"] for x in letters}) >= 5, "ten letters, in many states", letters)
    same(len(json.loads(get("/api/v1/answers")[1])["answers"]), 2, "two answers are there for everybody")
    number, code = (data / "demo-case").read_text().split()
    same(get(f"/api/v1/requests/{number}", **{"Akta-Secret": code})[0], 200, "the case that it names opens with its code")


def stopped(made, by):
    made.send_signal(by)
    made.wait(60)
    ok(wait_for(lambda: not ours(), 20), f"signal {int(by)} to make ends all that it began", ours())
    same(get("/healthz")[0], 0, "and nothing answers any more")


def life():
    made = begun()
    desk_is_alive()
    stopped(made, signal.SIGTERM)
    made = begun()
    same(len(json.loads(get("/api/v1/requests")[1])["requests"]), 10, "the second time it is the same office")
    stopped(made, signal.SIGTERM)
    for left in ours():
        os.kill(int(left), signal.SIGKILL)


main(life)

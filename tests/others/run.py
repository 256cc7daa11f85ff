"""make check-others: what an office of its own gives out, judged by programs and libraries that other people wrote; each of
them must also find a fault that is planted. Closes with the one line `N passed, N failed`.

    run.py --packages           fetches what package-lock.json names into the build folder and ends

The checkers, each a program that says `ok` or `not ok` a line: readers.py, howto.py, check.mjs, bags.mjs, log/ (Go)."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

here = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("AKTA_BUILD") or here.parents[1] / "build")
PLACE = BUILD / "others"


def packages():
    PLACE.mkdir(parents=True, exist_ok=True)
    lock = (here / "package-lock.json").read_bytes()
    done = PLACE / "installed"
    if not done.exists() or done.read_bytes() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(here / name, PLACE / name)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PLACE, check=True, stdout=subprocess.DEVNULL)
        done.write_bytes(lock)
    return PLACE / "node_modules"


def log_checker():
    """The Go program, from Debian's packages alone; None where Go is not."""
    if not shutil.which("go"):
        return None
    program = PLACE / "log-check"
    subprocess.run(["go", "build", "-o", program, "."], cwd=here / "log", check=True,
                   env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(PLACE / "go-cache"), "GOFLAGS": ""})
    return program


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def judged(name, *words, **env):
    """(passed, failed) of a checker; one that dies has failed."""
    began = time.monotonic()
    try:
        p = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, env={**os.environ, **env})
        lines, status = p.stdout.decode("utf-8", "replace").splitlines(), p.returncode
    except subprocess.TimeoutExpired as e:
        lines, status = (e.stdout or b"").decode("utf-8", "replace").splitlines(), "none: it took longer than 120 s"
    passed, failed = (sum(line.startswith(word) for line in lines) for word in ("ok ", "not ok "))
    if (status != 0 and failed == 0) or passed == 0:
        failed += 1
        print(f"not ok - {name} ended with status {status}", *lines[-15:], sep="\n# ")
    for i, line in enumerate(lines):
        if line.startswith("not ok "):
            print(f"{name}: " + "\n".join(lines[i:i + 3]))
    print(f"# {name}: {passed} passed, {failed} failed in {time.monotonic() - began:.1f} s", flush=True)
    return passed, failed


def main():
    modules = packages()
    if sys.argv[1:] == ["--packages"]:
        return 0
    from office import Given  # starts nothing yet; after --packages, which needs no mail server
    from tap import scratch
    folder, port = scratch(), free_port()
    given = Given(folder, port)
    try:
        given.live()
        checker = log_checker()
        results = [judged("readers", sys.executable, here / "readers.py", folder),
                   judged("howto", sys.executable, here / "howto.py", folder),
                   judged("libraries of npm", "node", shutil.copy(here / "check.mjs", PLACE), folder, here / "dcat-ap.shapes.ttl"),
                   judged("bags", "node", shutil.copy(here / "bags.mjs", PLACE), folder)]
        if checker:
            results.append(judged("log", checker, f"http://127.0.0.1:{port}/log", folder))
        else:
            print("skipped: the log in Go: there is no go")
    finally:
        given.close()
    passed, failed = map(sum, zip(*results))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())

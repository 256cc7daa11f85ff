"""make check-browser: an office with everything published, its nginx on a free port of this machine, and check.js in
Chromium. Packages come by the lock file into the build folder. SHOTS=folder keeps a picture of each page. Closes with the
one line `N passed, N failed`."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "http"))
from desk import BUILD, Desk  # noqa: E402


def packages():
    place = BUILD / "browser"
    place.mkdir(parents=True, exist_ok=True)
    lock = (here / "package-lock.json").read_bytes()
    if not (place / "installed").exists() or (place / "installed").read_bytes() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(here / name, place / name)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=place, check=True,
                       stdout=subprocess.DEVNULL)
        (place / "installed").write_bytes(lock)
    return place / "node_modules"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


modules = packages()
port = free_port()
desk = Desk(listen=f"127.0.0.1:{port}").start()
shots = os.environ.get("SHOTS", "")
if shots:
    pathlib.Path(shots).mkdir(parents=True, exist_ok=True)
run = subprocess.run(["node", str(here / "check.js"), f"http://127.0.0.1:{port}", *([shots] if shots else [])],
                     stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": str(modules)}, timeout=1500)
lines = run.stdout.decode("utf-8", "replace").splitlines()
failed = sum(line.startswith("not ok ") for line in lines)
passed = sum(line.startswith("ok ") for line in lines)
for i, line in enumerate(lines):
    if line.startswith("not ok "):
        print("\n".join(lines[i:i + 2]))
if run.returncode != 0 and failed == 0:
    failed = 1
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)

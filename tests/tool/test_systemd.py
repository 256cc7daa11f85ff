"""The units of conf/systemd: what `make install` lays down is whole and sound, the programs it starts are the ones that are
installed, and akta-fcgi takes the socket that systemd passes."""
import configparser
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))
from tap import BUILD, HOUSE, OWNER, Office, environment, main, ok, same, scratch, wait_for  # noqa: E402
from wire import parsed, answers_in, talk, whole  # noqa: E402

UNITS = ("akta.service", "akta.socket", "akta-daily.service", "akta-daily.timer")
KNOWN = {"Unit", "Service", "Socket", "Timer", "Install"}


class Unit(configparser.RawConfigParser):
    def __init__(self, path):
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",), interpolation=None)
        self.optionxform = str
        self.read_string(path.read_text(encoding="utf-8"))


def installed():
    root = scratch()
    made = subprocess.run(["make", "-s", "install", f"DESTDIR={root}", "PREFIX=/usr"], cwd=HOUSE, capture_output=True, timeout=120,
                          env={**environment("C"), **({"SAN": "1"} if "san" in BUILD.name else {})})
    if made.returncode != 0:
        raise RuntimeError(made.stderr.decode())
    return root


ROOT = installed() if BUILD.name in ("build", "build-san") else None
FOLDER = (ROOT / "usr/lib/systemd/system") if ROOT else HOUSE / "conf" / "systemd"


def install():
    if not ROOT:
        return ok(True, "install # SKIP another build")
    there = {str(p.relative_to(ROOT)): p for p in ROOT.rglob("*") if p.is_file()}
    wanted = {"usr/bin/akta", "usr/sbin/akta-fcgi", "usr/libexec/akta/akta-inspect", "usr/share/akta/office.conf", "usr/lib/sysusers.d/akta.conf",
              "usr/share/akta/nginx/akta.conf", "usr/share/akta/nginx/akta-params.conf", "usr/share/akta/nginx/akta-static.conf",
              "usr/share/akta/site/503.html", "usr/share/man/man1/akta.1", *("usr/lib/systemd/system/" + u for u in UNITS)}
    same(sorted(wanted - set(there)), [], "make install lays everything down")
    left = [n for n, p in there.items() if n.endswith((".conf", ".service", ".socket", ".timer")) and re.search(r"@[A-Z]+@", p.read_text())]
    same(left, [], "and leaves nothing to fill in but the site's name")
    runs = [w for u in UNITS for w in re.findall(r"^ExecStart=(\S+)", (FOLDER / u).read_text(), re.M)]
    same(([r for r in runs if not (ROOT / r[1:]).exists()], len(runs)), ([], 2), "units start what is installed")


def sound():
    for name in UNITS:
        u = Unit(FOLDER / name)
        ok(set(u.sections()) <= KNOWN and u.get("Unit", "Description"), f"{name} reads", u.sections())
    service, socket_, daily, timer = (Unit(FOLDER / n) for n in UNITS)
    same((service["Service"]["Restart"], service["Unit"]["Requires"], service["Unit"]["StartLimitIntervalSec"]), ("always", "akta.socket", "0"),
         "akta.service is started again whenever it ends")
    same((socket_["Socket"]["ListenStream"], socket_["Socket"]["SocketMode"]), ("/run/akta/fcgi.sock", "0660"), "akta.socket is nginx's alone")
    nginx = (HOUSE / "conf/nginx/akta.conf").read_text()
    ok(f"server unix:{socket_['Socket']['ListenStream']} " in nginx, "where nginx looks for it")
    ok(" daily" in daily["Service"]["ExecStart"] and timer["Timer"]["Persistent"] == "yes", "the timer makes up for a missed night")
    closed = {"ProtectSystem": "strict", "ProtectHome": "yes", "NoNewPrivileges": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
              "CapabilityBoundingSet": "", "MemoryDenyWriteExecute": "yes", "RestrictNamespaces": "yes", "User": "akta", "LimitCORE": "0"}
    for name, u in (("akta.service", service), ("akta-daily.service", daily)):
        same({k: u["Service"].get(k) for k in closed}, closed, f"{name} is shut in")
    same((service["Service"]["OOMPolicy"], daily["Service"]["RestrictAddressFamilies"]), ("continue", "AF_UNIX"),
         "a helper's end is not the archive's, and the nightly work knows no network")


def verified():
    """systemd's own word, where it is there."""
    if not shutil.which("systemd-analyze"):
        return ok(True, "systemd-analyze # SKIP not installed")
    copy = scratch()
    for name in UNITS:
        text = (FOLDER / name).read_text()
        text = re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", text, flags=re.M)
        (copy / name).write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.M))
    a = subprocess.run(["systemd-analyze", "verify", "--man=no", *(str(copy / n) for n in UNITS)], capture_output=True, text=True, timeout=60,
                       env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"})
    ours = [line for line in a.stderr.splitlines() if "akta" in line]
    same(ours, [], "systemd-analyze verify finds nothing")
    a = subprocess.run(["systemd-analyze", "calendar", Unit(FOLDER / "akta-daily.timer")["Timer"]["OnCalendar"]], capture_output=True, text=True, timeout=20)
    ok(a.returncode == 0 and "Next elapse" in a.stdout, "the timer has a next time", a)
    a = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(copy / "akta.service")], capture_output=True, text=True, timeout=60)
    ok(a.returncode == 0, "its exposure level is below 2.5 of 10", a.stdout[-200:])


def passed():
    """As sd_listen_fds(3) says: descriptor 3, for the process that LISTEN_PID names."""
    office, path = Office(), str(scratch() / "fcgi.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    log = open(office.root / "log", "wb")
    start = f'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@" 3<&{listener.fileno()}'
    p = subprocess.Popen(["sh", "-c", start, OWNER, "-d", str(office.dir)], pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL,
                         stderr=log, env=environment("C"))
    try:
        a = parsed(answers_in(talk(path, whole("/healthz")))[0])
        same(a and a.status, 200, "the socket that LISTEN_FDS passes is used")
        ok(not (office.dir / "run" / "fcgi.sock").exists(), "and no other is made")
    finally:
        p.terminate()
        same(p.wait(timeout=30), 0, "and it ends cleanly")
    p = subprocess.Popen(["sh", "-c", start.replace("$$", "1"), OWNER, "-d", str(office.dir)], pass_fds=[listener.fileno()],
                         stdin=subprocess.DEVNULL, stderr=log, env=environment("C"))
    try:
        ok(wait_for(lambda: (office.dir / "run" / "fcgi.sock").exists()), "one that is meant for another process is not")
    finally:
        p.terminate()
        p.wait(timeout=30)


main(install, sound, verified, passed)

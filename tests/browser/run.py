"""make check-browser: an office with everything published, its nginx on a free port of this machine, and check.js in
Chromium. Packages come by the lock file into the build folder. SHOTS=folder keeps a picture of each page. Closes with the
one line `N passed, N failed`. BRIEF=1: the short form. `run.py --packages` fetches the packages and ends."""
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "http"))
from desk import BUILD, Desk, wait_for  # noqa: E402
from smtp import Server  # noqa: E402


def to_verify(desk):
    """What can be checked: a published card by its digest, an answered case by its number and code."""
    def get(path):
        with urllib.request.urlopen(f"http://{desk.listen}{path}", timeout=30) as r:
            return json.loads(r.read())
    card = get("/api/v1/services")["services"][0]["slug"]
    filed = json.loads(http(desk, json.dumps(dict(kind="foi", way="here", content="Umowy"))))
    content = "%PDF-1.4 odpowiedz"
    (desk.root / "odpowiedz.pdf").write_text(content)
    desk("request", "answer", filed["number"], desk.root / "odpowiedz.pdf", "--text", "W załączniku.")
    return dict(published=get(f"/api/v1/services/{card}")["metryka"]["sha256"], number=filed["number"], secret=filed["secret"], content=content)


def destroyed(desk):
    """The file of proof of a letter that the log tells to be destroyed; the office stands still meanwhile."""
    token = json.loads(http(desk, json.dumps(dict(kind="foi", way="here", content="Umowy na odśnieżanie"))))["url"].rsplit("/", 1)[1]
    proof = desk.root / "receipt.txt"

    def fetched():
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(f"http://{desk.listen}/s/{token}/dowod.txt", timeout=30) as r:
            proof.write_bytes(r.read())
        return proof.exists()
    wait_for(fetched)
    letter = re.search(r"=== letter\.entry\n(?:.*\n)*?object (\S+)", proof.read_text()).group(1)
    desk.stop_owner()
    subprocess.run([BUILD / "tests/http/destroy", desk.dir, "lawfully", letter], check=True, stdout=subprocess.DEVNULL)
    desk.start_owner()
    return str(proof)


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


def cases(desk):
    """One case for each state that the office brings about; the addresses of their pages."""
    day = lambda n: (datetime.date.today() + datetime.timedelta(days=n)).isoformat()
    answer = desk.root / "odpowiedź.pdf"
    answer.write_bytes(b"%PDF-1.4 proba")
    address = dict(name="Jan Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze")
    foi, reuse = dict(kind="foi", way="here", content="Umowy na odśnieżanie"), dict(purpose="aplikacja", format="CSV", email="jan@example.pl")
    acts = {"extended": (foi, ["extend", "--until", day(40), "--reason", "Zbieramy umowy z dziesięciu lat."]),
            "called": (foi, ["call", "--for", "clarify", "--text", "Których ulic dotyczy pytanie?", "--until", day(9), "--served", day(0)]),
            "fee": ({**foi, "way": "post", **address}, ["fee", "--item", "1a-bw-A4=120", "--item", "4M=1", "--served", day(0)]),
            "offer": ({**foi, "kind": "reuse", **reuse, **address}, ["offer", "--text", "Podaj źródło i datę.", "--served", day(0)]),
            "answered": (foi, ["answer", answer, "--text", "Umowy są w załączniku."]),
            "form": ({**foi, "way": "other", "way_other": "plik SHP"}, ["form", "--text", "Nie mamy pliku SHP, możemy dać PDF.", "--served", day(0)]),
            "partly": ({**foi, **address}, ["partly", answer, "--ground", "5-2-business", "--protects", "Wykonawca", "--text", "Bez cennika: to tajemnica przedsiębiorcy.", "--served", day(0)]),
            "not-held": (foi, ["not-held", "--text", "Nie prowadzimy takiej ewidencji."]),
            "refused": ({**foi, **address}, ["refuse", "--ground", "5-2-business", "--protects", "Wykonawca", "--text", "Tajemnica przedsiębiorcy.", "--served", day(0)])}
    paths = {}
    mailed = json.loads(http(desk, json.dumps({**foi, "way": "email", "email": "anna@example.pl"})))
    for verb, *words in (["extend", "--until", day(40), "--reason", "Zbieramy umowy."], ["answer", "--text", "Nie ma."]):
        desk("request", verb, mailed["number"], *words)
    wait_for(lambda: all(n["state"] == "sent" or n["attempts"] > 0 for n in desk("request", "show", mailed["number"]).row["notices"]))
    paths["notices"] = mailed["url"]
    for name, (letter, (verb, *words)) in acts.items():
        filed = json.loads(http(desk, json.dumps(letter)))
        done = desk("request", verb, filed["number"], *words)
        if done.status != 0:
            raise RuntimeError(f"{verb}: {done}")
        paths[name] = filed["url"]
        if name in ("extended", "answered", "refused"):
            known(desk, filed["number"], name)
    return {**paths, "fee-choose": paths["fee"] + "/oplata", "offer-choose": paths["offer"] + "/oferta"}


def known(desk, number, name):
    """What everybody may read of it: a subject, and of one the answer."""
    words = {"extended": "Umowy na zimowe utrzymanie dróg gminnych z lat 2016–2026", "answered": "Umowy na odśnieżanie", "refused": "Oferty w przetargu"}
    acts = [["subject", number, "--text", words[name]]]
    if name == "answered":
        acts.append(["publish", number, "--text", "Gmina zawarła trzy umowy na odśnieżanie.\nKwoty i nazwy wykonawców są w pliku.", "--file", "1"])
    for act in acts:
        done = desk("request", *act)
        if done.status != 0:
            raise RuntimeError(f"{act}: {done}")


def http(desk, body):
    c = urllib.request.Request(f"http://{desk.listen}/api/v1/requests", body.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(c, timeout=30) as r:
        return r.read()


modules = packages()
if sys.argv[1:] == ["--packages"]:
    sys.exit(0)
port = free_port()
desk = Desk(listen=f"127.0.0.1:{port}")
mail = Server().start()  # takes the first notice, refuses the second, and puts off the third
mail.answers["recipient"] = ["250 OK", "550 5.1.1 nobody", "451 busy"]
with open(desk.dir / "akta.conf", "a", encoding="utf-8") as conf:
    conf.write("\n" + mail.settings(retry=3600))
desk.start()
os.environ["VERIFY"] = json.dumps({**to_verify(desk), "destroyed": destroyed(desk)})
shots = os.environ.get("SHOTS", "")
if shots:
    pathlib.Path(shots).mkdir(parents=True, exist_ok=True)
run = subprocess.run(["node", str(here / "check.js"), f"http://127.0.0.1:{port}", *([shots] if shots else [])],
                     stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": str(modules), "AKTA": str(BUILD / "akta"), "OFFICE": str(desk.dir), "CASES": json.dumps(cases(desk))}, timeout=3600)
lines = run.stdout.decode("utf-8", "replace").splitlines()
failed = sum(line.startswith("not ok ") for line in lines)
passed = sum(line.startswith("ok ") for line in lines)
for i, line in enumerate(lines):
    if line.startswith("not ok "):
        print("\n".join(lines[i:i + 2]))
if desk.owner.poll() is not None:  # then every page after it was the one for outages
    print("akta-fcgi ended meanwhile: " + (desk.root / "owner.log").read_text(errors="replace").splitlines()[-1])
    failed += 1
if run.returncode != 0 and failed == 0:
    failed = 1
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)

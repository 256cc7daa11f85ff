"""The office of `make check-others`: it lives cases to their ends and lays down what it gives out, as it came over HTTP,
over SMTP and from the tool, in one folder. The checkers read that folder and know nothing else of Akta.

    openapi.json answers.json  the API's description; each operation's answer: status, media type, file
    feeds/ tables/ dcat.ttl    Atom, iCalendar; CSV; the catalogue
    bags/ proofs/ evidence/    cases as ZIP; receipts with their attachments, a folder each; records with their proof
    mails/cur/                 the notices, byte for byte, as a Maildir; cases.json tells whose they are
    checkpoints/               each state of the log that was published meanwhile
"""
import datetime
import json
import pathlib
import re
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))
from smtp import Server  # noqa: E402, isort: skip
from desk import Desk, wait_for  # noqa: E402
from letter import PDF, file_foi, follow, form  # noqa: E402

ODD = "zażółć gęślą; \"jaźń\", <b> & 'x'.pdf"
MANY = 300  # records: more entries than a tile of the log holds


class Given:
    def __init__(self, folder, port):
        self.folder = folder
        self.desk = Desk()
        self.desk.listen += f"; listen 127.0.0.1:{port}"
        self.mail = Server().start()
        with open(self.desk.dir / "akta.conf", "a", encoding="utf-8") as conf:
            conf.write("\n" + self.mail.settings())
        self.desk.start()
        self.seen, self.cases = set(), {}

    def close(self):
        self.desk.stop_web()
        self.desk.stop_owner()
        self.mail.stop()

    # ---- keeping

    def keep(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def fetch(self, path, name=None):
        """The answer when it is there: what hangs on the log is ready a moment later."""
        wait_for(lambda: self.desk.ask(path).status == 200)
        a = self.desk.ask(path)
        if a.status != 200:
            raise RuntimeError(f"{path}: {a}")
        if name:
            self.keep(name, a.body)
        return a

    def checkpoint(self):
        body = self.fetch("/log/checkpoint").body
        size = int(body.split(b"\n")[1])
        if size not in self.seen:
            self.seen.add(size)
            self.keep(f"checkpoints/{size:09}", body)
        return size

    def office(self, *words):
        done = self.desk("request", *words)
        if done.status != 0:
            raise RuntimeError(f"{words}: {done}")
        self.published(done.rows[-1]["entry"])
        return done.row

    def published(self, entry):
        if not wait_for(lambda: self.checkpoint() > entry):
            raise RuntimeError(f"entry {entry} is not published")

    # ---- cases

    def filed(self, case, files=(), lang="", **fields):
        number, code, token = file_foi(self.desk, files, lang, **fields)
        self.cases[case] = dict(number=number, code=code, token=token, files=[content for _, content in files],
                                mailed="email" in fields)
        self.checkpoint()
        return number, token

    def answered(self):
        number, token = self.filed("answered", [("umowa.pdf", PDF), (ODD, PDF + b"2")], email="anna@example.pl", way="email")
        follow(self.desk, form(self.desk, f"/s/{token}/uzupelnij").send([("dopisek.txt", b"dopisek")], text="Chodzi o 2026 rok."))
        self.office("assign", number, "--unit", "WF")
        self.office("extend", number, "--until", in_days(40), "--reason", "Zbieramy umowy z dziesięciu lat.")
        self.fetch(f"/s/{token}/terminy.ics", "feeds/extended-pl.ics")
        answer = self.keep("work/" + ODD.replace("<b>", ""), PDF + b"answer")
        self.office("answer", number, answer, "--text", "Umowy są w załączniku.")
        self.office("subject", number, "--text", "Umowy na „odśnieżanie” dróg, ulic; 2016–2026 & <inne>")
        self.office("publish", number, "--text", "Gmina zawarła trzy umowy:\n1 < 2 & 3.\n", "--file", "4")

    def refused(self):
        number, _ = self.filed("refused", lang="/en", email="john@example.org", way="email", name="John Doe", street="Polna 3",
                               postal_code="17-300", city="Siemiatycze")
        self.office("refuse", number, "--ground", "5-2-business", "--protects", "Wykonawca", "--text", "Tajemnica przedsiębiorcy.", "--served", in_days(0))
        self.office("close", number, "--unit", "WF")

    def withdrawn(self):
        number, token = self.filed("withdrawn", [("notatka.txt", b"jeden bajt")])
        follow(self.desk, form(self.desk, f"/s/{token}/wycofaj").send())
        self.office("close", number, "--unit", "WF")

    def open_ones(self):
        number, _ = self.filed("fee", way="post", name="Ewa Próba", street="Polna 3", postal_code="17-300", city="Siemiatycze")
        self.office("fee", number, "--item", "1a-bw-A4=120", "--item", "4M=1", "--served", in_days(0))
        self.filed("waiting")

    def records(self):
        """Enough of them for full tiles of the log; one proves itself."""
        rows = ["mark,class,unit,title,opened,closed,path"]
        for i in range(MANY):
            path = self.keep(f"work/{i}.txt", b"zapis %d\n" % i)
            rows.append(f"WF.1431.900.2020,1431,WF,Zapisy,2020-01-02,2020-12-31,{path}")
        manifest = self.keep("work/manifest.csv", "\n".join(rows).encode() + b"\n")
        done = self.desk("ingest", "--manifest", manifest)
        if done.status != 0:
            raise RuntimeError(f"ingest: {done}")
        (self.folder / "evidence").mkdir()
        for row in (done.rows[0], done.rows[MANY // 2], done.rows[-2]):
            self.published(row["entry"])
            made = self.desk("evidence", row["id"], "-o", self.folder / "evidence" / row["id"])
            if made.status != 0:
                raise RuntimeError(f"evidence: {made}")

    # ---- what is public

    def of_cases(self):
        for name, c in self.cases.items():
            s = f"/s/{c['token']}"
            self.fetch(s + "/sprawa.zip", f"bags/{name}.zip")
            self.fetch(s + "/dowod.txt", f"proofs/{name}/receipt.txt")
            for i, content in enumerate(c["files"]):  # those of the filing; later ones have proofs in the bag
                self.keep(f"proofs/{name}/file-{i + 1}", content)
            for lang in ("", "/en"):
                short = lang[1:] or "pl"
                self.fetch(lang + s + "/zmiany.atom", f"feeds/{name}-{short}.atom")
                self.fetch(lang + s + "/terminy.ics", f"feeds/{name}-terms-{short}.ics")
        self.fetch(f"/s/{self.cases['waiting']['token']}/termin.ics", "feeds/one-term-pl.ics")
        for name in ("register.atom", "answers.atom", "terms.ics"):
            self.fetch(f"/feeds/{name}", f"feeds/public-{name}")
        self.fetch("/dcat.ttl", "dcat.ttl")

    def of_api(self):
        """Every GET of the description, by its own examples and by what really is there."""
        real = {"requests": self.cases["answered"]["number"], "answers": self.cases["answered"]["number"]}
        spec = json.loads(self.fetch("/api/v1/openapi.json", "openapi.json").body)
        answers = []
        for path, operations in spec["paths"].items():
            for p in (operations["get"]["parameters"] if "get" in operations else []):
                if p.get("in") == "path":
                    value = real.get(path.split("/")[3], p.get("example")) if p["name"] != "sha256" else p.get("example")
                    path = path.replace("{" + p["name"] + "}", urllib.parse.quote(str(value), safe=""))
            if "get" not in operations or path.endswith("openapi.json"):
                continue
            a = self.desk.ask(path, Akta_Secret=self.cases["answered"]["code"])
            name = re.sub(r"[^\w.-]", "_", path)
            folder = "tables" if path.endswith(".csv") else "api"
            self.keep(f"{folder}/{name}", a.body)
            answers.append(dict(operation=operations["get"]["operationId"], status=a.status, type=a["content-type"], file=f"{folder}/{name}"))
        self.keep("answers.json", json.dumps(answers).encode())

    def mails(self, count):
        wait_for(lambda: len(self.mail.taken) >= count)
        for i, m in enumerate(self.mail.taken):
            self.keep(f"mails/cur/{i:03}.akta:2,", m.raw)
        for name in ("new", "tmp"):
            (self.folder / "mails" / name).mkdir()
        told = {name: {**c, "files": [content.hex() for content in c["files"]]} for name, c in self.cases.items()}
        self.keep("cases.json", json.dumps(told).encode())

    def live(self):
        self.checkpoint()
        for part in (self.answered, self.refused, self.withdrawn, self.open_ones, self.records, self.of_cases, self.of_api):
            part()
        self.mails(7)
        self.checkpoint()


def in_days(n):
    return (datetime.date.today() + datetime.timedelta(days=n)).isoformat()

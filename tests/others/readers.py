"""What the office gave out, in the eyes of readers of Debian: Info-ZIP, 7-Zip and sha256sum (the bags), feedparser and
xmllint (Atom), icalendar, Python's csv and email with every defect an error, and notmuch (threads). Each reader is also
shown a spoilt copy and must find what is wrong with it.

    readers.py FOLDER       of office.py"""
import csv
import email
import email.policy
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile

try:
    import feedparser
    import icalendar
except ModuleNotFoundError:  # another Python stands in front of Debian's, which has the packages
    import os
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "tool"))
from tap import main, ok, same, scratch  # noqa: E402

given = pathlib.Path(sys.argv[1])
cases = json.loads((given / "cases.json").read_text())


def run(*words, stdin=None, cwd=None):
    return subprocess.run(list(map(str, words)), input=stdin, capture_output=True, timeout=60, cwd=cwd)


def flipped(raw, at):
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:]


# ---------------------------------------------------------------- bags

def unzipped(path):
    """Laid out by Info-ZIP; the bag's folder."""
    place = scratch()
    done = run("unzip", "-q", path, "-d", place)
    tops = list(place.iterdir())
    ok(done.returncode == 0 and len(tops) == 1, f"{path.name}: unzip lays out one folder", done)
    return tops[0]


def sums_hold(bag):
    """A manifest of BagIt is a file that sha256sum checks."""
    done = [run("sha256sum", "--check", "--strict", "--quiet", m, cwd=bag) for m in ("manifest-sha256.txt", "tagmanifest-sha256.txt")]
    return all(d.returncode == 0 for d in done), done


def listed(bag, manifest):
    return sorted(line.split(maxsplit=1)[1] for line in (bag / manifest).read_text(encoding="utf-8").splitlines())


def bags():
    for path in sorted((given / "bags").iterdir()):
        names = zipfile.ZipFile(path).namelist()
        same(zipfile.ZipFile(path).testzip(), None, f"{path.name}: Python reads every member")
        ok(run("unzip", "-tq", path).returncode == 0, f"{path.name}: unzip -t", run("unzip", "-tq", path))
        third = run("7zz", "t", "-sccUTF-8", path)
        ok(third.returncode == 0 and b"Everything is Ok" in third.stdout and f"Files: {len(names)}\n".encode() in third.stdout and b"Warning" not in third.stdout,
           f"{path.name}: 7z reads every member", (third, len(names)))
        bag = unzipped(path)
        held, seen = sums_hold(bag)
        ok(held, f"{path.name}: sha256sum agrees with both manifests", seen)
        files = {str(p.relative_to(bag)) for p in bag.rglob("*") if p.is_file()}
        same((listed(bag, "manifest-sha256.txt"), listed(bag, "tagmanifest-sha256.txt")),
             (sorted(f for f in files if f.startswith("data/")), sorted(f for f in files if not f.startswith(("data/", "tagmanifest")))),
             f"{path.name}: the manifests name every file and no other")
        tags = (bag / "bag-info.txt").read_text(encoding="utf-8")
        oxum = "%d.%d" % (sum(p.stat().st_size for p in (bag / "data").rglob("*") if p.is_file()), len(listed(bag, "manifest-sha256.txt")))
        ok(all(re.match(r"[^:\s][^:]*: \S|\s+\S", line) for line in tags.splitlines()) and f"Payload-Oxum: {oxum}\n" in tags,
           f"{path.name}: bag-info.txt", (tags, oxum))
        sent, got = set(cases[path.stem]["files"]), {p.read_bytes().hex() for p in (bag / "data" / "attachments").glob("*")}
        ok(sent <= got, f"{path.name}: what was sent is in it", len(got))
    bag = unzipped(given / "bags" / "answered.zip")
    letter = next((bag / "data" / "letters").iterdir())
    letter.write_bytes(flipped(letter.read_bytes(), 30))
    ok(not sums_hold(bag)[0], "planted: sha256sum finds a changed letter in a bag")
    raw = (given / "bags" / "answered.zip").read_bytes()
    changed = scratch() / "x.zip"
    changed.write_bytes(flipped(raw, 200))
    ok(run("unzip", "-tq", changed).returncode != 0, "planted: unzip -t finds a changed byte")
    changed.write_bytes(raw[:-4])
    ok(run("7zz", "t", changed).returncode != 0, "planted: 7z finds that the end is missing")


# ---------------------------------------------------------------- Atom

ATOM = "{http://www.w3.org/2005/Atom}"


def grammar_faults(raw):
    done = run("xmllint", "--noout", "--nonet", "--relaxng", here / "atom.rng", "-", stdin=raw)
    return done.stderr.decode() if done.returncode else ""


def alternates(element):
    return [(link.get("type"), link.get("hreflang")) for link in element.findall(ATOM + "link") if link.get("rel", "alternate") == "alternate"]


def rule_faults(raw):
    """RFC 4287 §4.1.1, §4.1.2 beyond the grammar."""
    feed, faults = ET.fromstring(raw), []
    entries = feed.findall(ATOM + "entry")
    inherited = feed.find(ATOM + "author") is not None
    for e in entries:
        faults += [] if inherited or e.find(ATOM + "author") is not None else ["an entry without an author"]
        faults += [] if e.find(ATOM + "content") is not None or alternates(e) else ["an entry with neither content nor link"]
    for e in [feed, *entries]:
        faults += [] if len(alternates(e)) == len(set(alternates(e))) else ["two alternate links of one kind"]
    ids = [e.findtext(ATOM + "id") for e in [feed, *entries]]
    faults += [] if len(ids) == len(set(ids)) else ["an id twice"]
    faults += [] if any(link.get("rel") == "self" for link in feed.findall(ATOM + "link")) else ["no link to itself"]
    return faults


def feed_faults(raw):
    read = feedparser.parse(raw, response_headers={"content-type": "application/atom+xml; charset=utf-8", "content-location": "http://desk.example/x"})
    faults = [f"feedparser: {read.get('bozo_exception')}"] if read.bozo or read.version != "atom10" else []
    for e in read.entries:
        if not (e.get("title") and e.get("updated_parsed") and e.get("link", "").startswith("http://desk.example/")):
            faults.append(f"feedparser: {dict(e)}")
    return faults + [f for f in [grammar_faults(raw)] if f] + rule_faults(raw)


def feeds():
    found = sorted((given / "feeds").glob("*.atom"))
    ok(len(found) == 12, "two feeds for everybody, one of each case in two languages", found)
    for path in found:
        raw = path.read_bytes()
        same(feed_faults(raw), [], path.name)
        same(len(feedparser.parse(raw).entries), raw.count(b"<entry>"), f"{path.name}: feedparser finds each entry")
    raw = (given / "feeds" / "answered-pl.atom").read_bytes()
    first = raw.index(b"<entry>")
    spoilt = {"a time in another form": (raw.replace(b"Z</updated>", b"</updated>"), "xmllint"), "no title": (re.sub(rb"<title>.*?</title>", b"", raw, 1), "xmllint"),
              "an unknown element": (raw.replace(b"<entry>", b"<item>").replace(b"</entry>", b"</item>"), "xmllint"),
              "an unescaped sign": (raw.replace(b"<title>", b"<title>a & b", 1), "feedparser"), "no author": (re.sub(rb"(?s)<author>.*?</author>", b"", raw), "rules"),
              "an id twice": (raw[:first] + raw[first:raw.index(b"</entry>") + 8] + raw[first:], "rules")}
    for name, (bad, who) in spoilt.items():
        found = {"xmllint": grammar_faults, "rules": rule_faults, "feedparser": lambda r: feedparser.parse(r).bozo}[who](bad)
        ok(found, f"planted: {who} finds {name}")


# ---------------------------------------------------------------- calendars

def calendar_faults(raw):
    """RFC 5545 §3.4, §3.6; METHOD would make it a message of RFC 5546, which needs an organizer."""
    try:
        c = icalendar.Calendar.from_ical(raw)
    except ValueError as e:
        return [str(e)]
    faults = [str(e) for part in c.walk() for e in part.errors] + [f"no {n}" for n in ("VERSION", "PRODID") if n not in c]
    faults += [] if c.subcomponents else ["no component"]
    faults += ["a message"] if "METHOD" in c else []
    for event in c.walk("VEVENT"):
        faults += [f"an event without {n}" for n in ("UID", "DTSTAMP", "DTSTART", "SUMMARY") if n not in event]
        faults += [] if faults or event["DTEND"].dt > event["DTSTART"].dt else ["an event that ends before it begins"]
    uids = [str(event.get("UID")) for event in c.walk("VEVENT")]
    faults += [] if len(uids) == len(set(uids)) else ["a UID twice"]
    lines = raw.split(b"\r\n")
    return faults + [f"a line of {len(line)} bytes" for line in lines if len(line) > 75 or b"\n" in line]


def calendars():
    found = sorted((given / "feeds").glob("*.ics"))
    ok(len(found) == 13, "the terms of everybody, of each case in two languages, and one more", found)
    for path in found:
        same(calendar_faults(path.read_bytes()), [], path.name)
    raw = (given / "feeds" / "waiting-terms-pl.ics").read_bytes()
    spoilt = {"a component that is left open": raw.replace(b"END:VEVENT\r\n", b"", 1), "a day that is none": re.sub(rb"(DTSTART;VALUE=DATE:\d{4})\d\d", rb"\g<1>17", raw),
              "no stamp": re.sub(rb"DTSTAMP:.*\r\n", b"", raw), "a colon gone": raw.replace(b"UID:", b"UID", 1)}
    for name, bad in spoilt.items():
        ok(calendar_faults(bad), f"planted: icalendar finds {name}")


# ---------------------------------------------------------------- CSV

def table_faults(raw):
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError) as e:
        return [str(e)]
    faults = [] if rows and all(re.fullmatch(r"\w+", n) for n in rows[0]) and len(set(rows[0])) == len(rows[0]) else ["no header"]
    faults += [f"row {i} has {len(r)} fields" for i, r in enumerate(rows) if len(r) != len(rows[0])]
    return faults + ([] if raw.endswith(b"\r\n") else ["its lines do not end as RFC 4180 says"])


def tables():
    found = sorted((given / "tables").glob("*.csv"))
    ok(len(found) >= 12, "tables", found)
    for path in found:
        same(table_faults(path.read_bytes()), [], path.name)
    raw = next(p for p in found if p.name.endswith("requests.csv")).read_bytes()
    ok(table_faults(raw.rstrip() + b',"x'), "planted: csv finds a quote that is left open")
    ok(table_faults(raw + b"a,b\r\n"), "planted: csv finds a short row")


# ---------------------------------------------------------------- mails

def mail_faults(raw):
    try:
        m = email.message_from_bytes(raw, policy=email.policy.SMTP.clone(raise_on_defect=True))
        said = [str(m[name]) for name in m]
        text = m.get_content()
    except (email.errors.MessageDefect, LookupError, ValueError) as e:
        return [repr(e)]
    faults = [f"{name}: {d!r}" for name in m for d in m[name].defects] + [f"{n} is not there" for n in ("Date", "From", "To", "Message-ID") if n not in m]
    faults += [f"{name} stands twice" for name in set(m) if len(m.get_all(name)) > 1]
    # RFC 3834 §5, §3.1.8; RFC 2076 knows Precedence, which it advises against
    faults += [] if m["Auto-Submitted"] == "auto-generated" and "Precedence" not in m else ["it does not say that a program sent it"]
    return faults + ([] if text.strip() and "\ufffd" not in text + "".join(said) else ["it says nothing, or not in its charset"])


def threads(folder):
    """How many notmuch makes of these mails."""
    place = scratch()
    shutil.copytree(folder, place / "mail")
    conf = place / "conf"
    conf.write_text(f"[database]\npath={place / 'mail'}\n[user]\nname=A\nprimary_email=a@example.pl\n[new]\ntags=\n")
    notmuch = lambda *w: run("notmuch", f"--config={conf}", *w)  # noqa: E731
    done = notmuch("new", "--quiet")
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return int(notmuch("count", "--output=messages", "*").stdout), int(notmuch("count", "--output=threads", "*").stdout)


def mails():
    found = sorted((given / "mails" / "cur").iterdir())
    mailed = [c for c in cases.values() if c["mailed"]]
    for path in found:
        same(mail_faults(path.read_bytes()), [], f"mail {path.name[:3]}")
    same(threads(given / "mails"), (len(found), len(mailed)), "notmuch sees each mail, and one thread a case")
    raw = found[1].read_bytes()
    head, body = raw.split(b"\r\n\r\n", 1)
    spoilt = {"a header without a colon": head.replace(b"Auto-Submitted:", b"Auto-Submitted") + b"\r\n\r\n" + body,
              "a damaged word in base64": re.sub(rb"(?i)Subject: .*", b"Subject: =?utf-8?B?abc=d?=", raw),
              "no Message-ID": re.sub(rb"Message-ID: .*\r\n", b"", raw), "a header twice": raw.replace(b"To: ", b"To: x@example.pl\r\nTo: ", 1)}
    for name, bad in spoilt.items():
        ok(bad != raw and mail_faults(bad), f"planted: Python's email finds {name}")
    torn = scratch() / "mails"
    shutil.copytree(given / "mails", torn)
    for p in (torn / "cur").iterdir():
        p.write_bytes(re.sub(rb"(References|In-Reply-To): .*\r\n", b"", p.read_bytes()))
    same(threads(torn)[1], len(found), "planted: without References notmuch sees as many threads as mails")


main(bags, feeds, calendars, tables, mails)

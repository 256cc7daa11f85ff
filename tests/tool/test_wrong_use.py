"""Wrong folders, wrong people, links where files belong: each is refused with a reason and the right exit status."""
import os
import pathlib
import shutil
import subprocess

from tap import AKTA, OWNER, akta, environment, main, ok, same

from damage_case import NOBODY, here, office_in, skip, tlog

# ---- wrong use

def person(*words, **how):
    """As somebody who is not root, with nobody's rights where the test runs as root; the build may lie where he cannot
    come, so he gets a copy."""
    copy = here / "akta"
    if not copy.exists():
        shutil.copy(AKTA, copy)
    how.update(user=NOBODY, group=NOBODY, extra_groups=[]) if os.geteuid() == 0 else None
    p = subprocess.run([str(copy), *map(str, words)], capture_output=True, text=True, env=environment("C"), timeout=60, **how)
    return p.returncode, p.stdout, p.stderr


def belongs_to(path, uid):
    if os.geteuid() == 0:
        for p in [path, *path.rglob("*")]:
            os.lchown(p, uid, uid)


def wrong_folders():
    office = office_in("zażółć gęślą jaźń")
    mark = office.demo()["wniosek-o-informacje.txt"]["mark"]
    same((office("doctor").status, office("verify", "--all").status), (0, 0), "blanks and Polish letters in the path")
    same(office("backup", here / "kopia ó", "--keys", here / "klucze ź").status, 0, "also of a backup")
    same(akta("-d", here / "nowe ł", "restore", here / "kopia ó", "--keys", here / "klucze ź").status, 0, "and of what is restored")
    (office.dir / "format").write_text("akta-data 2\n")
    a = office.people("doctor")
    ok(a.status == 1 and "newer" in a.out and "anew" not in a.out, "a newer format: nobody is told to write the file over", a)
    p = subprocess.run([OWNER, "-d", office.dir], capture_output=True, text=True, timeout=60, env=environment("C"))
    same(p.returncode, 3, "nor does the owner start")
    (office.dir / "format").write_text("akta-data 1\n")
    planted = office.dir / "env" / "DB_CONFIG"
    planted.write_text("set_flags DB_TXN_NOSYNC\n")
    a, b = office("file", "open", "--unit", "WA", "--class", "1431", "--title", "x"), office("doctor")
    ok(a.status == 3 and b.status == 1 and "DB_CONFIG" in a.err and "DB_CONFIG" in b.out, "a planted DB_CONFIG is refused by name", (a, b))
    planted.unlink()
    same(akta("-d", here / "m", "doctor").status, 2, "a folder that is no archive")
    ok(mark and office("doctor").status == 0, "afterwards all is well")
    links(office)


def links(office):
    away = here / "away"
    away.mkdir()
    (office.dir / "run" / "ballast").unlink()

    def planted(rel, victim=True):
        p = office.dir / rel
        kept = p.read_bytes() if p.exists() else None
        p.unlink(missing_ok=True)
        target = away / "victim"
        if victim:
            target.write_bytes(b"precious")
        p.symlink_to(target)
        return p, kept, target

    for rel in ("run/synced", "run/ballast", "run/owner", "run/panics", "env/tables", "log/.checkpoint", "keys/.wrapped-keys.part"):
        p, kept, target = planted(rel)
        office("log", "head"), office("backup", here / "kopia ó"), office("doctor")
        same(target.read_bytes(), b"precious", f"a link planted as {rel} leads to nobody's harm")
        p.unlink(missing_ok=True)
        if kept is not None and not p.exists():
            p.write_bytes(kept)
    for rel in ("content/obcy", "log/obcy", "env/obcy", "env/record.db"):
        p, kept, target = planted(rel)
        a = office("doctor")
        ok(a.status in (1, 4) and rel in a.out + a.err, f"a link planted as {rel} is named", a)
        p.unlink()
        if kept is not None:
            p.write_bytes(kept)
    folder = next(p for p in (office.dir / "content").iterdir())
    folder.rename(away / folder.name)
    folder.symlink_to(away / folder.name)
    a, b = office("doctor"), office("backup", here / "kopia ó")
    ok(a.status == 1 and b.status == 4 and f"content/{folder.name}" in b.err, "contents behind a link are left out of no backup in silence", (a, b))
    folder.unlink()
    (away / folder.name).rename(folder)
    same((office("doctor").status, office("verify", "--all").status), (0, 0), "without the links all is as before")


def rights():
    if person("version")[0] != 0:
        skip("rights", "nobody may not run this build")
        return
    office = office_in("rights")
    office.demo()
    for p in (here, here / "rights"):
        p.chmod(0o755)
    d = office.dir
    if os.geteuid() == 0:
        status, out, err = person("-d", d, "log", "head")
        ok(status == 3 and "right" in err, "a foreign owner's archive: status 3", err)
    belongs_to(d, NOBODY)
    for what, status in (("keys/kek-00000001", 4), ("keys/log.skey", 4), ("keys", 4)):
        (d / what).chmod(0)
        seen, out, err = person("-d", d, "log", "head")
        looked, out2, err2 = person("-d", d, "doctor")
        ok(seen == status and looked == 1 and pathlib.PurePath(what).name in err and "keys" in out2 + err2,
           f"unreadable {what}: named", (seen, err, looked, out2))
        (d / what).chmod(0o700)
    for what in ("run", "env"):
        for p in [d / what, *(d / what).iterdir()]:
            p.chmod(p.stat().st_mode & ~0o222)
        status, out, err = person("-d", d, "file", "open", "--unit", "WA", "--class", "1431", "--title", "x")
        ok(status in (3, 4) and out == "" and what in err, f"read-only {what}: refused with its name", (status, err))
        for p in [d / what, *(d / what).iterdir()]:
            p.chmod(p.stat().st_mode | 0o200)
    log = [d / "log", *(p for p in (d / "log").rglob("*") if p.is_dir())]
    for p in log:
        p.chmod(0o555)
    status, out, err = person("-d", d, "file", "open", "--unit", "WA", "--class", "1431", "--title", "x")
    looked, out2, _ = person("-d", d, "doctor")
    ok(status == 0 and looked == 1 and "log" in out2 and "Permission" in out2, "a log that cannot be published: doctor says so", (out, err, out2))
    for p in log:
        p.chmod(0o755)
    looked, out2, err2 = person("-d", d, "doctor")
    same((looked, tlog(d / "log")[0]), (0, 0), "and publishes it when it can")


# ---- slips of the pen

def slips():
    office = office_in("slips")
    mark = office("file", "open", "--unit", "WA", "--class", "2320", "--title", "Wypadek").row["mark"]
    for words in (("file", "fact", mark, "accident-fatl=2026-01-01"),
                  ("retain", "--class", "2320", "--closed", "2020-01-01", "--fact", "accident-fatl=2020-01-01")):
        a = office(*words)
        ok(a.status == 2 and "accident-fatal" in a.err and a.out == "", f"{words[0]}: a fact that no rule asks for is refused", a)
    folder = here / "slips-list"
    (folder / "sub").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    head = "mark,class,unit,title,opened,closed,path,facts\n,2320,WA,A,2020-01-01,2020-02-29,"
    a = listed(office, folder, head + "one.txt,accident-fatl=2020-01-01\n,2320,WA,A,2020-01-01,,sub,\n")
    same((a.status, [(r.get("line"), r.get("column")) for r in a.rows]), (1, [(2, "facts"), (3, "path"), (None, None)]),
         "in a list, too, and a folder in the place of a document is told before anything is written")
    a = listed(office, folder, head + "./one.txt,\n,2320,WA,A,2020-01-01,,one.txt,\n")
    same((a.status, [r.get("line") for r in a.rows]), (1, [3, None]), "./one.txt and one.txt are one file")
    same(listed(office, folder, head + "./one.txt,\n").status, 0, "and ./one.txt is found")
    same(office("ingest", "--manifest", folder).status, 2, "a folder in the place of the list")
    same([set(r) for r in akta("--json").rows[:1]], [{"command", "usage", "summary"}], "--json alone prints JSON")


def listed(office, folder, text):
    (folder / "list.csv").write_text(text)
    return office("ingest", "--manifest", folder / "list.csv")


main(wrong_folders, rights, slips)

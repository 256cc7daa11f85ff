"""Help that teaches: every command in both languages, suggestions, the manual page, completion; no message left in English."""
import pathlib
import re
import shutil
import subprocess

from tap import AKTA, BUILD, HOUSE, akta, environment, main, ok, same, scratch

COMMANDS = ["term", "retain", "class", "class confirm", "id", "conf diff", "conf apply", "file open", "file close",
            "file reopen", "file show", "file fact", "file category", "record show", "record describe", "ingest", "get",
            "queue", "forecast", "hold place", "hold release", "hold list", "verify", "log head", "log entry", "log prove",
            "log export", "log verify", "log check", "evidence", "init", "backup", "keys list", "keys rotate", "keys destroy", "restore", "doctor", "daily", "help",
            "completion", "version"]


def overview():
    for lang, word in [("C", "Commands"), ("pl_PL.UTF-8", "Polecenia")]:
        a = akta("help", lang=lang)
        ok(a.status == 0 and word in a.out, f"{lang}: an overview", a)
        for name in COMMANDS:
            ok(re.search(rf"^  {name} +\S", a.out, re.M), f"{lang}: names {name}")
        ok(max(len(line) for line in a.out.splitlines()) <= 80 and re.search("^  request discontinue +\\S", a.out, re.M),
           f"{lang}: the overview fits 80 columns, and no name runs into its explanation", a.out)
    same(akta().out, akta("help").out, "akta alone is akta help")
    same(akta("--help").status, 0, "--help")


def each():
    for name in COMMANDS:
        en, pl = akta("help", *name.split()), akta("help", *name.split(), lang="pl_PL.UTF-8")
        ok(en.status == 0 and f"akta {name}" in en.out and "Examples" in en.out and "Exit status" in en.out, f"{name}: help", en)
        ok(pl.status == 0 and "Przykłady" in pl.out and "Opcje" in pl.out, f"{name}: help in Polish", pl)
        ok(max(len(line) for line in en.out.split("Examples")[0].splitlines()) <= 80, f"{name}: fits 80 columns")
        same(akta(*name.split(), "--help").out, en.out, f"{name}: --help says the same")


def words_of(lang):
    text = "".join(akta("help", *name.split(), lang=lang).out.split("Examples")[0].split("Przykłady")[0][len(name):]
                   for name in COMMANDS)
    return re.sub(r"--[a-z-]+|[a-z-]+\.(tsv|conf|vkey|txt)|akta [a-z ]+", "", text)


def all_polish():
    left = re.findall(r"\b(?:the|of|which|that|with|and|files?|from|else|day|record|folder)\b", words_of("pl_PL.UTF-8"))
    same(left, [], "no English word stands in the Polish help")
    if not shutil.which("xgettext"):
        return
    sources = sorted(str(p) for d in ("archive/command", "archive/tool", "fcgi") for p in (HOUSE / d).glob("*.c"))
    template = subprocess.run(["xgettext", "-L", "C", "--from-code=UTF-8", "-k", "--keyword=tr:2", "--keyword=N_:1",
                               "--keyword=err_set:3", "--keyword=err_field:4", "--keyword=err_errno:3", "--keyword=err_wrap:2",
                               "--keyword=trn:2,3", "--keyword=out_note:2", "-o", "-", *sources], capture_output=True)
    catalogue = scratch() / "pl.po"
    subprocess.run(["msgcat", "--use-first", "-o", catalogue, *sorted((HOUSE / "conf/po").glob("pl*.po"))], check=True)
    merged = subprocess.run(["msgmerge", "-q", "--no-fuzzy-matching", "-o", "-", catalogue, "-"], input=template.stdout,
                            capture_output=True)
    left = subprocess.run(["msgattrib", "--untranslated", "--no-obsolete", "-"], input=merged.stdout, capture_output=True)
    same([m for m in re.findall(r'^msgid "(.+)"', left.stdout.decode(), re.M) if m not in ("%s", "akta: %s")], [], "every message of the tool is in the catalogue")


def suggestions():
    for words, near in [(("quue",), "akta queue"), (("file", "opne"), "akta file open"), (("hold", "plase"), "akta hold place"),
                        (("queue", "--limt", "3"), "--limit"), (("term", "2026-01-01", "--day", "3"), "--days"),
                        (("help", "verfiy"), "akta verify"), (("backup", "--key", "x"), "--keys")]:
        a = akta(*words)
        ok(a.status == 2 and near in a.err and a.out == "", "akta " + " ".join(words) + ": suggests " + near, a)
    a = akta("file")
    ok(a.status == 2 and "akta help file" in a.err, "half a command points to its help", a)
    ok(all(f"akta file {w}" in akta("help", "file").out for w in ("open", "close", "show")), "help of a family lists it")
    for words in [("zzzzzzzz",), ("--nonsense", "queue"), ("-d",), ("queue", "--limit"), ("queue", "--json=1"), ("queue", "x"),
                  ("queue", "--limit", "3", "--limit", "4"), ("queue", "--limit", "-1"), ("id", "nip", "\udcff")]:
        a = akta(*words)
        ok(a.status == 2 and a.out == "" and a.err.startswith("akta: "), "status 2: akta " + " ".join(words).encode(
            "utf-8", "replace").decode(), a)
    pl = akta("quue", lang="pl_PL.UTF-8")
    ok("może chodzi o „akta queue”" in pl.err, "in Polish too", pl)


def manual():
    page = (BUILD / "akta.1").read_text(encoding="utf-8")
    ok(all(name in page.replace("\\-", "-") for name in COMMANDS), "the manual page names every command")
    if shutil.which("man"):
        p = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", str(BUILD / "akta.1")], capture_output=True,
                           env={**environment("C.UTF-8"), "MANWIDTH": "80"})
        same((p.returncode, p.stderr), (0, b""), "and man has nothing to complain of")
    for words in (("completion",), ("help", "--man")):
        a = akta("--json", *words)
        ok(a.status == 2 and a.out == "" and "--json" in a.err, "--json " + " ".join(words) + ": it is no JSON, and says so", a)
    same(akta("help", "--man", lang="pl_PL.UTF-8").out.split("\n")[1], ".SH NAZWA", "a Polish one can be written")


def complete(line, cwd=HOUSE):
    words = line.split(" ")
    script = (f"source '{BUILD / 'akta.bash'}'; COMP_WORDS=({' '.join(repr(w) for w in words)}); "
              f"COMP_CWORD={len(words) - 1}; _akta; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    p = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=cwd)
    return p.stdout.splitlines() if p.stdout.strip() else [], p.stderr


def completion():
    if not shutil.which("bash"):
        return
    for line, wanted in [("akta que", ["queue"]), ("akta file o", ["open"]), ("akta file open --un", ["--unit"]),
                         ("akta -d x hold pl", ["place"]), ("akta verify --a", ["--all"]), ("akta log ver", ["verify"]),
                         ("akta class con", ["confirm"]), ("akta queue --action ", [])]:
        seen, err = complete(line)
        ok([w for w in seen if not w.startswith("conf")] == [w for w in wanted if not w.startswith("conf")] and err == "",
           f"bash completes: {line}", (seen, err))
    folder = scratch()
    for name in ("wniosek o umowy.pdf", "list.txt"):
        (folder / name).write_bytes(b"x")
    same(complete("akta ingest w", folder), (["wniosek o umowy.pdf"], ""), "a file name with blanks is one name")
    same(complete("akta hold l", folder), (["list"], ""), "no file is offered where the second word of a command stands")


main(overview, each, all_polish, suggestions, manual, completion)

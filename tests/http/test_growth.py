"""The public log as an outsider sees it over HTTP while the office works: every checkpoint that was ever out is signed and
is the root of the entries that the log shows; the log grew from any one of them to any later one; every receipt and every
answer that was handed out is in it. By the rules of C2SP and RFC 9162 alone, in tests/lib/tlog_check.py, which shares no
line with the program."""
import hashlib
import itertools
import pathlib
import re
import sys

from desk import HOUSE, Desk, main, ok, same, wait_for
from letter import PDF, file_foi, follow, form

sys.path.insert(0, str(HOUSE / "tests" / "lib"))
import tlog_check as rules  # noqa: E402

desk = Desk().start()
seen = []      # checkpoints in the order in which they came out
documents = [] # (what, content, file of proof, its name there)


def keep_checkpoint(new=False):
    def newer():
        raw = desk.ask("/log/checkpoint").body
        if raw and (not seen or seen[-1] != raw):
            seen.append(raw)
            return True
        return False
    if new:
        ok(wait_for(newer), "a checkpoint comes out")
    else:
        newer()


def proof_at(path):
    wait_for(lambda: desk.ask(path).status == 200)
    keep_checkpoint()
    return desk.ask(path).body


def sections(raw):
    out = {}
    for part in ("\n" + raw.decode()).split("\n=== ")[1:]:
        name, _, body = part.partition("\n")
        out[name] = (body + "\n").encode() if not body.endswith("\n") else body.encode()
    return out


def the_office_works():
    keep_checkpoint(new=True)
    (desk.root / "odpowiedź.pdf").write_bytes(PDF + b"odpowiedz")
    for i in range(4):
        number, _, token = file_foi(desk, [(f"zal{i}.pdf", PDF + bytes([i]))], content=f"Umowy {i}")
        keep_checkpoint(new=True)
        receipt = proof_at(f"/s/{token}/dowod.txt")
        documents.append(("letter", desk.ask(f"/s/{token}/pismo.txt").body, receipt, "letter"))
        documents.append(("attachment", PDF + bytes([i]), receipt, "file-1"))
        if i % 2:
            follow(desk, form(desk, f"/s/{token}/uzupelnij").send(text="Dopisek"))
            keep_checkpoint(new=True)
        desk("request", "answer", number, desk.root / "odpowiedź.pdf", "--text", "W załączeniu")
        keep_checkpoint(new=True)
        wait_for(lambda t=token: desk.ask(f"/s/{t}/sprawa.zip").status == 200)
        import io
        import zipfile
        z = zipfile.ZipFile(io.BytesIO(desk.ask(f"/s/{token}/sprawa.zip").body))
        proof = next(n for n in z.namelist() if re.search(r"proofs/\d+-answer\.txt$", n))
        documents.append(("answer", z.read(next(n for n in z.namelist() if "/released/" in n)), z.read(proof), "file-1"))
    keep_checkpoint()
    ok(len(seen) >= 10, "the log grew step by step", len(seen))


def the_log():
    """All of it by HTTP: the key, every entry, every hash."""
    key = rules.read_vkey(desk.ask("/log/log.vkey").text.rstrip("\n"))
    size, root = rules.read_checkpoint(desk.ask("/log/checkpoint").body, key)
    entries, leaves = [], []
    for n, width in rules.tiles(size):
        tail = "" if width == 256 else f".p/{width}"
        name = f"/log/tile/entries/{rules.number_path(n)}{tail}"
        entries += rules.bundle_entries(name, desk.ask(name).body, width)
        hashes = desk.ask(f"/log/tile/0/{rules.number_path(n)}{tail}").body
        leaves += [hashes[i:i + 32] for i in range(0, 32 * width, 32)]
    same(leaves, [rules.leaf(e) for e in entries], "the tiles hold the hashes of the entries")
    same(rules.range_root(leaves), root, "whose root is the signed one")
    return key, leaves, entries


def growth():
    key, leaves, _ = the_log()
    heads = [rules.read_checkpoint(raw, key) for raw in seen]
    same([s for s, _ in heads], sorted({s for s, _ in heads}), "each checkpoint is signed, and larger than the one before")
    same([r for s, r in heads if rules.range_root(leaves[:s]) != r], [], "each is the root of the entries that stand there today")
    bad = pairs = 0
    for (a, ra), (b, rb) in itertools.combinations(heads, 2):
        proof = rules.consistency_proof(a, leaves[:b])
        pairs += 1
        bad += not rules.consistency_ok(a, b, ra, rb, proof)
        if proof:
            bad += rules.consistency_ok(a, b, ra, rb, proof[:-1]) + rules.consistency_ok(a, b, bytes(32), rb, proof)
    same(bad, 0, f"between any two of them the log only grew ({pairs} pairs)")


def inclusion():
    key, _, entries = the_log()
    bad = []
    for what, content, proof, name in documents:
        s = sections(proof)
        index, path, checkpoint = rules.read_proof(s[name + ".tlog-proof"])
        size, root = rules.read_checkpoint(checkpoint, key)
        line = f"content size {len(content)} sha256:{hashlib.sha256(content).hexdigest()} blake2b-512:{hashlib.blake2b(content).hexdigest()}"
        opening, entry = s[name + ".opening"], s[name + ".entry"]
        commits = f"opening content sha256:{hashlib.sha256(opening).hexdigest()} blake2b-512:{hashlib.blake2b(opening).hexdigest()}"
        right = (line in opening.decode().splitlines(), commits in entry.decode().splitlines(), entries[index] == entry,
                 rules.inclusion_ok(index, size, rules.leaf(entry), path, root))
        wrong = rules.inclusion_ok(index, size, rules.leaf(entry + b"\n"), path, root) or \
            rules.inclusion_ok(index ^ 1, size, rules.leaf(entry), path, root)
        if not all(right) or wrong:
            bad.append((what, right, wrong))
    same(bad, [], f"every receipt and every answer is in the log ({len(documents)} documents)")


def as_files():
    """The folder as nginx serves it, by the same tool that an auditor would run."""
    for i, raw in enumerate(seen):
        (desk.root / f"checkpoint-{i}").write_bytes(raw)
    earlier = [str(desk.root / f"checkpoint-{i}") for i in range(len(seen))]
    same(rules.check(str(desk.dir / "log"), earlier)[0], rules.read_checkpoint(seen[-1], rules.read_vkey((desk.dir / "log/log.vkey").read_text().rstrip("\n")))[0],
         "every tile of every level, and every checkpoint")
    forged = pathlib.Path(earlier[2])
    raw = forged.read_bytes()
    forged.write_bytes(raw.replace(b"\n", b"\n1", 1))
    try:
        rules.check(str(desk.dir / "log"), earlier)
        ok(False, "a forged checkpoint is caught")
    except rules.Wrong as e:
        ok("signature" in str(e) or "shrunk" in str(e), "a forged checkpoint is caught", e)


main(the_office_works, growth, inclusion, as_files)

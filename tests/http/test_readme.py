"""README's three commands with curl, as they stand there: file, follow and fetch; and its variant with files."""
import json
import os
import re
import secrets
import shutil
import socket
import subprocess

from desk import HOUSE, Desk, main, ok, same, wait_for


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


PORT = free_port()
desk = Desk(listen=f"127.0.0.1:{PORT}").start()
TEXT = (HOUSE / "README.md").read_text(encoding="utf-8")
BLOCK = re.search(r"## File, follow and fetch with curl\n\n((?:    .*\n)+)", TEXT).group(1)
COMMANDS = re.sub(r"\\\n\s*", "", BLOCK).strip().splitlines()
WORDS = {**os.environ, "URL": f"http://127.0.0.1:{PORT}", "NO_PROXY": "*"}


def draw_key():
    """As README says; who copies a key from a page shares receipt and secret with everybody who does."""
    WORDS["KEY"] = secrets.token_hex(16)


def run(command):
    p = subprocess.run(["sh", "-c", command], cwd=desk.root, env=WORDS, capture_output=True, text=True, timeout=30)
    return p.stdout if p.returncode == 0 else f"status {p.returncode}: {p.stderr}"


def the_three():
    same((len(COMMANDS), all(c.strip().startswith("curl -s $URL/") for c in COMMANDS)), (3, True), "three commands")
    file, follow, fetch = COMMANDS
    ok("KEY=$(openssl rand -hex 16)" in TEXT and not re.search(r"Idempotency-Key: [^$]", TEXT), "no key to copy stands there")
    draw_key()
    receipt = json.loads(run(file))
    ok({"number", "secret", "received", "due", "receipt", "url"} <= set(receipt), "the first files a request", receipt)
    same(json.loads(run(file)), receipt, "and its key makes it the same one when it is sent twice")
    WORDS.update(NUMBER=receipt["number"], SECRET=receipt["secret"], TOKEN=receipt["url"].rsplit("/", 1)[1])
    seen = json.loads(run(follow))
    same((seen["number"], seen["state"], seen["due"]), (receipt["number"], "filed", receipt["due"]), "the second follows it")
    ok(wait_for(lambda: "openssl" in run(fetch), 20), "the third fetches its proof, once the checkpoint is out", run(fetch)[:400])


def with_files():
    parts = re.search(r"`(-F request=.* -F files=@scan\.pdf)`", TEXT).group(1)
    (desk.root / "scan.pdf").write_bytes(b"%PDF-1.4 proba")
    body = re.search(r"-d '(.*)'$", COMMANDS[0]).group(1)
    command = re.sub(r"-H 'Content-Type: [^']*' ", "", COMMANDS[0])
    command = re.sub(r"-d '.*'$", lambda _: parts.replace("{…}", body), command)
    draw_key()
    receipt = json.loads(run(command))
    WORDS.update(NUMBER=receipt["number"], SECRET=receipt["secret"])
    same([f["name"] for f in json.loads(run(COMMANDS[1]))["files"]], ["scan.pdf"], "with files, as it says below them")


if shutil.which("curl"):
    main(the_three, with_files)
else:
    print("ok 1 - curl # SKIP not installed\n1..1")

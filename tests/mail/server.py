"""A mail server as a process of its own, so that it can be killed: `server.py PORT FILE SLOW`. It writes the name of each
message to FILE and syncs it before it says 250, as servers do, and knows a repeat by it: a second copy is answered like
the first, and the line in FILE begins with `again`."""
import email
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))
from smtp import Server  # noqa: E402


class Keeping(Server):
    def __init__(self, port, path):
        super().__init__(port)
        self.path = path
        self.known = set(p.read_text().split()) if (p := pathlib.Path(path)).exists() else set()

    async def handle_DATA(self, server, session, envelope):
        name = email.message_from_bytes(envelope.content)["Message-ID"]
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(fd, f"{'again ' if name in self.known else ''}{name}\n".encode())
        os.fsync(fd)
        os.close(fd)
        self.known.add(name)
        return "250 taken"


server = Keeping(int(sys.argv[1]), sys.argv[2])
server.slow, server.slow_at = float(sys.argv[3]), "250 taken"
server.start()
print("ready", flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    time.sleep(60)

"""Citizens' programs that file letters through nginx and do not give up: what was not answered is sent again under the same
idempotency key until there is an answer. What they were told is kept here, outside the archive under test."""
import hashlib
import http.client
import json
import random
import secrets
import socket
import threading
import time

PATIENCE = 60  # seconds for one letter
AGAIN = 0.02   # one confirmed letter in so many is sent once more


class Line(http.client.HTTPConnection):
    """A kept connection to nginx on its Unix socket; over TCP the office would hold one sender back (429)."""

    def __init__(self, path):
        super().__init__("desk.example", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def ask(self, method, path, body=None, headers=None):
        """(status, body), or (0, why) when no answer came."""
        try:
            self.request(method, path, body, headers or {})
            r = self.getresponse()
            return r.status, r.read()
        except (OSError, http.client.HTTPException) as e:
            self.close()
            return 0, repr(e).encode()


class Letter:
    def __init__(self, name, rnd):
        self.key = "load-" + name
        self.content = "Proszę o wykaz umów na odśnieżanie, sprawa %s." % name
        self.file = b"%PDF-1.4\n" + rnd.randbytes(rnd.choice([1, 900, 5_000, 70_000])) if rnd.random() < 0.1 else None
        self.said = None  # the 201, once it was read
        self.sent = 0     # how many times

    @property
    def sha256(self):
        return hashlib.sha256(self.file).hexdigest()

    def body(self):
        """(body, Content-Type): JSON, or multipart when there is a file."""
        request = json.dumps({"kind": "foi", "way": "here", "content": self.content})
        if self.file is None:
            return request.encode(), "application/json"
        mark = "----" + self.key
        head = ('--%s\r\nContent-Disposition: form-data; name="request"\r\nContent-Type: application/json\r\n\r\n%s\r\n'
                '--%s\r\nContent-Disposition: form-data; name="files"; filename="wykaz.pdf"\r\n'
                "Content-Type: application/pdf\r\n\r\n") % (mark, request, mark)
        return head.encode() + self.file + ("\r\n--%s--\r\n" % mark).encode(), "multipart/form-data; boundary=" + mark


class Told:
    """What all of them were told, and what went wrong."""

    def __init__(self):
        self.lock = threading.Lock()
        self.letters, self.faults, self.waits = [], [], []
        self.unanswered = 0  # times that a letter had to be sent again

    def fault(self, text):
        with self.lock:
            self.faults.append(text)


class Citizen(threading.Thread):
    """Files one letter after another until `stop`; the last one is seen through."""

    def __init__(self, web, told, stop, name, seed):
        super().__init__(daemon=True)
        self.line, self.told, self.stop, self.title = Line(web), told, stop, name
        self.random = random.Random(seed)

    def send(self, letter):
        body, kind = letter.body()
        letter.sent += 1
        return self.line.ask("POST", "/api/v1/requests", body, {"Content-Type": kind, "Idempotency-Key": letter.key})

    def see_through(self, letter):
        """The answer that confirms it, or None."""
        begun = time.monotonic()
        status, said = self.send(letter)
        while status in (0, 502, 503, 504):
            with self.told.lock:
                self.told.unanswered += 1
            if time.monotonic() - begun > PATIENCE:
                self.told.fault("%s: no answer within %d s: %d %s" % (letter.key, PATIENCE, status, said[:200]))
                return None
            time.sleep(self.random.uniform(0.02, 0.3))
            status, said = self.send(letter)
        if status not in (200, 201):
            self.told.fault("%s: %d %s" % (letter.key, status, said[:300]))
            return None
        with self.told.lock:
            self.told.waits.append(time.monotonic() - begun)
        return json.loads(said)

    def once_more(self, letter):
        """A repeat of what is confirmed gives the same receipt."""
        said = self.see_through(letter)
        if said is not None and [said.get(k) for k in ("number", "secret")] != [letter.said[k] for k in ("number", "secret")]:
            self.told.fault("%s: sent again after it was confirmed as %s it became %s" %
                            (letter.key, letter.said["number"], said.get("number")))

    def run(self):
        count = 0
        while not self.stop.is_set():
            letter = Letter("%s-%d-%s" % (self.title, count, secrets.token_hex(6)), self.random)
            count += 1
            said = self.see_through(letter)
            if said is None:
                return
            missing = [k for k in ("number", "secret", "received", "due", "receipt") if not said.get(k)]
            if missing:
                self.told.fault("%s: the receipt lacks %s" % (letter.key, ", ".join(missing)))
                return
            letter.said = said
            with self.told.lock:
                self.told.letters.append(letter)
            if self.random.random() < AGAIN:
                self.once_more(letter)

"""A mail server of Debian's python3-aiosmtpd that can be told to be slow, to refuse, and to die. What it takes lies in
`taken`, a message each, in the order in which it said 250."""
import asyncio
import email
import email.policy
import os
import socket
import ssl
import sys
import threading

try:
    from aiosmtpd.controller import Controller
except ModuleNotFoundError:  # another Python stands in front of Debian's, which has the package
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
from aiosmtpd.smtp import SMTP


class Talk(SMTP):
    """Says `hold` seconds nothing, or hangs up, before the answer that `says` names."""

    async def push(self, status):
        keeper = self.event_handler
        words = status if isinstance(status, str) else status.decode()
        pause = keeper.slow if not keeper.slow_at or words.startswith(keeper.slow_at) else 0
        if pause:
            await asyncio.sleep(pause)
        await super().push(status)


class Server:
    def __init__(self, port=0, tls=None, password=None):
        self.taken, self.seen, self.answers, self.lock = [], [], {}, threading.Lock()
        self.slow, self.slow_at, self.hang_up = 0, "", 0
        self.tls, self.password, self.port, self.controller = tls, password, port, None

    # ---- told by the test

    def start(self):
        keeper = self

        class Room(Controller):
            def factory(self):
                how = {}
                if keeper.tls:
                    how = {"tls_context": keeper.tls, "require_starttls": True}
                if keeper.password:
                    how["authenticator"] = keeper.authenticate
                    how["auth_required"] = True
                return Talk(keeper, enable_SMTPUTF8=True, ident="test", **how)

        if self.port == 0:
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                self.port = s.getsockname()[1]
        self.controller = Room(self, hostname="127.0.0.1", port=self.port, ready_timeout=20)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    def settings(self, **more):
        lines = {"server": "127.0.0.1", "port": self.port, "tls": "none", "from": "powiadomienia@brzozow-dolny.example", "rate": 6000, "per_address": 100000,
                 "retry": 1, "patience": 20, **more}
        return "[mail]\n" + "".join(f"{k} = {v}\n" for k, v in lines.items())

    def ids(self):
        with self.lock:
            return [m["Message-ID"] for m in self.taken]

    # ---- asked by aiosmtpd

    def authenticate(self, server, session, envelope, mechanism, data):
        from aiosmtpd.smtp import AuthResult
        return AuthResult(success=(data.login, data.password) == (b"akta", self.password.encode()), handled=False)

    def answer(self, stage, standard):
        said = self.answers.get(stage)
        if isinstance(said, list):
            said = said.pop(0) if said else None
        return said or standard

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        said = self.answer("hello", None)
        return [said] if said else responses

    async def handle_HELO(self, server, session, envelope, hostname):
        session.host_name = hostname
        return self.answer("hello", "250 test")

    async def handle_MAIL(self, server, session, envelope, address, options):
        said = self.answer("sender", "250 OK")
        if said.startswith("250"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(self, server, session, envelope, address, options):
        said = self.answer("recipient", "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
        with self.lock:
            self.seen.append(message["Message-ID"])
        said = self.answer("content", "250 taken")
        if said.startswith("250"):
            message.envelope = (envelope.mail_from, list(envelope.rcpt_tos))
            message.raw = envelope.original_content
            with self.lock:
                self.taken.append(message)
        if self.hang_up > 0:
            self.hang_up -= 1
            server.transport.abort()
        return said


def certificate(folder):
    """(context of a server, file of the authority) for 127.0.0.1."""
    import subprocess
    key, cert = folder / "smtp.key", folder / "smtp.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                    "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert

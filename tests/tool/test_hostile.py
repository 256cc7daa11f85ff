"""Hostile, slow and dead clients of command.sock hold up nobody but themselves; rights come from the kernel alone."""
import array
import os
import pathlib
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import time

from tap import AKTA, DEMO, Office, akta, environment, main, ok, same, scratch, wait_for

office = Office()
records = office.demo()
here = scratch()
office.start_owner()
SOCK = str(office.dir / "run" / "command.sock")


def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(20)
    s.connect(SOCK)
    return s


def send(s, data, fds=()):
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    s.sendmsg([data], ancillary)


def hello(words, version=1, lang=0, flags=1):
    return b"H" + struct.pack(">BBBI", version, lang, flags, words)


def closed(s, seconds=15):
    """The owner ended the connection, after an exit frame or without one."""
    s.settimeout(seconds)
    try:
        while True:
            data = s.recv(200000)
            if data == b"":
                return True
    except (ConnectionError, BrokenPipeError):
        return True
    except TimeoutError:
        return False


def alive(what):
    begun = time.monotonic()
    a = office("file", "show", records["zaswiadczenie.txt"]["mark"])
    ok(a.status == 0 and time.monotonic() - begun < 10, f"others are served: {what}", a)


def null():
    return os.open("/dev/null", os.O_RDWR)


def garbage():
    out = null()
    for data, fds, what in [
        (b"", (), "an empty packet"), (b"\0", (), "an unknown kind"), (b"H", (), "half a hello"),
        (hello(1), (), "a hello without descriptors"), (hello(1), (out,), "a hello with one descriptor"),
        (hello(1), (out, out, out, out), "a hello with four descriptors"), (hello(0), (out, out), "no words"),
        (hello(70000), (out, out), "too many words"), (hello(1, version=9), (out, out), "another version"),
        (hello(1, lang=7), (out, out), "an unknown language"), (hello(1, flags=255), (out, out), "unknown flags"),
        (b"Aqueue", (), "a word before the hello"), (b"S", (), "a stop before the hello"),
        (b"X\0", (), "a frame of the owner"), (b"A" + b"x" * 150000, (), "a packet that is too long"),
        (os.urandom(500), (), "noise"),
    ]:
        s = connect()
        try:
            send(s, data, fds)
        except OSError:
            pass  # too long for the socket itself
        ok(closed(s), f"refused: {what}")
        s.close()
    for words, what in [((b"queue\0x",), "a word with a NUL"), ((b"A" * 131073,), "a word that is too long")]:
        s = connect()
        send(s, hello(len(words)), (out, out))
        try:
            for w in words:
                send(s, b"A" + w)
        except OSError:
            pass
        ok(closed(s), f"refused: {what}")
        s.close()
    os.close(out)
    alive("after all of this")


def too_much():
    out, s = null(), connect()
    send(s, hello(200), (out, out))
    try:
        for _ in range(200):
            send(s, b"A" + b"x" * 100000)
    except OSError:
        pass
    ok(closed(s), "a command line of 20 MB is refused")
    s.close()
    os.close(out)
    alive("after a command line of 20 MB")


def silent():
    quiet = [connect() for _ in range(20)]
    alive("twenty that say nothing")
    ok(all(closed(s) for s in quiet), "and they are sent away after a few seconds")
    crowd = []
    for _ in range(40):
        crowd.append(connect())
    time.sleep(0.5)
    a = office("queue")
    ok(a.status in (0, 3), "when every place is taken a tool is told, or served", a)
    for s in crowd:
        s.close()
    ok(wait_for(lambda: office("queue").status == 0, 10), "and served once they are gone")


def one(words, answer):
    """Asks for a command and answers the owner's questions with `answer`, a list of (frame, descriptors) or None."""
    out, s = null(), connect()
    send(s, hello(len(words)), (out, out))
    for w in words:
        send(s, b"A" + os.fsencode(str(w)))
    os.close(out)
    s.settimeout(15)
    frames = []
    while True:
        data = s.recv(200000)
        frames.append(data[:1])
        if data[:1] in (b"", b"X"):
            return s, frames, data
        if data[:1] in b"inokd" and data[:1]:
            if answer is None:
                return s, frames, data
            for frame, fds in answer:
                send(s, frame, fds)


def bad_answers():
    mark = records["zaswiadczenie.txt"]["mark"]
    words = ("ingest", "--file", mark, "/etc/hostname")
    s, frames, last = one(words, None)
    same(frames[-1], b"i", "the owner asks for the file and opens nothing itself")
    alive("one that does not answer")
    s.close()
    fifo = here / "fifo"
    os.mkfifo(fifo)
    pipe = os.open(fifo, os.O_RDWR)
    for answer, what in [([(b"F", (pipe,))], "a pipe instead of a file"), ([(b"F", ())], "no descriptor"),
                         ([(b"N\0", ())], "an answer to another question"), ([(b"H", ())], "a hello"),
                         ([(b"E\xff" + b"x" * 400, ())], "an error of no known kind"), ([(b"", ())], "nothing at all")]:
        s, frames, last = one(words, answer)
        ok(frames[-1] in (b"X", b"") and last[1:2] != b"\0", f"the command ends without a record: {what}", (frames, last))
        s.close()
    os.close(pipe)
    same(len(office("file", "show", mark).row["records"]), 1, "nothing was taken by any of them")
    s, frames, last = one(("ingest", "--file", mark, str(here)), None)
    folder = os.open(here, os.O_RDONLY)
    send(s, b"F", (folder,))
    ok(s.recv(200000)[:1] == b"n", "it asks for what is below a folder")
    send(s, b"N" + struct.pack(">BQ", 0, 1) + b"../../etc/passwd")
    s.settimeout(15)
    ok(s.recv(200000)[:1] in (b"n", b"i", b"X"), "a strange name is only a name: the tool opens it or does not")
    s.close()
    os.close(folder)
    alive("after bad answers")


def dead_reader():
    read, write = os.pipe()
    s = connect()
    send(s, hello(1, flags=0), (write, write))
    send(s, b"Aclass")
    os.close(write)
    time.sleep(0.5)
    alive("one that does not read its output")
    s.close()
    os.close(read)
    read, write = os.pipe()
    p = subprocess.Popen([AKTA, "-d", str(office.dir), "class"], stdout=write, stderr=write, env=environment("C"))
    os.close(write)
    time.sleep(0.5)
    p.kill()
    p.wait()
    alive("one that was killed")
    os.close(read)


def rights():
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam("nobody")

    def drop():
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)

    reachable = scratch()  # the build may lie where another user does not come
    reachable.chmod(0o755)
    shutil.copy(AKTA, reachable / "akta")

    def ask(*words):
        p = subprocess.run([str(reachable / "akta"), "-d", str(office.dir), "--json", *map(str, words)], capture_output=True,
                           preexec_fn=drop, timeout=60, env=environment("C"), stdin=subprocess.DEVNULL)
        return p.returncode, p.stdout.decode(), p.stderr.decode()

    status, out, err = ask("queue")
    ok(status == 3 and out == "" and "no right" in err, "another user does not reach the folder: status 3", (status, out, err))
    office.stop_owner()
    for path, mode in [(office.root, 0o711), (office.dir, 0o711), (office.dir / "run", 0o711)]:
        path.chmod(mode)
    conf = office.dir / "akta.conf"
    conf.write_text(conf.read_text() + "\n[operators]\nread = nobody\nwork = nobody\n")
    office.start_owner()
    os.chmod(SOCK, 0o666)
    same(ask("queue")[0], 0, "an operator of [operators] read may look")
    status, out, err = ask("hold", "place", records["zaswiadczenie.txt"]["mark"], "--reason", "x", "--mandate", "y", "--until",
                           "2030-01-01")
    ok(status == 3 and "[operators] decide" in err, "but not decide, and is told what is missing", (status, err))
    same(ask("verify", "--all")[0], 3, "nor run the care of the archive")
    secret = here / "secret.txt"
    secret.write_text("x")
    secret.chmod(0o600)
    here.chmod(0o755)
    status, out, err = ask("ingest", "--file", records["zaswiadczenie.txt"]["mark"], secret)
    ok(status == 2 and "no right to open" in err, "files are opened with the caller's rights, not the owner's", (status, err))
    same(ask("help")[0], 0, "help is for everybody")


def end():
    read, write = os.pipe()
    s = connect()
    send(s, hello(1, flags=0), (write, write))
    send(s, b"Aclass")
    os.close(write)
    time.sleep(0.3)
    begun = time.monotonic()
    same(office.stop_owner(), 0, "the owner ends although a tool does not read")
    ok(time.monotonic() - begun < 25, "and within its time")
    s.close()
    os.close(read)


main(garbage, too_much, silent, bad_answers, dead_reader, rights, end)

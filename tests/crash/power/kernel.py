"""Power loss as the kernel does it: an office on a file system of its own, shut down in the midst of its work.

usage: kernel.py BUILD ROUNDS [SEED]

A file is made a block device (loop), a file system is made on it and mounted where nobody else sees it. The owner works
for three clerks; then it is stopped, so that no answer races with the shutdown, the file system is told to drop what its
journal has not written (what XFS calls goingdown, without flushing its log), the owner is killed, and the file system is
mounted anew. What was acknowledged is there. Where root, loop devices or a file system are missing, it says so.
"""
import ctypes
import fcntl
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "lib")]
import crash  # noqa: E402
import driver  # noqa: E402
import tlog_check  # noqa: E402

GOINGDOWN = 0x8004587D  # _IOR('X', 125, __u32), the same for ext4 and xfs
NO_LOG_FLUSH = 2
CLONE_NEWNS = 0x00020000
MEGABYTES = 400  # xfs takes no less than 300


class CannotRun(Exception):
    pass


def command(*words):
    p = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if p.returncode != 0:
        raise CannotRun("%s: %s" % (words[0], (p.stderr or p.stdout).strip().splitlines()[-1:]))
    return p.stdout


def mounts_of_our_own():
    """From here on nobody else sees what this process mounts, and it goes when the process does."""
    if os.geteuid() != 0:
        raise CannotRun("needs root")
    if not os.path.exists("/dev/loop-control"):
        raise CannotRun("this machine has no loop devices")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise CannotRun("unshare: " + os.strerror(ctypes.get_errno()))
    command("mount", "--make-rprivate", "/")


class Volume:
    def __init__(self, kind, base):
        self.kind, self.image, self.at = kind, os.path.join(base, kind + ".img"), os.path.join(base, kind)
        maker = shutil.which("mkfs." + kind, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if maker is None:
            raise CannotRun("there is no mkfs.%s" % kind)
        with open(self.image, "wb") as f:
            f.truncate(MEGABYTES << 20)
        command(maker, "-q", self.image)
        os.mkdir(self.at)
        self.mount()

    def mount(self):
        command("mount", "-o", "loop", self.image, self.at)

    def shut_down(self):
        fd = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, GOINGDOWN, struct.pack("I", NO_LOG_FLUSH))
        except OSError as e:
            raise CannotRun("the kernel does not shut down %s: %s" % (self.kind, e)) from e
        finally:
            os.close(fd)

    def again(self):
        command("umount", self.at)
        self.mount()

    def leave(self):
        subprocess.run(["umount", self.at], capture_output=True)


def stop(p):
    """Every thread of it stands still when this returns."""
    p.send_signal(signal.SIGSTOP)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        states = [pathlib.Path(t, "stat").read_text().rpartition(")")[2].split()[0] for t in
                  pathlib.Path("/proc/%d/task" % p.pid).iterdir()]
        if set(states) == {"T"}:
            return
        time.sleep(0.002)
    raise RuntimeError("the owner does not stop")


class Rounds(crash.Rounds):
    """The clerks, the owner and the list of what was acknowledged are those of the kill test."""

    def __init__(self, build, seed, volume, base):
        super().__init__(build, seed, base)
        self.volume = volume
        self.begin_at(os.path.join(base, volume.kind + "-outside"), os.path.join(volume.at, "archive"))
        os.sync()

    def power_goes(self):
        p = self.owner(True)
        clients = [crash.Client(self.tool, self.acked, self.material, self.random.random()) for _ in range(3)]
        for c in clients:
            c.start()
        time.sleep(self.random.uniform(0.1, 1.2))
        stop(p)
        self.volume.shut_down()
        self.kill(p)
        for c in clients:
            c.stopping = True
        for c in clients:
            c.join(20)
        self.volume.again()

    def one(self, number):
        """What is wrong after the power went once."""
        self.power_goes()
        check = driver.Check(self.tool, self.acked, crash.KEY)
        check.command(0, "doctor")
        check.numbers()
        check.command(0, "log", "export")
        check.records(list(self.acked.files))
        check.whole(False)
        head = os.path.join(self.tool.dir, "log/checkpoint")
        earlier = [os.path.join(self.heads, h) for h in sorted(os.listdir(self.heads))[-1:]]
        try:
            tlog_check.check(os.path.dirname(head), earlier)
            shutil.copy(head, os.path.join(self.heads, "%06d" % number))
        except (tlog_check.Wrong, OSError, ValueError) as e:
            check.say("independent checker: %s", e)
        return check.wrong


def rounds_on(kind, build, rounds, seed, base):
    """(passed, failed); (0, 0) when it cannot be."""
    passed = failed = 0
    volume = None
    try:
        volume = Volume(kind, base)
        r = Rounds(build, seed, volume, base)
        for n in range(rounds):
            wrong = r.one(n)
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for w in wrong:
                print("not ok - %s round %d: %s" % (kind, n + 1, w), flush=True)
            if wrong:
                break
        print("# %s: %d shutdowns, %d acknowledged changes" % (kind, passed + failed, r.acked.changes), flush=True)
    except CannotRun as e:
        print("# skipped: %s: %s" % (kind, e), flush=True)
    finally:
        if volume is not None:
            volume.leave()
    return passed, failed


def main():
    build, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(10 ** 9)
    started = time.monotonic()
    passed = failed = 0
    base = tempfile.mkdtemp(prefix="akta-shutdown-")
    try:
        mounts_of_our_own()
        for kind in ("ext4", "xfs"):
            more = rounds_on(kind, build, rounds, seed, base)
            passed, failed = passed + more[0], failed + more[1]
    except CannotRun as e:
        print("# skipped: %s" % e, flush=True)
    print("kernel: %d shutdowns, seed %d, %.0f s" % (passed + failed, seed, time.monotonic() - started))
    print("%d passed, %d failed" % (passed, failed))
    if failed == 0:
        shutil.rmtree(base, ignore_errors=True)
    else:
        print("kept", base)
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()

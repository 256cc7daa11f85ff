"""make check-mail: notices and everything that goes wrong with mail. A real SMTP server that is down, slow, refuses at each
stage, hangs up and is killed; an owner that is killed with SIGKILL over and over while it sends; helpers killed with it,
as a power cut does. No notice is lost, none is sent twice, and the citizen's page tells how it stands.

ROUNDS kills (default 40) and SEED from the environment. Closes with the one line `N passed, N failed`."""
import collections
import datetime
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "http"))
from smtp import Server  # noqa: E402, isort: skip
from desk import Desk, Page, wait_for  # noqa: E402
from letter import file_foi  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS") or 40)
SEED = int(os.environ.get("SEED") or random.randrange(1 << 30))
chance = random.Random(SEED)
print(f"seed {SEED}, {ROUNDS} rounds", flush=True)
results = collections.Counter()


def ok(condition, name, seen=None):
    results["passed" if condition else "failed"] += 1
    if not condition:
        print(f"not ok - {name}\n# seen: {seen!r}"[:3000], flush=True)
    return condition


class House:
    """An office whose mail goes to `server`, and what it should have sent."""

    def __init__(self, server, **settings):
        self.desk, self.due, self.tokens = Desk(), {}, {}
        conf = self.desk.dir / "akta.conf"
        conf.write_text(conf.read_text() + "\n" + server.settings(**settings))
        self.desk.start()

    def case(self, *acts):
        """A case with its notices; what is due is known by the names of the messages."""
        number, _, token = file_foi(self.desk, email="anna@example.pl", way="email")
        self.tokens[number] = token
        self.due[f"<{number}.1@bip.brzozow-dolny.example>"] = number
        until = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
        words = {"extend": ("--until", until, "--reason", "Dużo umów."), "answer": ("--text", "Nie ma."),
                 "call": ("--for", "clarify", "--text", "Które ulice?")}
        for i, act in enumerate(acts):
            done = self.desk("request", act, number, *words[act])
            if done.status != 0:
                raise RuntimeError(f"{act}: {done}")
            self.due[f"<{number}.{i + 2}@bip.brzozow-dolny.example>"] = number
        return number

    def states(self):
        found = []
        for number in self.tokens:
            found += self.desk("request", "show", number).row["notices"]
        return found

    def settled(self, seconds=120):
        return wait_for(lambda: all(n["state"] not in ("waiting", "sending") for n in self.states()), seconds)

    def kill_owner(self):
        self.desk.stop_owner(signal.SIGKILL)

    def start_owner(self):
        self.desk.start_owner()

    def stop(self):
        self.desk.stop_web()
        self.desk.stop_owner()
        leftovers = [p.name for p in (self.desk.dir / "run").glob("send-*")]
        ok(leftovers == [], "no word lies in run/ that is not read", leftovers)
        done = self.desk("doctor")
        ok(not [r for r in done.rows if "faults" not in r and r.get("place") != "mail"], "the doctor finds the archive whole", done)


def once(house, ids, name):
    twice = {k: n for k, n in collections.Counter(ids).items() if n > 1}
    ok(not twice, f"{name}: none is sent twice", twice)
    lost = set(house.due) - set(ids)
    ok(not lost and not set(ids) - set(house.due), f"{name}: none is lost, and none is sent that is not due", (lost, set(ids) - set(house.due)))


def page(house, number):
    return Page(house.desk.ask(f"/s/{house.tokens[number]}").text).said


def down():
    """Nobody listens; then somebody does."""
    server = Server().start()
    server.stop()
    house = House(server)
    number = house.case("extend", "answer")
    ok(wait_for(lambda: all(n["attempts"] > 0 for n in house.states()), 20), "each is tried", house.states())
    ok({(n["state"], n["stage"]) for n in house.states()} == {("waiting", "connect")}, "and waits", house.states())
    ok("Serwer poczty jeszcze go nie przyjął. Spróbujemy ponownie." in page(house, number), "as its citizen reads", page(house, number))
    server.start()
    ok(house.settled(60), "then all go out", house.states())
    once(house, server.ids(), "down")
    server.stop()
    house.stop()


# What is for good comes first: whatever waits is tried again under the answers that come after it.
REFUSALS = [("recipient", "550 5.1.1 nobody", "refused", "recipient"), ("content", "554 5.6.0 no", "refused", "content"),
            ("hello", "421 not now", "waiting", "hello"), ("hello", "554 never", "waiting", "hello"),
            ("sender", "451 not now", "waiting", "sender"), ("sender", "550 not yours", "waiting", "sender"),
            ("recipient", "450 busy", "waiting", "recipient"), ("recipient", "554 5.7.1 relaying denied", "waiting", "recipient"),
            ("content", "452 full", "waiting", "content")]


def refusing():
    """4xx and 5xx at each stage."""
    server = Server().start()
    house = House(server, retry=2)
    for stage, said, state, where in REFUSALS:
        server.answers = {stage: said}
        number = house.case()
        show = lambda: house.desk("request", "show", number).row["notices"][0]  # noqa: E731, B023
        wait_for(lambda: show()["attempts"] > 0, 20)
        n = show()
        ok((n["state"], n.get("stage"), n.get("code")) == (state, where, int(said[:3])), f"{stage} {said}: {state}", n)
        text = page(house, number)
        ok(("nie przyjmuje listów na ten adres" in text) == (state == "refused") and
           ("Spróbujemy ponownie" in text) == (state == "waiting"), f"{stage} {said}: its citizen reads so", text)
        if state == "refused":
            del house.due[f"<{number}.1@bip.brzozow-dolny.example>"]
    server.answers = {}
    ok(house.settled(60), "then those that waited go out", house.states())
    once(house, server.ids(), "refusing")
    server.stop()
    house.stop()


def hanging_up():
    """The line breaks before the server's word: after the last byte nobody can know, and the case says so."""
    server = Server().start()
    house = House(server)
    server.hang_up = 2
    number = house.case("extend", "answer")
    ok(house.settled(60), "all come to an end", house.states())
    again = [n for n in house.states() if n["repeated"]]
    ok(len(again) == 2 and all(n["state"] == "sent" for n in again), "two went out again, which is told", house.states())
    ok("Ten sam list mógł przyjść dwa razy." in page(house, number), "the citizen is told, too", page(house, number))
    once(house, list(dict.fromkeys(server.ids())), "hanging up, repeats known by their names")
    same_bytes = collections.defaultdict(set)
    for m in server.taken:
        same_bytes[m["Message-ID"]].add(m.raw)
    ok(all(len(v) == 1 for v in same_bytes.values()), "a repeat is the same message to the last byte", same_bytes)
    server.stop()
    house.stop()


def owner_killed():
    """SIGKILL of the owner at random moments, most of them while the server thinks about a whole message."""
    server = Server().start()
    server.slow, server.slow_at = 0.15, ""
    house = House(server)
    for _ in range(max(3, ROUNDS // 3)):
        house.case(*chance.choice([(), ("extend",), ("extend", "answer"), ("call", "answer")]))
    for _ in range(ROUNDS):
        time.sleep(chance.random() * 1.2)
        server.slow = chance.choice([0, 0.05, 0.3])
        house.kill_owner()
        time.sleep(chance.choice([0, 0, 0.3, 1.0]))
        house.start_owner()
    server.slow = 0
    ok(house.settled(120), "all come to an end", house.states())
    once(house, server.ids(), "owner killed")
    ok(not any(n["repeated"] for n in house.states()), "and it was known of each what became of it", house.states())
    print(f"owner killed {ROUNDS} times, {len(server.ids())} notices, {len(server.seen)} sendings", flush=True)
    server.stop()
    house.stop()


def helpers(house):
    """Process ids of the helpers of this house: those that hold a word of its."""
    found = []
    for p in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (p / "comm").read_text().strip() == "akta-send" and str(house.desk.dir) in os.readlink(p / "fd/3"):
                found.append(int(p.name))
        except OSError:
            pass
    return found


def everything_killed():
    """Owner and helper together, as when the power goes. Only what was between its last byte and the server's word may come
    twice, and then it is told; nothing is lost."""
    server = Server().start()
    house = House(server)
    rounds = max(4, ROUNDS // 2)
    for _ in range(max(3, rounds // 2)):
        house.case("extend", "answer")
    hit = 0
    for _ in range(rounds):
        server.slow, server.slow_at = chance.choice([(0.3, "250 taken"), (0.1, ""), (0.02, "")])
        time.sleep(chance.random() * 0.8)
        house.kill_owner()
        for pid in helpers(house):
            os.kill(pid, signal.SIGKILL)
            hit += 1
        house.start_owner()
    server.slow = 0
    ok(house.settled(120), "all come to an end", house.states())
    ids, states = server.ids(), house.states()
    ok(set(ids) == set(house.due), "everything killed: none is lost", set(house.due) - set(ids))
    twice = {k for k, n in collections.Counter(ids).items() if n > 1}
    told = sum(n["repeated"] for n in states)
    ok(len(twice) <= told, "everything killed: what came twice says so", (twice, states))
    print(f"everything killed {rounds} times, {hit} helpers in it, {len(set(ids))} notices, {len(twice)} came twice, {told} say that they may have", flush=True)
    server.stop()
    house.stop()


def server_killed():
    """The server is a process of its own and is killed while it takes messages; it knows a repeat by its name."""
    probe = Server().start()
    probe.stop()
    house = House(probe)
    log = house.desk.root / "taken"

    def begin():
        p = subprocess.Popen([sys.executable, str(here / "server.py"), str(probe.port), str(log), "0.2"], stdout=subprocess.PIPE)
        p.stdout.readline()
        return p

    child = begin()
    for _ in range(max(3, ROUNDS // 4)):
        house.case("extend", "answer")
    for _ in range(max(4, ROUNDS // 4)):
        time.sleep(chance.random())
        child.kill()
        child.wait()
        child = begin()
    ok(house.settled(120), "all come to an end", house.states())
    child.terminate()
    child.wait()
    lines = log.read_text().splitlines()
    kept = [line for line in lines if not line.startswith("again ")]
    once(house, kept, "server killed")
    told = sum(n["repeated"] for n in house.states())
    repeats = len({line for line in lines if line.startswith("again ")})
    ok(repeats <= told, "each repeat is told of", (repeats, told))
    print(f"server killed: {len(kept)} notices, {repeats} repeats that it knew, {told} say that they may be", flush=True)
    house.stop()


def measured():
    """No more a minute than the settings allow."""
    server = Server().start()
    house = House(server, rate=120)
    begun = time.monotonic()
    for _ in range(3):
        house.case("extend", "answer")
    ok(house.settled(60), "all go out", house.states())
    took = time.monotonic() - begun
    ok(took >= 8 * 0.5, "in their measure", took)
    once(house, server.ids(), "measured")
    server.stop()
    house.stop()


for test in (down, refusing, hanging_up, measured, owner_killed, everything_killed, server_killed):
    begun = time.monotonic()
    try:
        test()
    except Exception as e:  # noqa: BLE001 a test that cannot go on has failed, and the others still run
        import traceback
        ok(False, f"{test.__name__} ran to its end", traceback.format_exc())
    print(f"{test.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
print(f"{results['passed']} passed, {results['failed']} failed")
sys.exit(1 if results["failed"] else 0)

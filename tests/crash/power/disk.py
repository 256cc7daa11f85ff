"""A disk as a journal (journal.h) left it, and what it may hold after the power went.

A file is what was synced of it, plus writes that wait. A sync of a file makes its bytes durable, one of a folder the names
in it, syncfs all. When the power goes, each sector that has writes waiting is at any one of its states since the last
sync, for itself: that drops, reorders and tears. Tables are torn between pages of 4096 bytes, because README.md asks that
much of a disk; everything else is torn at 512. Names obey one of two orders:

  posix   each change of a name that was not synced is there or not, for itself; only a sync of the folder helps
  ext4    changes of names come in their order, up to any point; each sync of a folder, or of a file that is new or has
          grown, writes down all of them; a file grows without holes
"""
import os
import struct

HEAD = struct.Struct("<IHHQqIB3x")
PAGE, SECTOR = 4096, 512
ORDERS = ("posix", "ext4")


class Record:
    __slots__ = ("kind", "inode", "number", "path", "other", "data", "log")

    def __init__(self, kind, inode=0, number=0, path="", other="", data=b""):
        self.kind, self.inode, self.number, self.path, self.other, self.data = kind, inode, number, path, other, data

    def packed(self):
        path, other = self.path.encode(), self.other.encode()
        n = HEAD.size + len(path) + len(other) + len(self.data)
        return HEAD.pack(n, len(path), len(other), self.inode, self.number, len(self.data), ord(self.kind)) + path + other + \
            self.data


def read_journal(path, root):
    """The records of a journal; paths become relative to the disk's folder."""
    with open(path, "rb") as f:
        raw = f.read()
    out, at = [], 0
    while at < len(raw):
        length, path_n, other_n, inode, number, data_n, kind = HEAD.unpack_from(raw, at)
        body = at + HEAD.size
        names = [raw[body:body + path_n].decode(), raw[body + path_n:body + path_n + other_n].decode()]
        names = [n[len(root):].strip("/") if n.startswith(root) else n for n in names]
        body += path_n + other_n
        out.append(Record(chr(kind), inode, number, names[0], names[1], raw[body:body + data_n]))
        at += length
    return out


class File:
    """`data` may be shorter than `size`: the rest is zero."""
    __slots__ = ("data", "size", "waiting", "new", "time", "table")

    def __init__(self, name):
        self.data, self.size, self.waiting = bytearray(), 0, []  # waiting: (step, kind, number, bytes)
        self.new, self.time = True, None
        self.table = name.endswith(".db")

    def put(self, at, piece):
        if len(self.data) < at:
            self.data.extend(bytes(at - len(self.data)))
        self.data[at:at + len(piece)] = piece
        self.size = max(self.size, at + len(piece))

    def resize(self, size):
        del self.data[size:]
        self.size = size

    def apply(self, kind, number, piece):
        if kind == "W":
            self.put(number, piece)
        elif kind == "T":
            self.resize(number)
        elif kind == "A":
            self.size = max(self.size, number)
        else:
            self.time = number

    def settle(self):
        for _, kind, number, piece in self.waiting:
            self.apply(kind, number, piece)
        self.waiting, self.new = [], False

    def copy(self):
        f = File("")
        f.data, f.size, f.time, f.table = bytearray(self.data), self.size, self.time, self.table
        return f

    def grows(self):
        end = self.size
        for _, kind, number, piece in self.waiting:
            if kind == "T" or (kind == "A" and number > end) or (kind == "W" and number + len(piece) > end):
                return True
        return self.new

    def live(self):
        f = self.copy()
        f.waiting = self.waiting
        f.settle()
        return f


class Folder:
    __slots__ = ("names",)

    def __init__(self):
        self.names = {}


class Disk:
    """Follows a journal step by step."""

    def __init__(self, order):
        self.order = order
        self.ignored = lambda record, path: False  # plants a fault: a sync of which it says yes does nothing
        self.root = Folder()
        self.inodes = {}
        self.durable = {}  # (folder, name) -> node
        self.changes = []  # (step, [(folder, name, node or None)])
        self.step = 0

    def load(self, path, folder=None):
        """Begins with what lies in a real folder, all of it durable."""
        folder = folder or self.root
        self.inodes[os.stat(path).st_ino] = folder
        for entry in os.scandir(path):
            if entry.is_dir(follow_symlinks=False):
                node = Folder()
                self.load(entry.path, node)
            elif entry.is_file(follow_symlinks=False):
                node = File(entry.name)
                with open(entry.path, "rb") as f:
                    node.data = bytearray(f.read())
                node.size, node.new = len(node.data), False
                self.inodes[entry.inode()] = node
            else:
                continue
            folder.names[entry.name] = node
            self.durable[(folder, entry.name)] = node

    def place(self, path):
        *above, name = path.split("/")
        folder = self.root
        for part in above:
            folder = folder.names[part]
        return folder, name

    def find(self, path):
        try:
            folder, name = self.place(path) if path else (None, None)
            return folder.names.get(name) if path else self.root
        except KeyError:
            return None

    def rename_to(self, *slots):
        for folder, name, node in slots:
            if node is None:
                folder.names.pop(name, None)
            else:
                folder.names[name] = node
        self.changes.append((self.step, list(slots)))

    def keep_names(self, wanted):
        """Changes that `wanted` says yes to become durable, in their order."""
        left = []
        for change in self.changes:
            if not wanted(change[1]):
                left.append(change)
                continue
            for folder, name, node in change[1]:
                set_slot(self.durable, folder, name, node)
        self.changes = left

    def files(self):
        return {id(f): f for f in [*self.inodes.values(), *self.durable.values()] if isinstance(f, File)}.values()

    def path_of(self, node):
        """Where it lies now; of a file that lost its name, ""."""
        stack = [(self.root, "")]
        while stack:
            folder, at = stack.pop()
            for name, child in folder.names.items():
                if child is node:
                    return at + name
                if isinstance(child, Folder):
                    stack.append((child, at + name + "/"))
        return ""

    def sync(self, r):
        node = self.inodes.get(r.inode)
        path = r.path if isinstance(node, Folder) else self.path_of(node)
        if node is None or self.ignored(r, path):
            return
        if isinstance(node, Folder):
            self.keep_names(lambda slots: self.order == "ext4" or any(f is node for f, _, _ in slots))
        else:
            if self.order == "ext4" and (r.number == 0 or node.grows()):
                self.keep_names(lambda slots: True)
            node.settle()

    def sync_all(self, r):
        for f in self.files():
            if f.waiting and not self.ignored(r, self.path_of(f)):
                f.settle()
        self.keep_names(lambda slots: True)

    def follow(self, r):
        kind = r.kind
        if kind in "WTAI":
            self.inodes[r.inode].waiting.append((self.step, kind, r.number, r.data))
        elif kind == "C" or kind == "D":
            folder, name = self.place(r.path)
            node = self.inodes[r.inode] = File(name) if kind == "C" else Folder()
            self.rename_to((folder, name, node))
        elif kind == "N" or kind == "L":
            folder, name = self.place(r.path)
            to_folder, to_name = self.place(r.other)
            node = folder.names[name]
            if isinstance(node, File):
                node.table |= to_name.endswith(".db")
            self.rename_to(*([(folder, name, None)] if kind == "N" else []), (to_folder, to_name, node))
        elif kind == "U":
            folder, name = self.place(r.path)
            self.rename_to((folder, name, None))
        elif kind == "P":
            self.put_durable(r)
        elif kind == "S":
            self.sync(r)
        elif kind == "F":
            self.sync_all(r)
        elif kind == "X":
            raise RuntimeError("step %d: something was done to the disk that the journal cannot hold" % self.step)
        self.step += 1

    def put_durable(self, r):
        """A file that the test itself wrote: it is simply there."""
        folder, name = self.place(r.path)
        node = folder.names.get(name) or File(name)
        self.inodes[r.inode] = node
        node.settle()
        node.resize(0)
        node.put(0, r.data)
        folder.names[name] = node
        self.durable[(folder, name)] = node

    def differences(self, path, folder=None, at=""):
        """Where a real folder is not what the journal says, as paths; sockets and locks are nobody's content."""
        folder = folder or self.root
        there = {e.name: e for e in os.scandir(path) if e.is_file(follow_symlinks=False) or e.is_dir(follow_symlinks=False)}
        out = [at + n for n in set(there) ^ set(folder.names)]
        for name in set(there) & set(folder.names):
            node = folder.names[name]
            if isinstance(node, Folder):
                out += self.differences(there[name].path, node, at + name + "/")
                continue
            f = node.live()
            with open(there[name].path, "rb") as real:
                if os.fstat(real.fileno()).st_size != f.size or real.read(len(f.data)) != f.data or real.read().strip(b"\0"):
                    out.append(at + name)
        return out


def set_slot(names, folder, name, node):
    if node is None:
        names.pop((folder, name), None)
    else:
        names[(folder, name)] = node


class Cut:
    """One way in which the power may go: what of the waiting changes the disk had taken by itself.

    `keep`: 0 nothing, 100 all, between them each sector and name with that probability, "order" all up to a moment."""

    KEEPS = (0, 10, 50, 90, 100, "order")

    def __init__(self, disk, keep, rnd):
        self.disk, self.keep, self.rnd = disk, keep, rnd
        self.moment = rnd.randint(max(0, disk.step - rnd.choice([3, 30, 300])), disk.step)

    def taken(self, step):
        return step <= self.moment if self.keep == "order" else self.rnd.random() * 100 < self.keep

    def names(self):
        out = dict(self.disk.durable)
        changes = self.disk.changes
        if self.disk.order == "ext4" and self.keep != "order":
            changes = changes[:self.rnd.randint(0, len(changes))] if self.keep not in (0, 100) else changes if self.keep else []
        for step, slots in changes:
            if self.disk.order == "ext4" and self.keep != "order" or self.taken(step):
                for folder, name, node in slots:
                    set_slot(out, folder, name, node)
        return out

    def file(self, node):
        """The bytes of a file: sizes in their order up to some point, sectors each at a state of its own."""
        out = node.copy()
        group, resized, limit = [], True, None
        for step, kind, number, piece in node.waiting:
            if kind == "W":
                if limit is None or number + len(piece) <= limit:
                    group.append((step, number, piece))
            elif kind == "I":
                out.time = number if self.taken(step) else out.time
            elif resized:
                self.sectors(out, group)
                group, resized = [], self.taken(step)
                if resized:
                    out.apply(kind, number, piece)
                elif kind == "T":
                    limit = number  # what comes later lies in blocks that the file does not have
        self.sectors(out, group)
        return out

    def sectors(self, out, group):
        if not group:
            return
        unit = PAGE if out.table else SECTOR
        before, end = out.size, max(at + len(piece) for _, at, piece in group)
        touched = {}
        for i, (_, at, piece) in enumerate(group):
            for u in range(at // unit, (at + len(piece) + unit - 1) // unit):
                touched.setdefault(u, []).append(i)
        chosen = {u: self.state([group[i] for i in those]) for u, those in touched.items()}
        if self.disk.order == "ext4":
            chosen = without_holes(chosen, before, unit)
        reached = before
        for u, writes in chosen.items():
            for _, at, piece in writes:
                low, high = max(at, u * unit), min(at + len(piece), (u + 1) * unit)
                out.put(low, piece[low - at:high - at])
                reached = max(reached, high)
        self.size(out, before, reached, end)

    def state(self, writes):
        """How many of the writes of one sector it has seen."""
        if self.keep == "order":
            return [w for w in writes if w[0] <= self.moment]
        if not self.taken(0):
            return []
        return writes if self.keep == 100 or self.rnd.random() < 0.5 else writes[:self.rnd.randint(1, len(writes))]

    def size(self, out, before, reached, end):
        """The size on the disk need not fit its bytes, but where the order says so."""
        if self.disk.order == "posix" and self.keep not in (0, 100, "order") and end > before:
            out.resize(self.rnd.choice([before, reached, reached, end]))

    def write(self, path):
        """Makes the folder that the machine finds when it comes up again."""
        names = self.names()
        inside = {}
        for (folder, name), node in names.items():
            inside.setdefault(id(folder), []).append((name, node))
        made = {}
        stack = [(self.disk.root, path)]
        while stack:
            folder, at = stack.pop()
            os.mkdir(at)
            for name, node in inside.get(id(folder), []):
                if isinstance(node, Folder):
                    stack.append((node, at + "/" + name))
                else:
                    self.write_file(node, at + "/" + name, made)

    def write_file(self, node, path, made):
        out = made.get(id(node))
        if out is None:
            out = made[id(node)] = self.file(node) if node.waiting else node
        with open(path, "wb") as f:
            f.write(bytes(out.data).rstrip(b"\0"))
            f.truncate(out.size)
        os.chmod(path, 0o600)
        if out.time is not None:
            os.utime(path, ns=(out.time, out.time))


def without_holes(chosen, before, unit):
    """Of what lies beyond the old end only the part up to the first sector that was not taken."""
    beyond = sorted(u for u in chosen if (u + 1) * unit > before)
    whole = {u for u in chosen if (u + 1) * unit <= before}
    expected = before // unit
    for u in beyond:
        if u > expected or not chosen[u]:
            break
        whole.add(u)
        expected = u + 1
    return {u: chosen[u] for u in whole}

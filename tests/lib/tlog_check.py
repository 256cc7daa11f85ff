#!/usr/bin/env python3
"""Checks a published log folder by the C2SP rules alone (signed-note, tlog-checkpoint, tlog-tiles, RFC 6962, RFC 8032).

    tlog_check.py FOLDER [EARLIER-CHECKPOINT…]

Standard library only, and written from the formats, not from the program under test: it shares no line with it. Every
entry is hashed, every tile recomputed, the root compared with the signed one; for each earlier checkpoint the root of
as many entries must be the one it holds. Exit 0 and `ok SIZE ROOT` on standard error, or 1 and the first thing that is wrong."""
import base64
import hashlib
import os
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


class Wrong(Exception):
    pass


# ---- Ed25519, points as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z

def point_add(a, b):
    p = (a[1] - a[0]) * (b[1] - b[0]) % P
    q = (a[1] + a[0]) * (b[1] + b[0]) % P
    r = 2 * a[3] * b[3] * D % P
    s = 2 * a[2] * b[2] % P
    e, f, g, h = q - p, s - r, s + r, q + p
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_times(n, a):
    out = (0, 1, 1, 0)
    while n:
        if n & 1:
            out = point_add(out, a)
        a = point_add(a, a)
        n >>= 1
    return out


def point_same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_read(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        raise Wrong("a point is not canonical")
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * SQRT_M1 % P
    if (x * x - xx) % P or (x == 0 and sign):
        raise Wrong("32 bytes are no point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_read((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_ok(public, message, signature):
    if len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    a, r = point_read(public), point_read(signature[:32])
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return point_same(point_times(s, BASE), point_add(r, point_times(k, a)))


# ---- notes and checkpoints

def unbase64(text):
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw) != text.encode():
        raise Wrong("base64 with another spelling")
    return raw


def read_vkey(text):
    name, key_id, encoded = text.split("+", 2)
    raw = unbase64(encoded)
    if hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] != key_id:
        raise Wrong("the key's id is not that of its bytes")
    if raw[0] != 1 or len(raw) != 33:
        raise Wrong("the key is not Ed25519")
    return name, bytes.fromhex(key_id), raw[1:]


def read_checkpoint(raw, key):
    name, key_id, public = key
    text, _, signatures = raw.rpartition(b"\n\n")
    text += b"\n"
    if not signatures.endswith(b"\n"):
        raise Wrong("the checkpoint's last line is cut")
    good = False
    for line in signatures.decode().splitlines():
        dash, signer, encoded = line.split(" ")
        payload = unbase64(encoded)
        if dash != "\u2014":
            raise Wrong("a signature line without its dash")
        if signer == name and payload[:4] == key_id:
            if not ed25519_ok(public, text, payload[4:]):
                raise Wrong("the log's signature is wrong")
            good = True
    if not good:
        raise Wrong("the log has not signed the checkpoint")
    origin, size, root = text.decode().split("\n")[:3]
    if origin != name or str(int(size)) != size:
        raise Wrong("the checkpoint's lines are malformed")
    return int(size), unbase64(root)


# ---- the tree

def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Complete subtrees from left to right, as (leaves, hash)."""

    def __init__(self):
        self.parts = []

    def add(self, leaf_hash):
        self.parts.append((1, leaf_hash))
        while len(self.parts) > 1 and self.parts[-1][0] == self.parts[-2][0]:
            n, right = self.parts.pop()
            _, left = self.parts.pop()
            self.parts.append((2 * n, node(left, right)))

    def root(self):
        if not self.parts:
            return hashlib.sha256().digest()
        out = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            out = node(left, out)
        return out


def subtree(hashes):
    while len(hashes) > 1:
        hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def number_path(n):
    groups = ["%03d" % (n % 1000)]
    while n >= 1000:
        n //= 1000
        groups.insert(0, "x%03d" % (n % 1000))
    return "/".join(groups)

# ---- proofs

def inclusion_ok(index, size, leaf_hash, proof, root):
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf_hash
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistency_ok(first, second, first_root, second_root, proof):
    """RFC 9162, 2.1.4.2."""
    if first == second:
        return first_root == second_root and not proof
    if first == 0 or first > second or not proof:
        return first == 0 and not proof
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def range_root(hashes):
    """RFC 9162, 2.1.1: split at the largest power of two below."""
    n = len(hashes)
    if n == 1:
        return hashes[0]
    k = 1 << (n - 1).bit_length() - 1
    return node(range_root(hashes[:k]), range_root(hashes[k:]))


def consistency_proof(first, hashes):
    """RFC 9162, 2.1.4.1: from `first` entries to all whose hashes are given."""
    def sub(m, d, whole):
        n = len(d)
        if m == n:
            return [] if whole else [range_root(d)]
        k = 1 << (n - 1).bit_length() - 1
        if m <= k:
            return sub(m, d[:k], whole) + [range_root(d[k:])]
        return sub(m - k, d[k:], False) + [range_root(d[:k])]
    return [] if first in (0, len(hashes)) else sub(first, hashes, True)


def read_proof(raw):
    """A C2SP tlog-proof: (index, hashes, checkpoint)."""
    head, _, checkpoint = raw.partition(b"\n\n")
    kind, index, *hashes = head.decode().split("\n")
    if kind != "c2sp.org/tlog-proof@v1" or not index.startswith("index "):
        raise Wrong("this is no tlog-proof")
    return int(index[6:]), [unbase64(h) for h in hashes], checkpoint


# ---- the folder

class Folder:
    def __init__(self, path):
        self.path = path

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as f:
            return f.read()

    def tile(self, level, n, width):
        name = "tile/%s/%s" % (level, number_path(n))
        if width < 256 and os.path.isdir(os.path.join(self.path, name + ".p")):
            name += ".p/%d" % width
        return name, self.read(name)


def bundle_entries(name, raw, width):
    out, at = [], 0
    while at < len(raw):
        n = int.from_bytes(raw[at:at + 2], "big")
        if at + 2 + n > len(raw):
            raise Wrong("%s is cut" % name)
        out.append(raw[at + 2:at + 2 + n])
        at += 2 + n
    if len(out) not in (width, 256):
        raise Wrong("%s holds %d entries instead of %d" % (name, len(out), width))
    return out[:width]


def tiles(count):
    return [(n, min(256, count - 256 * n)) for n in range((count + 255) // 256)]


def check(path, earlier):
    folder = Folder(path)
    key = read_vkey(folder.read("log.vkey").decode().rstrip("\n"))
    size, root = read_checkpoint(folder.read("checkpoint"), key)
    old = [read_checkpoint(open(p, "rb").read(), key) for p in earlier]
    if any(s > size for s, _ in old):
        raise Wrong("the log has shrunk")
    tree, level_hashes, wanted = Tree(), [], {}
    for s, r in old:
        if wanted.setdefault(s, r) != r:
            raise Wrong("two earlier checkpoints contradict each other")
    for n, width in tiles(size):
        for entry in bundle_entries(*folder.tile("entries", n, width), width):
            count = len(level_hashes)
            if count in wanted and wanted[count] != tree.root():
                raise Wrong("the first %d entries were others before" % count)
            h = leaf(entry)
            level_hashes.append(h)
            tree.add(h)
    if wanted.get(size, root) != root or tree.root() != root:
        raise Wrong("the entries do not have the signed root")
    level = 0
    while level_hashes:
        above = []
        for n, width in tiles(len(level_hashes)):
            name, raw = folder.tile(level, n, width)
            want = level_hashes[256 * n:256 * n + width]
            if len(raw) not in (32 * width, 32 * 256) or raw[:32 * width] != b"".join(want):
                raise Wrong("%s does not hold the hashes of what lies below it" % name)
            if width == 256:
                above.append(subtree(want))
        level, level_hashes = level + 1, above
    return size, root


def main(argv):
    if len(argv) < 2:
        print(__doc__)
        return 2
    try:
        size, root = check(argv[1], argv[2:])
    except (Wrong, OSError, ValueError) as e:
        print("wrong: %s" % e, file=sys.stderr)
        return 1
    print("# ok %d %s" % (size, root.hex()), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

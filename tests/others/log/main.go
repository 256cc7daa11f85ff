// The published log in the eyes of Go's golang.org/x/mod, the library behind the Go checksum database: signatures
// (sumdb/note), tiles, roots, inclusion and consistency (sumdb/tlog). It fetches over HTTP, as a stranger does, and is also
// shown spoilt copies, in each of which it must find the fault.
//
//	log-check URL FOLDER     of the log; of office.py (checkpoints/, proofs/, evidence/)
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a tile, by C2SP tlog-tiles

var count, failed int

func ok(good bool, name string, seen interface{}) {
	count++
	if good {
		fmt.Printf("ok %d - %s\n", count, name)
		return
	}
	failed++
	fmt.Printf("not ok %d - %s\n# seen: %v\n", count, name, seen)
}

func none(err error, name string)  { ok(err == nil, name, err) }
func found(err error, name string) { ok(err != nil, "planted: "+name, "no fault") }

func must(err error) {
	if err != nil {
		fmt.Println("# " + err.Error())
		os.Exit(2)
	}
}

// ---- the log over HTTP

type log struct {
	url   string
	spoil func(path string, b []byte) []byte // what a dishonest or damaged log would answer; nil: nothing
}

func (l log) get(path string) ([]byte, error) {
	r, err := http.Get(l.url + "/" + path)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", path, r.Status)
	}
	if err == nil && l.spoil != nil {
		b = l.spoil(path, b)
	}
	return b, err
}

// C2SP drops the height from the path, and calls entries what Go calls data.
func place(t tlog.Tile) string {
	return "tile/" + strings.Replace(strings.TrimPrefix(t.Path(), "tile/8/"), "data/", "entries/", 1)
}

// A partial tile may be gone once the full one is there.
func (l log) tile(t tlog.Tile, size int) ([]byte, error) {
	b, err := l.get(place(t))
	if err != nil && t.W < 1<<height {
		t.W = 1 << height
		b, err = l.get(place(t))
	}
	if err == nil && len(b) > size {
		b = b[:size]
	}
	return b, err
}

func (l log) Height() int                         { return height }
func (l log) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (l log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		b, err := l.tile(t, t.W*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// Whether the tiles of `head` give the root of `t`. What the reader says of tiles is not enough: in version 0.7.0 it does not
// compare each full tile with its parent (its loop begins behind the hashes of the root, of which several may share a
// tile). The root that comes out is compared with the signed one, which nothing passes.
func (l log) gives(head, t tlog.Tree) error {
	root, err := tlog.TreeHash(t.N, tlog.TileHashReader(head, l))
	if err == nil && root != t.Hash {
		err = fmt.Errorf("the root of %d entries is %v", t.N, root)
	}
	return err
}

// ---- checkpoints and proofs

// go.sum's own checkpoint has another first line, so that tlog.ParseTree cannot read ours.
func checkpoint(raw []byte, known note.Verifiers) (t tlog.Tree, err error) {
	n, err := note.Open(raw, known)
	if err != nil {
		return t, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != n.Sigs[0].Name {
		return t, fmt.Errorf("%q is no checkpoint of this log", n.Text)
	}
	if t.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return t, err
	}
	t.Hash, err = tlog.ParseHash(lines[2])
	return t, err
}

// C2SP tlog-proof: an entry, where it stands, and the neighbours that lead from it to a checkpoint.
func included(proof, entry []byte, known note.Verifiers) error {
	parts := bytes.SplitN(proof, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("no tlog-proof")
	}
	tree, err := checkpoint(parts[1], known)
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(lines[1][6:], 10, 64)
	if err != nil {
		return err
	}
	var p tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		p = append(p, h)
	}
	return tlog.CheckRecord(p, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

// ---- the tests

func main() {
	l, given := log{url: os.Args[1]}, os.Args[2]
	vkey, err := l.get("log.vkey")
	must(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	none(err, "note reads log.vkey")
	must(err)
	known := note.VerifierList(verifier)
	raw, err := l.get("checkpoint")
	must(err)
	head, err := checkpoint(raw, known)
	none(err, "note opens the newest checkpoint")
	must(err)
	ok(head.N > 256, "the log has more entries than a tile", head.N)

	signatures(raw, vkey)
	trees := growth(l, given, head, known)
	entries(l, head)
	damage(l, head, trees)
	proofs(given, known)
	fmt.Printf("1..%d\n", count)
	if failed > 0 {
		os.Exit(1)
	}
}

func signatures(raw, vkey []byte) {
	mine := func(b, key []byte) error {
		v, err := note.NewVerifier(strings.TrimSpace(string(key)))
		if err == nil {
			_, err = checkpoint(b, note.VerifierList(v))
		}
		return err
	}
	lines := strings.SplitN(string(raw), "\n", 3)
	found(mine([]byte(lines[0]+"\n"+lines[1]+"0\n"+lines[2]), vkey), "note finds a size that was not signed")
	_, other, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 64)), strings.Split(string(vkey), "+")[0])
	must(err)
	found(mine(raw, []byte(other)), "note knows another key of the same name")
	key := bytes.Split(bytes.TrimSpace(vkey), []byte("+"))
	key[1] = []byte("00000000")
	found(mine(raw, bytes.Join(key, []byte("+"))), "note finds a key whose id is not its own")
}

// Every state that was published meanwhile is signed and is the beginning of the newest one, and of each that came after it.
func growth(l log, given string, head tlog.Tree, known note.Verifiers) []tlog.Tree {
	files, err := filepath.Glob(filepath.Join(given, "checkpoints", "*"))
	must(err)
	sort.Strings(files)
	var trees []tlog.Tree
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(err)
		t, err := checkpoint(b, known)
		none(err, "checkpoint "+filepath.Base(f)+" is signed")
		none(l.gives(head, t), fmt.Sprintf("and is the root of the first %d", t.N))
		none(l.gives(t, t), "which its own tiles give, too")
		trees = append(trees, t)
	}
	ok(len(trees) >= 8, "states of the log", len(trees))
	pairs, bad := 0, ""
	for i, older := range trees {
		for _, newer := range trees[i+1:] {
			p, err := tlog.ProveTree(newer.N, older.N, tlog.TileHashReader(newer, l))
			if err == nil {
				err = tlog.CheckTree(p, newer.N, newer.Hash, older.N, older.Hash)
			}
			if err != nil {
				bad += fmt.Sprintf("%d to %d: %v; ", older.N, newer.N, err)
			}
			pairs++
		}
	}
	ok(bad == "", fmt.Sprintf("growth between any two of them: %d pairs", pairs), bad)
	return trees
}

// Each entry is in the tree under its number.
func entries(l log, head tlog.Tree) {
	var hashes []tlog.Hash
	for n := int64(0); n*256 < head.N; n++ {
		t := tlog.Tile{H: height, L: -1, N: n, W: 256}
		if head.N-n*256 < 256 {
			t.W = int(head.N - n*256)
		}
		b, err := l.get(place(t))
		must(err)
		for len(b) >= 2 {
			size := int(binary.BigEndian.Uint16(b))
			if len(b) < 2+size {
				break
			}
			hashes = append(hashes, tlog.RecordHash(b[2:2+size]))
			b = b[2+size:]
		}
		ok(len(b) == 0, fmt.Sprintf("bundle %d ends with an entry", n), len(b))
	}
	ok(int64(len(hashes)) == head.N, "as many entries as the checkpoint counts", len(hashes))
	bad := ""
	reader := tlog.TileHashReader(head, l)
	for i, h := range hashes {
		p, err := tlog.ProveRecord(head.N, int64(i), reader)
		if err == nil {
			err = tlog.CheckRecord(p, head.N, head.Hash, int64(i), h)
		}
		if err != nil {
			bad += fmt.Sprintf("%d: %v; ", i, err)
		}
	}
	ok(bad == "" && len(hashes) > 0, "each entry leads to the root", bad)
}

func damage(l log, head tlog.Tree, trees []tlog.Tree) {
	broken := log{url: l.url, spoil: func(path string, b []byte) []byte {
		if strings.HasPrefix(path, "tile/0/000") {
			b = append([]byte(nil), b...)
			b[40] ^= 1
		}
		return b
	}}
	found(broken.gives(head, trees[0]), "tlog finds a tile with another hash")
	short := log{url: l.url, spoil: func(path string, b []byte) []byte { return b[:len(b)-1] }}
	found(short.gives(head, head), "tlog finds a tile that lacks a byte")
	older, newer := trees[0], trees[len(trees)-1]
	p, err := tlog.ProveTree(newer.N, older.N, tlog.TileHashReader(newer, l))
	must(err)
	other := older.Hash
	other[0] ^= 1
	found(tlog.CheckTree(p, newer.N, newer.Hash, older.N, other), "tlog finds a log that grew from another")
}

// The proofs that people hold: receipts of requests, cut into their sections, and evidence of records.
func proofs(given string, known note.Verifiers) {
	whole := map[string][2][]byte{}
	receipts, err := filepath.Glob(filepath.Join(given, "proofs", "*", "receipt.txt"))
	must(err)
	for _, f := range receipts {
		b, err := os.ReadFile(f)
		must(err)
		parts := map[string][]byte{}
		for _, part := range strings.Split("\n"+string(b), "\n=== ")[1:] {
			at := strings.Index(part, "\n")
			parts[part[:at]] = []byte(part[at+1:] + "\n")
		}
		for name, entry := range parts {
			if stem := strings.TrimSuffix(name, ".entry"); stem != name {
				whole[filepath.Base(filepath.Dir(f))+" "+stem] = [2][]byte{parts[stem+".tlog-proof"], entry}
			}
		}
	}
	folders, err := filepath.Glob(filepath.Join(given, "evidence", "*"))
	must(err)
	for _, f := range folders {
		proof, err := os.ReadFile(filepath.Join(f, "entry.tlog-proof"))
		must(err)
		entry, err := os.ReadFile(filepath.Join(f, "entry"))
		must(err)
		whole["record "+filepath.Base(f)] = [2][]byte{proof, entry}
	}
	ok(len(whole) >= 10, "proofs of letters, attachments and records", len(whole))
	for name, p := range whole {
		none(included(p[0], p[1], known), "tlog takes the proof of "+name)
		found(included(p[0], append([]byte("x"), p[1]...), known), "tlog finds another entry under the proof of "+name)
		found(included(swapped(p[0]), p[1], known), "and another neighbour in it")
	}
}

// The first hash of a proof, changed.
func swapped(proof []byte) []byte {
	lines := strings.Split(string(proof), "\n")
	h, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	h[5] ^= 1
	lines[2] = base64.StdEncoding.EncodeToString(h)
	return []byte(strings.Join(lines, "\n"))
}

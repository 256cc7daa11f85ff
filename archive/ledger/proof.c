/* proof.c: proof files (C2SP tlog-proof): the place of an entry, the hashes up to the root, and the signed checkpoint.
 *
 * Pure. Verifying needs the entry itself, which is not in the file, and the log's key. */
#include "ledger_internal.h"

#include <string.h>

#define EXTRA_LINE_MAX 65536
static const char proof_header[] = "c2sp.org/tlog-proof@v1";

/* Canonical base64 of any length, checked in pieces and thrown away. */
static bool base64_valid(struct str s)
{
    uint8_t piece[768];
    size_t n;
    while (s.n > 1024) {
        if (!base64_decode((struct str){s.p, 1024}, piece, sizeof piece, &n) || n != sizeof piece)
            return false;
        s = (struct str){s.p + 1024, s.n - 1024};
    }
    return base64_decode(s, piece, sizeof piece, &n);
}

bool tlog_proof_parse(struct str in, struct tlog_proof *out, struct err *e)
{
    struct tlog_proof p = {0};
    struct str line;
    if (!line_take(&in, &line) || !str_is(line, proof_header))
        return err_set(e, ERR_INVALID, "a proof begins with the line %s", proof_header);
    bool more = line_take(&in, &line);
    if (more && prefix_take(&line, "extra ")) {
        if (line.n > EXTRA_LINE_MAX || !base64_valid(line))
            return err_set(e, ERR_INVALID, "the proof's line `extra` is not base64 or too long");
        more = line_take(&in, &line);
    }
    if (!more || !prefix_take(&line, "index ") || !parse_u64(line, 0, UINT64_MAX, &p.index))
        return err_set(e, ERR_INVALID, "the proof has no line `index` with a plain number");
    while ((more = line_take(&in, &line)) && line.n > 0) {
        if (p.n == MERKLE_PROOF_MAX)
            return err_set(e, ERR_TOO_BIG, "the proof has more than %d hashes", MERKLE_PROOF_MAX);
        if (!hash_parse(line, &p.hashes[p.n]))
            return err_set(e, ERR_INVALID, "line %zu of the proof's hashes is not 32 bytes in base64", p.n + 1);
        p.n++;
    }
    if (!more || in.n == 0)
        return err_set(e, ERR_INVALID, "the proof has no checkpoint after a blank line");
    p.checkpoint = in;
    *out = p;
    return true;
}

bool tlog_proof_text(const struct tlog_proof *p, struct buf *out, struct err *e)
{
    char text[HASH_TEXT_SIZE];
    buf_fmt(out, "%s\nindex %llu\n", proof_header, ULL(p->index));
    for (size_t i = 0; i < p->n; i++) {
        hash_text(&p->hashes[i], text);
        buf_fmt(out, "%s\n", text);
    }
    buf_add_z(out, "\n");
    buf_add_str(out, p->checkpoint);
    return buf_ok(out, e);
}

bool tlog_proof_verify(struct str proof, struct bytes entry, const struct note_key *key, struct checkpoint *head,
                       struct arena *a, struct err *e)
{
    struct tlog_proof p;
    struct note note;
    struct checkpoint c;
    struct hash leaf;
    if (!tlog_proof_parse(proof, &p, e) || !note_parse(p.checkpoint, a, &note, e) || !note_verify(&note, key, 1, e) ||
        !checkpoint_parse(note.text, &c, e))
        return false;
    if (!str_is(c.origin, key->name))
        return err_set(e, ERR_INVALID, "the proof is of another log than that of the key %s", key->name);
    merkle_leaf(entry, &leaf);
    if (!merkle_verify_inclusion(p.index, c.size, &leaf, p.hashes, p.n, &c.root, e))
        return false;
    *head = c;
    return true;
}

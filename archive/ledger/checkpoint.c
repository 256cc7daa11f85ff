/* checkpoint.c: the body of a checkpoint (C2SP tlog-checkpoint): origin, size, root, and lines that may follow; and
 * the whole, signed.
 *
 * Pure. Strict where the format leaves room: the root has exactly 32 bytes and the size one spelling. */
#include "ledger_internal.h"

static bool extensions_ok(struct str rest)
{
    struct str line;
    while (rest.n > 0) {
        if (!line_take(&rest, &line) || line.n == 0)
            return false;
    }
    return true;
}

bool checkpoint_parse(struct str body, struct checkpoint *out, struct err *e)
{
    struct checkpoint c;
    struct str size, root;
    if (!line_take(&body, &c.origin) || !line_take(&body, &size) || !line_take(&body, &root))
        return err_set(e, ERR_INVALID, "a checkpoint needs three lines: origin, size and root");
    if (c.origin.n == 0)
        return err_set(e, ERR_INVALID, "the checkpoint's origin is empty");
    if (!parse_u64(size, 0, UINT64_MAX, &c.size))
        return err_set(e, ERR_INVALID, "the checkpoint's size is not a plain number");
    if (!hash_parse(root, &c.root))
        return err_set(e, ERR_INVALID, "the checkpoint's root is not 32 bytes in base64");
    if (!extensions_ok(body))
        return err_set(e, ERR_INVALID, "an extra line of the checkpoint is empty or cut");
    *out = c;
    return true;
}

bool checkpoint_body(const struct checkpoint *c, struct buf *out, struct err *e)
{
    char root[HASH_TEXT_SIZE];
    hash_text(&c->root, root);
    buf_add_str(out, c->origin);
    buf_fmt(out, "\n%llu\n%s\n", ULL(c->size), root);
    return buf_ok(out, e);
}

bool checkpoint_open(struct str note, const struct note_key *key, struct arena *a, struct tree_head *out, struct err *e)
{
    struct note n;
    struct checkpoint c;
    if (!note_parse(note, a, &n, e) || !note_verify(&n, key, 1, e) || !checkpoint_parse(n.text, &c, e))
        return false;
    if (!str_is(c.origin, key->name))
        return err_set(e, ERR_CORRUPT, "the checkpoint is of another log than %s", key->name);
    *out = (struct tree_head){c.size, c.root};
    return true;
}

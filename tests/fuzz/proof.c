/* Any bytes as a proof file, as a bundle of entries and as the path of a tile: what is accepted is written again to the
 * same bytes, and nothing verifies by chance. */
#include "archive/ledger/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void as_proof(struct str in, struct arena *a)
{
    struct tlog_proof p, again;
    struct checkpoint head;
    struct note_key key = {.name = "records.example/log", .id = 1, .type = NOTE_ED25519};
    struct err e = ERR_INIT;
    struct buf out CLEANUP(buf_free) = BUF_INIT(in.n + 256);
    if (!tlog_proof_parse(in, &p, &e)) {
        must(e.code != ERR_NONE && e.text[0] != '\0');
        return;
    }
    must(tlog_proof_text(&p, &out, &e) && tlog_proof_parse(buf_str(&out), &again, &e));
    must(again.index == p.index && again.n == p.n && str_eq(again.checkpoint, p.checkpoint));
    must(!tlog_proof_verify(in, bytes_of(STR("entry")), &key, &head, a, &e));
}

static void as_inclusion(const uint8_t *data, size_t size)
{
    struct hash proof[MERKLE_PROOF_MAX], leaf = {{1}}, root = {{2}};
    struct reader r = reader_of((struct bytes){data, size});
    uint64_t index = rd_be64(&r), n = rd_be64(&r);
    size_t count = 0;
    struct err e = ERR_INIT;
    while (count < MERKLE_PROOF_MAX && r.left >= SHA256_SIZE)
        memcpy(proof[count++].b, rd_bytes(&r, SHA256_SIZE).p, SHA256_SIZE);
    must(!merkle_verify_inclusion(index, n, &leaf, proof, count, &root, &e));
    e = ERR_INIT;
    must(!merkle_verify_consistency(index, n, &leaf, &root, proof, count, &e));
}

static void as_bundle(struct bytes in)
{
    struct reader r = reader_of(in);
    struct bytes entry;
    struct buf out CLEANUP(buf_free) = BUF_INIT(in.n + 16);
    struct err e = ERR_INIT;
    while (r.left > 0 && bundle_next(&r, &entry))
        bundle_add(&out, entry);
    if (rd_done(&r))
        must(buf_ok(&out, &e) && bytes_cmp(buf_bytes(&out), in) == 0);
}

static void as_path(struct str in)
{
    char path[200], again[TILE_PATH_SIZE];
    int level;
    uint64_t n;
    unsigned width;
    if (in.n >= sizeof path || (in.n > 0 && memchr(in.p, '\0', in.n) != NULL))
        return;
    if (in.n > 0)
        memcpy(path, in.p, in.n);
    path[in.n] = '\0';
    if (tile_path_parse(path, &level, &n, &width))
        must(tile_path(level, n, width, again, sizeof again) && strcmp(path, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = {data, size};
    struct arena *a = arena_new(8u << 20);
    as_proof(str_of_bytes(in), a);
    as_inclusion(data, size);
    as_bundle(in);
    as_path(str_of_bytes(in));
    arena_free(&a);
    return 0;
}

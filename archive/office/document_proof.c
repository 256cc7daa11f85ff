/* document_proof.c: the file of proof of a public document: of a public record by the opening of its content, of what
 * is published by its entry, which holds the digest itself; there the text comes along. Fails as proof_text.c does. */
#include "verify.h"

#include <string.h>

#define SECTIONS_MAX (4u << 20)

static const char head[] =
    "akta-proof/v1\n"
    "\n"
    "DOWÓD DOKUMENTU PUBLICZNEGO\n"
    "\n"
    "Ten plik pozwala sprawdzić bez programu urzędu i bez zaufania do niego, że dokument jest bajt w bajt tym, o "
    "którym "
    "mówi\n"
    "wpis w podpisanym dzienniku urzędu. Połóż go w pustym folderze jako receipt.txt, a dokument jako file-1, chyba że "
    "jest\n"
    "w tym pliku (document.txt). Wykonaj polecenia poniżej; każdy krok odpowiada „ok” albo „WRONG”. Klucz log.vkey "
    "porównaj\n"
    "z kluczem opublikowanym przez urząd. Zgodność nie znaczy, że treść jest prawdziwa: tylko że nikt jej nie "
    "zmienił.\n"
    "\n"
    "PROOF OF A PUBLIC DOCUMENT\n"
    "\n"
    "With this file anybody can check, without the office's program and without trusting it, that the document is byte "
    "for\n"
    "byte the one that an entry of the office's signed log tells of. Put it into an empty folder as receipt.txt and "
    "the\n"
    "document as file-1, unless it is in this file (document.txt). Run the commands below; each step answers \"ok\" "
    "or\n"
    "\"WRONG\". Compare the key log.vkey with the one that the office publishes.\n"
    "\n";

static bool prove_record(struct archive *a, const struct public_digest *p, struct arena *ar, struct buf *sections,
                         struct err *e)
{
    struct proven x = {
        .a = a, .object = p->object, .event = 1, .entry = p->entry, .size = p->size, .digests = p->digests, .ar = ar};
    return proof_document(&x, "file-1", sections, e);
}

struct text_ask {
    const struct bulletin_version *v;
    struct arena *ar;
    struct str text;
};

static bool text_each(const struct conf_version *v, void *ctx, struct err *e)
{
    struct text_ask *k = ctx;
    if (v->sequence != k->v->sequence) {
        return true;
    }
    k->text = arena_str(k->ar, str_of_bytes(v->text));
    return k->text.p == NULL && err_set(e, ERR_MEMORY, "out of memory"); /* false either way: it was the one */
}

static bool text_fn(struct txn *t, void *ctx, struct err *e)
{
    struct text_ask *k = ctx;
    return conf_versions(t, published_conf_kind(k->v->kind), k->v->name, text_each, k, e);
}

/* Its own lines must not be taken for the beginning of a section, nor may a line's end be added to it. */
static bool may_come_along(struct str text)
{
    return text.n > 0 && text.p[text.n - 1] == '\n' && !str_starts(text, "=== ") &&
           memmem(text.p, text.n, "\n=== ", 5) == NULL;
}

static bool prove_version(struct archive *a, const struct bulletin_version *v, struct arena *ar, struct buf *sections,
                          struct err *e)
{
    struct proven x = {.a = a, .entry = v->entry, .plain = true, .ar = ar};
    struct text_ask k = {.v = v, .ar = ar};
    if (!store_read(archive_store(a), text_fn, &k, e)) {
        return false;
    }
    bool along = may_come_along(k.text);
    if (along) {
        proof_section(sections, "document.txt", "", k.text);
    }
    return proof_document(&x, along ? "document" : "file-1", sections, e);
}

bool public_proof(struct archive *a, const struct bulletin *b, const uint8_t sha256[SHA256_SIZE], struct buf *out,
                  struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(8u << 20);
    struct buf sections CLEANUP(buf_free) = BUF_INIT(SECTIONS_MAX);
    const struct bulletin_version *v = bulletin_vouches(b, sha256);
    struct public_digest p;
    char hex[2 * SHA256_SIZE + 1];
    bool found;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!public_find(a, sha256, &p, &found, e)) {
        return false;
    }
    if (!found && v == NULL) {
        return err_set(e, ERR_NOT_FOUND, "no public document has this digest");
    }
    if (!(v != NULL ? prove_version(a, v, ar, &sections, e) : prove_record(a, &p, ar, &sections, e))) {
        return false;
    }
    hex_encode((struct bytes){sha256, SHA256_SIZE}, hex);
    buf_add_z(out, head);
    return proof_end(a, arena_fmt(ar, "sha256: %s", hex), buf_str(&sections), ar, out, e);
}

/* receipt_proof.c: one text file that proves a filing, or a later act of a request, without us: a page that tells how,
 * the letter, and for the letter and each file that came with it what proof_text.c says. Fails as proof_text.c does. */
#include "receipt.h"

#include <string.h>

#define SECTIONS_MAX (1u << 20)

static const char polish[] =
    "akta-receipt/v1\n"
    "\n"
    "DOWÓD ZŁOŻENIA PISMA\n"
    "\n"
    "Ten plik pozwala sprawdzić bez programu urzędu i bez zaufania do niego, że pismo (letter.txt) i załączniki są "
    "bajt\n"
    "w bajt tymi, które wpłynęły, i że wpisy o nich stoją w podpisanym dzienniku. Potrzebne są programy z każdego "
    "systemu\n"
    "Linux: sha256sum, b2sum, base64 (coreutils), sed, awk oraz openssl 3.\n"
    "\n"
    "Utwórz pusty folder, połóż w nim ten plik jako receipt.txt i swoje załączniki jako file-1, file-2 … w kolejności, "
    "w\n"
    "jakiej wymienia je letter.txt. Wykonaj polecenia poniżej. Każdy krok odpowiada „ok” albo „WRONG”; załącznik, "
    "którego\n"
    "w folderze nie ma, jest pominięty. Klucz log.vkey porównaj z kluczem opublikowanym przez urząd.\n"
    "Czas we wpisie podaje urząd. Kto zachował wcześniejszy stan dziennika, może sprawdzić, że późniejszy go zawiera.\n"
    "\n";

static const char english[] =
    "PROOF OF A FILING\n"
    "\n"
    "With this file anybody can check, without the office's program and without trusting it, that the letter "
    "(letter.txt)\n"
    "and the attachments are byte for byte what came in, and that the entries about them stand in the signed log. The\n"
    "programs needed are part of every Linux system: sha256sum, b2sum, base64 (coreutils), sed, awk, and openssl 3.\n"
    "\n"
    "Make an empty folder, put this file into it as receipt.txt and your attachments as file-1, file-2 … in the order "
    "in\n"
    "which letter.txt names them. Run the commands below. Each step answers \"ok\" or \"WRONG\"; an attachment that is "
    "not\n"
    "there is skipped. Compare the key log.vkey with the one that the office publishes.\n"
    "The time in an entry is the office's own claim. Who kept an earlier checkpoint can check that this one contains "
    "it.\n"
    "\n";

static const char later[] =
    "akta-proof/v1\n"
    "\n"
    "DOWÓD DOKUMENTÓW SPRAWY\n"
    "\n"
    "Ten plik pozwala sprawdzić bez programu urzędu i bez zaufania do niego, że pismo (letter.txt) i pliki są bajt w "
    "bajt\n"
    "tymi, o których mówią wpisy w podpisanym dzienniku. Połóż go w pustym folderze jako receipt.txt, a pliki jako "
    "file-1,\n"
    "file-2 … w kolejności ich numerów. Wykonaj polecenia poniżej; każdy krok odpowiada „ok” albo "
    "„WRONG”.\n"
    "\n"
    "PROOF OF DOCUMENTS OF A CASE\n"
    "\n"
    "With this file anybody can check, without the office's program and without trusting it, that the letter "
    "(letter.txt)\n"
    "and the files are byte for byte those that entries of the signed log tell of. Put it into an empty folder as "
    "receipt.txt\n"
    "and the files as file-1, file-2 … in the order of their numbers. Run the commands below; each step answers \"ok\" "
    "or\n"
    "\"WRONG\".\n"
    "\n";

static bool prove_letter(struct request_desk *d, const struct request_view *v, const struct request_event *ev,
                         struct arena *ar, struct buf *out, struct err *e)
{
    struct buf letter CLEANUP(buf_free) = BUF_INIT(SECTIONS_MAX);
    struct proven p = {.a = d->a, .object = v->id, .event = ev->event, .entry = ev->entry, .ar = ar};
    if (ev->letter_size == 0) {
        return true;
    }
    if (!request_letter(v, ev->event, &letter, e)) {
        return false;
    }
    digests_of(buf_bytes(&letter), &p.digests);
    p.size = letter.n;
    proof_section(out, RECEIPT_LETTER, "", buf_str(&letter));
    return proof_document(&p, "letter", out, e);
}

static bool prove_files(struct request_desk *d, const struct request_view *v, uint64_t event, struct arena *ar,
                        struct buf *out, struct err *e)
{
    unsigned number = 0;
    for (size_t i = 0; i < v->file_count; i++) {
        const struct request_attachment *f = &v->files[i];
        struct proven p = {.a = d->a,
                           .object = f->id,
                           .event = 1,
                           .entry = f->entry,
                           .size = f->size,
                           .digests = f->digests,
                           .ar = ar};
        char name[24];
        if (f->event != event) {
            continue;
        }
        snprintf(name, sizeof name, "file-%u", ++number);
        if (!proof_document(&p, name, out, e)) {
            return false;
        }
    }
    return true;
}

bool request_proof(struct request_desk *d, const struct request_view *v, uint64_t event, struct buf *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(16u << 20);
    struct buf sections CLEANUP(buf_free) = BUF_INIT(out->max);
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (event == 0 || event > v->event_count) {
        return err_set(e, ERR_NOT_FOUND, "the request has no event %llu", (unsigned long long)event);
    }
    if (!prove_letter(d, v, &v->events[event - 1], ar, &sections, e) || !prove_files(d, v, event, ar, &sections, e) ||
        !buf_ok(&sections, e)) {
        return false;
    }
    if (sections.n == 0) {
        return err_set(e, ERR_NOT_FOUND, "event %llu of the request has neither a letter nor a file",
                       (unsigned long long)event);
    }
    buf_add_z(out, event == 1 ? polish : later);
    buf_add_z(out, event == 1 ? english : "");
    return proof_end(d->a, arena_fmt(ar, "number / numer: %s", v->number), buf_str(&sections), ar, out, e);
}

bool receipt_proof(struct request_desk *d, const struct request_view *v, struct buf *out, struct err *e)
{
    return request_proof(d, v, 1, out, e);
}

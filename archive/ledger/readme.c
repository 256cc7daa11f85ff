/* readme.c: what lies in the published folder beside the log itself: the verifier's key, and a page for a reader who
 * has nothing but the folder, perhaps in fifty years. Both are written once; the page's last line is the SHA-256 of
 * what stands above it. */
#include "ledger_internal.h"

#include <string.h>

#define README_MAX 65536
static const char readme_file[] = "README.txt";
static const char sum_line[] = "The SHA-256 of everything above this line is ";

static const char readme_en[] =
    "It is a log: a list of short texts, the entries, numbered from 0. An entry is written whenever the archive takes "
    "in\n"
    "a record or changes one. Entries are never altered and never removed. This folder is the whole log; nothing else\n"
    "is needed to read it or to check it.\n"
    "\n"
    "WHAT THE FILES ARE\n"
    "\n"
    "checkpoint       The newest signed statement about the log. Line 1: the log's name. Line 2: the number of "
    "entries.\n"
    "                 Line 3: the root hash, 32 bytes in base64. Then an empty line, then signatures, one a line: a "
    "long\n"
    "                 dash (U+2014), a space, the signer's name, a space, base64. The base64 holds 4 bytes of key id\n"
    "                 and 64 bytes of signature. The signature is Ed25519 (RFC 8032) over the text before the empty\n"
    "                 line, including its last line feed.\n"
    "log.vkey         The key that checks the signature: name + key id in hexadecimal + base64. The base64 holds one\n"
    "                 byte 01 and the 32 bytes of the Ed25519 public key. The key id is the first 4 bytes of the\n"
    "                 SHA-256 of: name, line feed, byte 01, public key.\n"
    "tile/entries/N   The entries, 256 in a file: before each its length, two bytes, the higher first. File 000 holds\n"
    "                 entries 0 to 255, 001 holds 256 to 511, and so on. Number 1234067 is written x001/x234/067.\n"
    "tile/L/N         Hashes, 256 in a file, 32 bytes each. Level 0 holds the hash of each entry; level 1 holds the "
    "root\n"
    "                 of each full file of level 0; level 2 those of level 1, and so on.\n"
    "….p/W            A file that is not full yet and holds W entries or hashes. Older ones may be missing once the "
    "full\n"
    "                 file is there.\n"
    "\n"
    "HOW TO CHECK IT\n"
    "\n"
    "The hash of an entry is the SHA-256 of the byte 00 and the entry. The hash of two neighbours is the SHA-256 of "
    "the\n"
    "byte 01, the left hash and the right hash. The root of n hashes: for n = 1 it is the hash itself; otherwise take "
    "k,\n"
    "the largest power of two below n, and join the root of the first k with the root of the others. The root of all\n"
    "entries must be the one in the checkpoint, and the checkpoint's signature must be right. Compare the checkpoint\n"
    "with one that you or somebody else kept from earlier: the root of as many entries as that one counts must be the\n"
    "root that stands in it. Then nothing was changed since.\n"
    "\n"
    "These are the formats tlog-tiles, tlog-checkpoint and signed-note of the C2SP project (c2sp.org) and the tree of\n"
    "RFC 6962; programs that know them can read this folder.\n"
    "\n"
    "WHAT AN ENTRY SAYS\n"
    "\n"
    "Lines of a key, a space and a value. The first line is the version, akta-entry/v1; then type (what was done), "
    "time\n"
    "(UTC, by the archive's clock), object (16 bytes of time and chance that stand for a record or file), event (1, 2, "
    "3 "
    "…\n"
    "for each object: a gap would show a missing entry), actor (a random number for the person; none: the system).\n"
    "`opening` lines hold two digests, SHA-256 and BLAKE2b-512, of a small text that is not in the log because it may\n"
    "hold personal data. Whoever holds that text can check it with sha256sum and b2sum: both digests must agree. Once\n"
    "the text and its secret salt are destroyed, the digests say nothing about it any more.\n";

static const char readme_pl[] =
    "PO POLSKU\n"
    "\n"
    "Ten katalog jest dziennikiem archiwum: listą krótkich wpisów o numerach od 0. Wpis powstaje przy każdym "
    "przyjęciu\n"
    "dokumentu i przy każdej jego zmianie; wpisów nie zmienia się i nie usuwa. Plik checkpoint podaje nazwę "
    "dziennika,\n"
    "liczbę wpisów i skrót całości oraz podpis (Ed25519), log.vkey klucz do sprawdzenia podpisu, tile/entries/ wpisy "
    "po\n"
    "256 w pliku (przed każdym dwa bajty długości), tile/0, tile/1 … skróty po 256 w pliku. Skrót wpisu to SHA-256\n"
    "bajtu 00 i wpisu, skrót pary to SHA-256 bajtu 01 i obu skrótów; skrót n wpisów dzieli się przy największej "
    "potędze\n"
    "dwójki mniejszej od n. Wynik musi być równy temu w pliku checkpoint. Kto ma starszy checkpoint, liczy skrót tylu\n"
    "wpisów, ile on podaje: musi wyjść to, co w nim stoi. Wiersze opening zawierają skróty SHA-256 i BLAKE2b-512 "
    "tekstów,\n"
    "których w dzienniku nie ma, bo mogą zawierać dane osobowe; sprawdza się je programami sha256sum i b2sum.\n";

static void readme_text(const struct note_key *key, struct buf *out)
{
    uint8_t sum[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    buf_fmt(out, "WHAT THIS FOLDER IS\n\nThe log of a records archive. Its name: %s\n\n", key->name);
    buf_add_z(out, readme_en);
    buf_add_z(out, "\n");
    buf_add_z(out, readme_pl);
    buf_add_z(out, "\n");
    sha256_of(buf_bytes(out), sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    buf_fmt(out, "%s%s\n", sum_line, hex);
}

bool readme_write(int dir, const struct note_key *key, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(README_MAX);
    struct buf vkey CLEANUP(buf_free) = BUF_INIT(1024);
    readme_text(key, &text);
    if (!buf_ok(&text, e) || !note_vkey_text(key, &vkey, e))
        return false;
    buf_add_z(&vkey, "\n");
    return buf_ok(&vkey, e) && file_write_durable(dir, readme_file, buf_bytes(&text), 0644, e) &&
           file_write_durable(dir, "log.vkey", buf_bytes(&vkey), 0644, e);
}

bool readme_check(int dir, struct err *e)
{
    struct bytes text;
    uint8_t sum[SHA256_SIZE];
    char want[2 * SHA256_SIZE + 1];
    const size_t tail = sizeof sum_line - 1 + 2 * SHA256_SIZE + 1;
    struct arena *a CLEANUP(arena_free) = arena_new(2 * README_MAX);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading %s", readme_file);
    if (!folder_read(dir, readme_file, README_MAX, a, &text, e))
        return false;
    if (text.n > tail) {
        struct str last = {(const char *)text.p + text.n - tail, tail - 1};
        sha256_of((struct bytes){text.p, text.n - tail}, sum);
        hex_encode((struct bytes){sum, sizeof sum}, want);
        if (text.p[text.n - 1] == '\n' && prefix_take(&last, sum_line) && str_is(last, want))
            return true;
    }
    return err_set(e, ERR_CORRUPT, "the page is not as it was written: its last line does not fit the rest");
}

bool folder_key(int dir, struct note_key *out, struct err *e)
{
    struct bytes text;
    struct arena *a CLEANUP(arena_free) = arena_new(4096);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading log.vkey");
    if (!folder_read(dir, "log.vkey", 1024, a, &text, e))
        return false;
    if (text.n == 0 || text.p[text.n - 1] != '\n')
        return err_set(e, ERR_CORRUPT, "log.vkey is cut off");
    return note_key_parse((struct str){(const char *)text.p, text.n - 1}, out, e);
}

/* request_secret.c: numbers, codes, tokens, and what is kept of them. A code has 100 random bits in base32 without the
 * letters I, L, O and U; the token of the case's address follows from the code by HMAC, so that who types the code gets
 * to the address, and nobody gets from the address to the code. Stored are SHA-256 digests, each with a prefix of its
 * own. Pure but for the random bits; cannot fail. */
#include "request_internal.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
#define GROUP         5u
#define TOKEN_LETTERS (REQUEST_TOKEN_SIZE - 1)
#define ONCE_LEAST    16u
#define ONCE_MOST     128u

/* ---------------------------------------------------------------- numbers */

void number_text(uint64_t year, uint64_t seq, char out[REQUEST_NUMBER_SIZE])
{
    snprintf(out, REQUEST_NUMBER_SIZE, "%04u-%06u", (unsigned)(year % 10000), (unsigned)(seq % 1000000000u));
}

/* As it is printed; zeros in front may be left away. */
bool number_parse(struct str s, uint64_t *year, uint64_t *seq)
{
    while (s.n > 0 && s.p[0] == ' ') {
        s = (struct str){s.p + 1, s.n - 1};
    }
    while (s.n > 0 && s.p[s.n - 1] == ' ') {
        s.n--;
    }
    if (s.n < 6 || s.n >= REQUEST_NUMBER_SIZE || s.p[4] != '-') {
        return false;
    }
    struct str rest = {s.p + 5, s.n - 5};
    while (rest.n > 1 && rest.p[0] == '0') {
        rest = (struct str){rest.p + 1, rest.n - 1};
    }
    return parse_u64((struct str){s.p, 4}, 1900, 2299, year) && parse_u64(rest, 1, 999999999, seq);
}

/* ---------------------------------------------------------------- base32 */

static void letters_of(const uint8_t *bytes, size_t letters, char *out)
{
    for (size_t i = 0; i < letters; i++) {
        size_t bit = i * 5;
        unsigned two = (unsigned)bytes[bit / 8] << 8 | (bit % 8 > 3 ? bytes[bit / 8 + 1] : 0u);
        out[i] = alphabet[(two >> (11 - bit % 8)) & 31u];
    }
}

static void lower(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] >= 'A' && s[i] <= 'Z') {
            s[i] = (char)(s[i] - 'A' + 'a');
        }
    }
}

static char as_letter(char c)
{
    if (c >= 'a' && c <= 'z') {
        c = (char)(c - 'a' + 'A');
    }
    if (c == 'O') {
        return '0';
    }
    if (c == 'I' || c == 'L') {
        return '1';
    }
    return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

bool code_letters(struct str typed, char out[CODE_LETTERS])
{
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        if (typed.p[i] == ' ' || typed.p[i] == '-') {
            continue;
        }
        char c = as_letter(typed.p[i]);
        if (c == '\0' || n == CODE_LETTERS) {
            return false;
        }
        out[n++] = c;
    }
    return n == CODE_LETTERS;
}

/* ---------------------------------------------------------------- secrets */

static void token_of_letters(const char letters[CODE_LETTERS], char out[REQUEST_TOKEN_SIZE])
{
    uint8_t mac[SHA256_SIZE];
    hmac_sha256((struct bytes){(const uint8_t *)letters, CODE_LETTERS}, bytes_of(STR("akta request token")), mac);
    letters_of(mac, TOKEN_LETTERS, out);
    lower(out, TOKEN_LETTERS);
    out[TOKEN_LETTERS] = '\0';
}

void secret_of_letters(const char letters[CODE_LETTERS], struct request_secret *out)
{
    size_t n = 0;
    for (size_t i = 0; i < CODE_LETTERS; i++) {
        if (i > 0 && i % GROUP == 0) {
            out->code[n++] = '-';
        }
        out->code[n++] = letters[i];
    }
    out->code[n] = '\0';
    token_of_letters(letters, out->token);
}

void secret_new(struct request_secret *out)
{
    uint8_t random[(CODE_LETTERS * 5 + 7) / 8 + 1];
    char letters[CODE_LETTERS];
    random_bytes(random, sizeof random);
    letters_of(random, CODE_LETTERS, letters);
    secret_of_letters(letters, out);
}

bool request_token_of(struct str code, char token[REQUEST_TOKEN_SIZE])
{
    char letters[CODE_LETTERS];
    if (!code_letters(code, letters)) {
        return false;
    }
    token_of_letters(letters, token);
    return true;
}

void token_random(char out[REQUEST_TOKEN_SIZE])
{
    uint8_t random[TOKEN_LETTERS * 5 / 8 + 1];
    random_bytes(random, sizeof random);
    letters_of(random, TOKEN_LETTERS, out);
    lower(out, TOKEN_LETTERS);
    out[TOKEN_LETTERS] = '\0';
}

bool token_valid(struct str token)
{
    for (size_t i = 0; i < token.n; i++) {
        char c = token.p[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'z')) {
            return false;
        }
    }
    return token.n == TOKEN_LETTERS;
}

static void hash_of(struct str prefix, struct str s, struct secret_hash *out)
{
    sha256_of2(bytes_of(prefix), bytes_of(s), out->b);
}

void code_hash(const char letters[CODE_LETTERS], struct secret_hash *out)
{
    hash_of(STR("akta request code\n"), (struct str){letters, CODE_LETTERS}, out);
}

void token_hash(struct str token, struct secret_hash *out)
{
    hash_of(STR("akta request token\n"), token, out);
}

/* ---------------------------------------------------------------- idempotency keys */

bool once_valid(struct str once, struct err *e)
{
    bool good = once.n >= ONCE_LEAST && once.n <= ONCE_MOST;
    for (size_t i = 0; good && i < once.n; i++) {
        good = once.p[i] > 0x20 && once.p[i] < 0x7f;
    }
    return good || err_field(e, ERR_INVALID, "idempotency-key",
                             "an idempotency key has %u to %u printable characters without blanks, drawn at random",
                             ONCE_LEAST, ONCE_MOST);
}

void once_hash(struct str once, struct secret_hash *out)
{
    hash_of(STR("akta once\n"), once, out);
}

/* From the key and what was filed with it: who repeats the key with another letter learns nothing. */
void once_key(struct str once, const uint8_t fingerprint[SHA256_SIZE], struct key *out)
{
    hmac_sha256(bytes_of(once), (struct bytes){fingerprint, SHA256_SIZE}, out->b);
}

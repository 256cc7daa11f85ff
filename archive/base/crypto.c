/* crypto.c: digests and sealing over libgcrypt (crypto_sign.c has the signatures; no third file knows the library).
 *
 * Promises: no nonce is ever left to the library's default, a wrong tag never releases plain bytes, and a handle that
 * held a key is wiped when it closes. Fails by NULL, by an error, or, where the header says it cannot fail, not at all:
 * the digests run on the stack. */
#include "crypto.h"

#include <gcrypt.h>
#include <pthread.h>
#include <string.h>

#define SECURE_POOL (256 * 1024)

static pthread_once_t started = PTHREAD_ONCE_INIT;
static bool start_ok;

/* Version 1.10 hashes BLAKE2b with AVX2 at 690 MB/s on an AMD EPYC and without at 1,440, because it gathers the message
 * word by word; on Intel both are about even. AES-GCM goes from 5,450 to 4,250 MB/s, and each byte is hashed and sealed
 * once, so without is the faster whole. The library listens before it starts and never again. */
static void choose_code(void)
{
    gcry_control(GCRYCTL_DISABLE_HWF, "intel-avx2", NULL);
}

static void start_library(void)
{
    choose_code();
    if (gcry_check_version("1.10.0") == NULL) {
        return;
    }
    gcry_control(GCRYCTL_SUSPEND_SECMEM_WARN);
    gcry_control(GCRYCTL_INIT_SECMEM, SECURE_POOL, 0);
    gcry_control(GCRYCTL_RESUME_SECMEM_WARN);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    start_ok = true;
}

/* One known answer for each algorithm: a library that computes something else must not touch an archive. */
static bool digests_known(void)
{
    static const uint8_t sha256_abc[4] = {0xba, 0x78, 0x16, 0xbf};
    static const uint8_t blake2b_abc[4] = {0xba, 0x80, 0xa5, 0x3f};
    struct digests d;
    digests_of(bytes_of(STR("abc")), &d);
    return memcmp(d.sha256, sha256_abc, 4) == 0 && memcmp(d.blake2b, blake2b_abc, 4) == 0;
}

/* Case 14 of the GCM specification: zero key, nonce and block. */
static bool sealing_known(struct err *e)
{
    static const uint8_t expected[4] = {0xce, 0xa7, 0x40, 0x3d};
    static const uint8_t zero[16];
    uint8_t out[16 + SEAL_TAG];
    struct key k = {{0}};
    struct sealer *s CLEANUP(sealer_free) = sealer_new(&k);
    return s != NULL && seal(s, zero, (struct bytes){NULL, 0}, (struct bytes){zero, 16}, out, e) &&
           memcmp(out, expected, 4) == 0;
}

bool crypto_init(struct err *e)
{
    pthread_once(&started, start_library);
    if (!start_ok) {
        return err_set(e, ERR_UNSUPPORTED, "libgcrypt is older than 1.10.0; install a newer one");
    }
    if (!digests_known() || !sealing_known(e) || !sign_known(e)) {
        return err_set(e, ERR_STATE, "the self-test of libgcrypt failed; nothing was opened");
    }
    return true;
}

/* ---- digests */

bool digests_equal(const struct digests *a, const struct digests *b)
{
    return memcmp(a->sha256, b->sha256, SHA256_SIZE) == 0 && memcmp(a->blake2b, b->blake2b, BLAKE2B_SIZE) == 0;
}

void sha256_of(struct bytes in, uint8_t out[SHA256_SIZE])
{
    gcry_md_hash_buffer(GCRY_MD_SHA256, out, in.p != NULL ? in.p : (const void *)"", in.n);
}

static gcry_buffer_t piece(struct bytes b)
{
    /* The library takes void * for bytes that it only reads. */
    union {
        const void *in;
        void *out;
    } p = {.in = b.n > 0 ? (const void *)b.p : ""};
    return (gcry_buffer_t){.size = b.n, .len = b.n, .data = p.out};
}

void sha256_of2(struct bytes a, struct bytes b, uint8_t out[SHA256_SIZE])
{
    gcry_buffer_t both[2] = {piece(a), piece(b)};
    if (gcry_md_hash_buffers(GCRY_MD_SHA256, 0, out, both, 2) != 0) {
        fail_stop("libgcrypt cannot compute SHA-256");
    }
}

void digests_of(struct bytes in, struct digests *out)
{
    sha256_of(in, out->sha256);
    gcry_md_hash_buffer(GCRY_MD_BLAKE2B_512, out->blake2b, in.p != NULL ? in.p : (const void *)"", in.n);
}

struct digest {
    gcry_md_hd_t md;
    size_t size;
    int algo;
};

struct digest *digest_new(enum digest_algo algo)
{
    static const int algos[] = {
        [DIGEST_SHA256] = GCRY_MD_SHA256, [DIGEST_BLAKE2B] = GCRY_MD_BLAKE2B_512, [DIGEST_SHA512] = GCRY_MD_SHA512};
    struct digest *d = mem_alloc(sizeof *d);
    if (d == NULL) {
        return NULL;
    }
    d->algo = algos[algo];
    d->size = gcry_md_get_algo_dlen(d->algo);
    if (gcry_md_open(&d->md, d->algo, 0) != 0) {
        mem_free(d);
        return NULL;
    }
    return d;
}

void digest_add(struct digest *d, struct bytes in)
{
    if (in.n > 0) {
        gcry_md_write(d->md, in.p, in.n);
    }
}

void digest_end(struct digest *d, uint8_t *out)
{
    memcpy(out, gcry_md_read(d->md, d->algo), d->size);
    gcry_md_reset(d->md);
}

void digest_free(struct digest **d)
{
    if (*d != NULL) {
        gcry_md_close((*d)->md);
        mem_free(*d);
        *d = NULL;
    }
}

/* RFC 2104 over the two-piece digest: nothing to allocate, nothing to fail. */
void hmac_sha256(struct bytes key, struct bytes in, uint8_t out[SHA256_SIZE])
{
    uint8_t inner_pad[64], outer_pad[64], short_key[64] = {0}, inner[SHA256_SIZE];
    if (key.n > sizeof short_key) {
        sha256_of(key, short_key);
    } else if (key.n > 0) {
        memcpy(short_key, key.p, key.n);
    }
    for (size_t i = 0; i < sizeof short_key; i++) {
        inner_pad[i] = short_key[i] ^ 0x36;
        outer_pad[i] = short_key[i] ^ 0x5C;
    }
    sha256_of2((struct bytes){inner_pad, sizeof inner_pad}, in, inner);
    sha256_of2((struct bytes){outer_pad, sizeof outer_pad}, (struct bytes){inner, sizeof inner}, out);
    explicit_bzero(short_key, sizeof short_key);
    explicit_bzero(inner_pad, sizeof inner_pad);
    explicit_bzero(outer_pad, sizeof outer_pad);
}

bool equal_constant_time(const void *a, const void *b, size_t n)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t difference = 0;
    for (size_t i = 0; i < n; i++) {
        difference = (uint8_t)(difference | (x[i] ^ y[i]));
    }
    return difference == 0;
}

/* ---- sealing */

void key_random(struct key *k)
{
    random_bytes(k->b, sizeof k->b);
}

void key_wipe(struct key *k)
{
    explicit_bzero(k, sizeof *k);
}

struct sealer {
    gcry_cipher_hd_t cipher;
};

struct sealer *sealer_new(const struct key *k)
{
    struct sealer *s = mem_alloc(sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    if (gcry_cipher_open(&s->cipher, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM, 0) != 0) {
        mem_free(s);
        return NULL;
    }
    if (gcry_cipher_setkey(s->cipher, k->b, sizeof k->b) != 0) {
        sealer_free(&s);
    }
    return s;
}

void sealer_free(struct sealer **s)
{
    if (*s != NULL) {
        gcry_cipher_close((*s)->cipher); /* wipes the key schedule */
        mem_free(*s);
        *s = NULL;
    }
}

/* The one way into a message: libgcrypt would encrypt under an all-zero nonce when it is not told one. */
static gcry_error_t begin(gcry_cipher_hd_t cipher, const uint8_t nonce[SEAL_NONCE], struct bytes aad)
{
    gcry_error_t failed = gcry_cipher_reset(cipher);
    if (failed == 0) {
        failed = gcry_cipher_setiv(cipher, nonce, SEAL_NONCE);
    }
    if (failed == 0 && aad.n > 0) {
        failed = gcry_cipher_authenticate(cipher, aad.p, aad.n);
    }
    return failed;
}

static bool seal_with(gcry_cipher_hd_t cipher, const uint8_t nonce[SEAL_NONCE], struct bytes aad, struct bytes plain,
                      uint8_t *out, struct err *e)
{
    gcry_error_t failed = begin(cipher, nonce, aad);
    if (failed == 0 && plain.n > 0) {
        failed = gcry_cipher_encrypt(cipher, out, plain.n, plain.p, plain.n);
    }
    if (failed == 0) {
        failed = gcry_cipher_gettag(cipher, out + plain.n, SEAL_TAG);
    }
    return failed == 0 || err_set(e, ERR_STATE, "sealing failed: %s", gcry_strerror(failed));
}

static bool unseal_with(gcry_cipher_hd_t cipher, const uint8_t nonce[SEAL_NONCE], struct bytes aad, struct bytes sealed,
                        uint8_t *out, struct err *e)
{
    if (sealed.n < SEAL_TAG) {
        return err_set(e, ERR_CORRUPT, "a sealed piece is too short");
    }
    size_t n = sealed.n - SEAL_TAG;
    gcry_error_t failed = begin(cipher, nonce, aad);
    if (failed == 0 && n > 0) {
        failed = gcry_cipher_decrypt(cipher, out, n, sealed.p, n);
    }
    if (failed == 0) {
        failed = gcry_cipher_checktag(cipher, sealed.p + n, SEAL_TAG);
    }
    if (failed == 0) {
        return true;
    }
    if (n > 0) {
        explicit_bzero(out, n);
    }
    if (gcry_err_code(failed) == GPG_ERR_CHECKSUM) {
        return err_set(e, ERR_CORRUPT, "a sealed piece is damaged or under another key");
    }
    return err_set(e, ERR_STATE, "unsealing failed: %s", gcry_strerror(failed));
}

bool seal(struct sealer *s, const uint8_t nonce[SEAL_NONCE], struct bytes aad, struct bytes plain, uint8_t *out,
          struct err *e)
{
    return seal_with(s->cipher, nonce, aad, plain, out, e);
}

bool unseal(struct sealer *s, const uint8_t nonce[SEAL_NONCE], struct bytes aad, struct bytes sealed, uint8_t *out,
            struct err *e)
{
    return unseal_with(s->cipher, nonce, aad, sealed, out, e);
}

/* ---- short boxes: one handle a thread, closed when the thread ends */

static pthread_key_t box_slot;
static pthread_once_t box_once = PTHREAD_ONCE_INIT;
static bool box_slot_ok;

static void close_cipher(void *cipher)
{
    gcry_cipher_close(cipher);
}

static void make_box_slot(void)
{
    box_slot_ok = pthread_key_create(&box_slot, close_cipher) == 0;
}

static gcry_cipher_hd_t open_box_cipher(void)
{
    gcry_cipher_hd_t cipher = NULL;
    if (!box_slot_ok || gcry_cipher_open(&cipher, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM, 0) != 0) {
        return NULL;
    }
    if (pthread_setspecific(box_slot, cipher) != 0) {
        gcry_cipher_close(cipher);
        return NULL;
    }
    return cipher;
}

static gcry_cipher_hd_t box_cipher(const struct key *k, struct err *e)
{
    pthread_once(&box_once, make_box_slot);
    gcry_cipher_hd_t cipher = box_slot_ok ? pthread_getspecific(box_slot) : NULL;
    if (cipher == NULL) {
        cipher = open_box_cipher();
    }
    if (cipher == NULL || gcry_cipher_setkey(cipher, k->b, sizeof k->b) != 0) {
        err_set(e, ERR_MEMORY, "out of memory");
        return NULL;
    }
    return cipher;
}

/* The handle outlives the box; the key must not outlive it with it. */
static void forget_key(gcry_cipher_hd_t cipher)
{
    static const struct key zero;
    gcry_cipher_setkey(cipher, zero.b, sizeof zero.b);
}

/* Room for n more bytes in a buffer, to be written in place. */
static uint8_t *extend(struct buf *out, size_t n, struct err *e)
{
    static const uint8_t zeros[256];
    size_t at = out->n;
    for (size_t left = n; left > 0;) {
        size_t step = left < sizeof zeros ? left : sizeof zeros;
        buf_add(out, zeros, step);
        left -= step;
    }
    if (!buf_ok(out, e)) {
        out->n = at;
        return NULL;
    }
    return out->p + at;
}

bool seal_box(const struct key *k, struct bytes aad, struct bytes plain, struct buf *out, struct err *e)
{
    size_t start = out->n;
    if (plain.n > SIZE_MAX - SEAL_BOX_OVERHEAD) {
        return err_set(e, ERR_TOO_BIG, "the result is larger than the limit of %zu bytes", out->max);
    }
    uint8_t *box = extend(out, plain.n + SEAL_BOX_OVERHEAD, e);
    gcry_cipher_hd_t cipher = box != NULL ? box_cipher(k, e) : NULL;
    bool sealed = false;
    if (cipher != NULL) {
        random_bytes(box, SEAL_NONCE);
        sealed = seal_with(cipher, box, aad, plain, box + SEAL_NONCE, e);
        forget_key(cipher);
    }
    if (!sealed) {
        out->n = start;
    }
    return sealed;
}

bool unseal_box(const struct key *k, struct bytes aad, struct bytes box, struct buf *out, struct err *e)
{
    size_t start = out->n;
    if (box.n < SEAL_BOX_OVERHEAD) {
        return err_set(e, ERR_CORRUPT, "a sealed piece is too short");
    }
    uint8_t nothing[1]; /* where the no bytes of an empty message go */
    size_t n = box.n - SEAL_BOX_OVERHEAD;
    uint8_t *plain = n > 0 ? extend(out, n, e) : nothing;
    gcry_cipher_hd_t cipher = plain != NULL ? box_cipher(k, e) : NULL;
    bool opened = false;
    if (cipher != NULL) {
        struct bytes sealed = {box.p + SEAL_NONCE, box.n - SEAL_NONCE};
        opened = unseal_with(cipher, box.p, aad, sealed, plain, e);
        forget_key(cipher);
    }
    out->n = opened ? start + n : start;
    return opened;
}

/* crypto_sign.c: Ed25519 signatures (RFC 8032, pure) over libgcrypt.
 *
 * libgcrypt 1.10 takes a second form S + L of every signature and aborts the process on public keys of low order or
 * with a short coordinate, so these are refused here before it sees them. A key with a part of low order is refused
 * when loaded: on such keys implementations disagree, on all others this verdict is that of Go and OpenSSL. Signing is
 * deterministic. Seeds are handed over in secure memory. */
#include "crypto.h"

#include <gcrypt.h>
#include <string.h>

/* The order L of the base point, and 2^255 - 19, little-endian. */
static const uint8_t group_order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                        0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
static const uint8_t field_prime[32] = {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};

/* The y of the eight points whose order divides 8: 0, 1, p - 1 and two of order 8; each with either sign of x. */
static const uint8_t low_order_y[][32] = {
    {0},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/* libgcrypt aborts when a coordinate fills fewer than four of its 64-bit limbs. Anyone can make such a key; an honest
 * one has it once in 2^62. */
#define SHORT_BITS 192
static const uint8_t shortest[32] = {[24] = 1}; /* 2^192 */

static bool below(const uint8_t a[32], const uint8_t limit[32])
{
    for (int i = 31; i >= 0; i--) {
        if (a[i] != limit[i]) {
            return a[i] < limit[i];
        }
    }
    return false;
}

static void release_sexp(gcry_sexp_t *s)
{
    gcry_sexp_release(*s);
}

static void release_ctx(gcry_ctx_t *c)
{
    gcry_ctx_release(*c);
}

static void release_mpi(gcry_mpi_t *m)
{
    gcry_mpi_release(*m);
}

static void release_point(gcry_mpi_point_t *p)
{
    gcry_mpi_point_release(*p);
}

static void free_secure(uint8_t **p)
{
    gcry_free(*p); /* wipes secure memory */
}

static gcry_mpi_t mpi_of(const uint8_t little_endian[32])
{
    uint8_t big_endian[32];
    gcry_mpi_t m = NULL;
    for (size_t i = 0; i < sizeof big_endian; i++) {
        big_endian[i] = little_endian[sizeof big_endian - 1 - i];
    }
    return gcry_mpi_scan(&m, GCRYMPI_FMT_USG, big_endian, sizeof big_endian, NULL) == 0 ? m : NULL;
}

/* (L - 1) A is the negative of A, that is, A has order L and no part of low order. Asked in this form because on the
 * way to L A itself libgcrypt would meet the neutral element, which it cannot always take. */
static bool has_prime_order(gcry_mpi_point_t a, gcry_ctx_t curve)
{
    gcry_mpi_t factor CLEANUP(release_mpi) = mpi_of(group_order), p CLEANUP(release_mpi) = mpi_of(field_prime);
    gcry_mpi_t x CLEANUP(release_mpi) = gcry_mpi_new(0), y CLEANUP(release_mpi) = gcry_mpi_new(0);
    gcry_mpi_t x2 CLEANUP(release_mpi) = gcry_mpi_new(0), y2 CLEANUP(release_mpi) = gcry_mpi_new(0);
    gcry_mpi_point_t product CLEANUP(release_point) = gcry_mpi_point_new(0);
    if (factor == NULL || p == NULL) {
        return false;
    }
    gcry_mpi_sub_ui(factor, factor, 1);
    gcry_mpi_ec_mul(product, factor, a, curve);
    if (gcry_mpi_ec_get_affine(x, y, a, curve) != 0 || gcry_mpi_ec_get_affine(x2, y2, product, curve) != 0) {
        return false;
    }
    gcry_mpi_addm(x2, x2, x, p);
    return gcry_mpi_cmp_ui(x2, 0) == 0 && gcry_mpi_cmp(y, y2) == 0;
}

/* Canonical, and neither of low order nor with a y that is too short for the library. */
static bool encoding_ok(const struct sign_public *p)
{
    uint8_t y[32];
    memcpy(y, p->b, sizeof y);
    y[31] &= 0x7F;
    if (!below(y, field_prime) || below(y, shortest)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(low_order_y); i++) {
        if (memcmp(y, low_order_y[i], sizeof y) == 0) {
            return false;
        }
    }
    return true;
}

/* The point of a key that libgcrypt can take without aborting. False also when there is no memory: a key that cannot be
 * checked is not good. gcry_mpi_ec_decode_point does not notice a y without x, hence the check of the curve. */
static bool load_point(const struct sign_public *public, gcry_mpi_point_t out, gcry_ctx_t curve)
{
    if (!encoding_ok(public)) {
        return false;
    }
    gcry_mpi_t encoded CLEANUP(release_mpi) = gcry_mpi_set_opaque_copy(NULL, public->b, 8 * (unsigned)sizeof public->b);
    gcry_mpi_t x CLEANUP(release_mpi) = gcry_mpi_new(0);
    if (encoded == NULL || gcry_mpi_ec_decode_point(out, encoded, curve) != 0) {
        return false;
    }
    gcry_mpi_point_get(x, NULL, NULL, out);
    return gcry_mpi_get_nbits(x) > SHORT_BITS && gcry_mpi_ec_curve_point(out, curve);
}

static bool key_ok(const struct sign_public *public, bool (*more)(gcry_mpi_point_t, gcry_ctx_t))
{
    gcry_ctx_t curve CLEANUP(release_ctx) = NULL;
    gcry_mpi_point_t point CLEANUP(release_point) = gcry_mpi_point_new(0);
    return gcry_mpi_ec_new(&curve, NULL, "Ed25519") == 0 && load_point(public, point, curve) &&
           (more == NULL || more(point, curve));
}

bool sign_public_ok(const struct sign_public *p)
{
    return key_ok(p, has_prime_order);
}

static uint8_t *secure_seed(const struct sign_secret *s)
{
    uint8_t *copy = gcry_malloc_secure(sizeof s->seed);
    if (copy != NULL) {
        memcpy(copy, s->seed, sizeof s->seed);
    }
    return copy;
}

static bool derive_public(const struct sign_secret *s, struct sign_public *out)
{
    uint8_t *seed CLEANUP(free_secure) = secure_seed(s);
    gcry_sexp_t key CLEANUP(release_sexp) = NULL;
    gcry_ctx_t curve CLEANUP(release_ctx) = NULL;
    gcry_mpi_t q CLEANUP(release_mpi) = NULL;
    if (seed == NULL ||
        gcry_sexp_build(&key, NULL, "(private-key (ecc (curve Ed25519) (flags eddsa) (d %b)))", 32, seed) != 0 ||
        gcry_mpi_ec_new(&curve, key, NULL) != 0) {
        return false;
    }
    q = gcry_mpi_ec_get_mpi("q@eddsa", curve, 1);
    unsigned bits = 0;
    const void *raw = q != NULL ? gcry_mpi_get_opaque(q, &bits) : NULL;
    if (raw == NULL || (bits + 7) / 8 != sizeof out->b) {
        return false;
    }
    memcpy(out->b, raw, sizeof out->b);
    return true;
}

void sign_public_of(const struct sign_secret *s, struct sign_public *out)
{
    if (!derive_public(s, out)) {
        fail_stop("libgcrypt cannot derive a public key");
    }
}

static bool build_message(gcry_sexp_t *out, struct bytes msg)
{
    return msg.n <= INT32_MAX && gcry_sexp_build(out, NULL, "(data (flags eddsa) (hash-algo sha512) (value %b))",
                                                 (int)msg.n, msg.n > 0 ? (const char *)msg.p : "") == 0;
}

/* One half of a signature out of the library's answer. */
static bool take_half(gcry_sexp_t answer, const char *name, uint8_t out[32])
{
    gcry_sexp_t part CLEANUP(release_sexp) = gcry_sexp_find_token(answer, name, 1);
    size_t n = 0;
    const char *raw = part != NULL ? gcry_sexp_nth_data(part, 1, &n) : NULL;
    if (raw == NULL || n != 32) {
        return false;
    }
    memcpy(out, raw, 32);
    return true;
}

bool sign_bytes(const struct sign_secret *s, struct bytes msg, uint8_t sig[64], struct err *e)
{
    struct sign_public public;
    uint8_t *seed CLEANUP(free_secure) = secure_seed(s);
    gcry_sexp_t key CLEANUP(release_sexp) = NULL;
    gcry_sexp_t data CLEANUP(release_sexp) = NULL;
    gcry_sexp_t answer CLEANUP(release_sexp) = NULL;
    if (seed == NULL || !derive_public(s, &public) || !build_message(&data, msg) ||
        gcry_sexp_build(&key, NULL, "(private-key (ecc (curve Ed25519) (flags eddsa) (q %b) (d %b)))", 32, public.b, 32,
                        seed) != 0) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    uint8_t both[64];
    if (gcry_pk_sign(&answer, data, key) != 0 || !take_half(answer, "r", both) || !take_half(answer, "s", both + 32)) {
        return err_set(e, ERR_STATE, "signing failed in libgcrypt");
    }
    memcpy(sig, both, sizeof both);
    return true;
}

bool sign_verify(const struct sign_public *p, struct bytes msg, const uint8_t sig[64])
{
    gcry_sexp_t key CLEANUP(release_sexp) = NULL;
    gcry_sexp_t data CLEANUP(release_sexp) = NULL;
    gcry_sexp_t claim CLEANUP(release_sexp) = NULL;
    if (!below(sig + 32, group_order) || !key_ok(p, NULL)) {
        return false;
    }
    return build_message(&data, msg) &&
           gcry_sexp_build(&key, NULL, "(public-key (ecc (curve Ed25519) (flags eddsa) (q %b)))", 32, p->b) == 0 &&
           gcry_sexp_build(&claim, NULL, "(sig-val (eddsa (r %b) (s %b)))", 32, sig, 32, sig + 32) == 0 &&
           gcry_pk_verify(claim, data, key) == 0;
}

/* RFC 8032 §7.1, test 1. */
bool sign_known(struct err *e)
{
    static const struct sign_secret secret = {{0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                               0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                               0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60}};
    static const uint8_t starts[4] = {0xe5, 0x56, 0x43, 0x00};
    struct sign_public public;
    uint8_t sig[64];
    struct bytes nothing = {NULL, 0};
    return derive_public(&secret, &public) && sign_bytes(&secret, nothing, sig, e) && memcmp(sig, starts, 4) == 0 &&
           sign_verify(&public, nothing, sig);
}

/* crypto.h: private to base: what crypto.c asks of crypto_sign.c. */
#ifndef AKTA_BASE_CRYPTO_H
#define AKTA_BASE_CRYPTO_H
#include "base.h"

bool sign_known(struct err *e); /* signs and verifies a known answer */

#endif

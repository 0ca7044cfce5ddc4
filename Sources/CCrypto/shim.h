// OpenSSL's libcrypto, which libpq depends on already: SHA-256 and nothing else.
#ifndef PODIUM_CCRYPTO_SHIM_H
#define PODIUM_CCRYPTO_SHIM_H

#include <openssl/evp.h>

#endif

#include "COpenSSL.h"

#include <openssl/evp.h>

bool copenssl_ed25519_verify(const uint8_t *key, const uint8_t *message, size_t length, const uint8_t *signature) {
    bool fits = false;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (pkey != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1) {
        fits = EVP_DigestVerify(context, signature, 64, message, length) == 1;
    }
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    return fits;
}

#include "COpenSSL.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

// A key with a password is one that a service cannot use: nobody is asked for it.
static int no_password(char *buffer, int size, int writing, void *user) {
    (void)buffer;
    (void)size;
    (void)writing;
    (void)user;
    return -1;
}

static X509 *read_certificate(const char *path) {
    FILE *file = fopen(path, "re");
    if (file == NULL) return NULL;
    X509 *certificate = PEM_read_X509(file, NULL, no_password, NULL);
    fclose(file);
    ERR_clear_error();
    return certificate;
}

static EVP_PKEY *read_key(const char *path) {
    FILE *file = fopen(path, "re");
    if (file == NULL) return NULL;
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, no_password, NULL);
    fclose(file);
    ERR_clear_error();
    return key;
}

static bool seconds(const ASN1_TIME *time, int64_t *out) {
    struct tm parts;
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1) return false;
    *out = (int64_t)timegm(&parts);
    return true;
}

bool copenssl_certificate_read(const char *path, copenssl_certificate *out) {
    memset(out, 0, sizeof *out);
    X509 *certificate = read_certificate(path);
    if (certificate == NULL) return false;
    bool ok = seconds(X509_get0_notBefore(certificate), &out->begins) &&
              seconds(X509_get0_notAfter(certificate), &out->ends);
    // Without a name the text stays empty.
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, out->name, sizeof out->name);
    X509_free(certificate);
    return ok;
}

bool copenssl_key_read(const char *path) {
    EVP_PKEY *key = read_key(path);
    EVP_PKEY_free(key);
    return key != NULL;
}

bool copenssl_key_fits(const char *key_path, const char *certificate_path) {
    EVP_PKEY *key = read_key(key_path);
    X509 *certificate = read_certificate(certificate_path);
    bool fits = key != NULL && certificate != NULL && X509_check_private_key(certificate, key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return fits;
}

#include "COpenSSL.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <limits.h>
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

static bool describe(X509 *certificate, copenssl_certificate *out) {
    memset(out, 0, sizeof *out);
    bool ok = seconds(X509_get0_notBefore(certificate), &out->begins) &&
              seconds(X509_get0_notAfter(certificate), &out->ends);
    // Without a name the text stays empty.
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, out->name, sizeof out->name);
    return ok;
}

bool copenssl_certificate_read(const char *path, copenssl_certificate *out) {
    memset(out, 0, sizeof *out);
    X509 *certificate = read_certificate(path);
    if (certificate == NULL) return false;
    bool ok = describe(certificate, out);
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

bool copenssl_sha256(const uint8_t *bytes, size_t length, uint8_t *out) {
    return EVP_Digest(bytes, length, out, NULL, EVP_sha256(), NULL) == 1;
}

// Ed25519 has its own digest inside, and takes no other.
static const EVP_MD *digest_for(EVP_PKEY *key) {
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
}

size_t copenssl_sign(const char *key_path, const uint8_t *message, size_t length, uint8_t *out, size_t room) {
    size_t count = room;
    EVP_PKEY *key = read_key(key_path);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = key != NULL && context != NULL &&
              EVP_DigestSignInit(context, NULL, digest_for(key), NULL, key) == 1 &&
              EVP_DigestSign(context, out, &count, message, length) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return ok ? count : 0;
}

static X509 *parse(const uint8_t *certificate, size_t length) {
    if (length > LONG_MAX) return NULL;
    const uint8_t *cursor = certificate;
    return d2i_X509(NULL, &cursor, (long)length);
}

bool copenssl_signature_fits(
    const uint8_t *certificate,
    size_t certificate_length,
    const uint8_t *message,
    size_t length,
    const uint8_t *signature,
    size_t signature_length
) {
    X509 *parsed = parse(certificate, certificate_length);
    EVP_PKEY *key = parsed == NULL ? NULL : X509_get0_pubkey(parsed);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fits = key != NULL && context != NULL &&
                EVP_DigestVerifyInit(context, NULL, digest_for(key), NULL, key) == 1 &&
                EVP_DigestVerify(context, signature, signature_length, message, length) == 1;
    EVP_MD_CTX_free(context);
    X509_free(parsed);
    ERR_clear_error();
    return fits;
}

size_t copenssl_certificate_der(const char *path, uint8_t *out, size_t room) {
    X509 *certificate = read_certificate(path);
    if (certificate == NULL) return 0;
    int length = i2d_X509(certificate, NULL);
    size_t count = 0;
    if (length > 0 && (size_t)length <= room) {
        uint8_t *cursor = out;
        count = i2d_X509(certificate, &cursor) == length ? (size_t)length : 0;
    }
    X509_free(certificate);
    ERR_clear_error();
    return count;
}

copenssl_origin copenssl_certificate_of(
    const uint8_t *certificate,
    size_t length,
    const char *authority_path,
    copenssl_certificate *out
) {
    memset(out, 0, sizeof *out);
    X509 *authority = read_certificate(authority_path);
    if (authority == NULL) return copenssl_origin_unknown;
    X509 *parsed = parse(certificate, length);
    EVP_PKEY *key = X509_get0_pubkey(authority);
    // Who signs what a device did is no authority itself: a chain of one.
    bool ok = parsed != NULL && key != NULL && describe(parsed, out) && X509_check_issued(authority, parsed) == X509_V_OK &&
              X509_verify(parsed, key) == 1;
    X509_free(authority);
    X509_free(parsed);
    ERR_clear_error();
    return ok ? copenssl_origin_own : copenssl_origin_foreign;
}

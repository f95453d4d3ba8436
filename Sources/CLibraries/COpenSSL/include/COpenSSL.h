#ifndef COPENSSL_H
#define COPENSSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether a signature of 64 bytes over a message fits an Ed25519 public key of 32 bytes (RFC 8032).
///
/// OpenSSL, because libmosquitto has it in memory already.
bool copenssl_ed25519_verify(
    const uint8_t *_Nonnull key,
    const uint8_t *_Nonnull message,
    size_t length,
    const uint8_t *_Nonnull signature
);

/// What a certificate says of itself.
typedef struct {
    /// First and last moment at which it holds, s since 1970 UTC.
    int64_t begins;
    int64_t ends;
    /// Common name, ended by a zero byte; cut after 127 bytes, empty when there is none.
    char name[128];
} copenssl_certificate;

/// Reads the first certificate of a PEM file; returns false when there is none.
bool copenssl_certificate_read(const char *_Nonnull path, copenssl_certificate *_Nonnull out);

/// Whether a PEM file holds a private key without a password.
bool copenssl_key_read(const char *_Nonnull path);

/// Whether a private key belongs to the first certificate of a file, both PEM.
bool copenssl_key_fits(const char *_Nonnull key_path, const char *_Nonnull certificate_path);

/// SHA-256 of some bytes (FIPS 180-4); returns false when OpenSSL cannot.
bool copenssl_sha256(const uint8_t *_Nonnull bytes, size_t length, uint8_t *_Nonnull out);

/// Signs a message with a private key of a PEM file, SHA-256 for all keys but Ed25519's; ECDSA as DER.
///
/// Returns the length of the signature, 0 when there is no key or no room for it.
size_t copenssl_sign(
    const char *_Nonnull key_path,
    const uint8_t *_Nonnull message,
    size_t length,
    uint8_t *_Nonnull out,
    size_t room
);

/// Whether a signature of ``copenssl_sign`` fits the key of a certificate, DER.
bool copenssl_signature_fits(
    const uint8_t *_Nonnull certificate,
    size_t certificate_length,
    const uint8_t *_Nonnull message,
    size_t length,
    const uint8_t *_Nonnull signature,
    size_t signature_length
);

/// The first certificate of a PEM file, as DER; returns its length, 0 when there is none or no room for it.
size_t copenssl_certificate_der(const char *_Nonnull path, uint8_t *_Nonnull out, size_t room);

/// Where a certificate comes from.
typedef enum {
    /// The authority's certificate cannot be read.
    copenssl_origin_unknown,
    copenssl_origin_own,
    copenssl_origin_foreign,
} copenssl_origin;

/// Whether a certificate, DER, is signed by the first one of a PEM file; and what it says of itself.
copenssl_origin copenssl_certificate_of(
    const uint8_t *_Nonnull certificate,
    size_t length,
    const char *_Nonnull authority_path,
    copenssl_certificate *_Nonnull out
);

#endif

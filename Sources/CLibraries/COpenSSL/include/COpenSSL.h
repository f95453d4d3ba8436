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

#endif

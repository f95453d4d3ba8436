#ifndef CGZIP_H
#define CGZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A stream that is being compressed as RFC 1952 has it.
typedef struct cgzip cgzip;

/// Begins a stream; NULL when there is no memory for it (some 270 KB).
cgzip *_Nullable cgzip_make(void);

/// Compresses `length` bytes; the whole input is kept in view until a call says that it was used up.
///
/// - `input`: what to compress, or what the call before left of it.
/// - `taken`: how many bytes of it were used.
/// - `output`: where to write, `room` bytes.
/// - `isLast`: whether nothing comes after this input.
/// - `isDone`: whether all of it, and with `isLast` the stream's end, has been written.
///
/// Returns how many bytes were written.
size_t cgzip_run(
    cgzip *_Nonnull stream, const uint8_t *_Nullable input, size_t length, size_t *_Nonnull taken,
    uint8_t *_Nonnull output, size_t room, bool isLast, bool *_Nonnull isDone
);

/// Ends a stream.
void cgzip_free(cgzip *_Nonnull stream);

#endif

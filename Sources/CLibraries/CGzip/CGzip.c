// zlib's stream as three calls that no pointer outlives.
#include "CGzip.h"

#include <stdlib.h>
#include <zlib.h>

struct cgzip {
    z_stream stream;
};

cgzip *cgzip_make(void) {
    cgzip *made = calloc(1, sizeof(*made));
    if (made == NULL) { return NULL; }
    // Level 4: two thirds of the time of 6 for a few per cent more bytes. 16 on top of the window asks for gzip.
    if (deflateInit2(&made->stream, 4, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(made);
        return NULL;
    }
    return made;
}

size_t cgzip_run(
    cgzip *stream, const uint8_t *input, size_t length, size_t *taken, uint8_t *output, size_t room, bool isLast,
    bool *isDone
) {
    const uInt most = 1 << 30;
    uInt given = length > most ? most : (uInt)length;
    uInt space = room > most ? most : (uInt)room;
    // zlib does not write to its input; its declaration is older than const.
    stream->stream.next_in = (Bytef *)(uintptr_t)input;
    stream->stream.avail_in = given;
    stream->stream.next_out = output;
    stream->stream.avail_out = space;
    bool isWhole = given == length;
    int outcome = deflate(&stream->stream, isLast && isWhole ? Z_FINISH : Z_NO_FLUSH);
    *taken = given - stream->stream.avail_in;
    bool isUsed = isWhole && stream->stream.avail_in == 0;
    *isDone = isLast ? outcome == Z_STREAM_END : isUsed && stream->stream.avail_out > 0;
    return space - stream->stream.avail_out;
}

void cgzip_free(cgzip *stream) {
    deflateEnd(&stream->stream);
    free(stream);
}

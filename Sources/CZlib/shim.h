// zlib: gzip members, and the deflated entries of zip archives. inflateInit2 is a macro, which Swift cannot call.
#ifndef PODIUM_CZLIB_SHIM_H
#define PODIUM_CZLIB_SHIM_H

#include <zlib.h>

static inline int podium_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

static inline int podium_deflate_init(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

#endif

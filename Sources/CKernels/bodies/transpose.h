// Transposition, a square of vectors at a time.

// Rows of a square of vectors become its columns: each round interleaves the upper half of the rows with the lower.
INLINE void transpose_square(vf x[PK_LANES]) {
    for (int round = 1; round < PK_LANES; round *= 2) {
        vf y[PK_LANES];
#pragma clang loop unroll(full)
        for (int i = 0; i < PK_LANES / 2; i++) {
            y[2 * i] = interleave_low(x[i], x[i + PK_LANES / 2]);
            y[2 * i + 1] = interleave_high(x[i], x[i + PK_LANES / 2]);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < PK_LANES; i++) x[i] = y[i];
    }
}

// out[c][r] = x[r][c] for a square, or what of it is inside `rows` × `columns`; `stored` elements of each row of `out` are
// written, beyond `rows` zeros.
INLINE void transpose_block(float *out, long out_stride, long stored, const float *x, long stride, long rows,
                            long columns) {
    vf square[PK_LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < PK_LANES; i++) square[i] = i < rows ? load_some(x + i * stride, columns) : (vf){0};
    transpose_square(square);
    if (columns >= PK_LANES && stored >= PK_LANES) {
#pragma clang loop unroll(full)
        for (int i = 0; i < PK_LANES; i++) store(out + i * out_stride, square[i]);
    } else {
        for (int i = 0; i < PK_LANES && i < columns; i++) store_some(out + i * out_stride, square[i], stored);
    }
}

// out[c][r] = x[r][c] of a matrix of `columns`, for the rows `first` to `last` - 1.
static void transpose(float *out, long stride, const float *x, long columns, long first, long last) {
    enum { BAND = 64 };
    for (long band = first; band < last; band += BAND) {
        long end = last - band < BAND ? last : band + BAND;
        for (long c = 0; c < columns; c += PK_LANES)
            for (long r = band; r < end; r += PK_LANES)
                transpose_block(out + c * stride + r, stride, end - r, x + r * columns + c, columns, end - r, columns - c);
    }
}

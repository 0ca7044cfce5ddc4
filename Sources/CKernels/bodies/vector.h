// Vectors of PK_LANES floats and the functions on them that all kernels share. Included once per instruction set, with
// PK_LANES defined (4, 8 or 16); everything is static, so each instruction set has its own copy.

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((vector_size(4 * PK_LANES)));
typedef int32_t vi __attribute__((vector_size(4 * PK_LANES)));
typedef uint32_t vu __attribute__((vector_size(4 * PK_LANES)));
typedef uint16_t vh __attribute__((vector_size(2 * PK_LANES)));
typedef uint64_t vw __attribute__((vector_size(4 * PK_LANES)));

// Elements whose random words come from one group of 16 counters (see `philox_groups`).
enum { GROUP = 64, VECTORS = GROUP / PK_LANES };

INLINE vf splat(float x) { return x - (vf){0}; }
INLINE vf load(const float *p) {
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}
INLINE void store(float *p, vf v) { memcpy(p, &v, sizeof v); }
// The first `count` elements; the other lanes are 0 and their memory is not touched.
#if PK_LANES == 16
INLINE __mmask16 first_lanes(long count) { return (__mmask16)((1u << count) - 1); }
INLINE vf load_some(const float *p, long count) {
    return count >= PK_LANES ? load(p) : (vf)_mm512_maskz_loadu_ps(first_lanes(count), p);
}
INLINE void store_some(float *p, vf v, long count) {
    if (count >= PK_LANES) store(p, v);
    else _mm512_mask_storeu_ps(p, first_lanes(count), (__m512)v);
}
#elif PK_LANES == 8
INLINE __m256i first_lanes(long count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE vf load_some(const float *p, long count) {
    return count >= PK_LANES ? load(p) : (vf)_mm256_maskload_ps(p, first_lanes(count));
}
INLINE void store_some(float *p, vf v, long count) {
    if (count >= PK_LANES) store(p, v);
    else _mm256_maskstore_ps(p, first_lanes(count), (__m256)v);
}
#else
INLINE vf load_some(const float *p, long count) {
    if (count >= PK_LANES) return load(p);
    vf v = {0};
    for (long i = 0; i < count; i++) v[i] = p[i];
    return v;
}
INLINE void store_some(float *p, vf v, long count) {
    if (count >= PK_LANES) {
        store(p, v);
        return;
    }
    for (long i = 0; i < count; i++) p[i] = v[i];
}
#endif
INLINE vf maximum(vf a, vf b) { return __builtin_elementwise_max(a, b); }
INLINE vf minimum(vf a, vf b) { return __builtin_elementwise_min(a, b); }
INLINE vf fma_(vf a, vf b, vf c) { return a * b + c; }
INLINE vf select_(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
// Lanes below `count`.
INLINE vi lanes_below(long count) {
    vi lane;
    for (int i = 0; i < PK_LANES; i++) lane[i] = i;
    return lane < (vi)((int32_t)(count > PK_LANES ? PK_LANES : count) - (vi){0});
}
// Lanes of two vectors in turns: those of their lower halves, and of their upper.
#if PK_LANES == 16
INLINE vf interleave_low(vf a, vf b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
INLINE vf interleave_high(vf a, vf b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
#elif PK_LANES == 8
INLINE vf interleave_low(vf a, vf b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
INLINE vf interleave_high(vf a, vf b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
#else
INLINE vf interleave_low(vf a, vf b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
INLINE vf interleave_high(vf a, vf b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
#endif
typedef float v4 __attribute__((vector_size(16)));
// Of all lanes: halves are joined until one lane is left.
#if PK_LANES == 4
#define QUARTER(v, join) (v)
#elif PK_LANES == 8
#define QUARTER(v, join) \
    join(__builtin_shufflevector(v, v, 0, 1, 2, 3), __builtin_shufflevector(v, v, 4, 5, 6, 7))
#else
#define QUARTER(v, join) \
    join(join(__builtin_shufflevector(v, v, 0, 1, 2, 3), __builtin_shufflevector(v, v, 8, 9, 10, 11)), \
         join(__builtin_shufflevector(v, v, 4, 5, 6, 7), __builtin_shufflevector(v, v, 12, 13, 14, 15)))
#endif
INLINE v4 add4(v4 a, v4 b) { return a + b; }
INLINE v4 maximum4(v4 a, v4 b) { return __builtin_elementwise_max(a, b); }
INLINE float sum(vf v) {
    v4 x = QUARTER(v, add4);
    return (x[0] + x[2]) + (x[1] + x[3]);
}
INLINE float largest(vf v) {
    v4 x = QUARTER(v, maximum4);
    float a = x[0] > x[2] ? x[0] : x[2], b = x[1] > x[3] ? x[1] : x[3];
    return a > b ? a : b;
}

// e^x for x in [-87, 88] (clamped): Cody-Waite reduction by ln 2, then a polynomial fitted to (e^r - 1 - r) / r^2 on
// |r| <= ln 2 / 2; relative error 1e-7.
INLINE vf exp_(vf x) {
    x = minimum(maximum(x, splat(-87.0f)), splat(88.0f));
    const vf shifter = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
    vf n = fma_(x, splat(1.44269504f), shifter) - shifter;
    vf r = fma_(n, splat(-0.693359375f), x);
    r = fma_(n, splat(2.12194440e-4f), r);
    vf p = splat(0.0013814459f);
    p = fma_(p, r, splat(0.0083687808f));
    p = fma_(p, r, splat(0.0416683927f));
    p = fma_(p, r, splat(0.1666651964f));
    p = fma_(p, r, splat(0.4999999404f));
    p = fma_(p * r, r, r) + 1.0f;
#if PK_LANES == 16
    return (vf)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
    vi bits = (__builtin_convertvector(n, vi) + 127) << 23;
    return p * (vf)bits;
#endif
}

INLINE vf tanh_(vf x) {
    vf e = exp_(2.0f * minimum(maximum(x, splat(-20.0f)), splat(20.0f)));
    return 1.0f - 2.0f / (e + 1.0f);
}

// Gaussian tail and density at x: q = P(X > |x|), f = e^(-x^2/2) / sqrt(2 pi). q = e^(-x^2/2) R(1 / (1 + 0.23 |x|)), R a
// polynomial fitted to half the scaled complementary error function on [0, 14] with relative error 5e-8.
INLINE vf gaussian_tail(vf x, vf *density) {
    vf a = (vf)((vi)x & 0x7fffffff);
    vf t = 1.0f / fma_(a, splat(0.23f), splat(1.0f));
    vf e = exp_(-0.5f * x * x);
    vf p = splat(-0.078466125f);
    p = fma_(p, t, splat(0.2904079f));
    p = fma_(p, t, splat(-0.27811456f));
    p = fma_(p, t, splat(0.301459f));
    p = fma_(p, t, splat(-0.03291089f));
    p = fma_(p, t, splat(0.11951015f));
    p = fma_(p, t, splat(0.08576391f));
    p = fma_(p, t, splat(0.09237832f));
    p = fma_(p, t, splat(-2.7754171e-05f));
    *density = e * 0.39894228f;
    return p * e;
}

INLINE vf gelu(vf x) {
    vf density;
    vf q = gaussian_tail(x, &density);
    return select_(x > 0.0f, x - x * q, x * q);
}
INLINE vf gelu_slope(vf x) {
    vf density;
    vf q = gaussian_tail(x, &density);
    return select_(x > 0.0f, 1.0f - q, q) + x * density;
}
// The argument of the tanh form: sqrt(2 / pi) (x + 0.044715 x^3).
INLINE vf gelu_tanh(vf x) {
    vf t = tanh_(0.79788456f * x * fma_(x * x, splat(0.044715f), splat(1.0f)));
    return 0.5f * x * (1.0f + t);
}
INLINE vf gelu_tanh_slope(vf x) {
    vf t = tanh_(0.79788456f * x * fma_(x * x, splat(0.044715f), splat(1.0f)));
    vf inner = 0.79788456f * fma_(x * x, splat(0.134145f), splat(1.0f));
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * inner;
}

// High and low halves of the products of a's lanes with a constant.
INLINE vu multiply_wide(vu a, uint32_t constant, vu *low) {
    const uint64_t lower = 0xffffffffu;
    vw even = ((vw)a & lower) * (uint64_t)constant;
    vw odd = ((vw)a >> 32) * (uint64_t)constant;
    *low = (vu)((even & lower) | (odd << 32));
    return (vu)((even >> 32) | (odd & ~lower));
}

// Random words of elements 64 g ... 64 g + 63 of `rows` rows, whose rounds overlap: counters (high | 16 g + lane, position,
// example, stream), each of whose words 0 ... 3 serves one element of 16; out[r][v] holds elements 64 g + v * PK_LANES and
// following of the row at position + r.
INLINE void philox_groups(vu (*out)[VECTORS], uint32_t group, uint32_t high, uint32_t position, uint32_t example,
                          uint32_t stream, uint32_t seed, uint32_t step, const int rows) {
    enum { PARTS = 16 / PK_LANES };
    for (int part = 0; part < PARTS; part++) {
        vu lane, c[2][4];
        for (int i = 0; i < PK_LANES; i++) lane[i] = (uint32_t)(part * PK_LANES + i);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            c[r][0] = lane + ((high << 16 | group << 4) - (vu){0});
            c[r][1] = position + (uint32_t)r - (vu){0};
            c[r][2] = example - (vu){0};
            c[r][3] = stream - (vu){0};
        }
        uint32_t k0 = seed, k1 = step;
        for (int round = 0; round < 10; round++) {
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) {
                vu low0, low1;
                vu high0 = multiply_wide(c[r][0], 0xD2511F53u, &low0);
                vu high1 = multiply_wide(c[r][2], 0xCD9E8D57u, &low1);
                c[r][0] = high1 ^ c[r][1] ^ k0;
                c[r][1] = low1;
                c[r][2] = high0 ^ c[r][3] ^ k1;
                c[r][3] = low0;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
            for (int word = 0; word < 4; word++) out[r][word * PARTS + part] = c[r][word];
    }
}

// 0 where a random word is below the threshold, else the scale.
INLINE vf keep(vu words, uint32_t threshold, float scale) {
    return (vf)((vi)(words >= (threshold - (vu){0})) & (vi)splat(scale));
}

// Multipliers of elements 64 g and following of a row.
INLINE void row_multipliers(vf out[VECTORS], const pk_dropout *d, long row, long group) {
    vu words[1][VECTORS];
    uint32_t position = d->positions ? (uint32_t)d->positions[row] : 0;
    philox_groups(words, (uint32_t)group, 0, position, (uint32_t)d->examples[row], d->stream, d->seed, d->step, 1);
    for (int v = 0; v < VECTORS; v++) out[v] = keep(words[0][v], d->threshold, d->scale);
}

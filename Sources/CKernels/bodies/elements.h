// Kernels over whole tensors: sums, norms, the optimizer.

static void add(float *out, const float *a, const float *b, long count) {
    for (long c = 0; c < count; c += PK_LANES)
        store_some(out + c, load_some(a + c, count - c) + load_some(b + c, count - c), count - c);
}

static void scale(float *out, const float *a, float factor, long count) {
    for (long c = 0; c < count; c += PK_LANES) store_some(out + c, load_some(a + c, count - c) * factor, count - c);
}

// To the nearest bfloat16, ties to even; a NaN stays one.
static void round_bf16(uint16_t *out, const float *x, long count) {
    for (long c = 0; c < count; c += PK_LANES) {
        vu bits = (vu)load_some(x + c, count - c);
        vu rounded = bits + (0x7fffu - (vu){0}) + (bits >> 16 & 1);
        vi is_nan = (vi)((bits & 0x7fffffffu) > (0x7f800000u - (vu){0}));
        bits = (vu)select_(is_nan, (vf)(bits | 0x400000u), (vf)rounded) >> 16;
        if (count - c >= PK_LANES) {
            vh half = __builtin_convertvector(bits, vh);
            memcpy(out + c, &half, sizeof half);
        } else {
            for (long i = 0; i < count - c; i++) out[c + i] = (uint16_t)bits[i];
        }
    }
}

static double sum_of_squares(const float *x, long count) {
    double total = 0;
    for (long base = 0; base < count; base += 1024) {
        long end = base + 1024 < count ? base + 1024 : count;
        vf part = {0};
        for (long c = base; c < end; c += PK_LANES) {
            vf v = load_some(x + c, end - c);
            part += v * v;
        }
        total += (double)sum(part);
    }
    return total;
}

// Whether no bit is set.
INLINE int is_zero(vi bits) {
    vw words = (vw)bits, folded = words;
    for (unsigned i = 1; i < sizeof words / sizeof words[0]; i++) folded[0] |= words[i];
    return folded[0] == 0;
}

// Steps over weights that have never had a gradient: only decay moves them. Returns how many come before the first other
// one, in whole strides.
static long decay_idle(float *p, const float *m, const float *v, long count, const pk_adam *o) {
    enum { STRIDE = 4 * PK_LANES };
    long c = 0;
    for (; c + STRIDE <= count; c += STRIDE) {
        vi any = {0};
        for (int i = 0; i < STRIDE; i += PK_LANES) any |= (vi)load(m + c + i) | (vi)load(v + c + i);
        if (!is_zero(any)) break;
        if (o->decay == 0) continue;
        for (int i = 0; i < STRIDE; i += PK_LANES) {
            vf weight = load(p + c + i), update = o->decay * weight;
            store(p + c + i, weight - o->learning_rate * update);
        }
    }
    return c;
}

static void adam(float *p, float *m, float *v, const float *g, long count, const pk_adam *o) {
    float first = 1.0f - o->beta1, second = 1.0f - o->beta2;
    float inverse1 = 1.0f / o->correction1, inverse2 = 1.0f / o->correction2;
    for (long c = 0; c < count; c += PK_LANES) {
        if (!g && c % (4 * PK_LANES) == 0) {
            c += decay_idle(p + c, m + c, v + c, count - c, o);
            if (c >= count) return;
        }
        long left = count - c;
        vf gradient = g ? load_some(g + c, left) * o->scale : (vf){0}, weight = load_some(p + c, left);
        vf mean = fma_(load_some(m + c, left), splat(o->beta1), gradient * first);
        vf square = fma_(load_some(v + c, left), splat(o->beta2), gradient * gradient * second);
        vf root = __builtin_elementwise_sqrt(square * inverse2) + o->epsilon;
        vf update = mean * inverse1 / root + o->decay * weight;
        store_some(m + c, mean, left);
        store_some(v + c, square, left);
        store_some(p + c, weight - o->learning_rate * update, left);
    }
}

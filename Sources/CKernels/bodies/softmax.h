// Softmax over the classes of a loss.

// Maximum of a row.
INLINE float row_maximum(const float *x, long count) {
    vf top = splat(x[0]);
    long c = 0;
    for (; c + PK_LANES <= count; c += PK_LANES) top = maximum(top, load(x + c));
    if (c < count) top = maximum(top, select_(lanes_below(count - c), load_some(x + c, count - c), splat(x[0])));
    return largest(top);
}

static float log_sum_exp(const float *x, long count) {
    float top = row_maximum(x, count);
    double total = 0;
    for (long base = 0; base < count; base += 1024) {
        long end = base + 1024 < count ? base + 1024 : count;
        vf part = {0};
        for (long c = base; c < end; c += PK_LANES) {
            vf e = exp_(load_some(x + c, end - c) - top);
            part += end - c < PK_LANES ? (vf)((vi)e & lanes_below(end - c)) : e;
        }
        total += (double)sum(part);
    }
    return top + (float)__builtin_log(total);
}

static void scaled_softmax(float *out, const float *x, float lse, float factor, long count) {
    for (long c = 0; c < count; c += PK_LANES)
        store_some(out + c, factor * exp_(load_some(x + c, count - c) - lse), count - c);
}

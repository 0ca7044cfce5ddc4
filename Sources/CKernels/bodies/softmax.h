// Softmax over attention scores, forward and backward, and over the classes of a loss.

INLINE void score_multipliers(vf out[VECTORS], const pk_scores *s, long query, long group) {
    vu words[VECTORS];
    philox_group(words, (uint32_t)group, s->head, (uint32_t)(s->first + query), s->example, s->site, s->seed, s->step);
    for (int v = 0; v < VECTORS; v++) out[v] = keep(words[v], s->threshold, s->keep_scale);
}

// Maximum of a row.
INLINE float row_maximum(const float *x, long count) {
    vf top = splat(x[0]);
    long c = 0;
    for (; c + PK_LANES <= count; c += PK_LANES) top = maximum(top, load(x + c));
    if (c < count) top = maximum(top, select_(lanes_below(count - c), load_some(x + c, count - c), splat(x[0])));
    return largest(top);
}

static void softmax_scores(float *scores, float *lse, long lse_stride, const pk_scores *shape) {
    long keys = shape->keys;
    for (long query = 0; query < shape->queries; query++) {
        float *row = scores + query * keys;
        long seen = shape->causal ? shape->first + query + 1 : keys;
        float top = row_maximum(row, seen);
        vf total = {0};
        for (long c = 0; c < seen; c += PK_LANES) {
            vf e = exp_(load_some(row + c, seen - c) - top);
            if (seen - c < PK_LANES) e = (vf)((vi)e & lanes_below(seen - c));
            total += e;
            store_some(row + c, e, seen - c);
        }
        float whole = sum(total), inverse = 1.0f / whole;
        if (lse) lse[query * lse_stride] = top + __builtin_logf(whole);
        for (long base = 0; base < seen; base += GROUP) {
            vf factors[VECTORS];
            if (shape->drops) score_multipliers(factors, shape, query, base / GROUP);
            for (int v = 0; v < VECTORS && base + v * PK_LANES < seen; v++) {
                long c = base + v * PK_LANES;
                vf p = load_some(row + c, seen - c) * inverse;
                store_some(row + c, shape->drops ? p * factors[v] : p, seen - c);
            }
        }
        for (long c = seen; c < keys; c++) row[c] = 0;
    }
}

static void softmax_backward(float *scores, float *upstream, const float *lse, long lse_stride, const float *gradient,
                             const float *output, long stride, long width, float scale, const pk_scores *shape) {
    long keys = shape->keys;
    for (long query = 0; query < shape->queries; query++) {
        float *row = scores + query * keys, *up = upstream + query * keys;
        long seen = shape->causal ? shape->first + query + 1 : keys;
        vf products = {0};
        for (long c = 0; c < width; c += PK_LANES)
            products += load_some(gradient + query * stride + c, width - c)
                * load_some(output + query * stride + c, width - c);
        float delta = sum(products), shift = lse[query * lse_stride];
        for (long base = 0; base < seen; base += GROUP) {
            vf factors[VECTORS];
            if (shape->drops) score_multipliers(factors, shape, query, base / GROUP);
            for (int v = 0; v < VECTORS && base + v * PK_LANES < seen; v++) {
                long c = base + v * PK_LANES, left = seen - c;
                vf p = exp_(load_some(row + c, left) - shift), u = load_some(up + c, left);
                if (shape->drops) u *= factors[v];
                store_some(up + c, p * (u - delta) * scale, left);
                store_some(row + c, shape->drops ? p * factors[v] : p, left);
            }
        }
        for (long c = seen; c < keys; c++) row[c] = up[c] = 0;
    }
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

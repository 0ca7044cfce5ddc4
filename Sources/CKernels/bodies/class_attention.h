// Attention of each sequence's first token in terms of whole rows, all heads of a sequence together.

// c [heads, rows] (`line` apart) = a [heads, width] · xᵀ, plus what is there if it adds; `turned` holds a band of x.
INLINE void compare_with_rows(float *c, long line, const float *a, const float *turned, long heads, long width,
                              long rows, bool adds) {
    const float one = 1;
    struct small_product s = {.a = a, .a_row = width, .a_step = 1, .b = turned, .b_stride = padded(rows), .c = c,
                              .c_stride = line, .depth = width, .factors = &one, .has_one_factor = true, .adds = adds};
    multiply_small(&s, heads, padded(rows));
}

static void class_attention_forward(float *values, float *masses, float *lse, float *scratch, const pk_attention *all,
                                    long first, long last) {
    long width = all->head_width, heads = all->heads;
    for (long sequence = first; sequence < last; sequence++) {
        struct head h = head_of(all, sequence * heads);
        const float *rows = all->k + h.start * width;
        long line = padded(h.keys);
        float *turned = scratch, *scores = turned + width * PK_BAND, *inverse = scores + heads * line;
        for (long band = 0; band < h.keys; band += PK_BAND) {
            long count = h.keys - band < PK_BAND ? h.keys - band : PK_BAND;
            transpose_padded(turned, rows + band * width, width, count, width);
            compare_with_rows(scores + band, line, all->q + sequence * heads * width, turned, heads, width, count, false);
        }
        for (long head = 0; head < heads; head++) {
            h.number = (uint32_t)head;
            float *row = scores + head * line;
            soften(row, line, 1, inverse + head, lse + sequence * heads + head, 1, &h, 0);
            vf mass = {0};
            for (long c = 0; c < h.keys; c += PK_LANES) mass += load_some(row + c, h.keys - c);
            masses[sequence * heads + head] = sum(mass) * inverse[head];
        }
        struct small_product weighted = {.a = scores, .a_row = line, .a_step = 1, .b = rows, .b_stride = width,
                                         .c = values + sequence * heads * width, .c_stride = width, .depth = h.keys,
                                         .factors = inverse};
        multiply_small(&weighted, heads, width);
    }
}

static void class_attention_backward(float *dq, float *dx, const float *values, const float *masses, const float *deltas,
                                     const float *lse, float *scratch, const pk_attention *all, long first, long last) {
    long width = all->head_width, heads = all->heads;
    const float one = 1;
    for (long sequence = first; sequence < last; sequence++) {
        struct head h = head_of(all, sequence * heads);
        const float *rows = all->k + h.start * width;
        long line = padded(h.keys), place = sequence * heads;
        float *turned = scratch, *scores = turned + width * PK_BAND, *upstream = scores + heads * line;
        for (long head = 0; head < heads; head++)
            for (long c = 0; c < line; c += PK_LANES) store(upstream + head * line + c, splat(masses[place + head]));
        for (long band = 0; band < h.keys; band += PK_BAND) {
            long count = h.keys - band < PK_BAND ? h.keys - band : PK_BAND;
            transpose_padded(turned, rows + band * width, width, count, width);
            compare_with_rows(scores + band, line, all->q + place * width, turned, heads, width, count, false);
            compare_with_rows(upstream + band, line, values + place * width, turned, heads, width, count, true);
        }
        for (long head = 0; head < heads; head++) {
            h.number = (uint32_t)head;
            soften_backward(scores + head * line, upstream + head * line, line, 1, lse + place + head, 1, deltas + place + head,
                            &h, 0);
        }
        struct small_product g = {.a = upstream, .a_row = line, .a_step = 1, .b = rows, .b_stride = width,
                                  .c = dq + place * width, .c_stride = width, .depth = h.keys, .factors = &one,
                                  .has_one_factor = true};
        multiply_small(&g, heads, width);
        g.a_row = 1, g.a_step = line, g.b = all->q + place * width, g.c = dx + h.start * width, g.depth = heads;
        multiply_small(&g, h.keys, width);
        g.a = scores, g.b = values + place * width, g.adds = true;
        multiply_small(&g, h.keys, width);
    }
}

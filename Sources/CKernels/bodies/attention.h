// Scaled dot-product attention of one head of one sequence at a time, forward and backward: products of a size that fits
// in cache, the softmax and its dropout between them.

// Queries whose scores are held at once, and rows of a product that registers hold by vectors in a row.
#if PK_LANES == 16
enum { QUERIES = PK_QUERIES, HEIGHT_1 = 12, HEIGHT_2 = 12, HEIGHT_3 = 8, HEIGHT_4 = 6 };
#else
enum { QUERIES = PK_QUERIES, HEIGHT_1 = 8, HEIGHT_2 = 6, HEIGHT_3 = 4, HEIGHT_4 = 2 };
#endif

INLINE long padded(long count) { return (count + PK_LANES - 1) / PK_LANES * PK_LANES; }

// A product's operands: element (i, p) of a is a[i * a_row + p * a_step], rows of b and c are contiguous.
struct small_product {
    const float *a;
    long a_row, a_step;
    const float *b;
    long b_stride;
    float *c;
    long c_stride, depth;
    const float *factors;  // per row, or one for all
    bool has_one_factor, adds;
};

// `rows` × `vectors` of c in registers; `last` columns of the last vector are there.
INLINE void product_tile(const struct small_product *s, long row, long column, const int rows, const int vectors,
                         long last) {
    vf sums[12][4];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = (vf){0};
    const float *a = s->a + row * s->a_row, *b = s->b + column;
    for (long p = 0; p < s->depth; p++, a += s->a_step, b += s->b_stride) {
        vf line[4];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++)
            line[v] = v < vectors - 1 ? load(b + v * PK_LANES) : load_some(b + v * PK_LANES, last);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            vf factor = splat(a[i * s->a_row]);
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) sums[i][v] = fma_(factor, line[v], sums[i][v]);
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        float *c = s->c + (row + i) * s->c_stride + column;
        float factor = s->factors[s->has_one_factor ? 0 : row + i];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            long count = v < vectors - 1 ? PK_LANES : last;
            vf sum = sums[i][v] * factor;
            if (s->adds) sum += load_some(c + v * PK_LANES, count);
            store_some(c + v * PK_LANES, sum, count);
        }
    }
}

// All rows of some columns, in tiles as high as registers allow.
INLINE void product_columns(const struct small_product *s, long rows, long column, const int height, const int vectors,
                            long last) {
    long row = 0;
    for (; row + height <= rows; row += height) product_tile(s, row, column, height, vectors, last);
    if (height > 4)
        for (; row + 4 <= rows; row += 4) product_tile(s, row, column, 4, vectors, last);
    if (height > 2)
        for (; row + 2 <= rows; row += 2) product_tile(s, row, column, 2, vectors, last);
    for (; row < rows; row++) product_tile(s, row, column, 1, vectors, last);
}

// c [rows, columns] = factors · a · b, plus c if it adds.
static void multiply_small(const struct small_product *s, long rows, long columns) {
    for (long column = 0; column < columns; column += 4 * PK_LANES) {
        long left = columns - column;
        long vectors = left >= 4 * PK_LANES ? 4 : (left + PK_LANES - 1) / PK_LANES;
        long last = left >= 4 * PK_LANES ? PK_LANES : left - (vectors - 1) * PK_LANES;
        if (last == PK_LANES) {
            switch (vectors) {
                case 1: product_columns(s, rows, column, HEIGHT_1, 1, PK_LANES); break;
                case 2: product_columns(s, rows, column, HEIGHT_2, 2, PK_LANES); break;
                case 3: product_columns(s, rows, column, HEIGHT_3, 3, PK_LANES); break;
                default: product_columns(s, rows, column, HEIGHT_4, 4, PK_LANES); break;
            }
        } else {
            switch (vectors) {
                case 1: product_columns(s, rows, column, HEIGHT_1, 1, last); break;
                case 2: product_columns(s, rows, column, HEIGHT_2, 2, last); break;
                case 3: product_columns(s, rows, column, HEIGHT_3, 3, last); break;
                default: product_columns(s, rows, column, HEIGHT_4, 4, last); break;
            }
        }
    }
}

// out[c][r] = x[r][c]; rows of `out` are padded(rows) long, their rest is 0.
static void transpose_padded(float *out, const float *x, long stride, long rows, long columns) {
    long width = padded(rows);
    for (long r = 0; r < rows; r += PK_LANES)
        for (long c = 0; c < columns; c += PK_LANES)
            transpose_block(out + c * width + r, width, PK_LANES, x + r * stride + c, stride, rows - r, columns - c);
}

// One head of one sequence.
struct head {
    const pk_attention *all;
    long start, keys;  // first row of the sequence, and its rows
    long column;       // where the head's columns begin
    uint32_t number, example;
};

INLINE struct head head_of(const pk_attention *all, long task) {
    long sequence = task / all->heads, number = task % all->heads;
    struct head h = {.all = all, .start = all->offsets[sequence], .number = (uint32_t)number};
    h.keys = all->offsets[sequence + 1] - h.start;
    h.column = number * all->head_width;
    h.example = all->drops ? (uint32_t)all->examples[sequence] : 0;
    return h;
}

INLINE const float *corner(const float *base, const struct head *h) {
    return base + h->start * h->all->stride + h->column;
}

// Asks for rows of a head's columns ahead of their use: to the processor each row is another page.
INLINE void prefetch(const float *base, long stride, long rows, long width) {
    for (long row = 0; row < rows; row++)
        for (long c = 0; c < width; c += 16) __builtin_prefetch(base + row * stride + c, 0, 2);
}
INLINE void prefetch_for_writing(const float *base, long stride, long rows, long width) {
    for (long row = 0; row < rows; row++)
        for (long c = 0; c < width; c += 16) __builtin_prefetch(base + row * stride + c, 1, 2);
}
INLINE void prefetch_head(const struct head *h) {
    const pk_attention *all = h->all;
    prefetch(corner(all->k, h), all->stride, h->keys, all->head_width);
    prefetch(corner(all->q, h), all->stride, h->keys, all->head_width);
    prefetch(corner(all->v, h), all->stride, h->keys, all->head_width);
}

INLINE long keys_seen(const struct head *h, long query) { return h->all->causal ? query + 1 : h->keys; }

// Multipliers of the scores of `rows` queries, of the keys 64 `group` and following.
INLINE void score_multipliers(vf (*out)[VECTORS], const struct head *h, long query, long group, const int rows) {
    vu words[2][VECTORS];
    const pk_attention *all = h->all;
    philox_groups(words, (uint32_t)group, h->number, (uint32_t)query, h->example, all->stream, all->seed, all->step, rows);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < VECTORS; v++) out[r][v] = keep(words[r][v], all->threshold, all->keep_scale);
}

// Scores become exponentials, those that dropout drops 0; adds those before dropout to `total`.
INLINE void soften_vector(float *x, long left, float top, vf factor, vf *total, const bool drops) {
    vf e = exp_(load_some(x, left) - top);
    if (left < PK_LANES) e = (vf)((vi)e & lanes_below(left));
    *total += e;
    store_some(x, drops ? e * factor : e, left);
}

// The same for `count` rows of scores; `sums` receives their sums before dropout.
INLINE void soften_rows(float *scores, long line, const float *tops, float *sums, const struct head *h, long query,
                        const int count, const bool drops) {
    vf totals[2] = {{0}, {0}};
    for (long base = 0; base < keys_seen(h, query + count - 1); base += GROUP) {
        vf factors[2][VECTORS];
        if (drops) score_multipliers(factors, h, query, base / GROUP, count);
#pragma clang loop unroll(full)
        for (int r = 0; r < count; r++) {
            float *row = scores + r * line + base;
            long left = keys_seen(h, query + r) - base;
            if (left >= GROUP) {
#pragma clang loop unroll(full)
                for (int v = 0; v < VECTORS; v++)
                    soften_vector(row + v * PK_LANES, PK_LANES, tops[r], factors[r][v], totals + r, drops);
            } else {
                for (int v = 0; v * PK_LANES < left; v++)
                    soften_vector(row + v * PK_LANES, left - v * PK_LANES, tops[r], factors[r][v], totals + r, drops);
            }
        }
    }
    for (int r = 0; r < count; r++) {
        for (long c = keys_seen(h, query + r); c < h->keys; c++) scores[r * line + c] = 0;
        sums[r] = sum(totals[r]);
    }
}

// Rows of scores become exponentials, those that dropout drops 0; `inverse` receives 1 / their sums before dropout. Two rows
// at a time, so that the random words of one are made while the other's wait for each other.
INLINE void soften(float *scores, long line, long count, float *inverse, float *lse, long lse_stride, const struct head *h,
                   long query) {
    float tops[QUERIES];
    long i = 0;
    for (long r = 0; r < count; r++) tops[r] = row_maximum(scores + r * line, keys_seen(h, query + r));
    if (h->all->drops) {
        for (; i + 2 <= count; i += 2) soften_rows(scores + i * line, line, tops + i, inverse + i, h, query + i, 2, true);
        if (i < count) soften_rows(scores + i * line, line, tops + i, inverse + i, h, query + i, 1, true);
    } else {
        for (; i < count; i++) soften_rows(scores + i * line, line, tops + i, inverse + i, h, query + i, 1, false);
    }
    if (lse)
        for (long r = 0; r < count; r++) lse[r * lse_stride] = tops[r] + __builtin_logf(inverse[r]);
    for (long r = 0; r < count; r++) inverse[r] = 1.0f / inverse[r];
}

static void attention_forward(float *out, float *lse, float *scratch, const pk_attention *all, long first, long last) {
    long width = all->head_width, out_stride = all->heads * width;
    for (long task = first; task < last; task++) {
        struct head h = head_of(all, task);
        long line = padded(h.keys);
        float *keys = scratch, *scores = keys + width * line;
        if (task + 1 < last) {
            struct head next = head_of(all, task + 1);
            prefetch_head(&next);
        }
        transpose_padded(keys, corner(all->k, &h), all->stride, h.keys, width);
        for (long query = 0; query < h.keys; query += QUERIES) {
            long count = h.keys - query < QUERIES ? h.keys - query : QUERIES;
            float inverse[QUERIES];
            struct small_product qk = {.a = corner(all->q, &h) + query * all->stride, .a_row = all->stride, .a_step = 1,
                                       .b = keys, .b_stride = line, .c = scores, .c_stride = line, .depth = width,
                                       .factors = &all->scale, .has_one_factor = true};
            multiply_small(&qk, count, line);
            soften(scores, line, count, inverse, lse ? lse + (h.start + query) * all->heads + h.number : 0, all->heads, &h,
                   query);
            float *target = out + (h.start + query) * out_stride + h.column;
            struct small_product pv = {.a = scores, .a_row = line, .a_step = 1, .b = corner(all->v, &h),
                                       .b_stride = all->stride, .c = target, .c_stride = out_stride, .depth = h.keys,
                                       .factors = inverse};
            multiply_small(&pv, count, width);
        }
    }
}

// Scores become probabilities after dropout, `upstream` (the gradient of those) becomes that of the unscaled products:
// probability · (upstream − delta) · scale, where delta is the row's gradient · output.
INLINE void slope_vector(float *x, float *up, long left, float lse, float delta, float scale, vf factor, const bool drops) {
    vf p = exp_(load_some(x, left) - lse), u = load_some(up, left);
    if (drops) u *= factor;
    store_some(up, p * (u - delta) * scale, left);
    store_some(x, drops ? p * factor : p, left);
}

INLINE void slope_rows(float *scores, float *upstream, long line, const float *lse, long lse_stride, const float *deltas,
                       const struct head *h, long query, const int count, const bool drops) {
    float scale = h->all->scale;
    for (long base = 0; base < keys_seen(h, query + count - 1); base += GROUP) {
        vf factors[2][VECTORS];
        if (drops) score_multipliers(factors, h, query, base / GROUP, count);
#pragma clang loop unroll(full)
        for (int r = 0; r < count; r++) {
            float *row = scores + r * line + base, *up = upstream + r * line + base;
            float level = lse[r * lse_stride], delta = deltas[r];
            long left = keys_seen(h, query + r) - base;
            if (left >= GROUP) {
#pragma clang loop unroll(full)
                for (int v = 0; v < VECTORS; v++)
                    slope_vector(row + v * PK_LANES, up + v * PK_LANES, PK_LANES, level, delta, scale, factors[r][v], drops);
            } else {
                for (int v = 0; v * PK_LANES < left; v++)
                    slope_vector(row + v * PK_LANES, up + v * PK_LANES, left - v * PK_LANES, level, delta, scale,
                                 factors[r][v], drops);
            }
        }
    }
    for (int r = 0; r < count; r++)
        for (long c = keys_seen(h, query + r); c < h->keys; c++) scores[r * line + c] = upstream[r * line + c] = 0;
}

// The same for rows of scores, two at a time if dropout is drawn.
INLINE void soften_backward(float *scores, float *upstream, long line, long count, const float *lse, long lse_stride,
                            const float *deltas, const struct head *h, long query) {
    long i = 0;
    if (h->all->drops) {
        for (; i + 2 <= count; i += 2)
            slope_rows(scores + i * line, upstream + i * line, line, lse + i * lse_stride, lse_stride, deltas + i, h, query + i,
                       2, true);
        if (i < count)
            slope_rows(scores + i * line, upstream + i * line, line, lse + i * lse_stride, lse_stride, deltas + i, h, query + i,
                       1, true);
    } else {
        for (; i < count; i++)
            slope_rows(scores + i * line, upstream + i * line, line, lse + i * lse_stride, lse_stride, deltas + i, h, query + i,
                       1, false);
    }
}

static void attention_backward(float *dq, float *dk, float *dv, long stride, const float *gradient, const float *out,
                               const float *lse, float *scratch, const pk_attention *all, long first, long last) {
    long width = all->head_width, out_stride = all->heads * width;
    const float one = 1;
    for (long task = first; task < last; task++) {
        struct head h = head_of(all, task);
        long line = padded(h.keys);
        float *keys = scratch, *values = keys + width * line, *scores = values + width * line;
        float *upstream = scores + QUERIES * line;
        if (task + 1 < last) {
            struct head next = head_of(all, task + 1);
            prefetch_head(&next);
            prefetch(gradient + next.start * out_stride + next.column, out_stride, next.keys, width);
            prefetch(out + next.start * out_stride + next.column, out_stride, next.keys, width);
            long place = next.start * stride + next.column;
            prefetch_for_writing(dq + place, stride, next.keys, width);
            prefetch_for_writing(dk + place, stride, next.keys, width);
            prefetch_for_writing(dv + place, stride, next.keys, width);
        }
        transpose_padded(keys, corner(all->k, &h), all->stride, h.keys, width);
        transpose_padded(values, corner(all->v, &h), all->stride, h.keys, width);
        float *to = dq + h.start * stride + h.column;
        for (long query = 0; query < h.keys; query += QUERIES) {
            long count = h.keys - query < QUERIES ? h.keys - query : QUERIES;
            long place = (h.start + query) * out_stride + h.column;
            const float *q = corner(all->q, &h) + query * all->stride, *arriving = gradient + place;
            struct small_product s = {.a = q, .a_row = all->stride, .a_step = 1, .b = keys, .b_stride = line,
                                      .c = scores, .c_stride = line, .depth = width, .factors = &all->scale,
                                      .has_one_factor = true};
            multiply_small(&s, count, line);
            s.a = arriving, s.a_row = out_stride, s.b = values, s.c = upstream, s.factors = &one;
            multiply_small(&s, count, line);
            float deltas[QUERIES];
            for (long i = 0; i < count; i++) {
                vf products = {0};
                for (long c = 0; c < width; c += PK_LANES)
                    products += load_some(arriving + i * out_stride + c, width - c)
                        * load_some(out + place + i * out_stride + c, width - c);
                deltas[i] = sum(products);
            }
            soften_backward(scores, upstream, line, count, lse + (h.start + query) * all->heads + h.number, all->heads, deltas,
                            &h, query);
            struct small_product g = {.a = scores, .a_row = 1, .a_step = line, .b = arriving, .b_stride = out_stride,
                                      .c = dv + h.start * stride + h.column, .c_stride = stride, .depth = count,
                                      .factors = &one, .has_one_factor = true, .adds = query > 0};
            multiply_small(&g, h.keys, width);
            g.a = upstream, g.b = q, g.b_stride = all->stride, g.c = dk + h.start * stride + h.column;
            multiply_small(&g, h.keys, width);
            g.a_row = line, g.a_step = 1, g.b = corner(all->k, &h), g.depth = h.keys, g.adds = false;
            g.c = to + query * stride;
            multiply_small(&g, count, width);
        }
    }
}

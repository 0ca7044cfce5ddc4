// Kernels over rows of activations: bias and activation, layer norm, dropout.

INLINE vf activate(vf x, int activation) {
    switch (activation) {
        case PK_GELU: return gelu(x);
        case PK_GELU_TANH: return gelu_tanh(x);
        case PK_TANH: return tanh_(x);
        default: return x;
    }
}
INLINE vf slope(vf saved, int activation) {
    switch (activation) {
        case PK_GELU: return gelu_slope(saved);
        case PK_GELU_TANH: return gelu_tanh_slope(saved);
        case PK_TANH: return 1.0f - saved * saved;
        default: return splat(1.0f);
    }
}

INLINE void finish_rows(float *out, long stride, float *sums, long sums_stride, const float *bias, long rows,
                        long columns, int activation) {
    for (long row = 0; row < rows; row++) {
        float *raw = sums ? sums + row * sums_stride : out + row * stride;
        for (long c = 0; c < columns; c += PK_LANES) {
            long left = columns - c;
            vf x = load_some(raw + c, left);
            if (bias) x += load_some(bias + c, left);
            if (sums) store_some(raw + c, x, left);
            store_some(out + row * stride + c, activate(x, activation), left);
        }
    }
}
static void linear_finish(float *out, long stride, float *sums, long sums_stride, const float *bias, long rows,
                          long columns, int activation) {
    switch (activation) {
        case PK_GELU: finish_rows(out, stride, sums, sums_stride, bias, rows, columns, PK_GELU); break;
        case PK_GELU_TANH: finish_rows(out, stride, sums, sums_stride, bias, rows, columns, PK_GELU_TANH); break;
        case PK_TANH: finish_rows(out, stride, sums, sums_stride, bias, rows, columns, PK_TANH); break;
        default: finish_rows(out, stride, sums, sums_stride, bias, rows, columns, PK_IDENTITY);
    }
}

INLINE void gradient_rows(float *result, long stride, float *bias, const float *gradient, long gradient_stride,
                          const float *saved, long saved_stride, long rows, long columns, int activation) {
    for (long row = 0; row < rows; row++) {
        for (long c = 0; c < columns; c += PK_LANES) {
            long left = columns - c;
            vf g = load_some(gradient + row * gradient_stride + c, left);
            if (activation != PK_IDENTITY) g *= slope(load_some(saved + row * saved_stride + c, left), activation);
            if (result) store_some(result + row * stride + c, g, left);
            store_some(bias + c, load_some(bias + c, left) + g, left);
        }
    }
}
static void activation_gradient(float *result, long stride, float *bias, const float *gradient, long gradient_stride,
                                const float *saved, long saved_stride, long rows, long columns, int activation) {
#define ROWS(kind) gradient_rows(result, stride, bias, gradient, gradient_stride, saved, saved_stride, rows, columns, kind)
    switch (activation) {
        case PK_GELU: ROWS(PK_GELU); break;
        case PK_GELU_TANH: ROWS(PK_GELU_TANH); break;
        case PK_TANH: ROWS(PK_TANH); break;
        default: ROWS(PK_IDENTITY);
    }
#undef ROWS
}

static void norm_forward(float *out, float *normalized, float *deviation, const float *x, const float *residual,
                         const float *gamma, const float *beta, float epsilon, long first, long last, long width,
                         const pk_dropout *dropout) {
    for (long row = first; row < last; row++) {
        const float *in = x + row * width;
        const float *other = residual ? residual + row * width : NULL;
        float *y = out + row * width, *n = normalized ? normalized + row * width : y;
        vf total = {0};
        for (long base = 0; base < width; base += GROUP) {
            vf factors[VECTORS];
            if (dropout) row_multipliers(factors, dropout, row, base / GROUP);
            for (int v = 0; v < VECTORS && base + v * PK_LANES < width; v++) {
                long c = base + v * PK_LANES, left = width - c;
                vf s = load_some(in + c, left);
                if (dropout) s *= factors[v];
                if (other) s += load_some(other + c, left);
                total += s;
                store_some(n + c, s, left);
            }
        }
        float mean = sum(total) / (float)width;
        vf squares = {0};
        for (long c = 0; c < width; c += PK_LANES) {
            vf d = load_some(n + c, width - c) - mean;
            if (width - c < PK_LANES) d = (vf)((vi)d & lanes_below(width - c));
            squares += d * d;
        }
        float inverse = 1.0f / __builtin_sqrtf(sum(squares) / (float)width + epsilon);
        if (deviation) deviation[row] = inverse;
        for (long c = 0; c < width; c += PK_LANES) {
            long left = width - c;
            vf z = (load_some(n + c, left) - mean) * inverse;
            if (normalized) store_some(n + c, z, left);
            store_some(y + c, fma_(z, load_some(gamma + c, left), load_some(beta + c, left)), left);
        }
    }
}

static void norm_backward(float *sum_gradient, float *input, float *gamma_gradient, float *beta_gradient,
                          const float *gradient, const float *normalized, const float *deviation, const float *gamma,
                          long first, long last, long width, const pk_dropout *dropout) {
    for (long row = first; row < last; row++) {
        const float *g = gradient + row * width, *n = normalized + row * width;
        vf total = {0}, projection = {0};
        for (long c = 0; c < width; c += PK_LANES) {
            long left = width - c;
            vf arriving = load_some(g + c, left), z = load_some(n + c, left);
            vf scaled = arriving * load_some(gamma + c, left);
            total += scaled;
            projection += scaled * z;
            store_some(gamma_gradient + c, fma_(arriving, z, load_some(gamma_gradient + c, left)), left);
            store_some(beta_gradient + c, load_some(beta_gradient + c, left) + arriving, left);
        }
        float mean = sum(total) / (float)width, slope = sum(projection) / (float)width, inverse = deviation[row];
        for (long base = 0; base < width; base += GROUP) {
            vf factors[VECTORS];
            if (input && dropout) row_multipliers(factors, dropout, row, base / GROUP);
            for (int v = 0; v < VECTORS && base + v * PK_LANES < width; v++) {
                long c = base + v * PK_LANES, left = width - c;
                vf scaled = load_some(g + c, left) * load_some(gamma + c, left);
                vf d = inverse * (scaled - mean - load_some(n + c, left) * slope);
                store_some(sum_gradient + row * width + c, d, left);
                if (input) store_some(input + row * width + c, dropout ? d * factors[v] : d, left);
            }
        }
    }
}

static void dropout_rows(float *out, const float *x, long first, long last, long width, const pk_dropout *dropout) {
    for (long row = first; row < last; row++) {
        for (long base = 0; base < width; base += GROUP) {
            vf factors[VECTORS];
            row_multipliers(factors, dropout, row, base / GROUP);
            for (int v = 0; v < VECTORS && base + v * PK_LANES < width; v++) {
                long at = row * width + base + v * PK_LANES, left = width - base - v * PK_LANES;
                store_some(out + at, load_some(x + at, left) * factors[v], left);
            }
        }
    }
}

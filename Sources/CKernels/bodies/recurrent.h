// One token of a long short-term memory.

INLINE vf sigmoid(vf x) { return 1.0f / (1.0f + exp_(-x)); }

// gates [4 * width]: sums of i, f, g, o become their activations; cell and hidden [width] are written.
static void lstm_cell(float *gates, float *cell, float *hidden, const float *previous_cell, long width) {
    for (long c = 0; c < width; c += PK_LANES) {
        long left = width - c;
        vf i = sigmoid(load_some(gates + c, left)), f = sigmoid(load_some(gates + width + c, left));
        vf g = tanh_(load_some(gates + 2 * width + c, left)), o = sigmoid(load_some(gates + 3 * width + c, left));
        vf next = i * g;
        if (previous_cell) next = fma_(f, load_some(previous_cell + c, left), next);
        store_some(gates + c, i, left);
        store_some(gates + width + c, f, left);
        store_some(gates + 2 * width + c, g, left);
        store_some(gates + 3 * width + c, o, left);
        store_some(cell + c, next, left);
        store_some(hidden + c, o * tanh_(next), left);
    }
}

// Gradients of the sums, [4 * width], from that of hidden; `carry` [width] has the gradient that reaches the cell from the
// token after it, and gets the one that reaches the cell of the token before.
static void lstm_cell_gradient(float *sums, float *carry, const float *hidden, const float *gates, const float *cell,
                               const float *previous_cell, long width) {
    for (long c = 0; c < width; c += PK_LANES) {
        long left = width - c;
        vf i = load_some(gates + c, left), f = load_some(gates + width + c, left);
        vf g = load_some(gates + 2 * width + c, left), o = load_some(gates + 3 * width + c, left);
        vf squashed = tanh_(load_some(cell + c, left)), arriving = load_some(hidden + c, left);
        vf d = fma_(arriving * o, 1.0f - squashed * squashed, load_some(carry + c, left));
        vf before = previous_cell ? load_some(previous_cell + c, left) : (vf){0};
        store_some(sums + c, d * g * i * (1.0f - i), left);
        store_some(sums + width + c, d * before * f * (1.0f - f), left);
        store_some(sums + 2 * width + c, d * i * (1.0f - g * g), left);
        store_some(sums + 3 * width + c, arriving * squashed * o * (1.0f - o), left);
        store_some(carry + c, d * f, left);
    }
}

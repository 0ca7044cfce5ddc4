#ifndef PODIUM_KERNELS_H
#define PODIUM_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

// Element-wise loops of a BERT step, compiled once per instruction set and called through a table.
//
// Every kernel is sequential and works on a range of rows of row-major float32 matrices; callers split work into ranges
// that depend on shapes only. "stride" is the distance between rows, in elements. Pointers need no alignment.

// Activation codes.
enum { PK_IDENTITY = 0, PK_GELU = 1, PK_GELU_TANH = 2, PK_TANH = 3 };

// A dropout over rows: which elements are dropped is a function of (seed, step, stream, example, position, column).
typedef struct {
    uint32_t threshold;                  // an element is dropped if its random word is below this
    float scale;                         // multiplier of the elements that are kept
    uint32_t seed, step, stream;
    const int32_t *_Nullable examples;   // per row
    const int32_t *_Nullable positions;  // per row; null: all 0
} pk_dropout;

// Queries of a head whose scores are held at once.
enum { PK_QUERIES = 64 };
// Rows that class attention transposes at once.
enum { PK_BAND = 64 };

// Self-attention of packed sequences: sequence s is rows offsets[s] ... offsets[s + 1] - 1 of q, k and v, head h columns
// h * head_width and following.
typedef struct {
    const float *_Nonnull q, *_Nonnull k, *_Nonnull v;
    long stride;                         // of the three
    long heads, head_width;
    const int32_t *_Nonnull offsets;
    float scale;                         // of scores
    bool causal;                         // a query sees no key after it
    bool drops;                          // whether dropout is drawn
    uint32_t threshold, seed, step, stream;
    float keep_scale;                    // multiplier of the probabilities that are kept
    const int32_t *_Nullable examples;   // per sequence, if it drops
} pk_attention;

typedef struct {
    float learning_rate, beta1, beta2, epsilon, decay;
    float scale;                     // of gradients
    float correction1, correction2;  // 1 without bias correction
} pk_adam;

typedef struct {
    const char *_Nonnull name;

    // out = act(sums + bias), in place of the raw sums: in `sums` if not null (which receives sums + bias), else in `out`.
    void (*_Nonnull linear_finish)(float *_Nonnull out, long stride, float *_Nullable sums, long sums_stride,
                                   const float *_Nullable bias, long rows, long columns, int activation);
    // bias[c] += sum over rows of d, d = gradient * act'(saved); d goes to `result` if not null.
    void (*_Nonnull activation_gradient)(float *_Nullable result, long stride, float *_Nonnull bias,
                                         const float *_Nonnull gradient, long gradient_stride,
                                         const float *_Nullable saved, long saved_stride, long rows, long columns,
                                         int activation);
    // Layer norm of residual + dropout(x); `normalized`, `deviation` and `residual` may be null.
    void (*_Nonnull norm_forward)(float *_Nonnull out, float *_Nullable normalized, float *_Nullable deviation,
                                  const float *_Nonnull x, const float *_Nullable residual, const float *_Nonnull gamma,
                                  const float *_Nonnull beta, float epsilon, long first, long last, long width,
                                  const pk_dropout *_Nullable dropout);
    // Gradient of the normalised sum to `sum`, of x (after dropout) to `input` if not null; adds into gamma and beta.
    void (*_Nonnull norm_backward)(float *_Nonnull sum, float *_Nullable input, float *_Nonnull gamma_gradient,
                                   float *_Nonnull beta_gradient, const float *_Nonnull gradient,
                                   const float *_Nonnull normalized, const float *_Nonnull deviation,
                                   const float *_Nonnull gamma, long first, long last, long width,
                                   const pk_dropout *_Nullable dropout);
    void (*_Nonnull dropout)(float *_Nonnull out, const float *_Nonnull x, long first, long last, long width,
                             const pk_dropout *_Nonnull dropout);
    // out [columns, rows] = transpose of x [rows, columns], for rows `first` to `last` - 1 of x; `stride` elements from row
    // to row of `out`.
    void (*_Nonnull transpose)(float *_Nonnull out, long stride, const float *_Nonnull x, long columns, long first,
                               long last);
    // Tasks `first` to `last` - 1, where task t is head t % heads of sequence t / heads. Rows of `out` and `gradient` are
    // heads * head_width long; `lse`, if not null, receives log-sum-exps of scores, [rows, heads]. Scratch: (2 *
    // head_width + 2 * PK_QUERIES) * (length of the longest sequence, rounded up to 16) elements.
    void (*_Nonnull attention_forward)(float *_Nonnull out, float *_Nullable lse, float *_Nonnull scratch,
                                       const pk_attention *_Nonnull attention, long first, long last);
    // Rows of dq, dk and dv are `stride` apart.
    void (*_Nonnull attention_backward)(float *_Nonnull dq, float *_Nonnull dk, float *_Nonnull dv, long stride,
                                        const float *_Nonnull gradient, const float *_Nonnull out,
                                        const float *_Nonnull lse, float *_Nonnull scratch,
                                        const pk_attention *_Nonnull attention, long first, long last);
    // Attention of each sequence's first token over whole rows: k holds the rows, head_width (a row's width) wide; q holds the
    // scaled query per sequence and head, [sequences, heads * head_width]; v, stride, scale and causal are not read. Sequences `first` to `last` - 1: weighted sums of rows go to `values`, laid out as q;
    // sums of weights to `masses` and log-sum-exps to `lse`, [sequences, heads]. Scratch: head_width * PK_BAND + heads *
    // (1 + length of the longest sequence, rounded up to 16) elements.
    void (*_Nonnull class_attention_forward)(float *_Nonnull values, float *_Nonnull masses, float *_Nonnull lse,
                                             float *_Nonnull scratch, const pk_attention *_Nonnull attention, long first,
                                             long last);
    // Gradients of q, laid out as it, and of rows, from those of values and masses; `deltas` [sequences, heads] are the
    // sums of gradient * output over each head. Scratch: head_width * PK_BAND + 2 * heads * (that length) elements.
    void (*_Nonnull class_attention_backward)(float *_Nonnull dq, float *_Nonnull dx, const float *_Nonnull values,
                                              const float *_Nonnull masses, const float *_Nonnull deltas,
                                              const float *_Nonnull lse, float *_Nonnull scratch,
                                              const pk_attention *_Nonnull attention, long first, long last);
    float (*_Nonnull log_sum_exp)(const float *_Nonnull x, long count);
    // out = factor * exp(x - lse)
    void (*_Nonnull scaled_softmax)(float *_Nonnull out, const float *_Nonnull x, float lse, float factor, long count);
    void (*_Nonnull add)(float *_Nonnull out, const float *_Nonnull a, const float *_Nonnull b, long count);
    void (*_Nonnull scale)(float *_Nonnull out, const float *_Nonnull a, float factor, long count);
    // To the nearest bfloat16, ties to even.
    void (*_Nonnull round_bf16)(uint16_t *_Nonnull out, const float *_Nonnull x, long count);
    double (*_Nonnull sum_of_squares)(const float *_Nonnull x, long count);
    // A null gradient is one of zeros; where m and v are 0 too they are not written.
    void (*_Nonnull adam)(float *_Nonnull p, float *_Nonnull m, float *_Nonnull v, const float *_Nullable g, long count,
                          const pk_adam *_Nonnull options);
    // One token of an LSTM: gates [4 * width] hold the sums of i, f, g and o and get their activations; cell and hidden
    // [width] are written; a null previous cell is one of zeros.
    void (*_Nonnull lstm_cell)(float *_Nonnull gates, float *_Nonnull cell, float *_Nonnull hidden,
                               const float *_Nullable previous_cell, long width);
    // Gradients of the sums [4 * width] from that of hidden [width]; `carry` [width] has the cell's gradient from the token
    // after it and gets that of the token before.
    void (*_Nonnull lstm_cell_gradient)(float *_Nonnull sums, float *_Nonnull carry, const float *_Nonnull hidden,
                                        const float *_Nonnull gates, const float *_Nonnull cell,
                                        const float *_Nullable previous_cell, long width);
} pk_kernels;

enum { PK_PLAIN = 0, PK_AVX2 = 1, PK_AVX512 = 2 };

// The kernels of one instruction set; null if this machine or this build lacks it. PK_PLAIN always exists (on 64-bit Arm
// it is NEON).
const pk_kernels *_Nullable pk_kernels_for(int instructions);

#endif

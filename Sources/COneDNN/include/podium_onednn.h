#ifndef PODIUM_ONEDNN_H
#define PODIUM_ONEDNN_H

#include <stdbool.h>

// Matrix products by oneDNN, each computed by the calling thread alone.
//
// oneDNN generates code for a product's exact shape. What it generated is kept per thread, so that a shape that comes
// again costs a look-up.

// c [m, n] = factor · a [m, k] · b [k, n], plus c if `adds`; row-major, shapes are those after transposition.
typedef struct {
    const void *a, *b;
    float *c;
    long a_stride, b_stride, c_stride;  // elements from row to row, as stored
    long m, n, k;
    float factor;
    bool a_transposed, b_transposed, adds;
    bool bf16;  // a and b are bfloat16, sums are float32
} podium_product;

// Makes products on the calling thread use that thread only; call once on every thread that multiplies.
void podium_onednn_use_calling_thread(void);

// 0, or oneDNN's status. m, n and k must be positive.
int podium_onednn_multiply(const podium_product *product);

// Whether this machine multiplies bfloat16 by instructions of its own.
bool podium_onednn_has_bf16(void);

#endif

#ifndef PODIUM_OPENBLAS_H
#define PODIUM_OPENBLAS_H

// OpenBLAS, loaded when it is first asked for: its threads start with the library and spin for a while, which every
// command that multiplies nothing would pay for.

enum { podium_blas_row_major = 101, podium_blas_plain = 111, podium_blas_transposed = 112 };

// cblas_sgemm with 32-bit sizes.
typedef void (*podium_sgemm)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                             const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);

// The product, computed by the calling thread alone; null if the library cannot be loaded, with the loader's message
// in *error, which lives as long as the process. May be called from any thread.
podium_sgemm podium_openblas_sgemm(const char **error);

#endif

// Kernels for x86-64 with AVX2 and FMA.
#include "podium_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define PK_LANES 8
#define PK_TABLE pk_table_avx2
#define PK_NAME "avx2"
#include "bodies/table.h"
#pragma clang attribute pop
#endif

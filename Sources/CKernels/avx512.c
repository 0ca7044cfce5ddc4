// Kernels for x86-64 with AVX-512 (F, DQ, BW, VL).
#include "podium_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define PK_LANES 16
#define PK_TABLE pk_table_avx512
#define PK_NAME "avx512"
#include "bodies/table.h"
#pragma clang attribute pop
#endif

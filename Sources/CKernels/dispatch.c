#include "podium_kernels.h"

#include <stddef.h>

extern const pk_kernels pk_table_plain;
#if defined(__x86_64__)
extern const pk_kernels pk_table_avx2, pk_table_avx512;
#endif

const pk_kernels *pk_kernels_for(int instructions) {
    switch (instructions) {
        case PK_PLAIN: return &pk_table_plain;
#if defined(__x86_64__)
        case PK_AVX2:
            return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &pk_table_avx2 : NULL;
        case PK_AVX512:
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
                    && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
                ? &pk_table_avx512
                : NULL;
#endif
        default: return NULL;
    }
}

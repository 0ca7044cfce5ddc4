// Kernels for every machine: 128-bit vectors, which are SSE2 on x86-64 and NEON on 64-bit Arm.
#include "podium_kernels.h"

#define PK_LANES 4
#define PK_TABLE pk_table_plain
#define PK_NAME "plain"
#include "bodies/table.h"

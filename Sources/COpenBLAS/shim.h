#ifndef PODIUM_OPENBLAS_SHIM_H
#define PODIUM_OPENBLAS_SHIM_H

#include <cblas.h>

#endif

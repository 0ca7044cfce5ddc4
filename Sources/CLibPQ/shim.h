// PostgreSQL's client library, as PodiumStore sees it.
// Nothing but the header: libpq exports no C globals and no variadic functions that we need.
#ifndef PODIUM_CLIBPQ_SHIM_H
#define PODIUM_CLIBPQ_SHIM_H

#include <libpq-fe.h>

#endif

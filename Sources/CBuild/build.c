#include "build.h"

#ifndef PODIUM_COMMIT
#define PODIUM_COMMIT ""
#endif

const char *podium_commit(void) { return PODIUM_COMMIT; }

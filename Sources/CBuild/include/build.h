#pragma once

/// The commit that the program was built from, with `-modified` where the tree had changes; empty when the build was
/// not told (`PODIUM_COMMIT` in its environment, as `make` sets it).
const char *podium_commit(void);

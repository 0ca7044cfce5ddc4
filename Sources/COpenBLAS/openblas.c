#include "podium_openblas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static podium_sgemm product;
static char message[512];

static void load(void) {
    static const char *const names[] = {"libopenblas.so.0", "libopenblas.so", "libopenblas.dylib"};
    void *library = 0;
    for (unsigned i = 0; !library && i < sizeof names / sizeof *names; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        const char *reason = library ? 0 : dlerror();
        if (reason && !message[0]) strncpy(message, reason, sizeof message - 1);
    }
    if (!library) return;
    void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
    if (set_threads) set_threads(1);
    product = (podium_sgemm)dlsym(library, "cblas_sgemm");
    if (!product) strncpy(message, "the library has no cblas_sgemm", sizeof message - 1);
}

podium_sgemm podium_openblas_sgemm(const char **error) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    *error = message;
    return product;
}

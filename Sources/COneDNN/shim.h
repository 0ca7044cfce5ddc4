#ifndef PODIUM_ONEDNN_SHIM_H
#define PODIUM_ONEDNN_SHIM_H

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

// Makes products on the calling thread use that thread only. Debian's oneDNN is built on OpenMP, whose number of threads
// is a property of the calling thread; the OpenMP runtime comes along with oneDNN and has no header of ours.
static inline void podium_onednn_use_calling_thread(void) {
    void (*set)(int) = (void (*)(int))dlsym((void *)0, "omp_set_num_threads");
    if (set) set(1);
}

#endif

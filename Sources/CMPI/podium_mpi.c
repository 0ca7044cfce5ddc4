#define _GNU_SOURCE
#include "podium_mpi.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#endif

// Constants of Open MPI's mpi.h.
enum { thread_funneled = 1, success = 0, no_memory = 39, longest_message = 256 };
// Pieces are cut into messages that Open MPI sends at once over TCP (its eager limit is 64 KiB with the header). A longer one is
// asked for by the receiver first, and over a slow link the question waits behind the data of the other direction: both
// directions then take turns, and the link stands idle half of the time.
static const size_t longest_part = (size_t)60 << 10;

typedef void *handle;

static struct {
    int (*init_thread)(int *, char ***, int, int *);
    int (*comm_rank)(handle, int *);
    int (*comm_size)(handle, int *);
    int (*comm_set_errhandler)(handle, handle);
    int (*isend)(const void *, int, handle, int, int, handle, handle *);
    int (*irecv)(void *, int, handle, int, int, handle, handle *);
    int (*testall)(int, handle *, int *, void *);
    int (*finalize)(void);
    int (*error_string)(int, char *, int *);
    handle world, byte, errors_return;
} mpi;

static char reason[1024];

static int find(void *library) {
    const struct {
        const char *name;
        void **place;
    } symbols[] = {
        {"MPI_Init_thread", (void **)&mpi.init_thread},
        {"MPI_Comm_rank", (void **)&mpi.comm_rank},
        {"MPI_Comm_size", (void **)&mpi.comm_size},
        {"MPI_Comm_set_errhandler", (void **)&mpi.comm_set_errhandler},
        {"MPI_Isend", (void **)&mpi.isend},
        {"MPI_Irecv", (void **)&mpi.irecv},
        {"MPI_Testall", (void **)&mpi.testall},
        {"MPI_Finalize", (void **)&mpi.finalize},
        {"MPI_Error_string", (void **)&mpi.error_string},
        {"ompi_mpi_comm_world", &mpi.world},
        {"ompi_mpi_byte", &mpi.byte},
        {"ompi_mpi_errors_return", &mpi.errors_return},
    };
    for (unsigned i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        *symbols[i].place = dlsym(library, symbols[i].name);
        if (!*symbols[i].place) {
            snprintf(reason, sizeof reason, "the library has no %s, so it is not Open MPI", symbols[i].name);
            return 0;
        }
    }
    return 1;
}

const char *podium_mpi_load(const char *path) {
    const char *names[] = {path ? path : "libmpi.so.40", path ? path : "libmpi.so"};
    void *library = 0;
    for (unsigned i = 0; !library && i < sizeof names / sizeof *names; i++) {
        // Its own plug-ins look for its symbols among the global ones.
        library = dlopen(names[i], RTLD_NOW | RTLD_GLOBAL);
        const char *text = library ? 0 : dlerror();
        if (text && i == 0) snprintf(reason, sizeof reason, "%s", text);
    }
    return library && find(library) ? 0 : reason;
}

int podium_mpi_start(int *rank, int *ranks) {
#ifdef __linux__
    // Naps end when they should rather than 50 microseconds later.
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
#endif
    int provided = 0, code = mpi.init_thread(0, 0, thread_funneled, &provided);
    if (code == success) code = mpi.comm_set_errhandler(mpi.world, mpi.errors_return);
    if (code == success) code = mpi.comm_rank(mpi.world, rank);
    if (code == success) code = mpi.comm_size(mpi.world, ranks);
    return code;
}

// How many messages a piece of that size is cut into.
static size_t parts(size_t bytes) { return bytes ? (bytes - 1) / longest_part + 1 : 0; }

static size_t part_length(size_t bytes, size_t number) {
    size_t rest = bytes - number * longest_part;
    return rest < longest_part ? rest : longest_part;
}

static int wait_for(handle *requests, int count) {
    // Open MPI moves data only while it is asked, over TCP at most one part of 128 KiB a time: a thread that the computation lets run
    // every few milliseconds must ask often enough for the link to stay busy meanwhile.
    enum { looks = 32, shortest_nap = 20000, longest_nap = 200000 };
    int code = success;
    struct timespec nap = {0, shortest_nap};
    for (int look = 0, done = 0; code == success && !done; look++) {
        code = mpi.testall(count, requests, &done, 0);
        if (done || look % looks != looks - 1) continue;
        nanosleep(&nap, 0);
        if (look > 64 && nap.tv_nsec < longest_nap) nap.tv_nsec += nap.tv_nsec / 16;
    }
    return code;
}

int podium_mpi_exchange(int rank, const podium_mpi_piece *pieces, size_t count) {
    enum { tag = 1, few = 64 };
    size_t messages = 0, next = 0;
    for (size_t i = 0; i < count; i++) messages += parts(pieces[i].sent_bytes) + parts(pieces[i].received_bytes);
    handle own[few], *requests = messages <= few ? own : malloc(messages * sizeof *requests);
    if (!requests) return no_memory;
    int code = success;
    // Messages between two ranks arrive in the order in which they were sent.
    for (size_t i = 0; i < count; i++) {
        for (size_t n = 0; code == success && n < parts(pieces[i].received_bytes); n++)
            code = mpi.irecv(
                (char *)pieces[i].received + n * longest_part, (int)part_length(pieces[i].received_bytes, n), mpi.byte, rank, tag,
                mpi.world, &requests[next++]
            );
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t n = 0; code == success && n < parts(pieces[i].sent_bytes); n++)
            code = mpi.isend(
                (const char *)pieces[i].sent + n * longest_part, (int)part_length(pieces[i].sent_bytes, n), mpi.byte, rank, tag,
                mpi.world, &requests[next++]
            );
    }
    if (code == success) code = wait_for(requests, (int)next);
    if (requests != own) free(requests);
    return code;
}

int podium_mpi_finish(void) { return mpi.finalize(); }

void podium_mpi_end_with_parent(void) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

const char *podium_mpi_message(int code) {
    static char text[longest_message + 1];
    int length = 0;
    memset(text, 0, sizeof text);
    if (mpi.error_string(code, text, &length) != success) snprintf(text, sizeof text, "code %d", code);
    return text;
}

#ifndef PODIUM_MPI_H
#define PODIUM_MPI_H

#include <stddef.h>

// Open MPI, loaded when ranks are joined: a machine without it runs everything else.
//
// The calls are those of Open MPI's binary interface (libmpi.so.40, versions 4 and 5), whose handles are the addresses
// of objects that the library exports. All of them must come from one thread.

// Loads the library: `path`, or the usual names if null. Returns null, or the reason why there is none; the text lives
// as long as the process.
const char *podium_mpi_load(const char *path);

// Initializes MPI for calls of this thread. Returns 0, or a code of MPI.
int podium_mpi_start(int *rank, int *ranks);

// Bytes that go to another rank, and room for what comes from it.
typedef struct {
    const void *sent;
    size_t sent_bytes;
    void *received;
    size_t received_bytes;
} podium_mpi_piece;

// Sends to and receives from one rank, all pieces at once; returns when all are done. Returns 0, or a code of MPI.
//
// The other rank's call has as many pieces, each as long. It sleeps between looks: a blocking call of Open MPI spins, and would
// take its share of a core from the computation.
int podium_mpi_exchange(int rank, const podium_mpi_piece *pieces, size_t count);

// Ends MPI. Returns 0, or a code of MPI.
int podium_mpi_finish(void);

// Has the system kill this process when its parent ends; where the system cannot, nothing happens.
void podium_mpi_end_with_parent(void);

// What a code means; the text lives until the next call.
const char *podium_mpi_message(int code);

#endif

#include "podium_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

// How often a thread looks for work before it goes to sleep: some tens of microseconds, the length of the gaps between
// the operations of a step.
enum { SPINS = 4000 };

struct worker {
    pk_pool *pool;
    pthread_t thread;
    int number;
};

// A ticket packs a job's generation (24 bits), its number of tasks (20) and the next unclaimed task (20), so that a
// thread that wakes late can never claim from a job it has not seen.
struct pk_pool {
    _Alignas(64) _Atomic uint64_t ticket;
    _Alignas(64) _Atomic long finished;
    _Atomic bool ends;
    _Atomic int sleepers;
    pk_body body;
    void *context;
    void (*start)(void);
    int threads;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct worker workers[];
};

enum { FIELD = 20 };
static const uint64_t MASK = ((uint64_t)1 << FIELD) - 1;

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool has_work(uint64_t ticket) { return (ticket & MASK) < ((ticket >> FIELD) & MASK); }

// Claims and runs tasks until the current job has none left.
static void drain(pk_pool *pool, int worker) {
    uint64_t ticket = atomic_load(&pool->ticket);
    while (has_work(ticket)) {
        if (!atomic_compare_exchange_weak(&pool->ticket, &ticket, ticket + 1)) continue;
        pool->body(pool->context, (long)(ticket & MASK), worker);
        atomic_fetch_add(&pool->finished, 1);
        ticket = atomic_load(&pool->ticket);
    }
}

static void *serve(void *argument) {
    struct worker *self = argument;
    pk_pool *pool = self->pool;
    if (pool->start) pool->start();
    while (!atomic_load(&pool->ends)) {
        for (int spin = 0; spin < SPINS && !has_work(atomic_load(&pool->ticket)); spin++) relax();
        if (has_work(atomic_load(&pool->ticket))) {
            drain(pool, self->number);
            continue;
        }
        pthread_mutex_lock(&pool->mutex);
        atomic_fetch_add(&pool->sleepers, 1);
        while (!atomic_load(&pool->ends) && !has_work(atomic_load(&pool->ticket)))
            pthread_cond_wait(&pool->wake, &pool->mutex);
        atomic_fetch_sub(&pool->sleepers, 1);
        pthread_mutex_unlock(&pool->mutex);
    }
    return NULL;
}

static void wake_all(pk_pool *pool) {
    if (atomic_load(&pool->sleepers) == 0) return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

void pk_pool_run(pk_pool *pool, pk_body body, void *context, long tasks) {
    if (tasks <= 0) return;
    if (pool->threads == 1 || tasks == 1 || tasks > (long)MASK) {
        for (long task = 0; task < tasks; task++) body(context, task, 0);
        return;
    }
    pool->body = body;
    pool->context = context;
    atomic_store(&pool->finished, 0);
    uint64_t generation = (atomic_load(&pool->ticket) >> (2 * FIELD)) + 1;
    atomic_store(&pool->ticket, generation << (2 * FIELD) | (uint64_t)tasks << FIELD);
    wake_all(pool);
    drain(pool, 0);
    // A thread that still computes may have been put aside for other processes: then it needs the processor more.
    for (int spin = 0; atomic_load(&pool->finished) != tasks; spin++) {
        if (spin < SPINS) relax();
        else sched_yield();
    }
}

pk_pool *pk_pool_create(int threads, void (*start)(void)) {
    pk_pool *pool = aligned_alloc(64, (sizeof(pk_pool) + (size_t)threads * sizeof(struct worker) + 63) / 64 * 64);
    if (!pool) return NULL;
    atomic_init(&pool->ticket, 0);
    atomic_init(&pool->finished, 0);
    atomic_init(&pool->ends, false);
    atomic_init(&pool->sleepers, 0);
    pool->start = start;
    pool->threads = 1;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    for (int number = 1; number < threads; number++) {
        struct worker *worker = &pool->workers[number];
        worker->pool = pool;
        worker->number = number;
        if (pthread_create(&worker->thread, NULL, serve, worker) != 0) {
            pk_pool_destroy(pool);
            return NULL;
        }
        pool->threads = number + 1;
    }
    return pool;
}

void pk_pool_destroy(pk_pool *pool) {
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->ends, true);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (int number = 1; number < pool->threads; number++) pthread_join(pool->workers[number].thread, NULL);
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->wake);
    free(pool);
}

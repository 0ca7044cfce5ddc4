#ifndef PODIUM_POOL_H
#define PODIUM_POOL_H

// A fixed set of threads that share out the tasks 0 ..< count of one job at a time. Tasks are claimed dynamically: what a
// task computes must depend on its number only.
typedef struct pk_pool pk_pool;
typedef void (*pk_body)(void *_Nullable context, long task, int worker);

// Starts `threads` - 1 threads (the caller of pk_pool_run is the remaining one); each calls `start` first. Null if a
// thread cannot be started.
pk_pool *_Nullable pk_pool_create(int threads, void (*_Nullable start)(void));
// Runs body(context, task, worker) for every task and returns when all are done; for one caller at a time.
void pk_pool_run(pk_pool *_Nonnull pool, pk_body _Nonnull body, void *_Nullable context, long tasks);
// Ends the threads and frees the pool.
void pk_pool_destroy(pk_pool *_Nonnull pool);

#endif

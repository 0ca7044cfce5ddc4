internal import CKernels

/// Threads that share numbered tasks; the caller is one of them.
///
/// A task's result depends on its number alone, never on the worker, so results are the same for any number of threads.
/// One caller at a time may use the pool.
final class WorkerPool {
    let threads: Int
    private let pool: OpaquePointer

    /// - Parameter start: called by each new thread first.
    init?(threads: Int, start: @convention(c) () -> Void) {
        guard let pool = pk_pool_create(Int32(threads), start) else { return nil }
        self.threads = threads
        self.pool = pool
    }

    deinit { pk_pool_destroy(pool) }

    /// Runs `body(task, worker)` for tasks `0 ..< count`; returns when all are done.
    func run(_ count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            var body = body
            withUnsafeMutablePointer(to: &body) { context in
                pk_pool_run(
                    pool,
                    { context, task, worker in
                        context?.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee(task, Int(worker))
                    },
                    context,
                    count
                )
            }
        }
    }

    /// Splits `count` items into ranges of at most `size`, a task each.
    func run(ranges count: Int, of size: Int, _ body: (_ range: Range<Int>, _ block: Int, _ worker: Int) -> Void) {
        run((count + size - 1) / size) { block, worker in
            body(block * size..<min(count, (block + 1) * size), block, worker)
        }
    }
}

import Dispatch

/// Work on independent items, spread over the cores.
enum Parallel {
    /// The body's values for 0 ..< count, in order; items of one chunk follow each other on one thread.
    static func map<Value: Sendable>(_ count: Int, chunk: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
        [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
            nonisolated(unsafe) let places = buffer
            DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { part in
                for index in (part * chunk)..<min(count, (part + 1) * chunk) {
                    places.initializeElement(at: index, to: body(index))
                }
            }
            initialized = count
        }
    }
}

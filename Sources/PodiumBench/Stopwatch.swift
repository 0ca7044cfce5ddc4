/// Wall-clock measurement.
enum Stopwatch {
    /// Seconds of one call.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(body) / .seconds(1)
    }

    /// Seconds of one call that waits.
    static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        try await ContinuousClock().measure(body) / .seconds(1)
    }

    /// The median of several calls.
    static func median(of repeats: Int, _ body: () throws -> Void) rethrows -> Double {
        var all: [Double] = []
        for _ in 0..<repeats { all.append(try seconds(body)) }
        return median(all)
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

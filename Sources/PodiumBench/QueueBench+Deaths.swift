internal import Logging
internal import PodiumCore
internal import PodiumScheduler
internal import PodiumStore

/// The queue when somebody dies without a word: workers in the middle of their runs, the leading scheduler.
extension QueueBench {
    /// From the death of a worker, at any moment between two renewals of its lease, until another worker has its run.
    func rescuing() async throws -> [BenchFigure] {
        let options = WorkerOptions(dataDirectory: folder)
        let lease = options.lease / .seconds(1)
        let scheduler = Task { try await Scheduler(store: store, name: "bench", log: quiet).run() }
        defer { scheduler.cancel() }
        // Until it takes anybody for dead.
        try await Task.sleep(for: .seconds(6))
        let count = 50
        _ = try await store.submit(suite(count))
        let deaths = try await withThrowingTaskGroup(of: (RunID, ContinuousClock.Instant).self) { group in
            for _ in 0..<count {
                group.addTask {
                    let worker = try await store.registerWorker(
                        WorkerRegistration(host: "bench", processID: 0, pool: "cpu", threads: 2, version: version),
                        leaseSeconds: lease
                    )
                    guard let run = try await claim(worker, limit: 1).first?.lease.run else {
                        throw BenchError(.failed, "a claim from a full queue took nothing")
                    }
                    for _ in 0..<2 {
                        try await Task.sleep(for: options.heartbeat)
                        _ = try await store.heartbeat(worker, leaseSeconds: lease)
                    }
                    try await Task.sleep(for: options.heartbeat * Double.random(in: 0..<1))
                    return (run, .now)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let other = try await makeWorkers(1)[0]
        var times: [Double] = []
        while times.count < count {
            for next in try await claim(other, limit: count) {
                guard let death = deaths[next.lease.run] else { continue }
                times.append(death.duration(to: .now) / .seconds(1))
                try await finish(next)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return [
            BenchFigure(
                name: "queue/rescue/p50",
                value: times.percentile(0.5),
                unit: "s, worker's death to next claim"
            ),
            BenchFigure(
                name: "queue/rescue/p99",
                value: times.percentile(0.99),
                unit: "s, worker's death to next claim"
            ),
        ]
    }

    /// From the death of the leading scheduler until the one that stands by leads; the longest of some.
    func takingOver() async throws -> BenchFigure {
        var times: [Double] = []
        for number in 0..<max(5, selection.repeats) {
            let names = ["first-\(number)", "second-\(number)"]
            let first = Task { try await Scheduler(store: store, name: names[0], log: quiet).run() }
            defer { first.cancel() }
            try await waitForLead(names[0])
            let second = Task { try await Scheduler(store: store, name: names[1], log: quiet).run() }
            defer { second.cancel() }
            try await Task.sleep(for: .seconds(1 + Double.random(in: 0..<1)))
            // It leaves its term behind, as a killed one does.
            first.cancel()
            let start = ContinuousClock.now
            try await waitForLead(names[1])
            times.append(start.duration(to: .now) / .seconds(1))
        }
        return BenchFigure(
            name: "queue/lead",
            value: times.max() ?? .nan,
            unit: "s, leader's death to the next one's lead, longest of \(times.count)"
        )
    }

    private func waitForLead(_ name: String) async throws {
        while try await store.health().leader != name { try await Task.sleep(for: .milliseconds(20)) }
    }

    var quiet: Logger { Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() } }
}

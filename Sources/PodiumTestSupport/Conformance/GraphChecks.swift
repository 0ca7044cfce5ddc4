package import PodiumCore
import PodiumPrimitives
import Testing

/// Random graphs of runs, worked off at random, against a resolver that knows nothing but the definition.
extension JobStoreConformance {
    static let graphChecks = [
        JobStoreConformance(name: "randomGraphsAreResolvedAsTheDefinitionSays") { store in
            try await RandomGraph.check(store, seeds: 1...8)
        }
    ]
}

/// One graph, and what became of its runs so far.
package struct RandomGraph {
    private struct Node {
        var parents: [(node: Int, condition: Dependency.Condition)]
    }

    private var random: SplitMix64
    private let nodes: [Node]

    /// Works off one graph for each seed.
    package static func check(_ store: any JobStore, seeds: ClosedRange<UInt64>) async throws {
        for seed in seeds {
            var graph = RandomGraph(seed: seed)
            try await graph.workOff(store, seed: seed)
        }
    }

    private init(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let count = 2 + random.index(below: 9)
        nodes = (0..<count).map { node in
            var parents: [(node: Int, condition: Dependency.Condition)] = []
            for parent in 0..<node where random.index(below: 100) < 35 {
                parents.append((parent, random.index(below: 3) == 0 ? .afterAny : .afterSuccess))
            }
            return Node(parents: parents)
        }
        self.random = random
    }

    private mutating func workOff(_ store: any JobStore, seed: UInt64) async throws {
        let suite = try await store.submit(
            runs: nodes.enumerated().map { number, node in
                ("n\(number)", node.parents.map { Dependency(parent: "n\($0.node)", condition: $0.condition) })
            }
        ) { $0.retry.limit = 0 }
        let ids = try nodes.indices.map { try #require(suite.runs["n\($0)"]) }
        let worker = try await store.worker()
        var held: [Lease] = []
        for step in 0..<(6 * nodes.count) {
            let node = random.index(below: nodes.count)
            switch random.index(below: 10) {
            case 0: _ = try await store.cancel([ids[node]])
            case 1: _ = try await store.retry([ids[node]])
            case 2: _ = try await store.retry(ids)
            case 3..<7: held += try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 2).map(\.lease)
            default:
                guard !held.isEmpty else { continue }
                let lease = held.remove(at: random.index(below: held.count))
                let isGood = random.index(below: 3) > 0
                #expect(try await store.finish(lease, outcome: isGood ? done : .failed(.input, message: "wrong")))
            }
            try await compare(store, ids, "seed \(seed), step \(step)")
        }
        for lease in held { #expect(try await store.finish(lease, outcome: .cancelled)) }
        _ = try await store.cancel(ids)
    }

    /// Compares every run that has not begun with the definition.
    private func compare(_ store: any JobStore, _ ids: [RunID], _ place: String) async throws {
        let records = try await store.runs(ids)
        try #require(records.count == ids.count)
        let states = records.map(\.state)
        var isStuck = [Bool](repeating: false, count: ids.count)
        // As often as there are nodes: whatever follows from something has followed by then.
        for _ in nodes {
            for (number, node) in nodes.enumerated() where states[number] == .blocked {
                isStuck[number] = node.parents.contains { parent in
                    parent.condition == .afterSuccess
                        && (states[parent.node] == .failed || states[parent.node] == .cancelled || isStuck[parent.node])
                }
            }
        }
        for (number, node) in nodes.enumerated() where states[number] == .blocked || states[number] == .ready {
            let isFree = node.parents.allSatisfy { parent in
                switch states[parent.node] {
                case .succeeded: true
                case .failed, .cancelled: parent.condition == .afterAny
                case .blocked: parent.condition == .afterAny && isStuck[parent.node]
                case .ready, .waiting, .running: false
                }
            }
            if states[number] == .blocked {
                #expect(!isFree, "n\(number) is free and still blocked: \(place)")
                #expect((records[number].blockedBy != nil) == isStuck[number], "n\(number): \(place)")
                if let cause = records[number].blockedBy {
                    let state = try #require(records.first { $0.id == cause }?.state)
                    #expect(state == .failed || state == .cancelled)
                }
            }
        }
    }
}

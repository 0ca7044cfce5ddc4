import Dispatch
import Foundation
import GraphCases
import PodiumCPU
import PodiumGraph
import Testing

/// Batches that are divided into shards, on one rank or several.
@Suite struct ShardTests {
    /// What ranks in threads of one process come to, each after some steps.
    private static func run(
        _ graph: Graph,
        _ feeds: [String: HostTensor],
        _ variables: [String: Reference],
        shards: Int,
        ranks: Int,
        threads: Int = 1,
        steps: Int = 1
    ) throws -> [[String: HostTensor]] {
        let all = ThreadRanks(ranks: ranks)
        let results = Results()
        let group = DispatchGroup()
        // Threads of their own: ranks wait for each other.
        for rank in 0..<ranks {
            group.enter()
            Thread.detachNewThread {
                let result = Result<[String: HostTensor], any Error> {
                    let device = try CPUDevice(
                        CPUConfiguration(threads: threads),
                        shards: shards,
                        ranks: ranks == 1 ? .alone : all.group(of: rank)
                    )
                    let store = device.makeVariables()
                    for (name, content) in variables { try store.write(name, content.host(.float32)) }
                    let executor = try device.load(graph, variables: store)
                    var outputs: [String: HostTensor] = [:]
                    for _ in 0..<steps { outputs = try executor.run(feeds) }
                    for name in store.names { outputs[name] = try store.read(name) }
                    return outputs
                }
                if case .failure = result { all.close() }
                results.store(rank, result)
                group.leave()
            }
        }
        group.wait()
        return try (0..<ranks).map { try #require(results.of($0)).get() }
    }

    @Test(arguments: ReplicaCase.Loss.allCases, [MeanScope.batch, .replica])
    func shardsEqualTheOraclesReplicas(_ loss: ReplicaCase.Loss, _ scope: MeanScope) throws {
        let example = ReplicaCase(loss, scope: scope, returningOwn: false)
        var feeds: [String: HostTensor] = [:]
        for input in example.graph.inputs {
            feeds[input.name] = example.whole[input.name]?.host(input.value.type.element)
        }
        for shards in [2, 4] {
            let shares = try BatchShares(example.graph, shards: shards).feeds(of: 0..<shards, feeds).map { share in
                share.mapValues { tensor in
                    Reference(tensor.floats.map(Double.init) + tensor.integers.map(Double.init), shape: tensor.shape)
                }
            }
            let expected = Oracle(example.graph).run(replicas: shares, variables: example.variables)[0]
            let found = try Self.run(example.graph, feeds, example.variables, shards: shards, ranks: 2)
            for (name, reference) in expected.outputs.merging(expected.assigned, uniquingKeysWith: { $1 }) {
                for rank in found {
                    let tensor = try #require(rank[name], "\(name)")
                    let largest = reference.values.reduce(1e-6) { max($0, $1.magnitude) }
                    let error = zip(tensor.floats, reference.values).reduce(0) {
                        max($0, (Double($1.0) - $1.1).magnitude)
                    }
                    #expect(error <= 1e-5 * largest, "\(name) of \(shards) shards")
                }
            }
        }
    }

    /// Dense and sparse gradients, with a shard that has no sequence among those of three sequences.
    @Test(arguments: [2, 4, 8])
    func anyNumberOfRanksGivesTheSameBits(_ shards: Int) throws {
        for example in GraphCase.trainings(.large) + GraphCase.trainings(.manyWords) {
            func run(_ ranks: Int, threads: Int = 1) throws -> [[String: HostTensor]] {
                try Self.run(
                    example.graph,
                    example.hostFeeds,
                    example.variables,
                    shards: shards,
                    ranks: ranks,
                    threads: threads,
                    steps: 2
                )
            }
            let alone = try run(1)[0]
            #expect(try run(1, threads: 2)[0] == alone, "\(example.name) on two threads")
            for ranks in [2, 4] where ranks <= shards {
                for (number, rank) in try run(ranks).enumerated() {
                    #expect(rank == alone, "\(example.name): rank \(number) of \(ranks)")
                }
            }
        }
    }

    /// Shards change the order of sums and nothing else.
    @Test func shardsTrainAsTheWholeBatchDoes() throws {
        for example in GraphCase.trainings(.large) + GraphCase.trainings(.manyWords) {
            let whole = try Self.run(example.graph, example.hostFeeds, example.variables, shards: 1, ranks: 1)[0]
            let divided = try Self.run(example.graph, example.hostFeeds, example.variables, shards: 4, ranks: 1)[0]
            for name in ["loss", "norm"] {
                let (one, other) = (try #require(whole[name]?.floats.first), try #require(divided[name]?.floats.first))
                #expect((one - other).magnitude <= 1e-5 * one.magnitude, "\(example.name): \(name)")
            }
        }
    }

    @Test func theDeathOfARankEndsTheOthersWithAnError() throws {
        let all = ThreadRanks(ranks: 2)
        let group = try all.group(of: 0)
        group.submit { link throws(GraphError) in _ = try link.exchange(with: 1, number: 1) }
        all.close()
        #expect(throws: GraphError.self) { try group.wait() }
    }

    @Test func shardsAndRanksMustBePowersOfTwo() throws {
        #expect(throws: GraphError.self) { try CPUDevice(CPUConfiguration(threads: 1), shards: 3) }
        let group = try ThreadRanks(ranks: 2).group(of: 0)
        #expect(throws: GraphError.self) { try CPUDevice(CPUConfiguration(threads: 1), shards: 1, ranks: group) }
        #expect(throws: GraphError.self) { try ThreadRanks(ranks: 3).group(of: 0) }
    }

    private final class Results: @unchecked Sendable {
        private let lock = NSLock()
        private var all: [Int: Result<[String: HostTensor], any Error>] = [:]

        func store(_ number: Int, _ result: Result<[String: HostTensor], any Error>) {
            lock.withLock { all[number] = result }
        }

        func of(_ number: Int) -> Result<[String: HostTensor], any Error>? { lock.withLock { all[number] } }
    }
}

import Dispatch
import Foundation
import GraphCases
import PodiumCPU
import PodiumGraph
import Testing

/// Replicas in threads of one process.
private final class ThreadCommunicator: Communicator {
    /// What the replicas share.
    final class Exchange: @unchecked Sendable {
        let replicas: Int
        private let condition = NSCondition()
        private var terms: [Int: [Float]] = [:]
        private var sums: [Float] = []
        private var readers = 0

        init(replicas: Int) { self.replicas = replicas }

        func sum(_ own: [Float], of replica: Int) -> [Float] {
            condition.lock()
            defer { condition.unlock() }
            while readers > 0 { condition.wait() }
            terms[replica] = own
            if terms.count == replicas {
                sums = own.indices.map { index in (0..<replicas).reduce(0) { $0 + (terms[$1]?[index] ?? .nan) } }
                terms = [:]
                readers = replicas
                condition.broadcast()
            } else {
                while readers == 0 { condition.wait() }
            }
            readers -= 1
            if readers == 0 { condition.broadcast() }
            return sums
        }
    }

    let replicas: Int
    private let exchange: Exchange
    private let number: Int

    init(_ exchange: Exchange, number: Int) {
        replicas = exchange.replicas
        self.exchange = exchange
        self.number = number
    }

    func sum(_ elements: UnsafeMutableBufferPointer<Float>) throws(GraphError) {
        let sums = exchange.sum(Array(elements), of: number)
        _ = elements.update(fromContentsOf: sums)
    }
}

@Suite struct ReplicaTests {
    @Test(arguments: ReplicaCase.Loss.allCases, [MeanScope.batch, .replica])
    func devicesThatExchangeEqualTheOraclesReplicas(_ loss: ReplicaCase.Loss, _ scope: MeanScope) throws {
        let example = ReplicaCase(loss, scope: scope)
        let expected = Oracle(example.graph).run(replicas: example.shares, variables: example.variables)
        let exchange = ThreadCommunicator.Exchange(replicas: example.shares.count)
        let results = Results()
        // Threads of their own: replicas wait for each other.
        let group = DispatchGroup()
        for number in example.shares.indices {
            group.enter()
            Thread.detachNewThread {
                let communicator = ThreadCommunicator(exchange, number: number)
                results.store(number, Result { try Self.run(example, number, communicator) })
                group.leave()
            }
        }
        group.wait()
        for (number, replica) in expected.enumerated() {
            let found = try #require(results.of(number)).get()
            for (name, reference) in replica.outputs.merging(replica.assigned, uniquingKeysWith: { $1 }) {
                let tensor = try #require(found[name], "\(name)")
                let largest = reference.values.reduce(1e-6) { max($0, $1.magnitude) }
                let error = zip(tensor.floats, reference.values).reduce(0) {
                    max($0, (Double($1.0) - $1.1).magnitude)
                }
                #expect(error <= 1e-5 * largest, "\(name) of replica \(number)")
            }
        }
    }

    /// Outputs and variables after the step of one replica.
    private static func run(
        _ example: ReplicaCase,
        _ number: Int,
        _ communicator: ThreadCommunicator
    ) throws -> [String: HostTensor] {
        let device = try CPUDevice(CPUConfiguration(threads: 1), communicator: communicator)
        let store = device.makeVariables()
        for (name, content) in example.variables { try store.write(name, content.host(.float32)) }
        let executor = try device.load(example.graph, variables: store)
        var feeds: [String: HostTensor] = [:]
        for input in example.graph.inputs {
            feeds[input.name] = example.shares[number][input.name]?.host(input.value.type.element)
        }
        var results = try executor.run(feeds)
        for name in store.names { results[name] = try store.read(name) }
        return results
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

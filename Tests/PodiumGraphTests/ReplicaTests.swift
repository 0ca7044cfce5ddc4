import GraphCases
import PodiumGraph
import Testing

/// Collective operations on the oracle's logical replicas.
@Suite struct ReplicaTests {
    @Test(arguments: ReplicaCase.Loss.allCases) func replicasTakeTheStepOfTheWholeBatch(_ loss: ReplicaCase.Loss) {
        let example = ReplicaCase(loss, scope: .batch)
        let oracle = Oracle(example.graph)
        let whole = oracle.run(example.whole, variables: example.variables)
        for replica in oracle.run(replicas: example.shares, variables: example.variables) {
            for (name, expected) in whole.outputs where name != "own" {
                expectClose(replica.outputs[name], expected, name)
            }
            for (name, expected) in whole.assigned { expectClose(replica.assigned[name], expected, "next \(name)") }
        }
    }

    /// G = Σᵣ gᵣ · limit ÷ max(limit, ‖gᵣ‖), where gᵣ is the gradient of replica r's own mean.
    @Test(arguments: ReplicaCase.Loss.allCases) func replicasClipTheirOwnGradients(_ loss: ReplicaCase.Loss) throws {
        let limit = 0.01
        let example = ReplicaCase(loss, scope: .replica, clip: Float(limit))
        let alone = ReplicaCase(loss, scope: .replica, clip: nil)
        let parts = alone.shares.map { Oracle(alone.graph).run($0, variables: alone.variables).outputs }
        let norms = try parts.map { try #require($0["norm"]).values[0] }
        try #require(norms.allSatisfy { $0 > limit })
        for replica in Oracle(example.graph).run(replicas: example.shares, variables: example.variables) {
            let losses = try parts.map { try #require($0["own"]).values[0] }
            #expect(try (#require(replica.outputs["loss"]).values[0] - (losses[0] + losses[1]) / 2).magnitude < 1e-12)
            #expect(try (#require(replica.outputs["norm"]).values[0] - (norms[0] + norms[1]) / 2).magnitude < 1e-12)
            for (name, gradient) in replica.outputs where name.hasPrefix("gradient/") {
                var sum = Reference(zeros: gradient.shape)
                for (part, norm) in zip(parts, norms) {
                    let own = try #require(part[name])
                    for index in sum.values.indices {
                        sum.values[index] += own.values[index] * Double(Float(limit)) / norm
                    }
                }
                expectClose(gradient, sum, name)
            }
        }
    }

    /// The derivative of the sum of all replicas' losses, each of which reads all replicas' rows.
    @Test(arguments: [AllReduce.Reduction.sum, .mean])
    func gradientsOfAReductionEqualFiniteDifferences(_ reduction: AllReduce.Reduction) throws {
        var graph = Graph()
        graph.meanScope = .replica
        let weight = graph.parameter("w", [2, 3])
        let x = graph.input("x", .float32, [2, 3])
        let y = graph.linear(x, weight: weight, activation: .tanh)
        let reduced = graph.allReduce([y, graph.scale(y, by: 0.5)], reduction)
        let mixed = graph.linear(graph.add(y, reduced[0]), weight: graph.parameter("v", [1, 2]), activation: .tanh)
        let other = graph.linear(reduced[1], weight: graph.parameter("u", [1, 2]))
        let targets = graph.input("targets", .float32, [2])
        let loss = graph.squaredError(graph.add(mixed, other), targets: targets)
        let parameters = graph.parameters
        let gradients = graph.gradients(of: loss, withRespectTo: parameters.map(\.value))
        graph.output("loss", loss)
        for (parameter, gradient) in zip(parameters, gradients) { graph.output(parameter.name, gradient) }
        func numbers(_ count: Int, _ purpose: UInt32) -> [Double] {
            (0..<count).map { index in
                let word = Philox.words(counter: SIMD4(UInt32(index), purpose, 0, 0), key: SIMD2(1, 1)).x
                return Double(word) / Double(UInt32.max) - 0.5
            }
        }
        let feeds = (0..<3).map { replica in
            [
                "x": Reference(numbers(6, UInt32(replica)), shape: [2, 3]),
                "targets": Reference(numbers(2, 10 + UInt32(replica)), shape: [2]),
            ]
        }
        let variables = [
            "w": Reference(numbers(6, 20), shape: [2, 3]), "v": Reference(numbers(2, 21), shape: [1, 2]),
            "u": Reference(numbers(2, 22), shape: [1, 2]),
        ]
        let results = Oracle(graph).run(replicas: feeds, variables: variables)
        func total(_ variables: [String: Reference]) -> Double {
            Oracle(graph, only: ["loss"]).run(replicas: feeds, variables: variables).reduce(0) {
                $0 + ($1.outputs["loss"]?.values[0] ?? .nan)
            }
        }
        for (name, content) in variables {
            for index in content.values.indices {
                let sides = [1e-5, -1e-5].map { shift in
                    var moved = variables
                    moved[name]?.values[index] += shift
                    return total(moved)
                }
                let gradient = results.reduce(0) { $0 + ($1.outputs[name]?.values[index] ?? .nan) }
                #expect(((sides[0] - sides[1]) / 2e-5 - gradient).magnitude < 1e-8, "\(name)[\(index)]")
            }
        }
    }

    private func expectClose(_ found: Reference?, _ expected: Reference, _ name: String) {
        #expect(found?.shape == expected.shape, "\(name)")
        let pairs = zip(found?.values ?? [], expected.values)
        #expect(pairs.allSatisfy { ($0 - $1).magnitude <= 1e-9 * max(1, $1.magnitude) }, "\(name)")
    }
}

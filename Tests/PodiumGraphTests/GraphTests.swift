import GraphCases
import PodiumGraph
import Testing

@Suite struct GraphTests {
    @Test func dimensionsAreBoundByWhatIsFed() throws {
        var graph = Graph()
        let packed = graph.packedSequences(training: false)
        _ = graph.input("doubled", .float32, [packed.tokens * 2])
        let feeds = [
            "offsets": HostTensor([0, 3, 5] as [Int32]), "doubled": HostTensor([Float](repeating: 0, count: 10)),
        ]
        #expect(try graph.bindings(for: feeds) == ["sequences": 2, "tokens": 5])
        let odd = feeds.merging(["doubled": HostTensor([1, 2, 3] as [Float])]) { $1 }
        #expect(throws: GraphError.self) { try graph.bindings(for: odd) }
    }

    @Test func aParameterDeclaredTwiceIsShared() {
        var graph = Graph()
        #expect(graph.parameter("w", [2, 3]) == graph.parameter("w", [2, 3]))
        #expect(graph.parameters.count == 1)
    }

    /// Later tokens leave earlier ones' outputs alone, and only then.
    @Test func causalAttentionSeesNothingToTheRight() {
        func outputs(_ mask: Attention.Mask, last: Double) -> [Double] {
            var graph = Graph()
            let packed = graph.packedSequences(training: false)
            let qkv = graph.input("qkv", .float32, [packed.tokens, 6])
            graph.output("y", graph.attention(fused: qkv, sequences: packed, heads: 1, mask: mask))
            var content = (0..<24).map { Double($0 % 7) / 7 }
            content[20] = last
            content[23] = -last
            let feeds = ["qkv": Reference(content, shape: [4, 6]), "offsets": Reference([0, 4], shape: [2])]
            return Oracle(graph).run(feeds, variables: [:]).outputs["y"]?.values ?? []
        }
        #expect(outputs(.causal, last: 1)[..<6] == outputs(.causal, last: 5)[..<6])
        #expect(outputs(.causal, last: 1) != outputs(.causal, last: 5))
        #expect(outputs(.bidirectional, last: 1)[..<6] != outputs(.bidirectional, last: 5)[..<6])
    }

    /// What a sequence yields does not depend on its neighbours in the batch.
    @Test func packedSequencesDoNotSeeEachOther() {
        func outputs(_ lengths: [Double], _ rows: [Double]) -> [Double] {
            var graph = Graph()
            let packed = graph.packedSequences(training: false)
            let qkv = graph.input("qkv", .float32, [packed.tokens, 6])
            graph.output("y", graph.attention(fused: qkv, sequences: packed, heads: 2))
            let content = rows.flatMap { row in (0..<6).map { row * 0.5 + Double($0) } }
            let offsets = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
            let feeds = [
                "qkv": Reference(content, shape: [rows.count, 6]),
                "offsets": Reference(offsets, shape: [offsets.count]),
            ]
            return Oracle(graph).run(feeds, variables: [:]).outputs["y"]?.values ?? []
        }
        let apart = outputs([2], [1, -1]) + outputs([3], [0.5, 2, -3])
        #expect(outputs([2, 3], [1, -1, 0.5, 2, -3]) == apart)
    }

    /// One AdamW step by hand: no bias correction, decoupled decay, gradient clipped from norm 2 to 1.
    @Test func adamWFollowsTheRelease() throws {
        var graph = Graph()
        let p = graph.parameter("p", [1, 1])
        let x = graph.input("x", .float32, [1, 1])
        let loss = graph.squaredError(graph.linear(x, weight: p), targets: graph.input("t", .float32, [1]))
        graph.minimize(loss, parameters: graph.parameters, learningRate: graph.input("r", .float32, [])) { _ in
            true
        }
        let one = Reference([1], shape: [1, 1])
        let result = Oracle(graph).run(
            ["x": one, "t": Reference([0], shape: [1]), "r": Reference(scalar: 0.5)],
            variables: [
                "p": one, "p/adam_m": Reference([0], shape: [1, 1]), "p/adam_v": Reference([0], shape: [1, 1]),
            ]
        )
        let m = try #require(result.assigned["p/adam_m"]?.values[0])
        let v = try #require(result.assigned["p/adam_v"]?.values[0])
        let next = try #require(result.assigned["p"]?.values[0])
        #expect((m - 0.1).magnitude < 1e-7)
        #expect((v - 0.001).magnitude < 1e-7)
        #expect((next - (1 - 0.5 * (m / (v.squareRoot() + 1e-6) + 0.01))).magnitude < 1e-8)
    }
}

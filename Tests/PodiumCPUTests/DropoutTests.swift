import PodiumCPU
import PodiumGraph
import Testing

@Suite struct DropoutTests {
    /// Dropout of ones over packed sequences: the mask itself.
    private func mask(lengths: [Int], examples: [Int], width: Int, step: Int = 9) -> (
        graph: Graph, feeds: [String: Reference]
    ) {
        var graph = Graph()
        let packed = graph.packedSequences(training: true)
        let x = graph.input("x", .float32, [packed.tokens, Dimension(width)])
        graph.output("mask", graph.dropout(x, rate: 0.375, rows: packed.tokenRows))
        let offsets = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        let tokens = offsets[lengths.count]
        return (
            graph,
            [
                "x": Reference(Array(repeating: 1, count: tokens * width), shape: [tokens, width]),
                "offsets": Reference(offsets.map(Double.init), shape: [offsets.count]),
                "examples": Reference(examples.map(Double.init), shape: [examples.count]),
                "seed": Reference(scalar: -7), "step": Reference(scalar: Double(step)),
            ]
        )
    }

    private func run(
        _ case: (graph: Graph, feeds: [String: Reference]),
        _ configuration: CPUConfiguration
    ) throws -> [Float] {
        let device = try CPUDevice(configuration)
        let executor = try device.load(`case`.graph, variables: device.makeVariables())
        var feeds: [String: HostTensor] = [:]
        for input in `case`.graph.inputs {
            feeds[input.name] = `case`.feeds[input.name]?.host(input.value.type.element)
        }
        return try executor.run(feeds)["mask"]?.floats ?? []
    }

    @Test(arguments: Path.all) func cpuDropsWhatTheOracleDrops(_ path: Path) throws {
        for width in [1, 15, 16, 63, 64, 65, 200] {
            let example = mask(lengths: [4, 1, 9], examples: [3, 1_000_000, 0], width: width)
            let expected = Oracle(example.graph).run(example.feeds, variables: [:]).outputs["mask"]
            let drawn = try run(example, path.configuration(threads: 2))
            #expect(drawn == expected?.values.map(Float.init), "width \(width)")
        }
    }

    @Test func masksFollowExamplesThroughAnyPacking() throws {
        let width = 40
        let whole = try run(
            mask(lengths: [5, 3, 8], examples: [10, 11, 12], width: width),
            CPUConfiguration(threads: 2)
        )
        let other = try run(mask(lengths: [8, 5], examples: [12, 10], width: width), CPUConfiguration(threads: 1))
        #expect(Array(other[..<(8 * width)]) == Array(whole[(8 * width)...]))
        #expect(Array(other[(8 * width)...]) == Array(whole[..<(5 * width)]))
    }

    @Test func stepsAndRatesAreAsAsked() throws {
        let first = try run(mask(lengths: [64], examples: [1], width: 512), CPUConfiguration(threads: 2))
        let next = try run(mask(lengths: [64], examples: [1], width: 512, step: 10), CPUConfiguration(threads: 2))
        #expect(first != next)
        let kept = Double(first.count { $0 != 0 }) / Double(first.count)
        // Four standard deviations of 32,768 draws at 0.625.
        #expect((kept - 0.625).magnitude < 0.011)
        #expect(Set(first) == [0, 1.6])
    }

    @Test func evaluationGraphsDrawNoDropout() {
        var graph = Graph()
        let packed = graph.packedSequences(training: false)
        let x = graph.input("x", .float32, [packed.tokens, 4])
        #expect(graph.dropout(x, rate: 0.5, rows: packed.tokenRows) == x)
        #expect(graph.inputs.map(\.name) == ["offsets", "x"])
    }
}

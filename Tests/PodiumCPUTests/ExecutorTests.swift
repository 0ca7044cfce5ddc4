import Foundation
import GraphCases
import PodiumCPU
import PodiumGraph
import Testing

@Suite struct ExecutorTests {
    private let device: CPUDevice

    init() throws { device = try CPUDevice(CPUConfiguration(threads: 2)) }

    private func run(offsets: [Int32], tokens: [Int32]) throws -> [String: HostTensor] {
        let executor = try device.load(GraphCase.embedding(), variables: device.makeVariables())
        return try executor.run(["offsets": HostTensor(offsets), "tokens": HostTensor(tokens)])
    }

    private func code(_ body: () throws -> Void) -> GraphError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? GraphError)?.code
        }
    }

    @Test func fedValuesOutOfRangeAreErrors() {
        #expect(code { _ = try run(offsets: [0, 2], tokens: [4, 0]) } == nil)
        #expect(code { _ = try run(offsets: [0, 2], tokens: [5, 0]) } == .value)
        #expect(code { _ = try run(offsets: [0, 2], tokens: [-1, 0]) } == .value)
        #expect(code { _ = try run(offsets: [0, 1], tokens: [0, 0]) } == .value)
        #expect(code { _ = try run(offsets: [0, 2, 2], tokens: [0, 0]) } == .value)
        #expect(code { _ = try run(offsets: [0, 2, 1, 2], tokens: [0, 0]) } == .value)
    }

    @Test func fedShapesAndNamesAreChecked() throws {
        let executor = try device.load(GraphCase.embedding(), variables: device.makeVariables())
        let offsets = HostTensor([0, 2] as [Int32])
        let tokens = HostTensor([1, 2] as [Int32])
        #expect(code { _ = try executor.run(["offsets": offsets]) } == .feed)
        #expect(code { _ = try executor.run(["offsets": offsets, "tokens": tokens, "more": tokens]) } == .feed)
        #expect(
            code { _ = try executor.run(["offsets": offsets, "tokens": HostTensor([1, 2] as [Float])]) } == .shape
        )
        let square = HostTensor([1, 2] as [Int32], shape: [1, 2])
        #expect(code { _ = try executor.run(["offsets": offsets, "tokens": square]) } == .shape)
    }

    @Test func memoryThatNoMachineHasIsAnError() {
        var graph = Graph()
        graph.output("length", graph.globalNorm([graph.parameter("huge", [1 << 30, 1 << 17])]))
        #expect(code { _ = try device.load(graph, variables: device.makeVariables()) } == .memory)
    }

    @Test func variablesKeepTheirShape() throws {
        let store = device.makeVariables()
        let executor = try device.load(GraphCase.embedding(), variables: store)
        #expect(executor.variables === store)
        #expect(store.names == ["table", "gamma", "beta"])
        #expect(try store.read("gamma").floats == [0, 0, 0, 0])
        #expect(code { try store.write("gamma", HostTensor([1, 2] as [Float])) } == .shape)
        #expect(code { _ = try store.read("delta") } == .unknownVariable)
        let other = device.makeVariables()
        try other.write("table", HostTensor([1] as [Float]))
        #expect(code { _ = try device.load(GraphCase.embedding(), variables: other) } == .shape)
    }

    /// Training moves the weights that the evaluation graph reads.
    @Test func graphsLoadedWithTheSameVariablesShareThem() throws {
        func graph(training: Bool) -> Graph {
            var graph = Graph()
            let rows = Dimension.symbol("rows")
            let x = graph.input("x", .float32, [rows, 3])
            let weight = graph.parameter("weight", [1, 3])
            let y = graph.linear(x, weight: weight)
            graph.output("y", y)
            if training {
                let loss = graph.squaredError(y, targets: graph.input("targets", .float32, [rows]))
                graph.output("loss", loss)
                let rate = graph.input("learningRate", .float32, [])
                graph.minimize(loss, parameters: graph.parameters, learningRate: rate) { _ in false }
            }
            return graph
        }
        let store = device.makeVariables()
        let trainer = try device.load(graph(training: true), variables: store)
        let evaluator = try device.load(graph(training: false), variables: store)
        let x = HostTensor((0..<12).map { Float($0 % 5) - 2 }, shape: [4, 3])
        let feeds = [
            "x": x, "targets": HostTensor([1, -2, 3, 0.5] as [Float]),
            "learningRate": HostTensor(scalar: 0.02 as Float),
        ]
        var losses: [Float] = []
        for _ in 0..<200 { losses.append(try trainer.run(feeds)["loss"]?.floats[0] ?? .nan) }
        #expect(losses[199] < 0.5 * losses[0])
        #expect(try evaluator.run(["x": x])["y"]?.floats != [0, 0, 0, 0])
    }

    /// GELU and its slope over the whole range, on every path, against the error function in float64.
    @Test(arguments: Path.all) func geluIsAccurateEverywhere(_ path: Path) throws {
        var graph = Graph()
        let x = graph.parameter("x", [4001, 1])
        let one = graph.parameter("one", [1, 1])
        let y = graph.linear(x, weight: one, activation: .gelu)
        graph.output("y", y)
        let device = try CPUDevice(path.configuration(threads: 1))
        let store = device.makeVariables()
        let points = (0..<4001).map { Float($0 - 2000) / 200 }
        try store.write("x", HostTensor(points, shape: [4001, 1]))
        try store.write("one", HostTensor([1 as Float], shape: [1, 1]))
        let values = try #require(try device.load(graph, variables: store).run([:])["y"]?.floats)
        for (point, value) in zip(points, values) {
            let exact = Double(point) * 0.5 * erfc(-Double(point) * 0.5.squareRoot())
            #expect((Double(value) - exact).magnitude <= 1.5e-7 * max(1, Double(point).magnitude), "at \(point)")
        }
    }

    /// Rows of a product that come and go with batches, past the number of shapes that are kept.
    @Test func productsOfManyShapesAreRight() throws {
        var graph = Graph()
        let x = graph.input("x", .float32, [.symbol("rows"), 2])
        graph.output("y", graph.linear(x, weight: graph.parameter("w", [1, 2])))
        let store = device.makeVariables()
        let executor = try device.load(graph, variables: store)
        try store.write("w", HostTensor([2, -1] as [Float], shape: [1, 2]))
        // Two products a size of more than 256 rows: whole tiles and a rest.
        for rows in 1...1100 {
            let floats = (0..<2 * rows).map(Float.init)
            let output = try executor.run(["x": HostTensor(floats, shape: [rows, 2])])["y"]
            #expect(output?.floats == (0..<rows).map { Float(2 * $0 - 1) }, "\(rows) rows")
        }
    }

    @Test func bfloat16IsRefusedWhereItCannotBeMultiplied() {
        let configuration = CPUConfiguration(threads: 1, matmulLibrary: .openBLAS, precision: .bfloat16)
        #expect(code { _ = try CPUDevice(configuration) } == .unsupported)
    }
}

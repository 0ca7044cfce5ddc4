import Foundation
import GraphCases
import PodiumBERT
import PodiumGraph
import PodiumPJRT
import Testing

/// Feeding, variables, memory and the cache of the plug-in's executor.
@Suite(.serialized) struct ExecutorTests {
    /// Rows of any number through one linear layer, and a step of AdamW.
    private func graph(training: Bool) -> Graph {
        var graph = Graph()
        let rows = Dimension.symbol("rows")
        let x = graph.input("x", .float32, [rows, 3])
        let y = graph.linear(x, weight: graph.parameter("weight", [1, 3]))
        graph.output("y", y)
        if training {
            let loss = graph.squaredError(y, targets: graph.input("targets", .float32, [rows]))
            graph.output("loss", loss)
            let rate = graph.input("learningRate", .float32, [])
            graph.minimize(loss, parameters: graph.parameters, learningRate: rate) { _ in false }
        }
        return graph
    }

    private func feeds(rows: Int) -> [String: HostTensor] {
        [
            "x": HostTensor((0..<3 * rows).map { Float($0 % 5) - 2 }, shape: [rows, 3]),
            "targets": HostTensor((0..<rows).map { Float($0 % 3) - 1 }),
            "learningRate": HostTensor(scalar: 0.02 as Float),
        ]
    }

    private func code(_ body: () throws -> Void) -> GraphError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? GraphError)?.code
        }
    }

    @Test func fedValuesOutOfRangeAreErrors() throws {
        let device = try PJRTDevice(TestDevice.client())
        let executor = try device.load(GraphCase.embedding(), variables: device.makeVariables())
        func run(_ offsets: [Int32], _ tokens: [Int32]) throws {
            _ = try executor.run(["offsets": HostTensor(offsets), "tokens": HostTensor(tokens)])
        }
        #expect(code { try run([0, 2], [4, 0]) } == nil)
        #expect(code { try run([0, 2], [5, 0]) } == .value)
        #expect(code { try run([0, 2], [-1, 0]) } == .value)
        #expect(code { try run([0, 1], [0, 0]) } == .value)
        #expect(code { try run([0, 2, 1, 2], [0, 0]) } == .value)
        // Six tokens where the position table has five rows.
        #expect(code { try run([0, 6], [0, 0, 0, 0, 0, 0]) } == .value)
    }

    /// Padding changes neither means nor outputs; one program serves all batches of a bucket.
    @Test func batchesOfManySizesShareAProgram() throws {
        let device = try PJRTDevice(TestDevice.client())
        let exact = try PJRTDevice(TestDevice.client(), PJRTConfiguration(buckets: Buckets(areExact: true)))
        let graph = graph(training: true)
        for rows in [5, 6] {
            let padded = try device.load(graph, variables: device.makeVariables()).run(feeds(rows: rows))
            let whole = try exact.load(graph, variables: exact.makeVariables()).run(feeds(rows: rows))
            #expect(padded["loss"]?.floats[0].isEqual(to: whole["loss"]?.floats[0] ?? .nan) == true)
            #expect(padded["y"]?.shape == [rows, 1])
        }
        #expect(device.compiledPrograms == 1)
        #expect(exact.compiledPrograms == 2)
    }

    @Test func noBufferOutlivesItsOwner() throws {
        let client = try TestDevice.makeClient()
        do {
            let device = try PJRTDevice(client, PJRTConfiguration(replicas: 2))
            let store = device.makeVariables()
            let trainer = try device.load(graph(training: true), variables: store)
            let evaluator = try device.load(graph(training: false), variables: store)
            var losses: [Float] = []
            for _ in 0..<50 { losses.append(try trainer.run(feeds(rows: 6))["loss"]?.floats[0] ?? .nan) }
            #expect(losses[49] < losses[0])
            let feeds = ["x": feeds(rows: 6)["x"]].compactMapValues { $0 }
            #expect(try evaluator.run(feeds)["y"]?.floats.contains { $0 != 0 } == true)
            // The weight and two slots, on two devices.
            #expect(client.liveBuffers == 6)
        }
        #expect(client.liveBuffers == 0)
    }

    @Test func compiledProgramsAreFoundOnDiskAgain() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-pjrt-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let configuration = PJRTConfiguration(cacheFolder: folder)
        var outputs: [[String: HostTensor]] = []
        for round in 0..<2 {
            let device = try PJRTDevice(TestDevice.client(), configuration)
            let executor = try device.load(graph(training: true), variables: device.makeVariables())
            outputs.append(try executor.run(feeds(rows: 4)))
            #expect(device.compiledPrograms == (round == 0 ? 1 : 0))
            #expect(device.cachedPrograms == (round == 0 ? 0 : 1))
        }
        #expect(outputs[0] == outputs[1])
        // A damaged file is made anew.
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try Data("damaged".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        let device = try PJRTDevice(TestDevice.client(), configuration)
        let executor = try device.load(graph(training: true), variables: device.makeVariables())
        #expect(try executor.run(feeds(rows: 4)) == outputs[0])
        #expect(device.compiledPrograms == 1)
    }

    /// A device that does not answer in time is an error, not a hang.
    @Test func aStepThatTakesTooLongIsGivenUp() throws {
        let client = try Client(Plugin(path: TestDevice.path()), timeout: .zero)
        var graph = Graph()
        let x = graph.parameter("x", [2000, 2000])
        graph.output("y", graph.linear(graph.linear(x, weight: x), weight: x))
        let message: String
        do {
            let device = try PJRTDevice(client)
            _ = try device.load(graph, variables: device.makeVariables()).run([:])
            message = "no error"
        } catch let error as GraphError {
            message = error.message
        }
        #expect(message.contains("did not end within"), "\(message)")
    }

    @Test func variablesKeepTheirShape() throws {
        let device = try PJRTDevice(TestDevice.client())
        let store = device.makeVariables()
        _ = try device.load(graph(training: true), variables: store)
        #expect(store.names == ["weight", "weight/adam_m", "weight/adam_v"])
        #expect(code { try store.write("weight", HostTensor([1, 2] as [Float])) } == .shape)
        #expect(code { _ = try store.read("other") } == .unknownVariable)
    }

    /// Half-width products come close to full ones.
    @Test func bfloat16TrainsNearly() throws {
        let device = try TestDevice.device(PJRTConfiguration(precision: .bfloat16))
        let narrow = try TrainingTests.train(.classification(labels: 2), steps: 5, on: device)
        let full = try TrainingTests.train(.classification(labels: 2), steps: 5, on: TestDevice.device())
        for (left, right) in zip(narrow.losses, full.losses) { #expect((left - right).magnitude < 0.05) }
    }
}

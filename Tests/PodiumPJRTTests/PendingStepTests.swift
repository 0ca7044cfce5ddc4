import Foundation
import PodiumBERT
import PodiumCPU
import PodiumGraph
import PodiumPJRT
import Testing

/// Steps that are started before the one before them is over.
@Suite(.serialized) struct PendingStepTests {
    private static let head = Head.classification(labels: 2)

    /// A loss per step, each with the number of its step, measured whenever the trainer has one.
    private func advance(
        _ trainer: Trainer,
        steps: Range<Int>,
        learningRate: Double = 2e-4
    ) throws -> [Trainer.Measurement] {
        var measured: [Trainer.Measurement] = []
        for step in steps {
            let batch = TrainingTests.batch(step, head: Self.head)
            if let one = try trainer.advance(batch, learningRate: learningRate) { measured.append(one) }
        }
        return measured
    }

    @Test(arguments: [1, 2]) func stepsUnderWayChangeNoResult(replicas: Int) throws {
        let device = try TestDevice.device(PJRTConfiguration(replicas: replicas))
        let expected = try TrainingTests.train(Self.head, on: device)
        let trainer = try TrainingTests.trainer(Self.head, on: device)
        var measured = try advance(trainer, steps: 0..<20)
        #expect(measured.count == 19)
        if let last = try trainer.finish() { measured.append(last) }
        #expect(try trainer.finish() == nil)
        #expect(measured.map(\.step) == Array(1...20))
        #expect(measured.map(\.loss) == expected.losses)
        #expect(try trainer.weights().tensors == expected.weights.tensors)
    }

    @Test func ourOwnEngineAnswersAtOnce() throws {
        let trainer = try TrainingTests.trainer(Self.head, on: CPUDevice(CPUConfiguration(threads: 2)))
        #expect(try advance(trainer, steps: 0..<3).map(\.step) == [1, 2, 3])
        #expect(try trainer.finish() == nil)
    }

    @Test func aCheckpointWaitsForTheStepUnderWay() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-pjrt-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let device = try TestDevice.device()
        let ahead = try TrainingTests.trainer(Self.head, on: device)
        #expect(try advance(ahead, steps: 0..<3).map(\.step) == [1, 2])
        let saved = try ahead.save(to: "\(folder)/ahead")
        // What the checkpoint waited for is not lost.
        #expect(try advance(ahead, steps: 3..<4).map(\.step) == [3])
        let stepwise = try TrainingTests.trainer(Self.head, on: device)
        for step in 0..<3 {
            _ = try stepwise.train(TrainingTests.batch(step, head: Self.head), learningRate: 2e-4)
        }
        #expect(try stepwise.save(to: "\(folder)/stepwise").sha256 == saved.sha256)
    }

    /// The step that diverged is the one that is named, and neither a further step nor a checkpoint hides it.
    @Test func divergenceSurfacesOneStepLate() throws {
        func message(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let device = try TestDevice.device()
        let stepwise = try TrainingTests.trainer(Self.head, on: device)
        let expected = message {
            for step in 0..<20 {
                _ = try stepwise.train(TrainingTests.batch(step, head: Self.head), learningRate: 1e30)
            }
        }
        #expect(expected.contains("diverged") || expected.contains("the loss is"), "\(expected)")
        let ahead = try TrainingTests.trainer(Self.head, on: device)
        #expect(message { _ = try advance(ahead, steps: 0..<20, learningRate: 1e30) } == expected)
        let last = try TrainingTests.trainer(Self.head, on: device)
        _ = try advance(last, steps: 0..<stepwise.step, learningRate: 1e30)
        #expect(
            message { _ = try advance(last, steps: stepwise.step..<stepwise.step + 1, learningRate: 1e30) }
                == "no error"
        )
        #expect(message { _ = try last.save(to: "/nowhere/checkpoint") } == expected)
    }

    /// The work is started without waiting for it, and waiting for it ends.
    @Test func aStepUnderWayIsGivenUpInTime() throws {
        let client = try Client(Plugin(path: TestDevice.path()), timeout: .zero)
        var graph = Graph()
        let x = graph.parameter("x", [2000, 2000])
        graph.output("y", graph.linear(graph.linear(x, weight: x), weight: x))
        let device = try PJRTDevice(client)
        let started = try device.load(graph, variables: device.makeVariables()).submit([:])
        let isDone = started.isDone
        #expect(!isDone)
        let code: GraphError.Code?
        do {
            _ = try started.wait()
            code = nil
        } catch {
            code = error.code
        }
        #expect(code == .device, "\(String(describing: code))")
    }

    @Test func stepsNobodyWaitsForLeaveNoBuffer() throws {
        let client = try TestDevice.makeClient()
        do {
            let device = try PJRTDevice(client, PJRTConfiguration(replicas: 2, cacheFolder: TestDevice.folder))
            let trainer = try TrainingTests.trainer(Self.head, on: device)
            _ = try advance(trainer, steps: 0..<3)
            #expect(client.liveBuffers > 0)
        }
        #expect(client.liveBuffers == 0)
    }
}

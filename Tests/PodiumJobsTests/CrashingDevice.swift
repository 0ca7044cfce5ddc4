import PodiumCPU
import PodiumGraph

/// The CPU, which fails for good at the n-th step that it is asked for, as a kill ends an engine: nothing is saved.
final class CrashingDevice: GraphDevice {
    static let message = "the device is gone"

    private let device: CPUDevice
    private let step: Int?
    private let steps = Steps()

    private final class Steps { var count = 0 }

    private final class Executor: GraphExecutor {
        private let executor: any GraphExecutor
        private let steps: Steps
        private let last: Int?

        init(_ executor: any GraphExecutor, _ steps: Steps, _ last: Int?) {
            (self.executor, self.steps, self.last) = (executor, steps, last)
        }

        var graph: Graph { executor.graph }
        var variables: any VariableStore { executor.variables }
        func additionalMemory(_ sizes: [String: Int]) -> Int? { executor.additionalMemory(sizes) }

        func run(_ feeds: [String: HostTensor]) throws(GraphError) -> [String: HostTensor] {
            if feeds["learningRate"] != nil {
                if steps.count == last ?? .max { throw GraphError(.device, CrashingDevice.message) }
                steps.count += 1
            }
            return try executor.run(feeds)
        }
    }

    init(_ device: CPUDevice, atStep step: Int?) { (self.device, self.step) = (device, step) }

    let replicas = 1
    func makeVariables() -> any VariableStore { device.makeVariables() }

    func load(_ graph: Graph, variables: any VariableStore) throws(GraphError) -> any GraphExecutor {
        Executor(try device.load(graph, variables: variables), steps, step)
    }
}

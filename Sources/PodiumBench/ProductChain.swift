import PodiumGraph

/// Products one after another on a device: what it does when nothing else is in the way.
struct ProductChain {
    private let executor: any GraphExecutor
    private static let size = 2048
    private static let links = 16

    /// Compiles x ← x·Wᵀ·Wᵀ…; W is orthogonal, a Hadamard matrix ÷ √size, so that x keeps its length.
    init(on device: any GraphDevice) throws {
        var graph = Graph()
        let (x, weight) = (
            graph.parameter("x", [Self.size, Self.size]), graph.parameter("weight", [Self.size, Self.size])
        )
        let result = (0..<Self.links).reduce(x) { value, _ in graph.linear(value, weight: weight) }
        graph.assign(x, result)
        graph.output("length", graph.globalNorm([result]))
        let variables = device.makeVariables()
        let shape = [Self.size, Self.size]
        let scale = 1 / Float(Self.size).squareRoot()
        let weights = (0..<Self.size * Self.size).map { index in
            (index / Self.size & index % Self.size).nonzeroBitCount % 2 == 0 ? scale : -scale
        }
        try variables.write("weight", HostTensor(weights, shape: shape))
        try variables.write("x", HostTensor(weights.reversed(), shape: shape))
        executor = try device.load(graph, variables: variables)
        _ = try executor.run([:])
    }

    /// Operations a second over about half a second.
    func measure() throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var rounds = 0
        repeat {
            // The next is there before the last is over.
            let first = try executor.submit([:])
            let second = try executor.submit([:])
            _ = try first.wait()
            _ = try second.wait()
            rounds += 2
        } while clock.now - start < .milliseconds(500)
        let seconds = (clock.now - start) / .seconds(1)
        let size = Double(Self.size)
        return Double(rounds * Self.links) * 2 * size * size * size / seconds
    }
}

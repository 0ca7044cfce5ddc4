internal import CKernels
import PodiumGraph

extension AllReduce {
    /// Removes reductions: over a single replica they are the identity, and sums over shards are made between stages.
    ///
    /// - Returns: the other nodes, which read the reductions' inputs, and the input that stands for each output.
    static func removed(from nodes: [Node]) -> (nodes: [Node], aliases: [Value: Value]) {
        var aliases: [Value: Value] = [:]
        var rest: [Node] = []
        for node in nodes {
            let inputs = node.inputs.map { aliases[$0] ?? $0 }
            if node.operation is AllReduce {
                for (output, input) in zip(node.outputs, inputs) { aliases[output] = input }
            } else {
                rest.append(Node(operation: node.operation, inputs: inputs, outputs: node.outputs))
            }
        }
        return (rest, aliases)
    }
}

extension ClipScale: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        step.output(0).floats[0] = limit / max(step.inputs[0].floats[0], limit)
    }
}

extension ScaleTensors: CPUOperation {
    var inPlace: [(output: Int, input: Int)] { (0..<count).map { (output: $0, input: $0 + 1) } }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (kernels, factor) = (step.kernels, step.inputs[0].floats[0])
        for index in 0..<count {
            let (input, output) = (step.inputs[index + 1], step.output(index))
            step.pool.run(ranges: output.count, of: 1 << 16) { range, _, _ in
                kernels.scale(output.floats + range.lowerBound, input.floats + range.lowerBound, factor, range.count)
            }
        }
    }
}

extension TermCount: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (first, output) = (step.inputs[0], step.output(0).floats)
        switch terms {
        case .labels: output[0] = Float((0..<first.count).count { first.integers[$0] >= 0 })
        case .weights:
            let weights = step.inputs[1].floats
            let sum = (0..<first.count).reduce(0.0) { $0 + (first.integers[$1] < 0 ? 0 : Double(weights[$1])) }
            output[0] = Float(sum)
        case .rows: output[0] = Float(first.count)
        case .spans(let outside):
            for side in 0..<2 {
                let targets = step.inputs[1 + side].integers
                let counted = (0..<first.count - 1).count { sequence in
                    let length = first.integers[sequence + 1] - first.integers[sequence]
                    return outside == .first || (0..<length).contains(targets[sequence])
                }
                output[side] = Float(counted)
            }
        }
    }
}

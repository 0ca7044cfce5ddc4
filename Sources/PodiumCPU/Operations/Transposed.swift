internal import CKernels
import PodiumGraph

/// A weight the other way round: [in, out] of [out, in].
///
/// oneDNN multiplies by a row-major float32 matrix where it lies, but copies a transposed one for every tile of rows: made
/// once, the product runs at its ceiling. (bfloat16 is copied either way.)
struct Transposed: CPUOperation {
    let mnemonic = "transposed"
    var paddedOutputs: Range<Int> { 0..<1 }

    /// Columns of the result that one task writes.
    private static let band = 64

    func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        [TensorType(inputs[0].element, inputs[0].shape.reversed())]
    }

    func evaluate(_ inputs: [Reference]) -> [Reference] {
        var output = Reference(zeros: [inputs[0].columns, inputs[0].rows])
        for row in 0..<inputs[0].rows {
            for column in 0..<inputs[0].columns { output[column, row] = inputs[0][row, column] }
        }
        return [output]
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (x, output, kernels) = (step.inputs[0], step.output(0), step.kernels)
        step.pool.run(ranges: x.rows, of: Self.band) { rows, _, _ in
            kernels.transpose(output.floats, output.stride, x.floats, x.columns, rows.lowerBound, rows.upperBound)
        }
    }

    /// Widths under which a weight is not worth turning: the heads' few labels.
    private static let leastWidth = 32

    /// Lets linear layers read their weights the other way round, turned just before.
    static func prepare(_ nodes: [Node], of graph: inout Graph) -> [Node] {
        nodes.flatMap { node in
            guard let linear = node.operation as? Linear, node.inputs[1].shape.allSatisfy({ $0.fixed >= leastWidth })
            else { return [node] }
            let turning = graph.apply(Transposed(), to: [node.inputs[1]])
            let inputs = [node.inputs[0], turning.outputs[0]] + node.inputs[2...]
            return [turning, Node(operation: TransposedLinear(linear: linear), inputs: inputs, outputs: node.outputs)]
        }
    }
}

/// A linear layer whose weight is [in, out].
struct TransposedLinear: CPUOperation {
    let linear: Linear
    let mnemonic = "linear"

    var optionalOutputs: Range<Int> { linear.optionalOutputs }
    var paddedInputs: Range<Int> { linear.paddedInputs }
    var paddedOutputs: Range<Int> { linear.paddedOutputs }

    func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        linear.outputTypes(turned(inputs) { $0.outputTypes([$1])[0] })
    }

    func evaluate(_ inputs: [Reference]) -> [Reference] { linear.evaluate(turned(inputs) { $0.evaluate([$1])[0] }) }

    func run(_ step: borrowing KernelStep) throws(GraphError) { linear.run(step, weightIsTransposed: true) }

    private func turned<Operand>(_ inputs: [Operand], _ turn: (Transposed, Operand) -> Operand) -> [Operand] {
        [inputs[0], turn(Transposed(), inputs[1])] + inputs[2...]
    }
}

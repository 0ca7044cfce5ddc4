internal import CKernels
import PodiumGraph

/// The transpose [in, out] of a weight [out, in].
///
/// oneDNN reads a row-major float32 operand in place but copies a transposed one for every tile of rows. Transposing
/// the weight once a step lets the matmul reach its ceiling. (bfloat16 operands are copied either way.)
struct Transposed: CPUOperation {
    let mnemonic = "transposed"
    var paddedOutputs: Range<Int> { 0..<1 }

    /// Columns of the result per task.
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

    /// Smaller weights, such as a head's few labels, are not worth transposing.
    private static let leastWidth = 32

    /// Makes linear layers read transposed weights.
    static func prepare(_ nodes: [Node], of graph: inout Graph) -> [Node] {
        nodes.flatMap { node in
            guard let linear = node.operation as? Linear, node.inputs[1].shape.allSatisfy({ $0.fixed >= leastWidth })
            else { return [node] }
            let transposition = graph.apply(Transposed(), to: [node.inputs[1]])
            let inputs = [node.inputs[0], transposition.outputs[0]] + node.inputs[2...]
            return [
                transposition, Node(operation: TransposedLinear(linear: linear), inputs: inputs, outputs: node.outputs),
            ]
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
        linear.outputTypes(transposed(inputs) { $0.outputTypes([$1])[0] })
    }

    func evaluate(_ inputs: [Reference]) -> [Reference] { linear.evaluate(transposed(inputs) { $0.evaluate([$1])[0] }) }

    func run(_ step: borrowing KernelStep) throws(GraphError) { linear.run(step, weightIsTransposed: true) }

    private func transposed<Operand>(_ inputs: [Operand], _ transpose: (Transposed, Operand) -> Operand) -> [Operand] {
        [inputs[0], transpose(Transposed(), inputs[1])] + inputs[2...]
    }
}

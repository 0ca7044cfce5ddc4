internal import CKernels
import PodiumGraph

/// A matrix rounded to bfloat16 once, as an operand of several matmuls.
struct Rounded: CPUOperation {
    let mnemonic = "rounded"

    func outputTypes(_ inputs: [TensorType]) -> [TensorType] { inputs }

    func evaluate(_ inputs: [Reference]) -> [Reference] { inputs }

    func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] { [nil] }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (x, output, kernels) = (step.inputs[0], step.output(0), step.kernels)
        step.pool.run(ranges: x.count, of: 1 << 15) { range, _, _ in
            kernels.round_bf16(output.halves + range.lowerBound, x.floats + range.lowerBound, range.count)
        }
    }

    /// Narrower matrices, such as a head's few labels, stay float32: rounding would cost more than it saves.
    private static let leastWidth = 32

    /// Makes linear layers and their gradients read rounded copies of their operands.
    static func roundOperands(_ nodes: [Node], of graph: inout Graph) -> [Node] {
        var copies: [Value: Value] = [:]
        var result: [Node] = []
        for node in nodes {
            guard let operands = operands(of: node.operation),
                operands.allSatisfy({ node.inputs[$0].width >= leastWidth })
            else {
                result.append(node)
                continue
            }
            var inputs = node.inputs
            for operand in operands {
                let value = node.inputs[operand]
                if copies[value] == nil {
                    let rounding = graph.apply(Rounded(), to: [value])
                    copies[value] = rounding.outputs[0]
                    result.append(rounding)
                }
                inputs[operand] = copies[value] ?? value
            }
            result.append(Node(operation: node.operation, inputs: inputs, outputs: node.outputs))
        }
        return result
    }

    /// Which inputs of an operation are the matrices that it multiplies.
    private static func operands(of operation: any Operation) -> Range<Int>? {
        switch operation {
        case is Linear, is Matmul: 0..<2
        case is MatmulAccumulate: 1..<3
        default: nil
        }
    }
}

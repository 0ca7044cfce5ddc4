internal import CKernels
import PodiumGraph

extension LSTM: CPUOperation {
    /// The transposed recurrent weight, shared, and for each worker a block's previous states and their products.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        let width = outputs[0][1]
        return (4 * width * width, 5 * width * SequenceBlock.size)
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (z, weight, offsets) = (step.inputs[0], step.inputs[1], step.inputs[2])
        let (output, gates, cells) = (step.output(0), step.output(1), step.output(2))
        let width = output.columns
        let (matmul, kernels, transposed) = (step.matmul, step.kernels, step.scratch)
        let (base, perWorker) = (step.scratch(of: 0), step.workerScratch)
        kernels.transpose(transposed, 4 * width, weight.floats, width, 0, 4 * width)
        let recurrent = MatmulKernel.Matrix(base: transposed, stride: 4 * width)
        let blocks = SequenceBlock.all(offsets, isReversed: isReversed)
        step.pool.run(blocks.count) { number, worker in
            let states = base + worker * perWorker
            let sums = states + SequenceBlock.size * width
            blocks[number].forEachTime { tokens, previous in
                if let previous {
                    for (row, token) in previous.enumerated() {
                        (states + row * width).update(from: output.floats + token * width, count: width)
                    }
                    matmul.multiply(
                        MatmulKernel.Matrix(base: states, stride: width),
                        recurrent,
                        into: sums,
                        stride: 4 * width,
                        m: tokens.count,
                        n: 4 * width,
                        k: width
                    )
                }
                for (row, token) in tokens.enumerated() {
                    let gate = gates.floats + token * 4 * width
                    let projection = z.floats + token * 4 * width
                    if previous == nil {
                        if gate != projection { gate.update(from: projection, count: 4 * width) }
                    } else {
                        kernels.add(gate, projection, sums + row * 4 * width, 4 * width)
                    }
                    kernels.lstm_cell(
                        gate,
                        cells.floats + token * width,
                        output.floats + token * width,
                        previous.map { UnsafePointer(cells.floats + $0[row] * width) },
                        width
                    )
                }
            }
        }
    }
}

extension LSTMGradient: CPUOperation {
    /// For each worker gradients of a block's hidden states and cells, the sums' gradients side by side, and their products.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        (0, 7 * inputs[0][1] * SequenceBlock.size)
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (arriving, gates, cells) = (step.inputs[0], step.inputs[1], step.inputs[2])
        let (weight, offsets, result) = (step.inputs[3], step.inputs[4], step.output(0))
        let width = arriving.columns
        let (matmul, kernels) = (step.matmul, step.kernels)
        let (base, perWorker) = (step.scratch(of: 0), step.workerScratch)
        let recurrent = MatmulKernel.Matrix(base: weight.floats, stride: width)
        let blocks = SequenceBlock.all(offsets, isReversed: isReversed)
        step.pool.run(blocks.count) { number, worker in
            let hidden = base + worker * perWorker
            let carry = hidden + SequenceBlock.size * width
            let sums = carry + SequenceBlock.size * width
            let products = sums + 4 * SequenceBlock.size * width
            carry.update(repeating: 0, count: SequenceBlock.size * width)
            products.update(repeating: 0, count: SequenceBlock.size * width)
            blocks[number].forEachTimeReversed { tokens, previous in
                for (row, token) in tokens.enumerated() {
                    kernels.add(hidden + row * width, arriving.floats + token * width, products + row * width, width)
                    let target = result.floats + token * 4 * width
                    kernels.lstm_cell_gradient(
                        target,
                        carry + row * width,
                        hidden + row * width,
                        gates.floats + token * 4 * width,
                        cells.floats + token * width,
                        previous.map { UnsafePointer(cells.floats + $0[row] * width) },
                        width
                    )
                    (sums + row * 4 * width).update(from: target, count: 4 * width)
                }
                guard previous != nil else { return }
                matmul.multiply(
                    MatmulKernel.Matrix(base: sums, stride: 4 * width),
                    recurrent,
                    into: products,
                    stride: width,
                    m: tokens.count,
                    n: width,
                    k: 4 * width
                )
            }
        }
    }
}

extension ShiftTokens: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (x, offsets, output) = (step.inputs[0], step.inputs[1].integers, step.output(0))
        let (width, isReversed) = (x.columns, isReversed)
        step.pool.run(step.inputs[1].count - 1) { sequence, _ in
            let tokens = Int(offsets[sequence])..<Int(offsets[sequence + 1])
            for token in tokens {
                let source = isReversed ? token + 1 : token - 1
                let target = output.floats + token * width
                if tokens.contains(source) {
                    target.update(from: x.floats + source * width, count: width)
                } else {
                    target.update(repeating: 0, count: width)
                }
            }
        }
    }
}

/// Sequences that one task runs through time together.
///
/// Longest first, so that those which still have tokens are the first rows. Which sequences are together depends on their
/// lengths alone, never on threads.
private struct SequenceBlock {
    static let size = 8

    private let sequences: [Range<Int>]
    private let isReversed: Bool

    static func all(_ offsets: TensorView, isReversed: Bool) -> [SequenceBlock] {
        let ranges = (0..<offsets.count - 1).map { Int(offsets.integers[$0])..<Int(offsets.integers[$0 + 1]) }
        let sorted = ranges.indices.sorted { (-ranges[$0].count, $0) < (-ranges[$1].count, $1) }.map { ranges[$0] }
        return stride(from: 0, to: sorted.count, by: size).map { first in
            SequenceBlock(sequences: Array(sorted[first..<min(sorted.count, first + size)]), isReversed: isReversed)
        }
    }

    private func token(_ sequence: Int, _ time: Int) -> Int {
        isReversed ? sequences[sequence].upperBound - 1 - time : sequences[sequence].lowerBound + time
    }

    /// The tokens of a time, and those before them; nil at the start.
    private func at(_ time: Int) -> (tokens: [Int], previous: [Int]?) {
        let active = sequences.indices.prefix { sequences[$0].count > time }
        return (active.map { token($0, time) }, time == 0 ? nil : active.map { token($0, time - 1) })
    }

    func forEachTime(_ body: (_ tokens: [Int], _ previous: [Int]?) -> Void) {
        for time in 0..<(sequences.first?.count ?? 0) {
            let (tokens, previous) = at(time)
            body(tokens, previous)
        }
    }

    func forEachTimeReversed(_ body: (_ tokens: [Int], _ previous: [Int]?) -> Void) {
        for time in (0..<(sequences.first?.count ?? 0)).reversed() {
            let (tokens, previous) = at(time)
            body(tokens, previous)
        }
    }
}

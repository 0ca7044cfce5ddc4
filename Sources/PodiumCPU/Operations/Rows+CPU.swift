internal import CKernels
import PodiumGraph

extension KernelStep {
    /// Columns of one task of a scatter.
    ///
    /// A task adds rows in order, so every element's sum has a fixed order.
    private var scatterColumns: Int { 64 }

    /// Zeroes `result` and adds row i of `rows` to its row `indices[i]`.
    func scatter(_ rows: TensorView, at indices: UnsafePointer<Int32>, into result: TensorView) {
        let (width, kernels) = (rows.columns, kernels)
        pool.run(ranges: result.count, of: 1 << 16) { range, _, _ in
            (result.floats + range.lowerBound).update(repeating: 0, count: range.count)
        }
        pool.run(ranges: width, of: scatterColumns) { columns, _, _ in
            for row in 0..<rows.rows {
                let target = result.floats + Int(indices[row]) * width + columns.lowerBound
                kernels.add(target, target, rows.floats + row * width + columns.lowerBound, columns.count)
            }
        }
    }
}

extension GatherRows: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (x, indices, output) = (step.inputs[0], step.inputs[1].integers, step.output(0))
        for row in 0..<output.rows {
            guard (0..<x.rows).contains(Int(indices[row])) else {
                throw GraphError(.value, "row index \(indices[row]) is not below \(x.rows)")
            }
            let source = x.floats + Int(indices[row]) * x.columns
            (output.floats + row * x.columns).update(from: source, count: x.columns)
        }
    }
}

extension ScatterRows: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        step.scatter(step.inputs[0], at: step.inputs[1].integers, into: step.output(0))
    }
}

extension SequenceEnds: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (offsets, output) = (step.inputs[0].integers, step.output(0))
        for sequence in 0..<output.count {
            output.integers[sequence] = end == .first ? offsets[sequence] : offsets[sequence + 1] - 1
        }
    }
}

extension TokenCoordinates: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<2 }

    /// Checks the offsets, before any other kernel indexes by them.
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (offsets, sequences) = (step.inputs[0].integers, step.inputs[0].count - 1)
        let positions = step.output(0)
        let examples = hasExamples ? step.outputs[1] : nil
        guard sequences >= 0, offsets[0] == 0, Int(offsets[sequences]) == positions.count else {
            throw GraphError(.value, "offsets must run from 0 to the number of tokens, \(positions.count)")
        }
        for sequence in 0..<sequences {
            let (start, end) = (Int(offsets[sequence]), Int(offsets[sequence + 1]))
            guard start < end, end <= positions.count else {
                throw GraphError(.value, "sequence \(sequence) is tokens \(start) ..< \(end): it has none")
            }
            for row in start..<end {
                positions.integers[row] = Int32(row - start)
                if hasExamples { examples?.integers[row] = step.inputs[1].integers[sequence] }
            }
        }
    }
}

extension Concatenate: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let output = step.output(0)
        var first = 0
        for input in step.inputs {
            for row in 0..<input.rows {
                (output.floats + row * output.columns + first)
                    .update(from: input.floats + row * input.columns, count: input.columns)
            }
            first += input.columns
        }
    }
}

extension SliceColumns: CPUOperation {
    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (input, output) = (step.inputs[0], step.output(0))
        for row in 0..<output.rows {
            (output.floats + row * output.columns)
                .update(from: input.floats + row * input.columns + columns.lowerBound, count: columns.count)
        }
    }
}

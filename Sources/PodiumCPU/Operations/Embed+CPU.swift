internal import CKernels
import PodiumGraph

extension Embed: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<3 }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let names = ["token", "position", "type"]
        for table in 0..<tables {
            let (rows, indices) = (step.inputs[table].rows, step.inputs[tables + table])
            for row in 0..<indices.count where !(0..<rows).contains(Int(indices.integers[row])) {
                throw GraphError(
                    .value,
                    "\(names[table]) id \(indices.integers[row]) at row \(row) is not below \(rows)"
                )
            }
        }
        let (output, width) = (step.output(0), step.output(0).columns)
        let sources = (0..<tables).map { (step.inputs[$0].floats, step.inputs[tables + $0].integers) }
        let (gamma, beta) = (step.inputs[gammaIndex].floats, step.inputs[gammaIndex + 1].floats)
        let (normalized, deviation) = (step.outputs[1]?.floats, step.outputs[2]?.floats)
        let (kernels, pool, epsilon) = (step.kernels, step.pool, epsilon)
        step.withDropout(dropout, first: firstRandom) { dropout in
            pool.run(ranges: output.rows, of: rowBlock) { rows, _, _ in
                for row in rows {
                    let sum = output.floats + row * width
                    let parts = sources.map { table, indices in table + Int(indices[row]) * width }
                    if parts.count == 1 {
                        sum.update(from: parts[0], count: width)
                    } else {
                        kernels.add(sum, parts[0], parts[1], width)
                    }
                    for part in parts.dropFirst(2) { kernels.add(sum, sum, part, width) }
                }
                kernels.norm_forward(
                    output.floats,
                    normalized,
                    deviation,
                    output.floats,
                    nil,
                    gamma,
                    beta,
                    epsilon,
                    rows.lowerBound,
                    rows.upperBound,
                    width,
                    nil
                )
                if let dropout {
                    kernels.dropout(
                        output.floats,
                        output.floats,
                        rows.lowerBound,
                        rows.upperBound,
                        width,
                        dropout
                    )
                }
            }
        }
    }
}

extension EmbedGradient: CPUOperation {
    var optionalOutputs: Range<Int> { 0..<tables.count + 2 }

    /// The gradient of the sum, then sums over rows by blocks.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        let (rows, width) = (inputs[0][0], inputs[0][1])
        return (2 * max(1, blocks(of: rows)) * width + rows * width, 0)
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) { run(step, sparse: []) }

    /// - Parameter sparse: tables with a sparse gradient; their row numbers are the outputs after the dense ones.
    func run(_ step: borrowing KernelStep, sparse: [Int]) {
        let gradient = step.inputs[0]
        let (rows, width) = (gradient.rows, gradient.columns)
        let base = step.scratch + 2 * max(1, blocks(of: rows)) * width
        let sum = TensorView(base: UnsafeMutableRawPointer(base), type: .float32, shape: gradient.shape)
        let (kernels, pool) = (step.kernels, step.pool)
        if dropout == nil { sum.base.copyMemory(from: gradient.base, byteCount: sum.count * 4) }
        step.withDropout(dropout, first: firstRandom) { dropout in
            guard let dropout else { return }
            pool.run(ranges: rows, of: rowBlock) { rows, _, _ in
                kernels.dropout(sum.floats, gradient.floats, rows.lowerBound, rows.upperBound, width, dropout)
            }
        }
        step.normBackward(
            gradient: sum,
            normalized: step.inputs[1],
            deviation: step.inputs[2],
            gamma: step.inputs[3],
            sum: sum,
            input: nil,
            gammaGradient: step.outputs[tables.count],
            betaGradient: step.outputs[tables.count + 1],
            dropout: nil,
            firstRandom: firstRandom
        )
        for table in tables.indices {
            guard let result = step.outputs[table] else { continue }
            let indices = step.inputs[4 + table].integers
            if let index = sparse.firstIndex(of: table) {
                step.gatherSums(
                    of: sum,
                    at: indices,
                    into: result,
                    numbers: step.output(tables.count + 2 + index).integers
                )
            } else {
                step.scatter(sum, at: indices, into: result)
            }
        }
    }
}

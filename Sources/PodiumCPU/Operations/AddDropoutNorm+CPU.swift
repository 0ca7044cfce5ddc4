internal import CKernels
import PodiumGraph

extension AddDropoutNorm: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<3 }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (x, output) = (step.inputs[0], step.output(0))
        let residual = hasResidual ? step.inputs[1].floats : nil
        let (gamma, beta) = (step.inputs[gammaIndex].floats, step.inputs[gammaIndex + 1].floats)
        let (normalized, deviation) = (step.outputs[1]?.floats, step.outputs[2]?.floats)
        let (kernels, pool, epsilon) = (step.kernels, step.pool, epsilon)
        step.withDropout(dropout, first: gammaIndex + 2) { dropout in
            pool.run(ranges: x.rows, of: rowBlock) { rows, _, _ in
                kernels.norm_forward(
                    output.floats,
                    normalized,
                    deviation,
                    x.floats,
                    residual,
                    gamma,
                    beta,
                    epsilon,
                    rows.lowerBound,
                    rows.upperBound,
                    x.columns,
                    dropout
                )
            }
        }
    }
}

extension AddDropoutNormGradient: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<4 }
    var inPlace: [(output: Int, input: Int)] { [(output: 0, input: 0)] }

    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        (2 * max(1, blocks(of: inputs[0][0])) * inputs[0][1], 0)
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let input = dropout == nil ? nil : step.outputs[3]?.floats
        step.normBackward(
            gradient: step.inputs[0],
            normalized: step.inputs[1],
            deviation: step.inputs[2],
            gamma: step.inputs[3],
            sum: step.output(0),
            input: input,
            gammaGradient: step.outputs[1],
            betaGradient: step.outputs[2],
            dropout: dropout,
            firstRandom: 4
        )
    }
}

extension KernelStep {
    /// Layer norm's gradients, with sums over rows by blocks in shared scratch (2 · blocks · width elements).
    func normBackward(
        gradient: TensorView,
        normalized: TensorView,
        deviation: TensorView,
        gamma: TensorView,
        sum: TensorView,
        input: UnsafeMutablePointer<Float>?,
        gammaGradient: TensorView?,
        betaGradient: TensorView?,
        dropout: RowDropout?,
        firstRandom: Int
    ) {
        let (width, count) = (gradient.columns, blocks(of: gradient.rows))
        let gammaPartials = scratch
        let betaPartials = scratch + max(1, count) * width
        let (pool, kernels) = (pool, kernels)
        scratch.update(repeating: 0, count: 2 * max(1, count) * width)
        withDropout(dropout, first: firstRandom) { dropout in
            pool.run(ranges: gradient.rows, of: rowBlock) { rows, block, _ in
                kernels.norm_backward(
                    sum.floats,
                    input,
                    gammaPartials + block * width,
                    betaPartials + block * width,
                    gradient.floats,
                    normalized.floats,
                    deviation.floats,
                    gamma.floats,
                    rows.lowerBound,
                    rows.upperBound,
                    width,
                    dropout
                )
            }
        }
        if let gammaGradient { sumPartials(gammaPartials, blocks: count, width: width, into: gammaGradient.floats) }
        if let betaGradient { sumPartials(betaPartials, blocks: count, width: width, into: betaGradient.floats) }
    }
}

extension ApplyDropout: CPUOperation {
    var inPlace: [(output: Int, input: Int)] { [(output: 0, input: 0)] }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (x, output) = (step.inputs[0], step.output(0))
        let (kernels, pool) = (step.kernels, step.pool)
        step.withDropout(dropout, first: 1) { dropout in
            guard let dropout else { return }
            pool.run(ranges: x.rows, of: rowBlock) { rows, _, _ in
                kernels.dropout(output.floats, x.floats, rows.lowerBound, rows.upperBound, x.columns, dropout)
            }
        }
    }
}

internal import CKernels
import PodiumGraph

extension Linear: CPUOperation {
    var optionalOutputs: Range<Int> { 1..<2 }
    var paddedInputs: Range<Int> { 0..<2 }
    var paddedOutputs: Range<Int> { 0..<2 }

    func run(_ step: borrowing KernelStep) throws(GraphError) { run(step, weightIsTransposed: false) }

    /// - Parameter weightIsTransposed: whether the weight is stored as [in, out].
    func run(_ step: borrowing KernelStep, weightIsTransposed: Bool) {
        let (x, weight, output) = (step.inputs[0], step.inputs[1], step.output(0))
        let sums = activation.savesSums ? step.outputs[1] : nil
        let bias = hasBias ? step.inputs[2].floats : nil
        let target = sums ?? output
        let width = output.columns
        let tiling = Tiling(rows: output.rows, columns: width)
        let (matmul, kernels) = (step.matmul, step.kernels)
        step.pool.run(tiling.count) { tile, _ in
            let (rows, columns) = tiling[tile]
            matmul.multiply(
                MatmulKernel.Matrix(x, row: rows.lowerBound),
                weightIsTransposed
                    ? MatmulKernel.Matrix(weight, column: columns.lowerBound)
                    : MatmulKernel.Matrix(weight, row: columns.lowerBound, isTransposed: true),
                into: target.corner(rows.lowerBound, columns.lowerBound),
                stride: target.stride,
                m: rows.count,
                n: columns.count,
                k: x.columns
            )
            if bias == nil, activation == .identity { return }
            kernels.linear_finish(
                output.corner(rows.lowerBound, columns.lowerBound),
                output.stride,
                sums.map { $0.corner(rows.lowerBound, columns.lowerBound) },
                sums?.stride ?? 0,
                bias.map { $0 + columns.lowerBound },
                rows.count,
                columns.count,
                activation.code
            )
        }
    }
}

extension Activation {
    /// The kernels' number for it.
    var code: Int32 {
        switch self {
        case .identity: Int32(PK_IDENTITY)
        case .gelu: Int32(PK_GELU)
        case .geluTanh: Int32(PK_GELU_TANH)
        case .tanh: Int32(PK_TANH)
        }
    }
}

extension ActivationGradient: CPUOperation {
    var optionalOutputs: Range<Int> { 0..<1 }
    var paddedInputs: Range<Int> { 0..<2 }
    var paddedOutputs: Range<Int> { 1..<2 }
    var inPlace: [(output: Int, input: Int)] { activation == .identity ? [] : [(output: 1, input: 0)] }

    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        (max(1, blocks(of: inputs[0][0])) * inputs[0][1], 0)
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let gradient = step.inputs[0]
        let saved = activation == .identity ? nil : step.inputs[1]
        let sums = activation == .identity ? nil : step.outputs[1]
        let (partials, kernels, width) = (step.scratch, step.kernels, gradient.columns)
        partials.update(repeating: 0, count: width)
        step.pool.run(ranges: gradient.rows, of: rowBlock) { rows, block, _ in
            let partial = partials + block * width
            partial.update(repeating: 0, count: width)
            kernels.activation_gradient(
                sums.map { $0.corner(rows.lowerBound, 0) },
                sums?.stride ?? 0,
                partial,
                gradient.corner(rows.lowerBound, 0),
                gradient.stride,
                saved.map { $0.corner(rows.lowerBound, 0) },
                saved?.stride ?? 0,
                rows.count,
                width,
                activation.code
            )
        }
        if let bias = step.outputs[0] {
            step.sumPartials(partials, blocks: blocks(of: gradient.rows), width: width, into: bias.floats)
        }
    }
}

extension Matmul: CPUOperation {
    /// Largest inner dimension of one matmul, where the inner dimension is the number of tokens.
    private static let innerBlock = 512

    var paddedInputs: Range<Int> { 0..<2 }
    var paddedOutputs: Range<Int> { 0..<1 }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        multiply(step.inputs[0], step.inputs[1], into: step.output(0), adds: false, step)
    }

    func multiply(
        _ a: TensorView,
        _ b: TensorView,
        into output: TensorView,
        adds: Bool,
        _ step: borrowing KernelStep
    ) {
        let inner = form == .firstTransposed ? a.rows : a.columns
        let tiling = Tiling(rows: output.rows, columns: output.columns)
        let (matmul, form) = (step.matmul, form)
        if inner == 0, !adds { output.floats.update(repeating: 0, count: output.rows * output.stride) }
        guard inner > 0 else { return }
        // The number of tokens varies from batch to batch: whole blocks and a remainder keep the number of shapes small.
        let whole = form == .firstTransposed ? inner / Self.innerBlock * Self.innerBlock : inner
        let parts = [0..<whole, whole..<inner].filter { !$0.isEmpty }
        step.pool.run(tiling.count) { tile, _ in
            let (rows, columns) = tiling[tile]
            let corner = output.corner(rows.lowerBound, columns.lowerBound)
            for part in parts {
                matmul.multiply(
                    form == .firstTransposed
                        ? MatmulKernel.Matrix(a, row: part.lowerBound, column: rows.lowerBound, isTransposed: true)
                        : MatmulKernel.Matrix(a, row: rows.lowerBound, column: part.lowerBound),
                    form == .secondTransposed
                        ? MatmulKernel.Matrix(b, row: columns.lowerBound, column: part.lowerBound, isTransposed: true)
                        : MatmulKernel.Matrix(b, row: part.lowerBound, column: columns.lowerBound),
                    into: corner,
                    stride: output.stride,
                    m: rows.count,
                    n: columns.count,
                    k: part.count,
                    adds: adds || part.lowerBound > 0
                )
            }
        }
    }
}

/// A matmul that adds to a tensor in place: the schedule fuses a `Matmul` and the `Add` that reads it.
///
/// Inputs: the addend, then the matmul's operands.
struct MatmulAccumulate: CPUOperation {
    let matmul: Matmul
    let mnemonic = "matmulAccumulate"
    var inPlace: [(output: Int, input: Int)] { [(output: 0, input: 0)] }
    var paddedInputs: Range<Int> { 1..<3 }

    func outputTypes(_ inputs: [TensorType]) -> [TensorType] { [inputs[0]] }

    func evaluate(_ inputs: [Reference]) -> [Reference] {
        Add().evaluate([inputs[0], matmul.evaluate(Array(inputs[1...]))[0]])
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let (addend, output) = (step.inputs[0], step.output(0))
        if addend.base != output.base { output.base.copyMemory(from: addend.base, byteCount: output.count * 4) }
        matmul.multiply(step.inputs[1], step.inputs[2], into: output, adds: true, step)
    }
}

internal import CKernels
import PodiumGraph

extension ClassAttention: CPUOperation {
    /// Shared: the first tokens' rows.
    ///
    /// Per worker: one sequence's scores.
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        let (tokens, width) = (inputs[0][0], inputs[0][1])
        return (outputs[0][0] * width, scratch(tokens: tokens, width: width, rowsOfScores: 1) + heads)
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let own = ClassAttentionOperands(self, step.inputs[...], of: step)
        let (output, queries, keys, values, masses) = (
            step.output(0), step.output(2), step.output(3), step.output(4), step.output(5)
        )
        let firstTokens = own.firstTokens(into: step.scratch)
        own.perHead(step.pool) { head in
            own.multiply(
                .init(firstTokens),
                .init(own.weight, row: head.columns.lowerBound, isTransposed: true),
                into: queries,
                columns: head.columns,
                k: own.width
            )
            for sequence in 0..<own.sequences {
                for column in head.columns { queries.corner(sequence, column).pointee += own.bias[column] }
            }
            own.multiply(
                .init(queries, column: head.columns.lowerBound),
                .init(own.weight, row: own.width + head.columns.lowerBound),
                into: keys,
                columns: head.rowColumns,
                k: own.headWidth,
                factor: own.scale
            )
        }
        guard let logSumExp = step.outputs[1] else { preconditionFailure("the log-sum-exps have no memory") }
        let (kernels, base, perWorker) = (step.kernels, step.scratch(of: 0), step.workerScratch)
        own.perSequence(keys, step.pool) { attention, sequence, worker in
            kernels.class_attention_forward(
                values.floats,
                masses.floats,
                logSumExp.floats,
                base + worker * perWorker,
                attention,
                sequence,
                sequence + 1
            )
        }
        own.perHead(step.pool) { head in
            own.multiply(
                .init(values, column: head.rowColumns.lowerBound),
                .init(own.weight, row: 2 * own.width + head.columns.lowerBound, isTransposed: true),
                into: output,
                columns: head.columns,
                k: own.width
            )
            for sequence in 0..<own.sequences {
                let mass = masses.corner(sequence, head.number).pointee
                for column in head.columns {
                    output.corner(sequence, column).pointee += mass * own.bias[2 * own.width + column]
                }
            }
        }
    }

    /// Elements per worker, for a sequence that may have all tokens.
    fileprivate func scratch(tokens: Int, width: Int, rowsOfScores: Int) -> Int {
        width * Int(PK_BAND) + rowsOfScores * heads * ((tokens + 15) / 16 * 16)
    }
}

extension ClassAttentionGradient: CPUOperation {
    func scratch(_ inputs: [[Int]], _ outputs: [[Int]]) -> (shared: Int, perWorker: Int) {
        let (sequences, width, tokens) = (inputs[0][0], inputs[0][1], outputs[0][0])
        let shared = sequences * (3 * width + 2 * forward.heads * width + 2 * forward.heads)
        return (shared, forward.scratch(tokens: tokens, width: width, rowsOfScores: 2))
    }

    func run(_ step: borrowing KernelStep) throws(GraphError) {
        let own = ClassAttentionOperands(forward, step.inputs[firstInput...], of: step)
        let (gradient, output, logSumExp) = (step.inputs[0], step.inputs[1], step.inputs[2])
        let (queries, keys, values, masses) = (step.inputs[3], step.inputs[4], step.inputs[5], step.inputs[6])
        let (x, weight, bias) = (step.output(0), step.output(1), step.output(2).floats)
        let (width, headWidth) = (own.width, own.headWidth)
        var free = step.scratch
        func take(_ columns: Int) -> TensorView {
            defer { free += own.sequences * columns }
            return TensorView(base: free, type: .float32, shape: [own.sequences, columns])
        }
        let firstTokens = own.firstTokens(into: take(width).floats)
        let (ofQueries, firstTokenGradients) = (take(width), take(width))
        let (ofKeys, ofValues) = (take(keys.columns), take(keys.columns))
        let (ofMasses, deltas) = (take(own.heads), take(own.heads))

        own.perHead(step.pool) { head in
            let arriving = MatmulKernel.Matrix(gradient, column: head.columns.lowerBound)
            let place = 2 * width + head.columns.lowerBound
            own.multiply(
                arriving,
                .init(own.weight, row: place),
                into: ofValues,
                columns: head.rowColumns,
                k: headWidth
            )
            own.multiplyTransposed(gradient, head.columns, values, head.rowColumns, into: weight, row: place)
            for column in head.columns { bias[2 * width + column] = 0 }
            for sequence in 0..<own.sequences {
                var (ofMass, delta): (Float, Float) = (0, 0)
                let mass = masses.corner(sequence, head.number).pointee
                for column in head.columns {
                    let value = gradient.corner(sequence, column).pointee
                    ofMass += value * own.bias[2 * width + column]
                    delta += value * output.corner(sequence, column).pointee
                    bias[2 * width + column] += value * mass
                }
                ofMasses.corner(sequence, head.number).pointee = ofMass
                deltas.corner(sequence, head.number).pointee = delta
            }
        }
        let (kernels, base, perWorker) = (step.kernels, step.scratch(of: 0), step.workerScratch)
        own.perSequence(keys, step.pool) { attention, sequence, worker in
            kernels.class_attention_backward(
                ofKeys.floats,
                x.floats,
                ofValues.floats,
                ofMasses.floats,
                deltas.floats,
                logSumExp.floats,
                base + worker * perWorker,
                attention,
                sequence,
                sequence + 1
            )
        }
        own.perHead(step.pool) { head in
            let place = width + head.columns.lowerBound
            own.multiply(
                .init(ofKeys, column: head.rowColumns.lowerBound),
                .init(own.weight, row: place, isTransposed: true),
                into: ofQueries,
                columns: head.columns,
                k: width,
                factor: own.scale
            )
            own.multiplyTransposed(
                queries,
                head.columns,
                ofKeys,
                head.rowColumns,
                into: weight,
                row: place,
                factor: own.scale
            )
            own.multiplyTransposed(
                ofQueries,
                head.columns,
                firstTokens,
                0..<width,
                into: weight,
                row: head.columns.lowerBound
            )
            for column in head.columns {
                bias[column] = (0..<own.sequences).reduce(0) { $0 + ofQueries.corner($1, column).pointee }
                bias[width + column] = 0
            }
        }
        own.perHead(step.pool) { head in
            own.multiply(
                .init(ofQueries),
                .init(own.weight, column: head.columns.lowerBound),
                into: firstTokenGradients,
                columns: head.columns,
                k: width
            )
            for sequence in 0..<own.sequences {
                let row = Int(own.offsets[sequence])
                for column in head.columns {
                    x.corner(row, column).pointee += firstTokenGradients.corner(sequence, column).pointee
                }
            }
        }
    }
}

/// The operands that the operation and its gradient share, and how work is divided by heads.
private struct ClassAttentionOperands {
    struct Head {
        let number: Int
        /// The head's columns among a row's.
        let columns: Range<Int>
        /// The head's columns of tensors in which every head has a whole row.
        let rowColumns: Range<Int>
    }

    let heads: Int
    let x: TensorView
    let weight: TensorView
    let bias: UnsafeMutablePointer<Float>
    let offsets: UnsafeMutablePointer<Int32>
    let sequences: Int
    private let dropout: Dropout?
    private let random: ArraySlice<TensorView>
    private let matmul: MatmulKernel

    /// Rows of a matmul's tile, so that different numbers of sequences give few shapes.
    private static let block = 64

    init(_ operation: ClassAttention, _ inputs: ArraySlice<TensorView>, of step: borrowing KernelStep) {
        let inputs = Array(inputs)
        (heads, dropout) = (operation.heads, operation.dropout)
        (x, weight, bias, offsets) = (inputs[0], inputs[1], inputs[2].floats, inputs[3].integers)
        sequences = inputs[3].count - 1
        random = inputs[4...]
        matmul = step.matmul
    }

    var width: Int { x.columns }
    var headWidth: Int { width / heads }
    var scale: Float { 1 / Float(headWidth).squareRoot() }

    /// First tokens' rows, [sequences, width].
    func firstTokens(into memory: UnsafeMutablePointer<Float>) -> TensorView {
        for sequence in 0..<sequences {
            (memory + sequence * width).update(from: x.corner(Int(offsets[sequence]), 0), count: width)
        }
        return TensorView(base: memory, type: .float32, shape: [sequences, width])
    }

    func perHead(_ pool: WorkerPool, _ body: (Head) -> Void) {
        pool.run(heads) { number, _ in
            let columns = number * headWidth..<(number + 1) * headWidth
            body(Head(number: number, columns: columns, rowColumns: number * width..<(number + 1) * width))
        }
    }

    /// c [sequences, columns] = factor · a [sequences, k] · b [k, columns].
    func multiply(
        _ a: MatmulKernel.Matrix,
        _ b: MatmulKernel.Matrix,
        into c: TensorView,
        columns: Range<Int>,
        k: Int,
        factor: Float = 1
    ) {
        for first in stride(from: 0, to: sequences, by: Self.block) {
            matmul.multiply(
                a.advanced(rows: first),
                b,
                into: c.corner(first, columns.lowerBound),
                stride: c.stride,
                m: min(Self.block, sequences - first),
                n: columns.count,
                k: k,
                factor: factor
            )
        }
    }

    /// c [columns of a, columns of b] = factor · aᵀ · b, summed over sequences, at a row of a weight's gradient.
    func multiplyTransposed(
        _ a: TensorView,
        _ columns: Range<Int>,
        _ b: TensorView,
        _ others: Range<Int>,
        into c: TensorView,
        row: Int,
        factor: Float = 1
    ) {
        for first in stride(from: 0, to: sequences, by: Self.block) {
            matmul.multiply(
                .init(a, row: first, column: columns.lowerBound, isTransposed: true),
                .init(b, row: first, column: others.lowerBound),
                into: c.corner(row, 0),
                stride: c.stride,
                m: columns.count,
                n: others.count,
                k: min(Self.block, sequences - first),
                factor: factor,
                adds: first > 0
            )
        }
    }

    /// Runs a kernel for each sequence.
    func perSequence(
        _ keys: TensorView,
        _ pool: WorkerPool,
        _ body: (UnsafePointer<pk_attention>, _ sequence: Int, _ worker: Int) -> Void
    ) {
        var attention = pk_attention(
            q: keys.floats,
            k: x.floats,
            v: x.floats,
            stride: width,
            heads: heads,
            headWidth: width,
            offsets: offsets,
            scale: 1,
            causal: false
        )
        if let dropout { attention.draw(dropout, from: random) }
        withUnsafePointer(to: attention) { attention in
            pool.run(sequences) { sequence, worker in body(attention, sequence, worker) }
        }
    }
}

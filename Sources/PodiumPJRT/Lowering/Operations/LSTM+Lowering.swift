import PodiumGraph

/// Recurrences run over the columns of packed rows, all rows at once; a row holds several sequences side by side.
///
/// Where a sequence begins, the state that comes from the column before is multiplied by 0.
private struct Columns {
    let writer: ProgramWriter
    let isReversed: Bool
    let rows: Int
    let width: Int
    /// f32 [rows, width]: whether a token has a token before it, in the order of computation, 1 or 0.
    let continues: Tensor

    init(_ step: LoweringStep, isReversed: Bool) {
        writer = step.writer
        self.isReversed = isReversed
        let positions = step.lowering.packed(.positions)
        (rows, width) = (positions.shape[0], positions.shape[1])
        // Positions are 0 in first tokens and in padding.
        let follows = positions.compare(.lessOrEqual, 0).select(writer.constant(Float(0), positions.shape), 1)
        guard isReversed else {
            continues = follows
            return
        }
        let end = writer.constant(Float(0), [rows, 1])
        continues = Tensor.concatenate([follows.slice(1..<width, along: 1), end].filter { !$0.isEmpty }, along: 1)
    }

    /// Each token's row of [rows, width, columns] becomes that of the token before it; 0 where there is none.
    func shifted(_ x: Tensor) -> Tensor {
        let none = writer.constant(Float(0), [rows, 1, x.shape[2]])
        let parts =
            isReversed ? [x.slice(1..<width, along: 1), none] : [none, x.slice(0..<width - 1, along: 1)]
        return Tensor.concatenate(parts.filter { !$0.isEmpty }, along: 1) * continues.expanded(2)
    }

    /// From [rows, width, columns] to [width, rows, columns], or the way back.
    static func turned(_ x: Tensor) -> Tensor { x.transpose([1, 0, 2]) }

    /// `continues` as [width, rows, 1].
    var flags: Tensor { Columns.turned(continues.expanded(2)) }

    /// The column of a turn of the loop.
    func column(_ turn: Tensor, backwards: Bool) -> Tensor {
        isReversed == backwards ? turn : turn.writer.constant(Int32(width - 1)) - turn
    }
}

extension LSTM: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let columns = Columns(step, isReversed: isReversed)
        let (z, weight) = (Columns.turned(step.block(0)), step.operand(1))
        let size = weight.shape[1]
        func zeros(_ shape: [Int]) -> Tensor { step.writer.constant(Float(0), shape) }
        let (rows, width) = (columns.rows, columns.width)
        let made = step.writer.loop(
            turns: width,
            carrying: [
                zeros([rows, size]), zeros([rows, size]), zeros([width, rows, size]), zeros([width, rows, 4 * size]),
                zeros([width, rows, size]),
            ],
            reading: [z, columns.flags, weight]
        ) { turn, state, given in
            let column = columns.column(turn, backwards: false)
            let flag = given[1].part(at: column)
            let recurrent = step.dot(state[0] * flag, given[2], contracting: [(1, 1)])
            let sums = given[0].part(at: column) + recurrent
            let parts = (0..<4).map { sums.slice($0 * size..<($0 + 1) * size, along: 1) }
            let (i, f, g, o) = (parts[0].logistic, parts[1].logistic, parts[2].tanh, parts[3].logistic)
            let cell = f * (state[1] * flag) + i * g
            let hidden = o * cell.tanh
            let gates = Tensor.concatenate([i, f, g, o], along: 1)
            return [
                hidden, cell, state[2].replacing(hidden, at: column), state[3].replacing(gates, at: column),
                state[4].replacing(cell, at: column),
            ]
        }
        return made[2...].map(Columns.turned)
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[2], node.inputs[0].shape[0]) }
}

extension LSTMGradient: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        let columns = Columns(step, isReversed: isReversed)
        let (cells, weight) = (step.block(2), step.operand(3))
        let size = weight.shape[1]
        func zeros(_ shape: [Int]) -> Tensor { step.writer.constant(Float(0), shape) }
        let (rows, width) = (columns.rows, columns.width)
        let made = step.writer.loop(
            turns: width,
            carrying: [zeros([rows, size]), zeros([rows, size]), zeros([width, rows, 4 * size])],
            reading: [
                Columns.turned(step.block(0)), Columns.turned(step.block(1)), Columns.turned(cells),
                Columns.turned(columns.shifted(cells)), columns.flags, weight,
            ]
        ) { turn, state, given in
            let column = columns.column(turn, backwards: true)
            let (gates, flag) = (given[1].part(at: column), given[4].part(at: column))
            let parts = (0..<4).map { gates.slice($0 * size..<($0 + 1) * size, along: 1) }
            let (i, f, g, o) = (parts[0], parts[1], parts[2], parts[3])
            let squashed = given[2].part(at: column).tanh
            let hidden = given[0].part(at: column) + state[0]
            let cell = state[1] + hidden * o * (1 - squashed * squashed)
            let sums = Tensor.concatenate(
                [
                    cell * g * i * (1 - i), cell * given[3].part(at: column) * f * (1 - f), cell * i * (1 - g * g),
                    hidden * squashed * o * (1 - o),
                ],
                along: 1
            )
            let before = step.dot(sums, given[5], contracting: [(1, 0)]) * flag
            return [before, cell * f * flag, state[2].replacing(sums, at: column)]
        }
        return [Columns.turned(made[2])]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[4], node.inputs[0].shape[0]) }
}

extension ShiftTokens: LoweredOperation {
    func lower(_ step: LoweringStep) -> [Tensor] {
        [Columns(step, isReversed: isReversed).shifted(step.block(0))]
    }

    func packing(of node: Node) -> (offsets: Value, tokens: Dimension?)? { (node.inputs[1], node.inputs[0].shape[0]) }
}

extension Tensor {
    fileprivate var isEmpty: Bool { shape.contains(0) }
}

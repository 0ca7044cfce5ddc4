extension ProgramWriter {
    /// Runs a body a fixed number of times (`stablehlo.while`).
    ///
    /// - Parameters:
    ///   - carried: what the body changes, by their values before the first turn.
    ///   - kept: what the body reads. A body sees nothing else: regions that capture values are not portable.
    ///   - body: gets the turn, i32 from 0 up, and both lists; returns the carried values of the next turn.
    /// - Returns: the carried values after the last turn.
    func loop(
        turns: Int,
        carrying carried: [Tensor],
        reading kept: [Tensor],
        _ body: (_ turn: Tensor, _ carried: [Tensor], _ kept: [Tensor]) -> [Tensor]
    ) -> [Tensor] {
        let initial = [constant(Int32(0))] + carried + kept
        let types = initial.map(\.type)
        let condition = region(types) { arguments in [arguments[0].compare(.less, turns)] }
        let turn = region(types) { arguments in
            let (changing, fixed) = (Array(arguments[1...carried.count]), Array(arguments[(carried.count + 1)...]))
            let next = body(arguments[0], changing, fixed)
            precondition(next.map(\.type) == carried.map(\.type), "the carried values change their types")
            return [arguments[0] + constant(Int32(1))] + next + fixed
        }
        let results = emit("stablehlo.while", initial, "", region: "\(condition)}, {\(turn)", to: types)
        return Array(results[1...carried.count])
    }
}

extension Tensor {
    /// The part at an i32 scalar's place along the first dimension, which is gone in the result.
    func part(at place: Tensor) -> Tensor {
        let zeros = Array(repeating: writer.constant(Int32(0)), count: rank - 1)
        let sizes = [1] + shape.dropFirst()
        return writer.emit(
            "stablehlo.dynamic_slice",
            [self, place] + zeros,
            "slice_sizes = \(Tensor.list(sizes))",
            to: ProgramType(type.element, sizes)
        ).reshape(Array(shape.dropFirst()))
    }

    /// This tensor with another part at an i32 scalar's place along the first dimension.
    func replacing(_ part: Tensor, at place: Tensor) -> Tensor {
        let zeros = Array(repeating: writer.constant(Int32(0)), count: rank - 1)
        return writer.emit(
            "stablehlo.dynamic_update_slice",
            [self, part.reshape([1] + part.shape), place] + zeros,
            to: type
        )
    }
}

import PodiumGraph

/// A graph as a StableHLO program, and what its arguments and results are.
struct LoweredProgram {
    enum Argument: Hashable {
        case variable(String)
        /// An input of the graph, padded to the bucket.
        case feed(String)
        /// int32 [rows, width]: the sequence that a token belongs to, −1 for padding.
        case segments
        /// int32 [rows, width]: a token's position in its sequence, 0 for padding.
        case positions
        /// int32 [sequences]: row of the sequence's first token among all rows × width.
        case firsts
        case lasts
        /// int32 scalar: how many of a symbol's rows are no padding.
        case count(String)
    }

    enum Result: Hashable {
        /// A variable's next content, in the memory of the old.
        case variable(String)
        case output(String, TensorType)
    }

    /// StableHLO in MLIR's generic form.
    let text: String
    let arguments: [Argument]
    let results: [Result]
    let shape: ProgramShape
}

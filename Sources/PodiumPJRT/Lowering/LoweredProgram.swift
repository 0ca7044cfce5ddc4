import PodiumGraph

/// A StableHLO program, with the meaning of its arguments and results.
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
        case firstTokens
        case lastTokens
        /// int32 scalar: how many of a symbol's rows are not padding.
        case count(String)
    }

    enum Result: Hashable {
        /// A variable's next content, in the old content's memory.
        case variable(String)
        case output(String, TensorType)
    }

    /// StableHLO in MLIR's generic form.
    let text: String
    let arguments: [Argument]
    let results: [Result]
    let shape: ProgramShape
}

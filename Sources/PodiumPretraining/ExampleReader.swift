internal import PodiumGraph

/// The examples of prepared shards in the order of training: a function of seed and pass, read a few pieces at a time.
///
/// A pass takes the pieces of the text in a drawn order and shuffles the examples of every few of them together, so that
/// memory does not depend on the corpus. Reading may begin anywhere: what lies before is not read.
package struct ExampleReader {
    private let shards: ExampleShards
    private let folder: String
    private let seed: UInt64
    private let piecesAtATime: Int
    /// Where in its pass the examples at hand begin.
    private var window: (pass: Int, start: Int, examples: [MaskedExample])?

    /// - Parameters:
    ///   - folder: where the shards lie.
    ///   - piecesAtATime: how many pieces are shuffled together.
    package init(_ shards: ExampleShards, in folder: String, seed: UInt64, piecesAtATime: Int = 4) {
        precondition(piecesAtATime > 0)
        (self.shards, self.folder, self.seed, self.piecesAtATime) = (shards, folder, seed, piecesAtATime)
    }

    /// Examples of one pass over the text.
    package func count(pass: Int) -> Int { shards.examples(pass: pass) }

    /// Examples of a pass by their numbers.
    package mutating func examples(pass: Int, _ numbers: Range<Int>) throws(PretrainingDataError) -> [MaskedExample] {
        precondition(numbers.upperBound <= count(pass: pass), "the pass has no such examples")
        var result: [MaskedExample] = []
        var next = numbers.lowerBound
        while next < numbers.upperBound {
            try open(pass: pass, at: next)
            guard let window else { break }
            let end = min(numbers.upperBound, window.start + window.examples.count)
            result += window.examples[(next - window.start)..<(end - window.start)]
            next = end
        }
        return result
    }

    /// Reads the window of a pass that an example lies in, unless it is at hand.
    private mutating func open(pass: Int, at number: Int) throws(PretrainingDataError) {
        if let window, window.pass == pass, number >= window.start, number < window.start + window.examples.count {
            return
        }
        let version = pass % shards.versions
        let order = shards.order(pass: pass, seed: seed)
        var start = 0
        for first in stride(from: 0, to: order.count, by: piecesAtATime) {
            let chosen = order[first..<min(order.count, first + piecesAtATime)].map {
                shards.pieces[$0].shards[version]
            }
            let count = chosen.reduce(0) { $0 + $1.examples }
            guard number >= start + count else {
                // The window before is given up before the next is read.
                window = nil
                var all: [MaskedExample] = []
                all.reserveCapacity(count)
                for shard in chosen { all += try ExampleShards.examples(of: shard, in: folder) }
                guard all.count == count else {
                    throw PretrainingDataError(
                        .malformed,
                        "\(folder): the shards \(chosen.map(\.name).joined(separator: ", ")) do not have the \(count) "
                            + "examples that \(ExampleShards.fileName) says; remove the folder and prepare anew"
                    )
                }
                let draw = UInt64(pass) << 32 | UInt64(first)
                var generator = Generator(seed: seed, purpose: "pretraining-data/examples", index: draw)
                window = (pass, start, generator.permutation(count).map { all[Int($0)] })
                return
            }
            start += count
        }
    }
}

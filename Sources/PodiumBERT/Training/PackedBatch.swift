package import PodiumGraph
internal import Synchronization

/// A batch of sequences, packed without padding: the feeds of a graph.
package struct PackedBatch: Sendable {
    package private(set) var feeds: [String: HostTensor]
    package let sequences: Int
    package let tokens: Int

    /// A sequence to pack.
    package struct Sequence: Sendable {
        package var ids: [Int32]
        package var types: [Int32]
        /// The example's number in its data set; it keys dropout masks.
        package var example: Int32

        package init(ids: [Int32], types: [Int32], example: Int32) {
            self.ids = ids
            self.types = types
            self.example = example
        }
    }

    package init(_ sequences: [Sequence], isTraining: Bool) {
        var ids: [Int32] = []
        var types: [Int32] = []
        var offsets: [Int32] = [0]
        for sequence in sequences {
            ids += sequence.ids
            types += sequence.types
            offsets.append(Int32(ids.count))
        }
        feeds = ["tokens": HostTensor(ids), "types": HostTensor(types), "offsets": HostTensor(offsets)]
        if isTraining { feeds["examples"] = HostTensor(sequences.map(\.example)) }
        self.sequences = sequences.count
        tokens = ids.count
    }

    /// The examples of a training batch, by their numbers in the data set.
    package var examples: [Int32] { feeds["examples"]?.integers ?? [] }

    /// Adds a feed of the head: labels, targets, positions.
    package mutating func feed(_ name: String, _ tensor: HostTensor) {
        feeds[name] = tensor
    }
}

extension PackedBatch {
    /// Every token of packed sequences that has a neighbour in a direction, and that neighbour as the token to predict.
    package static func neighbours(
        _ sequences: [Sequence],
        _ direction: HeadTensor.Direction
    ) -> (rows: [Int32], labels: [Int32]) {
        var (rows, labels): ([Int32], [Int32]) = ([], [])
        var offset = 0
        for sequence in sequences {
            let count = sequence.ids.count
            let tokens = direction == .forward ? 0..<count - 1 : 1..<count
            rows += tokens.map { Int32(offset + $0) }
            labels += tokens.map { sequence.ids[direction == .forward ? $0 + 1 : $0 - 1] }
            offset += count
        }
        return (rows, labels)
    }

    /// Feeds the neighbours in a direction.
    package mutating func feedNeighbours(_ sequences: [Sequence], _ direction: HeadTensor.Direction) {
        let (rows, labels) = Self.neighbours(sequences, direction)
        feed(HeadTensor.positions(direction), HostTensor(rows))
        feed(HeadTensor.labels(direction), HostTensor(labels))
    }
}

/// The order of examples: a function of seed and epoch alone, so a resumed run needs no state for it.
package struct EpochOrder: Sendable {
    package let examples: Int
    package let batchSize: Int
    package let seed: UInt64
    private let latest = LatestOrder()

    package init(examples: Int, batchSize: Int, seed: UInt64) {
        precondition(examples > 0 && batchSize > 0)
        self.examples = examples
        self.batchSize = batchSize
        self.seed = seed
    }

    package var stepsPerEpoch: Int { (examples + batchSize - 1) / batchSize }

    /// The most that a batch of the first `steps` steps has of something.
    ///
    /// - Parameter amounts: what each example has, such as its tokens.
    package func largestBatch(_ amounts: [Int], steps: Int) -> Int {
        precondition(amounts.count == examples)
        var largest = 0
        for epoch in 0..<(steps + stepsPerEpoch - 1) / stepsPerEpoch {
            let order = order(epoch: epoch)
            for first in stride(from: 0, to: examples, by: batchSize) {
                let batch = order[first..<min(examples, first + batchSize)]
                largest = max(largest, batch.reduce(0) { $0 + amounts[Int($1)] })
            }
        }
        return largest
    }

    private func order(epoch: Int) -> [Int32] {
        var generator = Generator(seed: seed, purpose: "order", index: UInt64(epoch))
        return generator.permutation(examples)
    }

    /// The examples of a step counted from 0; an epoch's last batch may be smaller.
    package func batch(step: Int) -> ArraySlice<Int32> {
        let (epoch, position) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
        let order = latest.order(of: epoch) { self.order(epoch: epoch) }
        return order[(position * batchSize)..<min(examples, (position + 1) * batchSize)]
    }
}

/// The order of the epoch that was asked for last: one of a million examples takes longer to draw than a small step.
private final class LatestOrder: Sendable {
    private let latest = Mutex<(epoch: Int, order: [Int32])?>(nil)

    func order(of epoch: Int, draw: () -> [Int32]) -> [Int32] {
        latest.withLock { latest in
            if let latest, latest.epoch == epoch { return latest.order }
            let order = draw()
            latest = (epoch, order)
            return order
        }
    }
}

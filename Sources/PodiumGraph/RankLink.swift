/// The way between the ranks of a training: processes, or threads, that each compute some of every batch's shards.
///
/// All ranks make matching calls in the same order. One thread of each rank makes them all (`RankGroup`).
package protocol RankLink: AnyObject {
    /// Number of this rank, counted from 0.
    var rank: Int { get }
    /// A power of two.
    var ranks: Int { get }

    /// Sends bytes to another rank and receives bytes from it; returns when both are done.
    ///
    /// What is received must be as long as what the other rank sends.
    func exchange(
        with other: Int,
        sending: UnsafeRawBufferPointer,
        receiving: UnsafeMutableRawBufferPointer
    ) throws(GraphError)
}

extension RankLink {
    /// Replaces bytes by those of rank 0.
    package func takeFirst(_ bytes: UnsafeMutableRawBufferPointer) throws(GraphError) {
        let received = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        defer { received.deallocate() }
        var distance = 1
        while distance < ranks {
            try exchange(with: rank ^ distance, sending: UnsafeRawBufferPointer(bytes), receiving: received)
            if rank & distance != 0 { bytes.copyMemory(from: UnsafeRawBufferPointer(received)) }
            distance *= 2
        }
    }

    /// Exchanges one number each.
    package func exchange(with other: Int, number: Int64) throws(GraphError) -> Int64 {
        let memory = UnsafeMutablePointer<Int64>.allocate(capacity: 2)
        defer { memory.deallocate() }
        (memory[0], memory[1]) = (number, 0)
        try exchange(
            with: other,
            sending: UnsafeRawBufferPointer(start: memory, count: 8),
            receiving: UnsafeMutableRawBufferPointer(start: memory + 1, count: 8)
        )
        return memory[1]
    }

    /// Replaces elements by their sums over all ranks.
    ///
    /// Partners at distance 1, 2, 4, … halve the range between them, add, and hand the sums back in reverse. Each element
    /// is added up along one binary tree over the ranks' numbers, so that ranks that hold the sums of aligned subtrees of
    /// shards get the bits that a single rank gets.
    ///
    /// - Parameters:
    ///   - staging: memory for half of the elements, rounded up.
    ///   - add: adds elements of the second address to those of the first.
    package func sum(
        _ elements: UnsafeMutableBufferPointer<Float>,
        staging: UnsafeMutablePointer<Float>,
        add: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
    ) throws(GraphError) {
        guard ranks > 1, let base = elements.baseAddress else { return }
        func bytes(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(
                UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
            )
        }
        var range = 0..<elements.count
        var halves: [(partner: Int, kept: Range<Int>, given: Range<Int>)] = []
        var distance = 1
        while distance < ranks {
            let middle = range.lowerBound + (range.count + 1) / 2
            let (lower, upper) = (range.lowerBound..<middle, middle..<range.upperBound)
            let (kept, given) = rank & distance == 0 ? (lower, upper) : (upper, lower)
            let partner = rank ^ distance
            try exchange(
                with: partner,
                sending: UnsafeRawBufferPointer(bytes(given)),
                receiving: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: staging, count: kept.count))
            )
            add(base + kept.lowerBound, staging, kept.count)
            halves.append((partner, kept, given))
            range = kept
            distance *= 2
        }
        for half in halves.reversed() {
            try exchange(
                with: half.partner,
                sending: UnsafeRawBufferPointer(bytes(half.kept)),
                receiving: bytes(half.given)
            )
        }
    }
}

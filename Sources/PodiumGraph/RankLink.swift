/// The way between the ranks of a training: processes, or threads, that each compute some of every batch's shards.
///
/// All ranks make matching calls in the same order. One thread of each rank makes them all (`RankGroup`).
package protocol RankLink: AnyObject {
    /// Number of this rank, counted from 0.
    var rank: Int { get }
    /// A power of two.
    var ranks: Int { get }

    /// Sends bytes to another rank and receives bytes from it, all pieces at once; returns when all are done.
    ///
    /// The other rank has as many pieces; what is received must be as long as what it sends.
    func exchange(with other: Int, _ pieces: [RankPiece]) throws(GraphError)
}

/// Bytes that go to another rank, and room for what comes from it.
package struct RankPiece {
    package let sending: UnsafeRawBufferPointer
    package let receiving: UnsafeMutableRawBufferPointer

    package init(sending: UnsafeRawBufferPointer, receiving: UnsafeMutableRawBufferPointer) {
        (self.sending, self.receiving) = (sending, receiving)
    }
}

extension RankLink {
    /// Replaces bytes by those of rank 0.
    package func takeFirst(_ bytes: UnsafeMutableRawBufferPointer) throws(GraphError) {
        let received = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        defer { received.deallocate() }
        var distance = 1
        while distance < ranks {
            try exchange(
                with: rank ^ distance,
                [RankPiece(sending: UnsafeRawBufferPointer(bytes), receiving: received)]
            )
            if rank & distance != 0 { bytes.copyMemory(from: UnsafeRawBufferPointer(received)) }
            distance *= 2
        }
    }

    /// Exchanges one number each.
    package func exchange(with other: Int, number: Int64) throws(GraphError) -> Int64 {
        let memory = UnsafeMutablePointer<Int64>.allocate(capacity: 2)
        defer { memory.deallocate() }
        (memory[0], memory[1]) = (number, 0)
        let sending = UnsafeRawBufferPointer(start: memory, count: 8)
        let receiving = UnsafeMutableRawBufferPointer(start: memory + 1, count: 8)
        try exchange(with: other, [RankPiece(sending: sending, receiving: receiving)])
        return memory[1]
    }

    /// Replaces the elements of tensors by their sums over all ranks.
    ///
    /// Partners at distance 1, 2, 4, … halve the ranges between them, add, and hand the sums back in reverse. Each element
    /// is added up along one binary tree over the ranks' numbers, so that ranks that hold the sums of aligned subtrees of
    /// shards get the bits that a single rank gets.
    ///
    /// - Parameters:
    ///   - tensors: go together: a link that waited for the other rank after each half of each tensor would stand idle.
    ///   - staging: memory for half of each tensor's elements, rounded up.
    ///   - add: adds elements of the second address to those of the first.
    package func sum(
        _ tensors: [UnsafeMutableBufferPointer<Float>],
        staging: UnsafeMutablePointer<Float>,
        add: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
    ) throws(GraphError) {
        guard ranks > 1 else { return }
        var parts = tensors
        var halves:
            [(partner: Int, kept: [UnsafeMutableBufferPointer<Float>], given: [UnsafeMutableBufferPointer<Float>])] = []
        var distance = 1
        while distance < ranks {
            let partner = rank ^ distance
            let isLower = rank & distance == 0
            let divided = parts.map { part in
                let (lower, upper) = (part[..<((part.count + 1) / 2)], part[((part.count + 1) / 2)...])
                return (
                    kept: UnsafeMutableBufferPointer(rebasing: isLower ? lower : upper),
                    given: UnsafeMutableBufferPointer(rebasing: isLower ? upper : lower)
                )
            }
            var terms = staging
            let pieces = divided.map { half in
                defer { terms += half.kept.count }
                return RankPiece(
                    sending: UnsafeRawBufferPointer(half.given),
                    receiving: UnsafeMutableRawBufferPointer(
                        UnsafeMutableBufferPointer(start: terms, count: half.kept.count)
                    )
                )
            }
            try exchange(with: partner, pieces)
            terms = staging
            for half in divided {
                if let base = half.kept.baseAddress { add(base, terms, half.kept.count) }
                terms += half.kept.count
            }
            halves.append((partner, divided.map(\.kept), divided.map(\.given)))
            parts = divided.map(\.kept)
            distance *= 2
        }
        for half in halves.reversed() {
            try exchange(
                with: half.partner,
                zip(half.kept, half.given).map { kept, given in
                    RankPiece(
                        sending: UnsafeRawBufferPointer(kept),
                        receiving: UnsafeMutableRawBufferPointer(given)
                    )
                }
            )
        }
    }
}

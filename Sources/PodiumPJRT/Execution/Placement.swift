import PodiumGraph

/// The place of every row of a batch in the bucket's tensors, on every replica.
struct Placement {
    /// One replica's part of a batch.
    struct Part {
        /// By symbol: the batch's row in each row of the bucket, −1 for padding.
        var slots: [String: [Int32]] = [:]
        /// By symbol: the number of rows that are not padding.
        var counts: [String: Int] = [:]
        var segments: [Int32] = []
        var positions: [Int32] = []
        var firstTokens: [Int32] = []
        var lastTokens: [Int32] = []
        /// Row in the bucket of each token of the batch, −1 if it is another replica's; empty without packing.
        var rowOfToken: [Int32] = []
    }

    let shape: ProgramShape
    let parts: [Part]

    /// - Parameter bindings: the symbols' sizes in this batch.
    init(
        _ layout: GraphLayout,
        feeds: [String: HostTensor],
        bindings: [String: Int],
        buckets: Buckets,
        replicas: Int
    ) throws(GraphError) {
        var parts = Array(repeating: Part(), count: replicas)
        var packing: ProgramShape.Packing?
        var members: [String: [[Int32]]] = [:]
        if let offsets = layout.offsets, let tokens = layout.tokens, let sequences = layout.sequences {
            let spans = try Placement.spans(
                feeds[offsets.name]?.integers ?? [],
                tokens: bindings[tokens] ?? 0,
                longest: layout.longest
            )
            members[sequences] = Placement.shares(spans.count, replicas)
            packing = Placement.pack(
                spans,
                shares: members[sequences] ?? [],
                tokens: tokens,
                buckets: buckets,
                &parts
            )
        }
        let fed = Set(bindings.keys).subtracting([layout.tokens].compactMap { $0 })
        for symbol in fed.sorted() where members[symbol] == nil {
            guard let leader = layout.tokenIndexInputs[symbol], let rows = feeds[leader]?.integers, replicas > 1 else {
                members[symbol] = Placement.shares(bindings[symbol] ?? 0, replicas)
                continue
            }
            members[symbol] = parts.map { part in
                rows.indices.filter { index in
                    part.rowOfToken.indices.contains(Int(rows[index])) && part.rowOfToken[Int(rows[index])] >= 0
                }.map(Int32.init)
            }
        }
        var sizes: [String: Int] = [:]
        if let packing, let tokens = layout.tokens { sizes[tokens] = packing.rows * packing.width }
        for (symbol, shares) in members {
            let size = buckets.count(shares.map(\.count).max() ?? 1)
            sizes[symbol] = size
            for (replica, share) in shares.enumerated() {
                let padding = Array(repeating: Int32(-1), count: size - share.count)
                parts[replica].slots[symbol] = share + padding
                parts[replica].counts[symbol] = share.count
                if symbol == layout.sequences {
                    parts[replica].firstTokens += padding.map { _ in 0 }
                    parts[replica].lastTokens += padding.map { _ in 0 }
                }
            }
        }
        self.parts = parts
        shape = ProgramShape(sizes: sizes, packing: packing)
    }

    /// The numbers below `count`, divided into one range a replica.
    private static func shares(_ count: Int, _ replicas: Int) -> [[Int32]] {
        (0..<replicas).map { replica in
            (count * replica / replicas..<count * (replica + 1) / replicas).map(Int32.init)
        }
    }

    /// The tokens of each sequence, checked.
    private static func spans(_ offsets: [Int32], tokens: Int, longest: Int?) throws(GraphError) -> [Range<Int>] {
        guard offsets.first == 0, Int(offsets.last ?? -1) == tokens else {
            throw GraphError(.value, "offsets must run from 0 to the number of tokens, \(tokens)")
        }
        var spans: [Range<Int>] = []
        for sequence in 0..<offsets.count - 1 {
            let (start, end) = (Int(offsets[sequence]), Int(offsets[sequence + 1]))
            guard start < end, end <= tokens else {
                throw GraphError(.value, "sequence \(sequence) is tokens \(start) ..< \(end): it has none")
            }
            if let longest, end - start > longest {
                throw GraphError(.value, "sequence \(sequence) has \(end - start) tokens, the model takes \(longest)")
            }
            spans.append(start..<end)
        }
        return spans
    }

    /// Packs each replica's sequences into rows and records the places of its tokens.
    private static func pack(
        _ spans: [Range<Int>],
        shares: [[Int32]],
        tokens: String,
        buckets: Buckets,
        _ parts: inout [Part]
    ) -> ProgramShape.Packing {
        let width = buckets.width(longest: spans.map(\.count).max() ?? 1)
        func packed(_ alignment: Int) -> [RowPacking] {
            shares.map { share in
                let lengths = share.map { spans[Int($0)].count }
                return RowPacking(lengths: lengths, width: width, alignment: alignment)
            }
        }
        func rows(_ packings: [RowPacking]) -> Int { buckets.count(packings.map(\.rows).max() ?? 1) }
        // Aligned sequences make dropout cheaper, so they are used unless they need more rows.
        let (loose, aligned) = (packed(1), width % 64 == 0 ? packed(64) : packed(1))
        let alignment = width % 64 == 0 && rows(aligned) <= rows(loose) ? 64 : 1
        let chosen = alignment == 1 ? loose : aligned
        let packing = ProgramShape.Packing(rows: rows(chosen), width: width, alignment: alignment)
        let count = spans.last?.upperBound ?? 0
        for replica in shares.indices {
            var part = parts[replica]
            var slots = Array(repeating: Int32(-1), count: packing.rows * width)
            part.segments = slots
            part.positions = slots.map { _ in 0 }
            part.rowOfToken = Array(repeating: -1, count: count)
            for (local, (sequence, place)) in zip(shares[replica], chosen[replica].places).enumerated() {
                let first = place.row * width + place.column
                let span = spans[Int(sequence)]
                for position in 0..<span.count {
                    slots[first + position] = Int32(span.lowerBound + position)
                    part.segments[first + position] = Int32(local)
                    part.positions[first + position] = Int32(position)
                    part.rowOfToken[span.lowerBound + position] = Int32(first + position)
                }
                part.firstTokens.append(Int32(first))
                part.lastTokens.append(Int32(first + span.count - 1))
            }
            part.slots[tokens] = slots
            part.counts[tokens] = shares[replica].reduce(0) { $0 + spans[Int($1)].count }
            parts[replica] = part
        }
        return packing
    }
}

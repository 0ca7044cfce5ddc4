internal import PodiumGraph
internal import PodiumText

/// Makes examples of a piece of the corpus (`create_instances_from_document`, `create_masked_lm_predictions`).
///
/// Where the release draws a second segment of "another" document it gives up after ten tries and may take the same
/// one; here the other documents are numbered and one of them is drawn.
struct ExampleMaker {
    private let piece: TokenizedPiece
    private let options: ExampleOptions
    private let vocabulary: Vocabulary
    private let mask: Int32
    /// By id: whether the piece of the vocabulary goes on a word.
    private let continuesWord: [Bool]
    private var generator: Generator
    /// Work space of `mask`.
    private var groups: [Range<Int>] = []

    /// - Parameter draw: which piece and version this is; each has random numbers of its own.
    init(_ piece: TokenizedPiece, options: ExampleOptions, vocabulary: Vocabulary, mask: Int32, draw: UInt64) {
        self.piece = piece
        self.options = options
        self.vocabulary = vocabulary
        self.mask = mask
        continuesWord = options.wholeWords ? vocabulary.pieces.map { $0.starts(with: Array("##".utf8)) } : []
        generator = Generator(seed: options.seed, purpose: "pretraining-data", index: draw)
    }

    /// Hands over every example of the piece, in the text's order.
    mutating func make<Failure>(_ body: (MaskedExample) throws(Failure) -> Void) throws(Failure) {
        for part in piece.parts.indices {
            if options.nextSentence {
                try makePairs(part, body)
            } else {
                try makeSegments(part, body)
            }
        }
    }

    private var room: Int { options.maximumLength - options.specials }

    private mutating func targetLength() -> Int {
        generator.uniform() < options.shortProbability ? 2 + generator.index(below: max(1, room - 1)) : room
    }

    private mutating func makePairs<Failure>(
        _ part: Int,
        _ body: (MaskedExample) throws(Failure) -> Void
    ) throws(Failure) {
        let sentences = piece.parts[part].sentences
        let own = piece.parts(sharingDocumentWith: part)
        var target = targetLength()
        var start = sentences.lowerBound
        var position = start
        var length = 0
        while position < sentences.upperBound {
            length += piece.length(of: position)
            position += 1
            guard position == sentences.upperBound || length >= target else { continue }
            let chunk = start..<position
            // How many sentences go into A.
            let split = chunk.count > 1 ? 1 + generator.index(below: chunk.count - 1) : 1
            var first = piece.range(of: start..<(start + split))
            let isRandom = chunk.count == 1 || generator.uniform() < 0.5
            var second: Range<Int>
            if isRandom {
                second = elsewhere(than: own, atLeast: target - first.count)
                // The sentences that were not used go back.
                position = start + split
            } else {
                second = piece.range(of: (start + split)..<position)
            }
            truncate(&first, &second)
            try body(example(first, second, nextLabel: isRandom ? 1 : 0))
            start = position
            length = 0
            target = targetLength()
        }
    }

    /// One segment a sequence: sentences that follow each other; what does not fit begins the next sequence.
    private mutating func makeSegments<Failure>(
        _ part: Int,
        _ body: (MaskedExample) throws(Failure) -> Void
    ) throws(Failure) {
        let all = piece.range(of: piece.parts[part].sentences)
        var start = all.lowerBound
        while start < all.upperBound {
            let end = min(all.upperBound, start + targetLength())
            try body(example(start..<end, nil, nextLabel: nil))
            start = end
        }
    }

    /// Sentences from a random place of another document.
    private mutating func elsewhere(than own: Range<Int>, atLeast length: Int) -> Range<Int> {
        var other = generator.index(below: piece.parts.count - own.count)
        if other >= own.lowerBound { other += own.count }
        let sentences = piece.parts[other].sentences
        let start = sentences.lowerBound + generator.index(below: sentences.count)
        var end = start + 1
        while end < sentences.upperBound, piece.range(of: start..<end).count < length { end += 1 }
        return piece.range(of: start..<end)
    }

    /// `truncate_seq_pair`: the longer one loses a token at its front or back.
    private mutating func truncate(_ first: inout Range<Int>, _ second: inout Range<Int>) {
        func shorten(_ tokens: inout Range<Int>) {
            tokens =
                generator.uniform() < 0.5
                ? (tokens.lowerBound + 1)..<tokens.upperBound : tokens.lowerBound..<(tokens.upperBound - 1)
        }
        while first.count + second.count > room {
            if first.count > second.count { shorten(&first) } else { shorten(&second) }
        }
    }

    private mutating func example(_ first: Range<Int>, _ second: Range<Int>?, nextLabel: Int32?) -> MaskedExample {
        var ids: [Int32] = []
        ids.reserveCapacity(first.count + (second?.count ?? 0) + options.specials)
        ids.append(vocabulary.classification)
        ids += piece.tokens[first]
        ids.append(vocabulary.separator)
        var types = [Int32](repeating: 0, count: ids.count)
        if let second {
            ids += piece.tokens[second]
            ids.append(vocabulary.separator)
            types += [Int32](repeating: 1, count: second.count + 1)
        }
        return masked(ids, types, separator: first.count + 1, nextLabel: nextLabel)
    }

    /// Of the chosen tokens 80 % become `[MASK]`, 10 % stay, 10 % become any piece of the vocabulary.
    ///
    /// With whole words a word whose pieces would exceed the number of predictions is left out, as in the release.
    /// - Parameter separator: the place of the one inside; the one at the end is known.
    private mutating func masked(
        _ ids: [Int32],
        _ types: [Int32],
        separator: Int,
        nextLabel: Int32?
    ) -> MaskedExample {
        var ids = ids
        groups.removeAll(keepingCapacity: true)
        for place in 1..<(ids.count - 1) where place != separator {
            if options.wholeWords, continuesWord[Int(ids[place])], groups.last?.upperBound == place {
                groups[groups.count - 1] = groups[groups.count - 1].lowerBound..<(place + 1)
            } else {
                groups.append(place..<(place + 1))
            }
        }
        let wanted = Int((Double(ids.count) * options.maskedProbability).rounded(.toNearestOrEven))
        let count = min(options.maximumPredictions, max(1, wanted))
        var places: [Int] = []
        places.reserveCapacity(count)
        // Fisher–Yates from the front, as far as it is needed.
        var index = 0
        while index < groups.count, places.count < count {
            groups.swapAt(index, index + generator.index(below: groups.count - index))
            if places.count + groups[index].count <= count { places += groups[index] }
            index += 1
        }
        places.sort()
        var labels: [Int32] = []
        labels.reserveCapacity(places.count)
        for place in places {
            labels.append(ids[place])
            if generator.uniform() < 0.8 {
                ids[place] = mask
            } else if generator.uniform() < 0.5 {
                ids[place] = Int32(generator.index(below: vocabulary.count))
            }
        }
        return MaskedExample(
            ids: ids,
            types: types,
            maskedPositions: places.map { Int32($0) },
            maskedLabels: labels,
            nextLabel: nextLabel
        )
    }
}

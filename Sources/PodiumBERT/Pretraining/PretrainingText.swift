import PodiumGraph
package import PodiumText

/// A tokenized corpus as a source of pre-training examples.
///
/// Each pass over the text draws segments, next sentences and masks anew from
/// seed and pass, so examples need no file and a resumed run finds the same.
package struct PretrainingText: Sendable {
    private let documents: [[[Int32]]]
    private let vocabulary: Vocabulary
    private let mask: Int32
    private let options: PretrainingOptions
    private let seed: UInt64

    /// Tokenizes documents of sentences.
    package init(
        documents: [[String]],
        tokenizer: Tokenizer,
        options: PretrainingOptions,
        seed: UInt64
    ) throws(BERTError) {
        precondition(options.maximumLength >= 5, "two segments and their special tokens need five places")
        precondition(options.duplicateFactor >= 1 && options.maximumPredictions >= 1)
        guard let mask = tokenizer.vocabulary.mask else {
            throw BERTError(.invalidRequest, "the vocabulary has no [MASK]; pre-training needs it")
        }
        self.documents =
            documents
            .map { $0.map { tokenizer.ids(of: $0) }.filter { !$0.isEmpty } }
            .filter { !$0.isEmpty }
        guard !self.documents.isEmpty else { throw BERTError(.invalidRequest, "the corpus has no text") }
        guard self.documents.count > 1 || !options.drawsNextSentences else {
            throw BERTError(
                .invalidRequest,
                "next-sentence pre-training needs at least two documents; separate them by empty lines, or leave nsp out of the objectives"
            )
        }
        self.mask = mask
        self.options = options
        self.seed = seed
        vocabulary = tokenizer.vocabulary
    }

    package var tokens: Int { documents.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } }

    /// All examples of a pass over the text, shuffled.
    package func examples(pass: Int) -> [PretrainingExample] {
        let version = UInt64(pass % options.duplicateFactor)
        var generator = Generator(seed: seed, purpose: "pretraining", index: version)
        var result: [PretrainingExample] = []
        for document in documents.indices { examples(of: document, &generator, into: &result) }
        var order = Generator(seed: seed, purpose: "pretraining/order", index: UInt64(pass))
        return order.permutation(result.count).map { result[Int($0)] }
    }

    /// `create_instances_from_document`.
    private func examples(of index: Int, _ generator: inout Generator, into result: inout [PretrainingExample]) {
        let document = documents[index]
        let room = options.maximumLength - 3
        var target = targetLength(room, &generator)
        var chunk: ArraySlice<[Int32]> = document[0..<0]
        var length = 0
        var position = 0
        while position < document.count {
            chunk = document[chunk.startIndex..<(position + 1)]
            length += document[position].count
            if position == document.count - 1 || length >= target {
                // How many sentences go into A.
                let split =
                    !options.drawsNextSentences
                    ? chunk.count : chunk.count > 1 ? 1 + generator.index(below: chunk.count - 1) : 1
                var first = Array(chunk.prefix(split).joined())
                let isRandom = options.drawsNextSentences && (chunk.count == 1 || generator.uniform() < 0.5)
                var second: [Int32]
                if isRandom {
                    second = elsewhere(than: index, atLeast: target - first.count, &generator)
                    // The sentences that were not used go back.
                    position -= chunk.count - split
                } else {
                    second = Array(chunk.dropFirst(split).joined())
                }
                truncate(&first, &second, room, &generator)
                result.append(example(first, second, nextLabel: isRandom ? 1 : 0, &generator))
                chunk = document[(position + 1)..<(position + 1)]
                length = 0
                target = targetLength(room, &generator)
            }
            position += 1
        }
    }

    private func targetLength(_ room: Int, _ generator: inout Generator) -> Int {
        generator.uniform() < options.shortProbability ? 2 + generator.index(below: max(1, room - 1)) : room
    }

    /// Sentences from a random place of another document.
    private func elsewhere(than index: Int, atLeast length: Int, _ generator: inout Generator) -> [Int32] {
        var other = generator.index(below: documents.count - 1)
        if other >= index { other += 1 }
        let document = documents[other]
        var result: [Int32] = []
        for sentence in document[generator.index(below: document.count)...] {
            result += sentence
            if result.count >= length { break }
        }
        return result
    }

    /// `truncate_seq_pair`: the longer one loses a token at its front or back.
    private func truncate(_ first: inout [Int32], _ second: inout [Int32], _ room: Int, _ generator: inout Generator) {
        func shorten(_ tokens: inout [Int32]) {
            if generator.uniform() < 0.5 { tokens.removeFirst() } else { tokens.removeLast() }
        }
        while first.count + second.count > room {
            if first.count > second.count { shorten(&first) } else { shorten(&second) }
        }
    }

    /// `create_masked_lm_predictions`: of the chosen tokens 80 % become `[MASK]`, 10 % stay, 10 % become any piece.
    private func example(
        _ first: [Int32],
        _ second: [Int32],
        nextLabel: Int32,
        _ generator: inout Generator
    ) -> PretrainingExample {
        let closing = second.isEmpty ? [] : second + [vocabulary.separator]
        var ids = [vocabulary.classification] + first + [vocabulary.separator] + closing
        let types = [Int32](repeating: 0, count: first.count + 2) + [Int32](repeating: 1, count: closing.count)
        let candidates = ids.indices.filter { ids[$0] != vocabulary.classification && ids[$0] != vocabulary.separator }
        let wanted = Int((Double(ids.count) * options.maskedProbability).rounded(.toNearestOrEven))
        let count = min(options.maximumPredictions, max(1, wanted), candidates.count)
        let chosen = generator.permutation(candidates.count).prefix(count).map { candidates[Int($0)] }.sorted()
        var labels: [Int32] = []
        for position in chosen {
            labels.append(ids[position])
            if generator.uniform() < 0.8 {
                ids[position] = mask
            } else if generator.uniform() < 0.5 {
                ids[position] = Int32(generator.index(below: vocabulary.count))
            }
        }
        return PretrainingExample(
            ids: ids,
            types: types,
            maskedPositions: chosen.map { Int32($0) },
            maskedLabels: labels,
            nextLabel: nextLabel
        )
    }
}

/// Batches in the order of training; steps are asked for one after the other.
package struct PretrainingBatches {
    private let text: PretrainingText
    private let batchSize: Int
    private let objectives: Set<Objective.Kind>
    /// Directions in which tokens are predicted from one side.
    private let directions: [HeadTensor.Direction]
    private var pass = 0
    private var firstStep = 0
    private var examples: [PretrainingExample]

    /// - Parameters:
    ///   - objectives: what the batches are fed for.
    ///   - architecture: of the model that is fed.
    package init(
        _ text: PretrainingText,
        batchSize: Int,
        objectives: [Objective] = Objective.release,
        architecture: Configuration.Architecture = .bidirectional
    ) {
        self.text = text
        self.batchSize = batchSize
        self.objectives = Set(objectives.map(\.kind))
        directions = architecture == .shallowBidirectional ? [.forward, .backward] : [.forward]
        examples = text.examples(pass: 0)
    }

    /// Sequences of the first pass.
    package var sequencesPerPass: Int { examples.count }

    private var stepsOfPass: Int { (examples.count + batchSize - 1) / batchSize }

    /// How many steps so many passes take, a part of one counted in proportion.
    package mutating func steps(passes: Double) -> Int {
        var total = 0.0
        for pass in 0..<Int(passes.rounded(.up)) {
            let count = text.examples(pass: pass).count
            total += Double((count + batchSize - 1) / batchSize) * min(1, passes - Double(pass))
        }
        return max(1, Int(total.rounded()))
    }

    /// The batch of a step counted from 0; steps never go back.
    package mutating func batch(step: Int) -> PackedBatch {
        precondition(step >= firstStep, "steps go forward")
        while step - firstStep >= stepsOfPass {
            firstStep += stepsOfPass
            pass += 1
            examples = text.examples(pass: pass)
        }
        let start = (step - firstStep) * batchSize
        let numbers = start..<min(examples.count, start + batchSize)
        let chosen = examples[numbers]
        let isMasked = objectives.contains(.maskedTokens)
        let sequences = zip(numbers, chosen).map { number, example in
            PackedBatch.Sequence(
                ids: isMasked ? example.ids : example.originalIDs,
                types: example.types,
                example: Int32(number)
            )
        }
        var batch = PackedBatch(sequences, isTraining: true)
        if isMasked {
            var positions: [Int32] = []
            var offset: Int32 = 0
            for example in chosen {
                positions += example.maskedPositions.map { $0 + offset }
                offset += Int32(example.ids.count)
            }
            batch.feed(HeadTensor.maskedPositions, HostTensor(positions))
            batch.feed(HeadTensor.maskedLabels, HostTensor(chosen.flatMap(\.maskedLabels)))
        }
        if objectives.contains(.nextSentence) {
            batch.feed(HeadTensor.nextLabels, HostTensor(chosen.map(\.nextLabel)))
        }
        if objectives.contains(.nextToken) {
            for direction in directions { batch.feedNeighbours(sequences, direction) }
        }
        return batch
    }
}

extension PackedBatch {
    /// Feeds every token that has a neighbour in a direction, and that neighbour as the token to predict.
    package mutating func feedNeighbours(_ sequences: [Sequence], _ direction: HeadTensor.Direction) {
        var (positions, labels): ([Int32], [Int32]) = ([], [])
        var offset = 0
        for sequence in sequences {
            let count = sequence.ids.count
            let tokens = direction == .forward ? 0..<count - 1 : 1..<count
            positions += tokens.map { Int32(offset + $0) }
            labels += tokens.map { sequence.ids[direction == .forward ? $0 + 1 : $0 - 1] }
            offset += count
        }
        feed(HeadTensor.positions(direction), HostTensor(positions))
        feed(HeadTensor.labels(direction), HostTensor(labels))
    }
}

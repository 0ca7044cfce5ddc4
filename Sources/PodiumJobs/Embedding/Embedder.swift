package import PodiumBERT
package import PodiumCore
import PodiumData
package import PodiumGraph
import PodiumText

/// Makes vectors of texts with a model's encoder.
package struct Embedder {
    /// A vector and what it is of.
    package struct Row: Equatable {
        /// The piece or the word; nil for a vector of the whole text.
        package var token: String?
        /// A vector for each layer, or one where layers are combined.
        package var vectors: [[Float]]
    }

    private let tokenizer: Tokenizer
    private let predictor: Predictor
    private let options: EmbeddingOptions
    private let maximumLength: Int
    /// Names of the graph's outputs, in the order of the layers asked for.
    private let outputs: [String]
    /// Of one layer.
    private let width: Int

    /// - Parameter maximumLength: of a text, in pieces; longer ones are cut.
    package init(
        _ model: ModelDirectory,
        options: EmbeddingOptions,
        maximumLength: Int,
        device: any GraphDevice
    ) throws {
        let configuration = model.configuration
        if let complaint = options.complaint { throw JobError(.input, complaint) }
        // A context-free model has embeddings alone.
        let count = configuration.architecture == .contextFree ? 0 : configuration.layers
        if let layer = options.layers.first(where: { -$0 > count + 1 }) {
            throw JobError(
                .input,
                "layer \(layer): \(model.path) has \(count) layers, so that -\(count + 1) are its embeddings"
            )
        }
        guard maximumLength <= configuration.maximumPositions else {
            throw JobError(
                .input,
                "maxSequenceLength is \(maximumLength), but \(model.path) has \(configuration.maximumPositions) positions"
            )
        }
        let network = configuration.model
        let layers = options.layers.map { count + 1 + $0 }
        // Of the last layer one row a text is enough for [CLS]; others need all their tokens.
        let onlyFirst = options.pool == .cls && options.layers == [-1]
        let graph = network.statesGraph(layers: layers, rows: onlyFirst ? .firstTokens : .all)
        let loaded = try Weights.load(
            try model.weights(),
            for: graph,
            configuration: configuration,
            seed: 0,
            needsHead: true
        )
        predictor = try Predictor(graph: graph, weights: loaded.weights, device: device)
        tokenizer = model.tokenizer
        outputs = layers.map { "state.\($0)" }
        width = configuration.hiddenSize
        self.options = options
        self.maximumLength = maximumLength
    }

    /// Numbers in a vector that is written.
    package var columns: Int { options.usedCombination == .concat ? width * outputs.count : width }

    /// A text as the model sees it.
    private struct Encoded {
        var sequence: PackedBatch.Sequence
        var tokens: [String]
        /// Of each word, with the places of its pieces in the sequence.
        var words: [(text: String, pieces: Range<Int>)]
        var unknown: Int
    }

    /// How many pieces the texts had so far, and how many of them the vocabulary does not know.
    package private(set) var pieces = 0
    package private(set) var unknownPieces = 0

    /// The rows of every text, in order.
    package mutating func rows(_ texts: [String]) throws -> [[Row]] {
        let encoded = texts.enumerated().map { encode($1, number: Int32(truncatingIfNeeded: $0)) }
        for text in encoded {
            pieces += text.tokens.count
            unknownPieces += text.unknown
        }
        let states = try predictor.outputs(encoded.map(\.sequence))
        let layers = outputs.map { states[$0] ?? [] }
        return encoded.indices.map { number in rows(encoded[number], layers.map { $0[number] }) }
    }

    private func rows(_ text: Encoded, _ layers: [[Float]]) -> [Row] {
        let count = text.tokens.count
        switch options.pool {
        case .none: return (0..<count).map { row(text.tokens[$0], layers, $0..<($0 + 1)) }
        case .cls: return [row(nil, layers, 0..<1)]
        case .mean: return [row(nil, layers, 0..<count)]
        case .word: return text.words.map { row($0.text, layers, $0.pieces) }
        }
    }

    /// The mean of some tokens' states, layers combined.
    private func row(_ token: String?, _ layers: [[Float]], _ places: Range<Int>) -> Row {
        var vectors = layers.map { layer in
            guard places.count > 1 else {
                return Array(layer[(places.lowerBound * width)..<(places.upperBound * width)])
            }
            var sum = [Float](repeating: 0, count: width)
            layer.withUnsafeBufferPointer { layer in
                for place in places {
                    let row = layer.baseAddress.map { $0 + place * width }
                    for column in 0..<width { sum[column] += row?[column] ?? 0 }
                }
            }
            let share = 1 / Float(places.count)
            return sum.map { $0 * share }
        }
        switch options.usedCombination {
        case .separate: break
        case .concat: vectors = [vectors.flatMap(\.self)]
        case .sum:
            vectors = [
                (0..<width).map { column in vectors.reduce(0) { $0 + $1[column] } }
            ]
        }
        if options.normalize { vectors = vectors.map(Self.normalized) }
        return Row(token: token, vectors: vectors)
    }

    private static func normalized(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        return length > 0 ? vector.map { Float(Double($0) / length) } : vector
    }

    // MARK: Texts

    private static let separator = " ||| "

    /// `[CLS] first [SEP] second [SEP]`, cut from the longer part as the release does.
    private func encode(_ text: String, number: Int32) -> Encoded {
        let trimmed = text.trimmingSpaces
        var parts = [trimmed]
        if let range = trimmed.range(ofLast: Self.separator) {
            parts = [String(trimmed[..<range.lowerBound]), String(trimmed[range.upperBound...])]
        }
        var pieces = parts.map { tokenizer.pieces(of: $0) }
        var surplus = pieces.reduce(0) { $0 + $1.count } + parts.count + 1 - maximumLength
        while surplus > 0 {
            let longer = pieces.count == 2 && pieces[0].count <= pieces[1].count ? 1 : 0
            pieces[longer].removeLast()
            surplus -= 1
        }
        let vocabulary = tokenizer.vocabulary
        let encoded = EncodedSequence(
            first: pieces[0].map(\.id),
            second: pieces.count == 2 ? pieces[1].map(\.id) : nil,
            vocabulary: vocabulary
        )
        var words: [(text: String, pieces: Range<Int>)] = []
        var start = 1
        for (part, pieces) in zip(parts, pieces) {
            words += self.words(of: Array(part.utf8), pieces, from: start)
            start += pieces.count + 1
        }
        let unknown = vocabulary.unknown
        return Encoded(
            sequence: PackedBatch.Sequence(ids: encoded.ids, types: encoded.types, example: number),
            tokens: encoded.ids.map { String(decoding: vocabulary.pieces[Int($0)], as: UTF8.self) },
            words: words,
            unknown: encoded.ids.count { $0 == unknown }
        )
    }

    /// Groups pieces: one that does not begin with `##` begins a word.
    private func words(of bytes: [UInt8], _ pieces: [Piece], from start: Int) -> [(text: String, pieces: Range<Int>)] {
        var words: [(text: String, pieces: Range<Int>)] = []
        var first = 0
        while first < pieces.count {
            var end = first + 1
            while end < pieces.count, tokenizer.vocabulary.pieces[Int(pieces[end].id)].starts(with: [0x23, 0x23]) {
                end += 1
            }
            let spelling = bytes[Int(pieces[first].start)..<max(Int(pieces[first].start), Int(pieces[end - 1].end))]
            words.append((String(decoding: spelling, as: UTF8.self), (start + first)..<(start + end)))
            first = end
        }
        return words
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }

    /// The last place of a text, as the release's greedy pattern finds it.
    fileprivate func range(ofLast part: String) -> Range<String.Index>? {
        var found: Range<String.Index>?
        for range in ranges(of: part) { found = range }
        return found
    }
}

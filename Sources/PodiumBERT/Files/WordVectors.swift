internal import Foundation
internal import PodiumFiles
internal import PodiumGraph
internal import PodiumPrimitives
internal import PodiumText

/// Word vectors in text, as GloVe and word2vec write them: a word and its numbers a line, between spaces.
///
/// word2vec's first line says how many there are and how wide; GloVe has none. Made into a context-free model, a word is a piece,
/// and words without a vector are `[UNK]`.
package struct WordVectors {
    private let path: String
    private var words: [[UInt8]] = []
    private var numbers: [Float] = []
    private var width = 0

    /// Numbers of a vector at most, and words.
    private static let widest = 4096
    private static let mostWords = 10_000_000

    /// Reads a file.
    package init(_ path: String) throws(BERTError) {
        self.path = path
        do throws(FileError) {
            try read()
        } catch {
            throw BERTError(error.code == .malformed ? .malformed : .file, error.description)
        }
        guard !words.isEmpty else { throw BERTError(.malformed, "\(path): there is no vector") }
    }

    private mutating func read() throws(FileError) {
        let lines = try FileLines(path)
        var seen: Set<[UInt8]> = []
        var announced: (words: Int, width: Int)?
        while let line = try lines.next() {
            func refuse(_ what: String) -> FileError { FileError(.malformed, what, file: "\(path):\(lines.number)") }
            guard String(validating: line, as: UTF8.self) != nil else { throw refuse("the line is not UTF-8") }
            let fields = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if lines.number == 1, fields.count == 2, let count = Self.count(fields[0]),
                let width = Self.count(fields[1])
            {
                announced = (count, width)
                continue
            }
            guard fields.count >= 2 else {
                throw refuse(
                    "a line is a word and the numbers of its vector, and this one has "
                        + NumberText.count(fields.count, "field")
                )
            }
            if width == 0 {
                width = fields.count - 1
                guard width <= Self.widest else { throw refuse("\(width) numbers; at most \(Self.widest) are read") }
            }
            guard fields.count == width + 1 else {
                throw refuse("\(fields.count - 1) numbers after the word, where the vectors before have \(width)")
            }
            for field in fields.dropFirst() {
                guard let number = Float(String(decoding: field, as: UTF8.self)), number.isFinite else {
                    throw refuse("\"\(String(decoding: field, as: UTF8.self))\" is no number")
                }
                numbers.append(number)
            }
            let word = Array(fields[0])
            guard seen.insert(word).inserted else {
                throw refuse("the word \"\(String(decoding: word, as: UTF8.self))\" has a vector already")
            }
            words.append(word)
            guard words.count <= Self.mostWords else { throw refuse("more than \(Self.mostWords) words") }
        }
        guard let announced, announced != (words.count, width) else { return }
        throw FileError(
            .malformed,
            "the first line says \(announced.words) vectors of \(announced.width) numbers, and the file has \(words.count) of "
                + "\(width)",
            file: path
        )
    }

    private static func count(_ field: ArraySlice<UInt8>) -> Int? {
        guard field.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(String(decoding: field, as: UTF8.self))
    }

    /// Writes a context-free model.
    ///
    /// The special pieces have the mean of all vectors, as words without one have in GloVe's own tools. Words are looked up in
    /// lower case where no word of the file has another.
    ///
    /// - Returns: what was made, for people.
    package func write(to folder: String) throws(BERTError) -> String {
        let special = Vocabulary.SpecialNames().all.map { Array($0.utf8) }
        let own = words.indices.filter { !special.contains(words[$0]) }
        var mean = [Double](repeating: 0, count: width)
        for row in words.indices {
            for column in 0..<width { mean[column] += Double(numbers[row * width + column]) / Double(words.count) }
        }
        var table: [Float] = []
        table.reserveCapacity((own.count + special.count) * width)
        for name in special {
            let row = words.firstIndex(of: name)
            table += row.map { Array(numbers[($0 * width)..<(($0 + 1) * width)]) } ?? mean.map { Float($0) }
        }
        for row in own { table += numbers[(row * width)..<((row + 1) * width)] }
        let isCased = own.contains { words[$0].contains { $0 >= 0x41 && $0 <= 0x5A } }
        let vocabulary: Vocabulary
        do throws(TextError) {
            vocabulary = try Vocabulary(pieces: special + own.map { words[$0] }, name: path)
        } catch {
            throw BERTError(.malformed, error.message)
        }
        var configuration = Configuration(
            vocabularySize: vocabulary.count,
            hiddenSize: width,
            layers: 1,
            heads: 1,
            intermediateSize: width
        )
        configuration.architecture = .contextFree
        let weights = Weights(tensors: [
            "embeddings.word_embeddings.weight": HostTensor(table, shape: [vocabulary.count, width]),
            "embeddings.LayerNorm.weight": HostTensor([Float](repeating: 1, count: width), shape: [width]),
            "embeddings.LayerNorm.bias": HostTensor([Float](repeating: 0, count: width), shape: [width]),
        ])
        _ = try ModelDirectory.write(
            weights,
            configuration: configuration,
            tokenizer: Tokenizer(vocabulary: vocabulary, lowercases: !isCased),
            to: folder
        )
        let casing = isCased ? "cased" : "lower case"
        return "\(NumberText.count(words.count, "word")), vectors of \(width) numbers, \(casing)"
    }
}

package import PodiumText

/// What one reading of a corpus tells: how many documents there are, and the words to learn a vocabulary from.
package struct CorpusScan: Sendable {
    package private(set) var documents = 0
    package private(set) var textBytes = 0
    /// Nil where they were not asked for.
    package private(set) var words: WordCounts?

    /// Reads files as `Preparation` does.
    ///
    /// - Parameters:
    ///   - lowercases: of the words that are counted; nil counts none.
    ///   - shouldStop: asked between documents; `stopped` is thrown when it says so.
    package init(
        files: [String],
        countingWords lowercases: Bool?,
        shouldStop: () -> Bool = { false }
    ) throws(PretrainingDataError) {
        words = lowercases.map { WordCounts(lowercases: $0) }
        var stream = DocumentStream(files: files)
        while let document = try stream.next() {
            if shouldStop() { throw PretrainingDataError(.stopped, "the reading of the corpus was asked to stop") }
            documents = document.number + 1
            textBytes += document.bytes
            for sentence in document.sentences { words?.add(sentence) }
        }
        guard documents > 0 else {
            throw PretrainingDataError(.corpus, "\(files.joined(separator: ", ")): the corpus has no text")
        }
    }
}

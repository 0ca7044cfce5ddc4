internal import PodiumPrimitives

/// What the lines of a corpus look like: sentences, as they should be, or paragraphs.
package struct CorpusLines: Sendable {
    package private(set) var lines = 0
    /// Lines with three sentences or more.
    package private(set) var paragraphs = 0

    /// Fewer lines say nothing.
    private static let fewest = 20
    /// A text that is cut into sentences has hardly any; one in paragraphs has mostly them.
    private static let suspiciousShare = 0.4
    private static let mostLines = 5_000

    package init() {}

    /// Looks at the first lines of files.
    package init(files: [String]) throws(PretrainingDataError) {
        var stream = DocumentStream(files: files)
        while lines < Self.mostLines, let document = try stream.next() {
            for line in document.sentences { add(line) }
        }
    }

    /// Counts a line.
    package mutating func add(_ line: String) {
        lines += 1
        if Self.sentences(in: line) >= 3 { paragraphs += 1 }
    }

    /// One more than there are sentence ends within the line: a full stop, question or exclamation mark before a blank and a capital.
    private static func sentences(in line: String) -> Int {
        let bytes = Array(line.utf8)
        guard bytes.count > 4 else { return 1 }
        let marks: Set<UInt8> = [UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?")]
        var count = 1
        for place in 2..<bytes.count where bytes[place - 1] == 0x20 && marks.contains(bytes[place - 2]) {
            if (0x41...0x5A).contains(bytes[place]) { count += 1 }
        }
        return count
    }

    /// What to say where next sentences are to be learned from such lines; nil where they look like sentences.
    package var warning: String? {
        let share = Double(paragraphs) / Double(max(1, lines))
        guard lines >= Self.fewest, share > Self.suspiciousShare else { return nil }
        return
            "the text seems to have a paragraph a line: \(NumberText.percent(share, digits: 0)) % of its lines have three sentences or "
            + "more. Sequences are filled with whole lines, so that nearly all pairs of them are random ones; write a sentence a "
            + "line, or leave nsp out of the objectives"
    }
}

internal import Foundation
package import PodiumText

/// Turns start and end logits into answers (`write_predictions` of `run_squad.py`).
package struct SpanDecoder: Sendable {
    package var nBestSize: Int
    /// In pieces.
    package var maximumAnswerLength: Int

    package init(nBestSize: Int = 20, maximumAnswerLength: Int = 30) {
        self.nBestSize = nBestSize
        self.maximumAnswerLength = maximumAnswerLength
    }

    /// One candidate of the n-best list.
    package struct Candidate: Hashable, Sendable, Codable {
        package var text: String
        /// Start logit plus end logit.
        package var score: Double
        /// Among the list.
        package var probability: Double
    }

    package struct Answer: Hashable, Sendable {
        /// Best first; never empty.
        package var candidates: [Candidate]
        /// The smallest start + end logit of `[CLS]` over the windows, less the best candidate's score.
        ///
        /// Above a threshold (0 by default) v2.0 answers nothing.
        package var nullOdds: Double
        package var text: String { candidates[0].text }
    }

    /// A window with what the model said of it.
    package struct Scored: Sendable {
        package var window: SpanWindow
        /// One logit for each position of the sequence.
        package var start: [Float]
        package var end: [Float]

        package init(window: SpanWindow, start: [Float], end: [Float]) {
            self.window = window
            self.start = start
            self.end = end
        }
    }

    /// The answer to one question, of all its windows.
    package func answer(_ windows: [Scored], passage: String, tokenizer: Tokenizer) -> Answer {
        struct Span {
            var score: Float
            var window: Int
            /// Of the window's pieces.
            var pieces: ClosedRange<Int>
        }
        var spans: [Span] = []
        var null = Float.infinity
        for (number, scored) in windows.enumerated() {
            let window = scored.window
            null = min(null, scored.start[0] + scored.end[0])
            let context = window.contextStart..<(window.contextStart + window.pieces.count)
            let starts = Self.best(scored.start, of: context, count: nBestSize)
            let ends = Self.best(scored.end, of: context, count: nBestSize)
            for start in starts where window.hasMostContext[start - context.lowerBound] {
                for end in ends where end >= start && end - start < maximumAnswerLength {
                    spans.append(
                        Span(
                            score: scored.start[start] + scored.end[end],
                            window: number,
                            pieces: (start - context.lowerBound)...(end - context.lowerBound)
                        )
                    )
                }
            }
        }
        // Sorted best first; equals in the order they were found.
        let ranked = spans.enumerated().sorted {
            $0.element.score > $1.element.score || ($0.element.score == $1.element.score && $0.offset < $1.offset)
        }
        let words = PassageWords(passage, pieces: [])
        var finalText = FinalText(tokenizer.normalization)
        var candidates: [Candidate] = []
        for (_, span) in ranked {
            if candidates.count >= nBestSize { break }
            let pieces = windows[span.window].window.pieces[span.pieces]
            let text = Self.text(of: pieces, words: words, vocabulary: tokenizer.vocabulary, &finalText)
            if candidates.contains(where: { $0.text.utf8.elementsEqual(text.utf8) }) { continue }
            candidates.append(Candidate(text: text, score: Double(span.score), probability: 0))
        }
        // No valid span at all: the release answers with a word that is never right.
        if candidates.isEmpty { candidates = [Candidate(text: "empty", score: 0, probability: 0)] }
        let top = candidates[0].score
        let weights = candidates.map { exp($0.score - top) }
        let total = weights.reduce(0, +)
        for i in candidates.indices { candidates[i].probability = weights[i] / total }
        return Answer(candidates: candidates, nullOdds: Double(null) - top)
    }

    /// What the passage has for pieces of it.
    static func text(
        of pieces: ArraySlice<Piece>,
        words: PassageWords,
        vocabulary: Vocabulary,
        _ finalText: inout FinalText
    ) -> String {
        var tokens: [UInt8] = []
        for piece in pieces {
            let spelling = vocabulary.pieces[Int(piece.id)]
            if spelling.starts(with: [0x23, 0x23]) {
                tokens += spelling.dropFirst(2)
            } else {
                if !tokens.isEmpty { tokens.append(0x20) }
                tokens += spelling
            }
        }
        guard let first = pieces.first, let last = pieces.last else { return "" }
        return finalText.text(
            tokens: String(decoding: tokens, as: UTF8.self),
            words: words.text(of: Int(first.start)..<max(Int(last.start) + 1, Int(last.end)))
        )
    }

    /// The positions with the largest logits, best first, equals by position.
    private static func best(_ logits: [Float], of positions: Range<Int>, count: Int) -> [Int] {
        let sorted = positions.sorted { logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1) }
        return Array(sorted.prefix(count))
    }
}

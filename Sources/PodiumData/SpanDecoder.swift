internal import Foundation
internal import PodiumText

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
    package func answer(_ windows: [Scored], passage: String) -> Answer {
        struct Span {
            var score: Float
            var window: Int
            var first: Piece
            var last: Piece
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
                            first: window.pieces[start - context.lowerBound],
                            last: window.pieces[end - context.lowerBound]
                        )
                    )
                }
            }
        }
        // Sorted best first; equals in the order they were found.
        let ranked = spans.enumerated().sorted {
            $0.element.score > $1.element.score || ($0.element.score == $1.element.score && $0.offset < $1.offset)
        }
        let utf8 = Array(passage.utf8)
        var candidates: [Candidate] = []
        for (_, span) in ranked {
            if candidates.count >= nBestSize { break }
            let text = String(decoding: utf8[Int(span.first.start)..<Int(span.last.end)], as: UTF8.self)
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

    /// The positions with the largest logits, best first, equals by position.
    private static func best(_ logits: [Float], of positions: Range<Int>, count: Int) -> [Int] {
        let sorted = positions.sorted { logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1) }
        return Array(sorted.prefix(count))
    }
}

package import PodiumText

/// A stretch of a passage with its question, as one sequence.
///
/// Long passages are cut into windows that overlap (`run_squad.py`:
/// `max_seq_length`, `doc_stride`, `max_query_length`). Pieces know where
/// they stand in the passage; windows, answer positions and contexts are the release's.
package struct SpanWindow: Hashable, Sendable {
    /// An index into the questions.
    package var question: Int
    package var sequence: EncodedSequence
    /// Where the passage begins in the sequence.
    package var contextStart: Int
    /// The passage's pieces of this window, with offsets into the passage (UTF-8).
    package var pieces: [Piece]
    /// Whether this window gives the piece the most context of all windows; only then a span may begin at it.
    package var hasMostContext: [Bool]
    /// The answer's first and last position in the sequence; 0 and 0 (`[CLS]`) where the window does not hold it whole.
    package var start: Int32
    package var end: Int32

    /// The windows of questions, in order.
    ///
    /// The first answer is the training target. One that does not stand where the file says, or has no piece,
    /// cannot be learned: in training such questions are left out and counted, as the release does.
    package static func windows(
        of questions: ArraySlice<SQuADQuestion>,
        passages: [String],
        tokenizer: Tokenizer,
        maximumLength: Int,
        stride: Int,
        maximumQueryLength: Int,
        forTraining: Bool
    ) -> (windows: [SpanWindow], unlocatable: Int) {
        var result: [SpanWindow] = []
        var unlocatable = 0
        var passage = -1
        var pieces: [Piece] = []
        var words: PassageWords?
        for index in questions.indices {
            let question = questions[index]
            if question.passage != passage {
                passage = question.passage
                pieces = tokenizer.pieces(of: passages[passage])
                words = forTraining ? PassageWords(passages[passage], pieces: pieces) : nil
            }
            var target: Range<Int>?
            if forTraining, !question.isImpossible {
                target = question.answers.first.flatMap { answer in
                    words?.target(answer, ids: tokenizer.ids(of: answer.text))
                }
                if target == nil {
                    unlocatable += 1
                    continue
                }
            }
            let query = Array(tokenizer.ids(of: question.question).prefix(maximumQueryLength))
            let room = max(1, maximumLength - query.count - 3)
            let spans = Self.spans(count: pieces.count, room: room, stride: stride)
            for (number, span) in spans.enumerated() {
                let own = Array(pieces[span])
                let contextStart = query.count + 2
                var window = SpanWindow(
                    question: index,
                    sequence: EncodedSequence(
                        first: query,
                        second: own.map(\.id),
                        vocabulary: tokenizer.vocabulary
                    ),
                    contextStart: contextStart,
                    pieces: own,
                    hasMostContext: span.map { Self.best(for: $0, among: spans) == number },
                    start: 0,
                    end: 0
                )
                if let target, target.lowerBound >= span.lowerBound, target.upperBound <= span.upperBound {
                    window.start = Int32(contextStart + target.lowerBound - span.lowerBound)
                    window.end = Int32(contextStart + target.upperBound - 1 - span.lowerBound)
                }
                result.append(window)
            }
        }
        return (result, unlocatable)
    }

    /// Stretches of at most `room` pieces, each `stride` after the last, until the end is covered.
    static func spans(count: Int, room: Int, stride: Int) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = 0
        repeat {
            let length = min(room, count - start)
            result.append(start..<(start + length))
            if start + length == count { break }
            start += min(length, stride)
        } while start < count
        return result
    }

    /// The span in which a piece has the most context: `min(left, right) + 0.01 × length`, the first of equals.
    static func best(for piece: Int, among spans: [Range<Int>]) -> Int {
        var best = 0
        var bestScore = -1.0
        for (number, span) in spans.enumerated() where span.contains(piece) {
            let context = min(piece - span.lowerBound, span.upperBound - 1 - piece)
            let score = Double(context) + 0.01 * Double(span.count)
            if score > bestScore { (best, bestScore) = (number, score) }
        }
        return best
    }
}

import PodiumCore
import Synchronization

/// The examples that runs were evaluated on: kept once for all runs that answered the same ones in the same order.
final class EvaluatedExamples: Sendable {
    let splits: [DataSplit]
    /// By their ids in the official file.
    let names: [String]
    let gold: [String]
    /// What each example shares with others; nil unless the first run that was read knows it of all.
    let groups: [String]?
    /// Every answer that a run gave, once.
    private let answers = Mutex(Answers())

    private struct Answers {
        var texts: [String] = []
        var numbers: [Spelling: UInt32] = [:]
    }

    /// A text by its bytes: no two different ones are equal, as they may be as strings.
    private struct Spelling: Hashable {
        var text: String

        static func == (a: Self, b: Self) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    init(_ rows: [ExamplePrediction]) {
        splits = rows.map(\.split)
        names = rows.map(\.example)
        gold = rows.map(\.gold)
        groups = Self.groups(rows)
    }

    var count: Int { names.count }

    static func groups(_ rows: [ExamplePrediction]) -> [String]? {
        let groups = rows.compactMap(\.group)
        return groups.count == rows.count ? groups : nil
    }

    func areSame(as rows: [ExamplePrediction]) -> Bool {
        rows.count == count
            && rows.indices.allSatisfy { place in
                rows[place].example == names[place] && rows[place].gold == gold[place]
                    && rows[place].split == splits[place]
            }
    }

    func areSame(as other: EvaluatedExamples) -> Bool {
        self === other || (names == other.names && gold == other.gold && splits == other.splits)
    }

    /// A number for each answer, the same for equal texts.
    func numbers(of rows: [ExamplePrediction]) -> [UInt32] {
        answers.withLock { answers in
            rows.map { row in
                let spelling = Spelling(text: row.prediction)
                if let known = answers.numbers[spelling] { return known }
                let number = UInt32(answers.texts.count)
                answers.texts.append(row.prediction)
                answers.numbers[spelling] = number
                return number
            }
        }
    }

    func texts(of numbers: [UInt32]) -> [String] {
        answers.withLock { answers in numbers.map { answers.texts[Int($0)] } }
    }
}

/// What a run answered to its evaluation set, packed: a few bytes an example.
struct RunAnswers: Sendable {
    let examples: EvaluatedExamples
    /// Numbers of texts in `examples`: equal ones are equal answers.
    let answers: [UInt32]
    /// Of each example; nil where this run does not know it of all.
    let groups: [String]?
    /// What is known of the inputs; nil where it was not asked for.
    let traits: [InputTraits?]?
    private let kept: Scores

    private enum Scores: Sendable {
        /// Each is 0 or 1.
        case marks([UInt8])
        case numbers([Double])
    }

    /// - Parameter examples: those of the rows.
    init(_ rows: [ExamplePrediction], of examples: EvaluatedExamples, traits wantsTraits: Bool) {
        self.examples = examples
        answers = examples.numbers(of: rows)
        let own = EvaluatedExamples.groups(rows)
        // Equal lists share their storage.
        groups = own == examples.groups ? examples.groups : own
        traits = wantsTraits ? rows.map(\.traits) : nil
        let areMarks = rows.allSatisfy { $0.score == 1 || $0.score.bitPattern == 0 }
        kept = areMarks ? .marks(rows.map { $0.score == 1 ? 1 : 0 }) : .numbers(rows.map(\.score))
    }

    var texts: [String] { examples.texts(of: answers) }

    func text(_ place: Int) -> String { examples.texts(of: [answers[place]])[0] }

    /// As the run gave them: 1 or 0 for a label, F1 for a span, the negated squared error for a regression.
    var scores: [Double] {
        switch kept {
        case .marks(let marks): marks.map { Double($0) }
        case .numbers(let numbers): numbers
        }
    }

    /// One example with its answer, as it was read.
    func row(_ place: Int) -> ExamplePrediction {
        ExamplePrediction(
            split: examples.splits[place],
            example: examples.names[place],
            prediction: text(place),
            gold: examples.gold[place],
            score: score(place),
            group: groups?[place],
            traits: traits?[place]
        )
    }

    func score(_ place: Int) -> Double {
        switch kept {
        case .marks(let marks): Double(marks[place])
        case .numbers(let numbers): numbers[place]
        }
    }

    /// About how much memory it takes that no other run shares.
    var bytes: Int {
        switch kept {
        case .marks: answers.count * 5
        case .numbers: answers.count * 12
        }
    }
}

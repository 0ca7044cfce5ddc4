import Foundation
import PodiumData
import PodiumPrimitives
import PodiumText
import RealData
import Testing

@Suite("SQuAD") struct SQuADTests {
    static let tokenizer = Result {
        Tokenizer(
            vocabulary: try Vocabulary(bytes: RealData.bytes("vocab/bert-base-uncased/vocab.txt"), name: "vocab.txt"),
            lowercases: true
        )
    }

    @Test(
        .realData,
        arguments: [
            ("dev-v1.1.json", 10570, 2067), ("train-v1.1.json", 11877, nil), ("dev-v2.0.json", 11873, nil),
            ("train-v2.0.json", 4719, nil),
        ]
    )
    func realFilesHaveTheirQuestions(name: String, questions: Int, passages: Int?) throws {
        let file = try SQuADFile(bytes: RealData.bytes("squad/\(name)"), name: name)
        #expect(file.questions.count == questions)
        if let passages { #expect(file.passages.count == passages) }
    }

    /// Every passage piece gets its most context in exactly one window, and every training answer is found again.
    @Test(.realData) func windowsCoverRealPassagesOnceAndKeepTheirAnswers() throws {
        let file = try SQuADFile(bytes: RealData.bytes("squad/train-v1.1.json"), name: "train")
        let tokenizer = try Self.tokenizer.get()
        let chosen = file.questions[0..<600]
        let (windows, unlocatable) = SpanWindow.windows(
            of: chosen,
            passages: file.passages,
            tokenizer: tokenizer,
            maximumLength: 128,
            stride: 48,
            maximumQueryLength: 64,
            forTraining: true
        )
        #expect(unlocatable == 0)
        var seen: [Int: Set<Piece>] = [:]
        var found: Set<Int> = []
        for window in windows {
            #expect(window.sequence.ids.count <= 128)
            for (piece, best) in zip(window.pieces, window.hasMostContext) where best {
                #expect(seen[window.question, default: []].insert(piece).inserted, "\(window.question)")
            }
            guard window.start > 0 else { continue }
            let first = window.pieces[Int(window.start) - window.contextStart]
            let last = window.pieces[Int(window.end) - window.contextStart]
            let passage = Array(file.passages[file.questions[window.question].passage].utf8)
            let text = String(decoding: passage[Int(first.start)..<Int(last.end)], as: UTF8.self)
            let answer = file.questions[window.question].answers[0].text
            #expect(text.contains(answer.split(separator: " ")[0]), "\(text) for \(answer)")
            found.insert(window.question)
        }
        for index in chosen.indices {
            let passage = file.passages[file.questions[index].passage]
            #expect(seen[index]?.count == Set(tokenizer.pieces(of: passage)).count)
        }
        // An answer near a cut may lie whole in no window of so short a length.
        #expect(found.count > 590)
    }

    @Test func theDecoderTakesTheBestValidSpan() throws {
        let words = ["who", "?", "ada", "lovelace", "wrote", "the", "first", "program", "in", "1843", "."]
        let pieces = (["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + words).map { Array($0.utf8) }
        let tokenizer = Tokenizer(vocabulary: try Vocabulary(pieces: pieces, name: "words"), lowercases: true)
        let passage = "Ada Lovelace wrote the first program in 1843."
        let question = SQuADQuestion(id: "q", question: "Who?", passage: 0, answers: [], isImpossible: false)
        let window = try #require(
            SpanWindow.windows(
                of: [question][...],
                passages: [passage],
                tokenizer: tokenizer,
                maximumLength: 64,
                stride: 32,
                maximumQueryLength: 16,
                forTraining: false
            ).windows.first
        )
        let count = window.sequence.ids.count
        func position(_ word: String) -> Int {
            let start = passage.utf8.distance(
                from: passage.startIndex,
                to: passage.range(of: word)?.lowerBound ?? passage.startIndex
            )
            return window.contextStart + (window.pieces.firstIndex { $0.start == start } ?? 0)
        }
        var start = [Float](repeating: 0, count: count)
        var end = start
        start[position("Ada")] = 5
        end[position("1843")] = 4
        start[position("1843")] = 3
        end[position("first")] = 2
        start[0] = 1
        let decoder = SpanDecoder(nBestSize: 20, maximumAnswerLength: 30)
        let answer = decoder.answer(
            [.init(window: window, start: start, end: end)],
            passage: passage,
            tokenizer: tokenizer
        )
        #expect(answer.text == "Ada Lovelace wrote the first program in 1843")
        #expect(answer.candidates[0].score == 9)
        #expect(answer.nullOdds == 1 - 9)
        #expect(answer.candidates.count == 20)
        #expect(abs(answer.candidates.map(\.probability).reduce(0, +) - 1) < 1e-12)
        let short = SpanDecoder(nBestSize: 20, maximumAnswerLength: 2)
        // The long span is not allowed: 1843 alone is the best of what is left.
        #expect(
            short.answer([.init(window: window, start: start, end: end)], passage: passage, tokenizer: tokenizer).text
                == "1843"
        )
    }

    static let wrong: [(String, DataError.Code, String)] = [
        ("", .malformed, "train.json:1:1: expected"),
        ("{\"data\": [", .malformed, "train.json:1:11: "),
        ("{}", .malformed, "has no \"data\""),
        ("{\"data\": 3}", .malformed, "data is not"),
        ("{\"data\": []}", .empty, "no questions"),
        (document(qas: "{\"id\": \"a\"}"), .malformed, "data[0].paragraphs[0].qas[0] (a) has no \"question\""),
        (
            document(qas: qa("a", "abc", 0).replacing(": 0", with: ": 1.5")), .malformed,
            "answer_start as a whole number"
        ),
        (document(qas: qa("a", "abc", 0).replacing(": 0", with: ": 1e3")), .malformed, "answers[0].answer_start"),
        (document(qas: qa("a", "abc", 0) + "," + qa("a", "abc", 0)), .duplicateID, "qas[1] (a)"),
        (document(qas: "{\"id\": 5, \"question\": \"q\"}"), .malformed, "qas[0].id as a string"),
    ]

    /// Answers that do not stand where the file says are left out of training and counted, whatever the number is.
    @Test(arguments: [1, -1, 900, Int.max, Int.min, Int.max - 2]) func misplacedAnswersAreCounted(start: Int) throws {
        let text = Self.document(qas: Self.qa("a", "def", start) + "," + Self.qa("b", "def", 4))
        let file = try SQuADFile(bytes: Array(text.utf8), name: "train.json")
        func windows(forTraining: Bool) throws -> (windows: [SpanWindow], unlocatable: Int) {
            SpanWindow.windows(
                of: file.questions[...],
                passages: file.passages,
                tokenizer: try Self.small.get(),
                maximumLength: 32,
                stride: 8,
                maximumQueryLength: 8,
                forTraining: forTraining
            )
        }
        let training = try windows(forTraining: true)
        #expect(training.unlocatable == 1 && training.windows.map(\.question) == [1])
        #expect(try windows(forTraining: false).windows.map(\.question) == [0, 1])
    }

    static let small = Result {
        Tokenizer(
            vocabulary: try Vocabulary(
                bytes: Array("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nabc\ndef\nq\n".utf8),
                name: "vocab.txt"
            ),
            lowercases: true
        )
    }

    private static func qa(_ id: String, _ text: String, _ start: Int) -> String {
        "{\"id\": \"\(id)\", \"question\": \"q\", \"answers\": [{\"text\": \"\(text)\", \"answer_start\": \(start)}]}"
    }

    private static func document(qas: String) -> String {
        "{\"data\": [{\"paragraphs\": [{\"context\": \"abc def\", \"qas\": [\(qas)]}]}]}"
    }

    @Test(arguments: wrong)
    func wrongFilesSayWhere(text: String, code: DataError.Code, says: String) throws {
        let error = #expect(throws: DataError.self) { try SQuADFile(bytes: Array(text.utf8), name: "train.json") }
        #expect(error?.code == code, "\(error.map(String.init(describing:)) ?? "")")
        #expect(error?.description.contains(says) == true, "\(error.map(String.init(describing:)) ?? "")")
    }
}

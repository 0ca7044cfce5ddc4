import PodiumCore
import PodiumData
import PodiumSample
import Testing

@Suite("The sample's SQuAD")
struct SampleSQuADTests {
    static func read(_ split: DataSplit) throws -> SQuADFile {
        let path = "squad/" + DataRoot.fileName(task: .squadV1, split: split)
        return try SQuADFile(bytes: SampleLayoutTests.file(path).bytes, name: path)
    }

    /// The reader refuses a file with an answer that does not stand at its offset.
    @Test func everyAnswerStandsAtItsOffset() throws {
        #expect(try Self.read(.train).questions.count == 304)
        #expect(try Self.read(.dev).questions.count == 152)
    }

    @Test func offsetsCountScalarsPastNonASCIINames() throws {
        let file = try Self.read(.train)
        let telling = file.questions.filter { question in
            question.answers.contains { answer in
                file.passages[question.passage].unicodeScalars.prefix(answer.start).contains { !$0.isASCII }
            }
        }
        #expect(telling.count > 30)
    }

    @Test func trainingHasOneAnswerAndDevelopmentThree() throws {
        #expect(try Self.read(.train).questions.allSatisfy { $0.answers.count == 1 })
        let dev = try Self.read(.dev).questions
        #expect(dev.allSatisfy { $0.answers.count == 3 })
        #expect(dev.contains { $0.answers[0].text != $0.answers[2].text })
    }

    @Test func testQuestionsHaveNoAnswers() throws {
        let test = try Self.read(.test)
        #expect(test.questions.count == 40)
        #expect(test.questions.allSatisfy { $0.answers.isEmpty })
        #expect(Set(test.passages).isDisjoint(with: try Self.read(.train).passages + Self.read(.dev).passages))
    }

    @Test func passagesAreShortAndDifferent() throws {
        let train = try Self.read(.train).passages
        let dev = try Self.read(.dev).passages
        #expect(Set(train).isDisjoint(with: dev))
        #expect((train + dev).allSatisfy { $0.split(separator: " ").count <= 90 })
    }
}

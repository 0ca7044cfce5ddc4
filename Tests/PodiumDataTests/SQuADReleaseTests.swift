import Foundation
import PodiumData
import PodiumFiles
import PodiumText
import RealData
import Testing

/// Features and answers of whole real files, by digests that a script made by the rules of BERT's release.
@Suite("SQuAD as in the release") struct SQuADReleaseTests {
    struct Digests: Decodable {
        var windows: Int
        var skipped: Int
        var features: String
        var answers: String?
    }

    static let digests = Result {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/squad-digests.json")
        return try JSONDecoder().decode([String: Digests].self, from: Data(contentsOf: file))
    }

    @Test(.realData, arguments: ["dev-v1.1.json", "dev-v2.0.json", "train-v1.1.json", "train-v2.0.json"])
    func windowsPositionsAndAnswersAreTheReleases(name: String) throws {
        let expected = try #require(try Self.digests.get()[name])
        let tokenizer = try SQuADTests.tokenizer.get()
        let file = try SQuADFile(bytes: RealData.bytes("squad/\(name)"), name: name)
        let isTraining = name.hasPrefix("train")
        let (windows, skipped) = SpanWindow.windows(
            of: file.questions[...],
            passages: file.passages,
            tokenizer: tokenizer,
            maximumLength: 384,
            stride: 128,
            maximumQueryLength: 64,
            forTraining: isTraining
        )
        #expect(windows.count == expected.windows && skipped == expected.skipped)
        var features = SHA256()
        for window in windows {
            let ids = window.sequence.ids.map(String.init).joined(separator: ",")
            let flags = window.hasMostContext.map { $0 ? "1" : "0" }.joined()
            let id = file.questions[window.question].id
            features.update("\(id) \(window.contextStart) \(ids) \(flags) \(window.start) \(window.end)\n")
        }
        #expect(Digest.hexadecimal(features.finalize()) == expected.features)
        guard let answers = expected.answers else { return }
        #expect(self.answers(windows, of: file, tokenizer) == answers)
    }

    /// Of every question one stretch of one window, drawn as the script draws it, made the best by its logits.
    private func answers(_ windows: [SpanWindow], of file: SQuADFile, _ tokenizer: Tokenizer) -> String {
        let decoder = SpanDecoder(nBestSize: 1)
        var digest = SHA256()
        var next = 0
        for (number, question) in file.questions.enumerated() {
            var own: [SpanWindow] = []
            while next < windows.count, windows[next].question == number {
                own.append(windows[next])
                next += 1
            }
            let chosen = (number * 2_654_435_761 + 12_345) % (1 << 32)
            let window = own[chosen % own.count]
            let starts = window.hasMostContext.indices.filter { window.hasMostContext[$0] }
            let first = starts[(chosen >> 8) % starts.count]
            let last = min(window.pieces.count - 1, first + (chosen >> 20) % 8)
            var start = [Float](repeating: 0, count: window.sequence.ids.count)
            var end = start
            start[window.contextStart + first] = 1
            end[window.contextStart + last] = 1
            let answer = decoder.answer(
                [.init(window: window, start: start, end: end)],
                passage: file.passages[question.passage],
                tokenizer: tokenizer
            )
            digest.update("\(question.id) \(answer.text)\n")
        }
        return Digest.hexadecimal(digest.finalize())
    }
}

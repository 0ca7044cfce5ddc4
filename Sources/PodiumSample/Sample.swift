internal import Foundation
internal import PodiumCore

/// Podium's own small data set: all nine GLUE tasks, GLUE's diagnostic set and SQuAD v1.1 in the official layouts, test sets
/// without labels among them, and text to pre-train on.
///
/// Everything is drawn from one invented world by a grammar and a lexicon of
/// English, byte for byte the same on every machine. Its scores compare systems
/// with each other and with nothing that is published.
package struct Sample: Sendable {
    /// Changes when the content for the standard seed does: a number and the content's digest.
    package static let version = "1-788d2c009b6663d6"

    package static let standardSeed: UInt64 = 20_181_011

    /// A file of the sample.
    package struct File: Sendable, Hashable {
        /// Relative to the sample's directory: `glue/MRPC/train.tsv`.
        package var path: String
        package var bytes: [UInt8]
    }

    package let seed: UInt64

    package init(seed: UInt64 = Sample.standardSeed) {
        self.seed = seed
    }

    /// The whole sample in memory, always in the same order.
    package func files() -> [File] {
        var files: [File] = []
        var taken: Set<String> = []
        var known: [Set<String>] = []
        for part in Self.parts {
            let train = part.train.draw(avoiding: [], seed: seed)
            let trained = Set(train.flatMap(\.texts))
            known.append(trained)
            files.append(file(part.task, .train, name: part.train.name, train))
            for set in part.dev {
                let dev = set.draw(avoiding: trained, seed: seed)
                taken.formUnion(dev.flatMap(\.texts).map(PretrainingText.line))
                known[known.count - 1].formUnion(dev.flatMap(\.texts))
                files.append(file(part.task, .dev, name: set.name, dev))
            }
        }
        let squad = squadFiles()
        files += squad.files
        let texts = textFiles(avoiding: taken.union(squad.devSentences))
        files += texts
        // Test sets come last, and avoid all that came before: they change nothing of it.
        let read = Set(
            texts.flatMap { String(decoding: $0.bytes, as: UTF8.self).split(separator: "\n").map(String.init) }
        )
        let told = read.union(read.map { $0 + " " })
        for (part, known) in zip(Self.parts, known) {
            for set in part.test {
                let examples = set.draw(avoiding: known.union(told), seed: seed)
                let task: BenchmarkTask = set.name == Self.diagnosticName ? .ax : part.task
                files.append(file(task, .test, name: set.name, examples))
            }
        }
        files.append(squadTestFile(avoiding: squad.titles, read))
        return files
    }

    /// Digest of a sample's files and their names.
    package static func digest(of files: [File]) -> Digest {
        var digest = Digest()
        for file in files {
            digest.update(file.path.utf8)
            digest.update([0])
            digest.update(file.bytes)
            digest.update([0])
        }
        return digest
    }

    private func file(_ task: BenchmarkTask, _ split: Split, name: String, _ examples: [Example]) -> File {
        File(path: "glue/\(name)", bytes: Array(GLUETable.text(task, split: split, examples).utf8))
    }

    private func squadTestFile(avoiding titles: Set<String>, _ told: Set<String>) -> File {
        var random = Random(seed: seed, stream: "squad-test")
        let articles = (0..<10).map { number in
            var article = SQuADArticle(number: number, split: .test, questions: 4, &random)
            while titles.contains(article.title) || article.sentences.contains(where: told.contains) {
                article = SQuADArticle(number: number, split: .test, questions: 4, &random)
            }
            return article
        }
        return File(path: "squad/test-v1.1.json", bytes: Array(SQuADDocument.json(articles).utf8))
    }

    private func squadFiles() -> (files: [File], devSentences: Set<String>, titles: Set<String>) {
        var random = Random(seed: seed, stream: "squad")
        let train = (0..<76).map { SQuADArticle(number: $0, split: .train, questions: 4, &random) }
        let known = Set(train.map(\.title))
        let dev = (0..<38).map { number in
            var article = SQuADArticle(number: number, split: .dev, questions: 4, &random)
            while known.contains(article.title) {
                article = SQuADArticle(number: number, split: .dev, questions: 4, &random)
            }
            return article
        }
        let files = [(Split.train, train), (.dev, dev)].map { split, articles in
            File(path: "squad/\(split.rawValue)-v1.1.json", bytes: Array(SQuADDocument.json(articles).utf8))
        }
        return (files, Set(dev.flatMap(\.sentences)), known.union(dev.map(\.title)))
    }

    private func textFiles(avoiding taken: Set<String>) -> [File] {
        let source = PretrainingText(taken: taken)
        var random = Random(seed: seed, stream: "text")
        return [
            File(path: "text/facts.txt", bytes: Array(source.facts(documents: 1100, &random).utf8)),
            File(path: "text/stories.txt", bytes: Array(source.stories(documents: 1700, &random).utf8)),
            File(path: "text/talk.txt", bytes: Array(source.talk(documents: 1300, &random).utf8)),
        ]
    }
}

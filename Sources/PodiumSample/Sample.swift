internal import Foundation
internal import PodiumCore

/// Podium's own small data set: all nine GLUE tasks and SQuAD v1.1 in the official layouts, and text to pre-train on.
///
/// Everything is drawn from one invented world by a grammar and a lexicon of
/// English, byte for byte the same on every machine. Its scores compare systems
/// with each other and with nothing that is published.
package struct Sample: Sendable {
    /// Changes when the content for the standard seed does: a number and the content's digest.
    package static let version = "1-878ac4f445770c7a"

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
        for part in Self.parts {
            let train = part.train.draw(avoiding: [], seed: seed)
            let trained = Set(train.flatMap(\.texts))
            files.append(file(part.task, .train, name: part.train.name, train))
            for set in part.dev {
                let dev = set.draw(avoiding: trained, seed: seed)
                taken.formUnion(dev.flatMap(\.texts).map(PretrainingText.line))
                files.append(file(part.task, .dev, name: set.name, dev))
            }
        }
        let squad = squadFiles()
        files += squad.files
        files += textFiles(avoiding: taken.union(squad.devSentences))
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

    private func squadFiles() -> (files: [File], devSentences: Set<String>) {
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
        return (files, Set(dev.flatMap(\.sentences)))
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

internal import PodiumCore

extension Sample {
    /// One file of examples to draw.
    struct ExampleSet: Sendable {
        /// In the official layout: `MRPC/train.tsv`.
        var name: String
        var source: any ExampleSource
        var count: Int
        var split: Split

        func draw(avoiding taken: Set<String>, seed: UInt64) -> [Example] {
            var random = Random(seed: seed, stream: name)
            return source.examples(count, split: split, avoiding: taken, &random)
        }
    }

    /// One task of GLUE.
    struct Part: Sendable {
        var task: BenchmarkTask
        var train: ExampleSet
        var dev: [ExampleSet]
        /// Their files have no labels, the diagnostic set's has.
        var test: [ExampleSet]

        init(_ task: BenchmarkTask, _ source: any ExampleSource, train: Int, dev: Int) {
            self.task = task
            self.train = ExampleSet(name: "\(task.shortName)/train.tsv", source: source, count: train, split: .train)
            self.dev = [ExampleSet(name: "\(task.shortName)/dev.tsv", source: source, count: dev, split: .dev)]
            self.test = [
                ExampleSet(name: "\(task.shortName)/test.tsv", source: source, count: testExamples, split: .test)
            ]
        }
    }

    /// Examples of each test set: few, since nobody scores them.
    private static let testExamples = 60

    static let diagnosticName = "AX/diagnostic-full.tsv"

    /// All tasks with the numbers of their examples.
    static let parts: [Part] = {
        var mnli = Part(.mnli, MNLI(settings: MNLI.matched), train: 402, dev: 0)
        mnli.dev = [
            ExampleSet(name: "MNLI/dev_matched.tsv", source: MNLI(settings: MNLI.matched), count: 150, split: .dev),
            ExampleSet(
                name: "MNLI/dev_mismatched.tsv",
                source: MNLI(settings: MNLI.mismatched),
                count: 150,
                split: .dev
            ),
        ]
        mnli.test = [
            ExampleSet(
                name: "MNLI/test_matched.tsv",
                source: MNLI(settings: MNLI.matched),
                count: testExamples,
                split: .test
            ),
            ExampleSet(
                name: "MNLI/test_mismatched.tsv",
                source: MNLI(settings: MNLI.mismatched),
                count: testExamples,
                split: .test
            ),
            ExampleSet(name: diagnosticName, source: MNLI(settings: Setting.all), count: testExamples, split: .test),
        ]
        return [
            Part(.cola, CoLA(), train: 600, dev: 200),
            Part(.sst2, SST2(), train: 400, dev: 200),
            Part(.mrpc, MRPC(), train: 400, dev: 160),
            Part(.stsb, STSB(), train: 400, dev: 160),
            Part(.qqp, QQP(), train: 400, dev: 160),
            mnli,
            Part(.qnli, QNLI(), train: 400, dev: 160),
            Part(.rte, RTE(), train: 400, dev: 160),
            Part(.wnli, WNLI(), train: 308, dev: 72),
        ]
    }()
}

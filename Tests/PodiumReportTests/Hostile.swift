import PodiumCore
import PodiumReport

/// Texts that break renderers which trust their input.
enum Hostile {
    static let texts = [
        "<script>alert(1)</script>",
        "]]><![CDATA[ -->",
        "\" onmouseover=\"alert(1)",
        "'\u{301} \"\u{301} <\u{301} &\u{301}",
        "tab\tbell\u{7}escape\u{1B}[31mnull\u{0}",
        "\u{202E}right to left\u{2066}",
        "line one\nline two\r\nthree",
        "100% of $x_1 & {y}^2 ~ #3 \\end{table}",
        "a|b `c` *d* [e](f) | --- |",
        "=1+1,\"quoted\"",
        "{{title}} {{{style}}}",
        "\u{FFFE}\u{FFFF}",
        "日本語 🏆 e\u{301}",
        "",
        String(repeating: "ten thousand ", count: 800),
    ]

    /// A report in which every text from outside is `text`.
    static func report(_ text: String) throws -> Report {
        var report = try SampleReport(tasks: [.mrpc, .squadV1], seeds: 2, points: 4).report()
        let note = Report.Note(code: text, severity: .warning, message: text)
        report.title = text
        report.selection = text
        report.provenance.host = text
        report.provenance.cpu = text
        report.notes = [note]
        for index in report.systems.indices {
            let old = report.systems[index].id
            let new = "\(index)\(text)"
            report.systems[index].id = new
            report.systems[index].name = text
            report.systems[index].summary = text
            for run in report.runs.indices where report.runs[run].system == old { report.runs[run].system = new }
            for row in report.results.indices where report.results[row].system == old {
                report.results[row].system = new
            }
            for row in report.averages.indices where report.averages[row].system == old {
                report.averages[row].system = new
            }
        }
        report.comparisons = []
        let interval = Report.Interval(low: 0.4, high: 0.6, source: .examples, method: text)
        report.slices = [
            Report.Slices(
                task: .mrpc,
                metric: text,
                first: report.systems[0].id,
                second: report.systems[1].id,
                fewest: 20,
                slices: [
                    .init(
                        axis: text,
                        name: text,
                        examples: 30,
                        scores: report.systems.map { .init(system: $0.id, value: 0.5, interval: interval) },
                        difference: .init(value: 0, interval: interval, p: 1, adjustedP: 1)
                    )
                ]
            )
        ]
        report.standings = report.systems.map {
            Report.Standing(system: $0.id, task: nil, best: 1, worst: 2, tier: 1)
        }
        report.flips = [
            Report.Flips(
                first: report.systems[0].id,
                second: report.systems[1].id,
                task: .mrpc,
                firstRuns: 2,
                secondRuns: 2,
                onlyFirst: 1,
                onlySecond: 0,
                examples: [
                    Report.Flips.Example(
                        id: text,
                        text: text,
                        passage: text,
                        gold: text,
                        first: text,
                        second: text,
                        firstIsRight: true
                    )
                ]
            )
        ]
        for index in report.runs.indices {
            report.runs[index].name = text
            report.runs[index].reason = text
            report.runs[index].parameters = [Report.Parameter(name: text, value: text)]
            report.runs[index].attempts = [
                Report.Attempt(
                    number: 1,
                    host: text,
                    startedAt: 0,
                    outcome: text,
                    message: text,
                    environment: AttemptEnvironment(
                        version: text,
                        commit: text,
                        host: text,
                        operatingSystem: text,
                        processor: text,
                        cores: 2,
                        device: text,
                        threads: 2,
                        precision: text,
                        instructions: text
                    )
                ),
                Report.Attempt(number: 2, host: text, startedAt: 0, outcome: text, message: text),
            ]
            report.runs[index].curves = [
                Report.Curve(metric: "loss", points: [Report.Point(step: 1, value: 1)]),
                Report.Curve(metric: "x" + text, points: [Report.Point(step: 1, value: 1)]),
            ]
            report.runs[index].notes = [note]
        }
        for index in report.results.indices {
            report.results[index].configuration = text
            report.results[index].notes = [note]
        }
        for table in report.published.indices {
            report.published[table].title = text
            report.published[table].source = text
            report.published[table].procedure = text
            for row in report.published[table].rows.indices {
                report.published[table].rows[row].name = "\(row)\(text)"
                report.published[table].rows[row].note = text
            }
        }
        for index in report.datasets.indices { report.datasets[index].files[0].name = text }
        return report
    }
}

package import PodiumCore
import PodiumPrimitives

/// The least score that a check asks for.
package struct ScoreThreshold: Hashable, Sendable {
    /// Nil for every task.
    package var task: BenchmarkTask?
    /// On the scale 0 to 1.
    package var least: Double

    package init(task: BenchmarkTask?, least: Double) {
        self.task = task
        self.least = least
    }
}

extension Report {
    /// Scores under a threshold, and tasks without a score that one asks for, a sentence each.
    package func failures(_ thresholds: [ScoreThreshold]) -> [String] {
        results.compactMap { result in
            failure(of: result, thresholds).map { "\(name(of: result.system)) on \(result.task.displayName): \($0)" }
        }
    }

    fileprivate func failure(of result: Outcome, _ thresholds: [ScoreThreshold]) -> String? {
        let wanted = thresholds.filter { $0.task == nil || $0.task == result.task }.map(\.least).max()
        guard let wanted else { return nil }
        guard let score = result.score?.value else { return "no score (\(result.status.rawValue))" }
        guard score < wanted else { return nil }
        return "\(NumberText.percent(score, digits: 2)) is less than \(NumberText.percent(wanted, digits: 2))"
    }

    fileprivate func name(of system: String) -> String { systems.first { $0.id == system }?.name ?? system }
}

/// A report as build servers read it: a test case for every run, and one for every score.
package enum JUnitXML {
    /// The document; equal contents give equal bytes.
    ///
    /// A run that failed is a failure, and so is a score under its threshold.
    package static func encode(_ report: Report, thresholds: [ScoreThreshold] = []) throws(ReportError) -> [UInt8] {
        let report = report.canonical()
        let failedRuns = report.runs.filter { $0.state == .failed }.count
        let unfinished = report.runs.filter { $0.state != .failed && $0.state != .succeeded }.count
        let failures = report.failures(thresholds).count
        let tests = report.runs.count + report.results.count
        var xml = try XMLWriter()
        xml.element(
            "testsuites",
            [
                "name": safe(report.title), "tests": String(tests), "failures": String(failedRuns + failures),
                "skipped": String(unfinished),
            ]
        ) { xml in
            xml.element(
                "testsuite",
                [
                    "name": "runs", "tests": String(report.runs.count), "failures": String(failedRuns),
                    "skipped": String(unfinished), "timestamp": Timestamp.iso8601(report.generatedAt),
                ]
            ) { xml in
                for run in report.runs { write(run, report, to: &xml) }
            }
            xml.element(
                "testsuite",
                ["name": "scores", "tests": String(report.results.count), "failures": String(failures)]
            ) { xml in
                for result in report.results {
                    xml.element(
                        "testcase",
                        ["classname": safe(report.name(of: result.system)), "name": result.task.rawValue]
                    ) { xml in
                        guard let failure = report.failure(of: result, thresholds) else { return }
                        xml.element("failure", ["message": safe(failure)])
                    }
                }
            }
        }
        return try xml.finish()
    }

    private static func write(_ run: Report.Run, _ report: Report, to xml: inout XMLWriter) {
        xml.element(
            "testcase",
            [
                "classname": safe(report.name(of: run.system)), "name": safe(run.name),
                "time": run.wallSeconds.map { NumberText.fixed($0, digits: 3) },
            ]
        ) { xml in
            switch run.state {
            case .succeeded: break
            case .failed: xml.element("failure", ["message": safe(run.reason ?? "the run failed")])
            case .cancelled, .blocked, .ready, .running, .waiting:
                xml.element("skipped", ["message": safe(run.reason ?? run.state.rawValue)])
            }
        }
    }

    /// Text as an attribute can hold it, which has no way to say that it is encoded.
    private static func safe(_ text: String) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { view.append(XMLWriter.isAllowed(scalar) ? scalar : "\u{FFFD}") }
        return String(view)
    }
}

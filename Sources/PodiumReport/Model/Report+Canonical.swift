import PodiumCore

extension Report {
    /// The same report with every list in its one order, so that equal contents give equal bytes.
    ///
    /// Ordered by id, number or name, compared by code points; tasks, tables and
    /// the rows in them, metrics, intervals and slices keep the order that has a meaning.
    package func canonical() -> Report {
        var report = self
        report.datasets = datasets.map(\.canonical).sorted { precedes($0.id, $1.id) }
        report.systems.sort { precedes($0.id, $1.id) }
        report.runs = runs.map(\.canonical).sorted { $0.id < $1.id }
        report.results = results.map(\.canonical).sorted {
            $0.system == $1.system ? precedes($0.task.rawValue, $1.task.rawValue) : precedes($0.system, $1.system)
        }
        report.averages.sort {
            $0.system == $1.system
                ? precedes($0.averaging.rawValue, $1.averaging.rawValue) : precedes($0.system, $1.system)
        }
        report.comparisons.sort {
            precedes(
                [$0.first, $0.second, $0.task?.rawValue ?? "", $0.test],
                [$1.first, $1.second, $1.task?.rawValue ?? "", $1.test]
            )
        }
        report.tiers = tiers.map { Tier(rank: $0.rank, systems: $0.systems.sorted(by: precedes)) }
            .sorted { $0.rank < $1.rank }
        report.standings.sort {
            precedes([$0.task?.rawValue ?? "", $0.system], [$1.task?.rawValue ?? "", $1.system])
        }
        report.flips.sort {
            precedes([$0.task.rawValue, $0.first, $0.second], [$1.task.rawValue, $1.first, $1.second])
        }
        report.slices.sort { precedes([$0.task.rawValue, $0.first], [$1.task.rawValue, $1.first]) }
        report.notes.sort(by: Note.precedes)
        return report
    }
}

extension Report.Dataset {
    fileprivate var canonical: Self {
        var dataset = self
        dataset.files.sort { precedes($0.name, $1.name) }
        return dataset
    }
}

extension Report.Run {
    fileprivate var canonical: Self {
        var run = self
        run.parameters.sort { precedes($0.name, $1.name) }
        run.attempts.sort { $0.number < $1.number }
        run.curves.sort { precedes($0.metric, $1.metric) }
        run.notes.sort(by: Report.Note.precedes)
        return run
    }
}

extension Report.Outcome {
    fileprivate var canonical: Self {
        var outcome = self
        outcome.runs.sort()
        outcome.notes.sort(by: Report.Note.precedes)
        return outcome
    }
}

extension Report.Note {
    fileprivate static func precedes(_ a: Self, _ b: Self) -> Bool {
        PodiumReport.precedes([a.code, a.message], [b.code, b.message])
    }
}

/// Order by UTF-8 bytes: unlike `String <`, no two different texts are equal in it.
private func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
}

private func precedes(_ a: [String], _ b: [String]) -> Bool {
    for (left, right) in zip(a, b) where !left.utf8.elementsEqual(right.utf8) { return precedes(left, right) }
    return a.count < b.count
}

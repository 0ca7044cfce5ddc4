import PodiumCore
import PodiumPrimitives

extension Report {
    /// Refuses a report that contradicts itself: a reference to nothing, a doubled id, a number that is not finite.
    package func check() throws(ReportError) {
        try checkIdentities()
        try checkRuns()
        try checkResults()
        try checkAverages()
        for table in published {
            for row in table.rows {
                for value in row.values {
                    try finite(value.number.value, "published table \(table.id), row \(row.name)")
                }
                for (_, number) in row.averages {
                    try finite(number.value, "published table \(table.id), row \(row.name)")
                }
            }
        }
    }

    private func checkIdentities() throws(ReportError) {
        try finite(generatedAt, "the report's time")
        try unique(tasks.map(\.rawValue), "task")
        try unique(datasets.map(\.id), "data set")
        try unique(systems.map(\.id), "system")
        try unique(runs.map { String($0.id) }, "run")
        try unique(published.map(\.id), "published table")
        try unique(results.map { "\($0.system) on \($0.task.rawValue)" }, "result")
        for table in published { try unique(table.rows.map(\.name), "row of published table \(table.id)") }
    }

    private func checkRuns() throws(ReportError) {
        let systemIDs = Set(systems.map { ExactText($0.id) })
        let datasetIDs = Set(datasets.map { ExactText($0.id) })
        for run in runs {
            let place = "run \(run.id)"
            try require(systemIDs.contains(ExactText(run.system)), "\(place) names the unknown system “\(run.system)”")
            for dataset in [run.dataset, run.trainingSet].compactMap(\.self) {
                try require(datasetIDs.contains(ExactText(dataset)), "\(place) names the unknown data set “\(dataset)”")
            }
            let times = [run.startedAt, run.endedAt, run.wallSeconds, run.score]
            let rates = [run.examplesPerSecond, run.tokensPerSecond]
            for number in (times + rates).compactMap(\.self) { try finite(number, place) }
            for (name, value) in run.metrics { try finite(value, "\(place), metric \(name)") }
            for attempt in run.attempts {
                try finite(attempt.startedAt, place)
                try finite(attempt.endedAt ?? 0, place)
            }
            if let similarity = run.wordSimilarity {
                for row in similarity.cosines { for value in row { try finite(value, "\(place), similarity") } }
                let count = similarity.texts.count
                let isSquare = similarity.cosines.count == count && similarity.cosines.allSatisfy { $0.count == count }
                try require(isSquare && count > 0, "the similarities of \(place) are not one for every two texts")
            }
            try unique(run.curves.map(\.metric), "curve of \(place)")
            for curve in run.curves {
                for point in curve.points { try finite(point.value, "\(place), curve \(curve.metric)") }
                let steps = curve.points.map(\.step)
                let ascends = zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 }
                try require(ascends, "the points of \(place), curve \(curve.metric) are not in step order")
            }
        }
    }

    private func checkResults() throws(ReportError) {
        let systemIDs = Set(systems.map { ExactText($0.id) })
        let datasetIDs = Set(datasets.map { ExactText($0.id) })
        let runIDs = Set(runs.map(\.id))
        for result in results {
            let place = "the result of \(result.system) on \(result.task.rawValue)"
            try require(tasks.contains(result.task), "\(place) is for no task of the report")
            try require(systemIDs.contains(ExactText(result.system)), "\(place) names an unknown system")
            try require(
                datasetIDs.contains(ExactText(result.dataset)),
                "\(place) names the unknown data set “\(result.dataset)”"
            )
            for run in result.runs { try require(runIDs.contains(run), "\(place) names the unknown run \(run)") }
            for number in [result.agreement, result.inflation].compactMap(\.self) + result.expectedMaximum {
                try finite(number, place)
            }
            for measurement in [result.score] + result.metrics.map(\.measurement) {
                guard let measurement else { continue }
                try finite(measurement.value, place)
                for interval in measurement.intervals {
                    try finite(interval.low, place)
                    try finite(interval.high, place)
                    try require(interval.low <= interval.high, "\(place) has an interval whose ends are swapped")
                }
            }
        }
    }

    private func checkAverages() throws(ReportError) {
        let systemIDs = Set(systems.map { ExactText($0.id) })
        for average in averages {
            try require(systemIDs.contains(ExactText(average.system)), "an average names an unknown system")
            try finite(average.value ?? 0, "the average of \(average.system)")
        }
        for comparison in comparisons {
            for system in [comparison.first, comparison.second] {
                try require(systemIDs.contains(ExactText(system)), "a comparison names the unknown system “\(system)”")
            }
            let ends = [
                comparison.interval?.low, comparison.interval?.high, comparison.detectable, comparison.adjustedP,
            ]
            for number in [comparison.difference, comparison.p] + ends.compactMap(\.self) {
                try finite(number, "the comparison of \(comparison.first) and \(comparison.second)")
            }
        }
        for standing in standings {
            try require(
                systemIDs.contains(ExactText(standing.system)),
                "a standing names the unknown system “\(standing.system)”"
            )
            try require(
                1 <= standing.best && standing.best <= standing.worst && standing.tier >= 1,
                "the ranks of \(standing.system) are not in order"
            )
        }
        for flip in flips {
            for system in [flip.first, flip.second] {
                try require(
                    systemIDs.contains(ExactText(system)),
                    "a list of flips names the unknown system “\(system)”"
                )
            }
        }
        try checkSlices(systemIDs)
        for tier in tiers {
            for system in tier.systems {
                try require(systemIDs.contains(ExactText(system)), "a tier names the unknown system “\(system)”")
            }
        }
    }

    private func checkSlices(_ systems: Set<ExactText>) throws(ReportError) {
        for part in slices {
            let place = "a slice of \(part.task.rawValue)"
            let named = [part.first, part.second].compactMap(\.self) + part.slices.flatMap { $0.scores.map(\.system) }
            for system in named {
                try require(systems.contains(ExactText(system)), "\(place) names the unknown system “\(system)”")
            }
            for slice in part.slices {
                let difference = slice.difference
                var numbers = [difference?.value, difference?.p, difference?.adjustedP].compactMap(\.self)
                for interval in slice.scores.map(\.interval) + [difference?.interval].compactMap(\.self) {
                    numbers += [interval.low, interval.high]
                    try require(interval.low <= interval.high, "\(place) has an interval whose ends are swapped")
                }
                for number in numbers + slice.scores.map(\.value) { try finite(number, place) }
            }
        }
    }

    private func require(_ holds: Bool, _ complaint: @autoclosure () -> String) throws(ReportError) {
        guard holds else { throw ReportError(.invalidReport, "the report cannot be written: \(complaint())") }
    }

    private func finite(_ value: Double, _ place: @autoclosure () -> String) throws(ReportError) {
        try require(value.isFinite, "\(place()) holds a number that is not finite; leave it out and set a status")
    }

    private func unique(_ names: [String], _ what: String) throws(ReportError) {
        var seen: Set<ExactText> = []
        for name in names {
            try require(seen.insert(ExactText(name)).inserted, "there are two of \(what) “\(name)”")
        }
    }
}

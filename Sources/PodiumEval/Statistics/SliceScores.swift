/// Mean scores of systems on parts of an evaluation set, and how two of them differ on each part.
///
/// An example counts with its mean over a system's seeds. Of a mean over parts of a set the error comes from the examples
/// that were drawn, whole clusters where there are clusters, and from the seeds; both are added, which is a little more than
/// there is, because the one holds some of the other.
package struct SliceScores: Sendable {
    package struct Score: Sendable {
        package var value: Double
        package var interval: Interval
    }

    /// The first of the compared systems less the second.
    package struct Difference: Sendable {
        package var value: Double
        /// Nil where the examples do not vary.
        package var interval: Interval?
        /// McNemar's exact p of single runs that are right or wrong, else Student's; nil where there is none.
        package var p: Double?
        /// By Holm, over all slices.
        package var adjustedP: Double?
    }

    package struct Slice: Sendable {
        package var key: PredictionDiff.SliceKey
        package var n: Int
        /// In the order of the systems.
        package var scores: [Score]
        package var difference: Difference?
    }

    /// Those with the greatest differences first; without two systems in the order of their axes.
    package private(set) var slices: [Slice] = []
    /// Parts that hold too few examples to say anything.
    package private(set) var small = 0

    /// Fewer examples than this are no part.
    package static let fewest = 20

    /// - Parameters:
    ///   - scores: from 0 to 1, by system, by run, by example.
    ///   - groups: of each example what it shares with others; nil where examples are independent.
    ///   - keys: the parts that each example is in.
    ///   - compared: two systems by their places; nil compares nobody.
    package init(
        scores: [[[Double]]],
        groups: [String]?,
        keys: [[PredictionDiff.SliceKey]],
        compared: (first: Int, second: Int)?,
        level: Double = 0.95
    ) {
        precondition(scores.allSatisfy { runs in !runs.isEmpty && runs.allSatisfy { $0.count == keys.count } })
        var order: [PredictionDiff.SliceKey] = []
        var members: [PredictionDiff.SliceKey: [Int]] = [:]
        for (place, own) in keys.enumerated() {
            for key in own {
                if members[key] == nil { order.append(key) }
                members[key, default: []].append(place)
            }
        }
        let axes = order.map(\.axis)
        order.sort { a, b in
            let (one, other) = (axes.firstIndex(of: a.axis) ?? 0, axes.firstIndex(of: b.axis) ?? 0)
            return one == other ? a.place < b.place : one < other
        }
        for key in order {
            let examples = members[key] ?? []
            // The whole set is no part of it.
            guard examples.count < keys.count else { continue }
            guard examples.count >= Self.fewest else {
                small += 1
                continue
            }
            let part = Part(examples, scores: scores, groups: groups, level: level)
            slices.append(
                Slice(
                    key: key,
                    n: examples.count,
                    scores: scores.indices.map { part.score(of: $0) },
                    difference: compared.map { part.difference($0.first, $0.second) }
                )
            )
        }
        let tested = slices.indices.filter { slices[$0].difference?.p != nil }
        let adjusted = MultipleComparisons.holm(tested.compactMap { slices[$0].difference?.p })
        for (place, p) in zip(tested, adjusted) { slices[place].difference?.adjustedP = p }
        guard compared != nil else { return }
        // Stable, so that equal differences stay in the order of their axes.
        slices = slices.enumerated().sorted { a, b in
            let (one, other) = (
                a.element.difference?.value.magnitude ?? 0, b.element.difference?.value.magnitude ?? 0
            )
            return one == other ? a.offset < b.offset : one > other
        }.map(\.element)
    }
}

/// Some of the examples.
private struct Part {
    /// By system, by run, by example of the part.
    private let scores: [[[Double]]]
    /// The cluster of each example, from 0; nil where examples are independent.
    private let clusters: [Int]?
    private let units: Int
    private let level: Double

    init(_ examples: [Int], scores: [[[Double]]], groups: [String]?, level: Double) {
        self.scores = scores.map { runs in runs.map { run in examples.map { run[$0] } } }
        self.level = level
        guard let groups else {
            clusters = nil
            units = examples.count
            return
        }
        var places: [String: Int] = [:]
        clusters = examples.map { example in
            let place = places[groups[example]] ?? places.count
            places[groups[example]] = place
            return place
        }
        units = places.count
    }

    /// Whether every score is right or wrong, of one run, and examples are independent: then counts say all there is.
    private func isExact(_ system: Int) -> Bool {
        clusters == nil && scores[system].count == 1 && scores[system][0].allSatisfy { $0 == 0 || $0 == 1 }
    }

    func score(of system: Int) -> SliceScores.Score {
        let values = mean(over: scores[system])
        if isExact(system) {
            let right = values.count { $0 == 1 }
            if let interval = try? Interval.proportion(successes: right, of: values.count, level: level) {
                return SliceScores.Score(value: Double(right) / Double(values.count), interval: interval)
            }
        }
        let (estimate, error, freedom) = moments(of: values, seeds: [scores[system]])
        var interval = Interval.effectiveWilson(
            mean: estimate,
            standardError: error,
            units: units,
            degreesOfFreedom: freedom,
            level: level
        )
        interval.clusters = clusters == nil ? nil : units
        return SliceScores.Score(value: estimate, interval: interval)
    }

    func difference(_ first: Int, _ second: Int) -> SliceScores.Difference {
        let (a, b) = (mean(over: scores[first]), mean(over: scores[second]))
        let values = zip(a, b).map(-)
        let (estimate, error, freedom) = moments(of: values, seeds: [scores[first], scores[second]])
        var result = SliceScores.Difference(value: estimate)
        if isExact(first), isExact(second) {
            result.p = PermutationTest.mcNemar(values.count { $0 > 0 }, values.count { $0 < 0 })
        }
        guard error > 0 else { return result }
        let isKnown = !freedom.isFinite
        let tail = 1 - (1 - level) / 2
        let quantile =
            isKnown
            ? Distribution.normalQuantile(tail) : Distribution.studentQuantile(tail, degreesOfFreedom: freedom)
        let half = quantile * error
        var interval = Interval(
            low: max(-1, estimate - half),
            high: min(1, estimate + half),
            level: level,
            method: .student
        )
        interval.clusters = clusters == nil ? nil : units
        result.interval = interval
        let t = estimate.magnitude / error
        let below =
            isKnown ? Distribution.normalCDF(t) : Distribution.studentCDF(t, degreesOfFreedom: freedom)
        result.p = result.p ?? min(1, 2 * (1 - below))
        return result
    }

    private func mean(over runs: [[Double]]) -> [Double] {
        guard runs.count > 1 else { return runs[0] }
        return runs[0].indices.map { place in runs.reduce(0) { $0 + $1[place] } / Double(runs.count) }
    }

    /// Mean, standard error and how well that is known, of values of which several seeds are the mean.
    private func moments(of values: [Double], seeds: [[[Double]]]) -> (Double, Double, Double) {
        var sums = values
        var sizes = [Double](repeating: 1, count: values.count)
        if let clusters {
            sums = [Double](repeating: 0, count: units)
            sizes = sums
            for (place, cluster) in clusters.enumerated() {
                sums[cluster] += values[place]
                sizes[cluster] += 1
            }
        }
        let cluster = ClusterMean(sums: sums, sizes: sizes)
        let parts = seeds.filter { $0.count > 1 }.map { runs -> SystemDraws.SeedPart in
            let means = runs.map { $0.reduce(0, +) / Double($0.count) }
            let count = Double(means.count)
            let centre = means.reduce(0, +) / count
            let squares = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
            return SystemDraws.SeedPart(variance: squares / (count - 1) / count, degreesOfFreedom: count - 1)
        }
        let own = cluster.standardError ?? 0
        let error = (own * own + parts.reduce(0) { $0 + $1.variance }).squareRoot()
        let freedom = SystemDraws.degreesOfFreedom(error, parts: parts, units: Double(max(1, units - 1)))
        return (cluster.estimate, error, freedom)
    }
}

/// Predictions of one or more systems (or seeds) on the same examples, arranged for resampling.
///
/// Examples that look alike in every column are one *unit* with a count: accuracy, F1 and Matthews'
/// correlation of a classification task need only the counts, so a resample is one multinomial draw
/// over at most K^(columns + 1) units instead of n draws. It is the same distribution.
package struct ScoreTable: Sendable {
    /// Names of the metrics; values come per column in this order, followed by their mean, the score.
    package let metrics: [String]
    package internal(set) var columns: Int
    /// Number of examples.
    package let n: Int
    /// How many examples each unit stands for.
    let counts: [Int]
    var kind: Kind
    /// What is drawn where examples are not independent: whole articles or paragraphs.
    package private(set) var clusters: Clusters?

    package enum Clusters: String, Sendable {
        case articles
        case paragraphs
        /// Whatever the caller says goes together.
        case groups

        /// Fewer articles than this say too little about how articles differ; then paragraphs are drawn.
        static let fewest = 10

        package static func drawsArticles(_ articles: Int) -> Bool { articles >= fewest }
    }

    enum Kind: Sendable {
        /// For every unit: gold class, then the predicted class of every column.
        case classes(labels: [String], units: [[Int]])
        case numbers(NumberTable)
        /// `sums[column][metric][unit]` and the number of examples of each unit.
        case means(sums: [[[Double]]], sizes: [Double])
    }

    /// Values per column: the metrics and the score.
    package var width: Int { metrics.count + 1 }

    /// - Parameter systems: the same task and gold data for each.
    package init(_ systems: [GLUEExamples]) throws(EvalError) {
        guard let first = systems.first else { throw EvalError(.invalidArgument, "no predictions to compare") }
        columns = systems.count
        n = first.count
        guard n > 0, systems.allSatisfy({ $0.hasSameGold(as: first) }) else {
            throw EvalError(.mismatchedExamples, "systems can be compared on the same gold examples only")
        }
        switch first {
        case .classes(let task, let labels, let gold, _):
            metrics = GLUEExamples.classMetricNames(of: task)
            let (units, counts) = Self.patterns(gold: gold, predicted: systems.map(\.predictedClasses))
            kind = .classes(labels: labels, units: units)
            self.counts = counts
        case .numbers(_, let gold, _):
            metrics = ["pearson", "spearman"]
            kind = .numbers(NumberTable(gold: gold, predicted: systems.map(\.predictedNumbers)))
            counts = Array(repeating: 1, count: n)
        }
    }

    /// Arranges every question's own scores, one column per system.
    ///
    /// With `clustered`, whole articles are drawn, or paragraphs where there are fewer than ten articles, because
    /// questions about one text are not independent.
    package init(squad systems: [SQuADScore], metrics names: [String], clustered: Bool) throws(EvalError) {
        guard let first = systems.first, !first.questions.isEmpty, names.count == 2 else {
            throw EvalError(.invalidArgument, "no SQuAD scores to compare")
        }
        let ids = first.questions.map(\.id)
        guard systems.allSatisfy({ $0.questions.map(\.id) == ids }) else {
            throw EvalError(.mismatchedExamples, "systems can be compared on the same questions only")
        }
        metrics = names
        columns = systems.count
        n = ids.count
        let articles = Set(first.questions.map(\.article)).count
        let drawn: Clusters = Clusters.drawsArticles(articles) ? .articles : .paragraphs
        clusters = clustered ? drawn : nil
        var unitOfCluster: [Int: Int] = [:]
        let unit = first.questions.indices.map { index -> Int in
            guard clustered else { return index }
            let question = first.questions[index]
            let cluster = drawn == .articles ? question.article : question.paragraph
            let known = unitOfCluster[cluster] ?? unitOfCluster.count
            unitOfCluster[cluster] = known
            return known
        }
        let units = (unit.max() ?? 0) + 1
        var sizes = [Double](repeating: 0, count: units)
        for place in unit { sizes[place] += 1 }
        let sums = systems.map { system in
            var exact = [Double](repeating: 0, count: units)
            var f1 = exact
            for (place, question) in zip(unit, system.questions) {
                exact[place] += question.score.exact
                f1[place] += question.score.f1
            }
            return [exact, f1]
        }
        kind = .means(sums: sums, sizes: sizes)
        counts = Array(repeating: 1, count: units)
    }

    /// Arranges scores that are known example by example, one list per system, with their mean as the metric.
    ///
    /// - Parameter groups: of each example what it shares with others; nil where examples are independent.
    package init(scores: [[Double]], metric: String, groups: [String]? = nil) throws(EvalError) {
        guard let first = scores.first, !first.isEmpty, scores.allSatisfy({ $0.count == first.count }),
            groups.map({ $0.count == first.count }) ?? true
        else {
            throw EvalError(.mismatchedExamples, "systems can be compared on the same examples only")
        }
        metrics = [metric]
        columns = scores.count
        n = first.count
        guard let groups, Set(groups).count > 1 else {
            clusters = nil
            kind = .means(sums: scores.map { [$0] }, sizes: Array(repeating: 1, count: first.count))
            counts = Array(repeating: 1, count: first.count)
            return
        }
        clusters = .groups
        var places: [String: Int] = [:]
        let units = groups.map { group -> Int in
            let place = places[group] ?? places.count
            places[group] = place
            return place
        }
        var sizes = [Double](repeating: 0, count: places.count)
        for unit in units { sizes[unit] += 1 }
        let sums = scores.map { scores -> [[Double]] in
            var sum = [Double](repeating: 0, count: places.count)
            for (unit, score) in zip(units, scores) { sum[unit] += score }
            return [sum]
        }
        kind = .means(sums: sums, sizes: sizes)
        counts = Array(repeating: 1, count: places.count)
    }

    /// How many clusters are drawn; nil where examples are.
    package var clusterCount: Int? { clusters == nil ? nil : counts.count }

    private static func patterns(gold: [Int], predicted: [[Int]]) -> (units: [[Int]], counts: [Int]) {
        var place: [[Int]: Int] = [:]
        var units: [[Int]] = []
        var counts: [Int] = []
        for index in gold.indices {
            let pattern = [gold[index]] + predicted.map { $0[index] }
            if let known = place[pattern] {
                counts[known] += 1
            } else {
                place[pattern] = units.count
                units.append(pattern)
                counts.append(1)
            }
        }
        return (units, counts)
    }
}

extension ScoreTable {
    /// The values on the examples themselves: `columns × width`, undefined ones NaN.
    package var values: [Double] { values(weights: counts) }

    /// A draw of n examples (or all clusters) with replacement, as a weight per unit.
    package func resample(using generator: inout Generator) -> [Int] {
        if case .classes = kind { return Multinomial.resample(counts, using: &generator) }
        var weights = [Int](repeating: 0, count: counts.count)
        for _ in 0..<counts.count { weights[generator.index(below: counts.count)] += 1 }
        return weights
    }

    package func values(weights: [Int]) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(columns * width)
        for column in 0..<columns {
            let start = values.count
            appendMetrics(of: column, weights: weights, to: &values)
            values.append(values[start...].reduce(0, +) / Double(metrics.count))
        }
        return values
    }

    private func appendMetrics(of column: Int, weights: [Int], to values: inout [Double]) {
        switch kind {
        case .classes(let labels, let units):
            var confusion = ConfusionMatrix(classes: labels.count)
            for (unit, weight) in zip(units, weights) where weight > 0 {
                confusion.add(gold: unit[0], predicted: unit[column + 1], times: weight)
            }
            for name in metrics { values.append(confusion.metric(name, labels: labels).value ?? .nan) }
        case .numbers(let table):
            let (pearson, spearman) = table.correlations(of: column, weights: weights)
            values += [pearson, spearman]
        case .means(let sums, let sizes):
            for sum in sums[column] {
                var total = 0.0
                var size = 0.0
                for (unit, weight) in weights.enumerated() where weight > 0 {
                    total += Double(weight) * sum[unit]
                    size += Double(weight) * sizes[unit]
                }
                values.append(total / size)
            }
        }
    }
}

extension GLUEExamples {
    var predictedClasses: [Int] {
        if case .classes(_, _, _, let predicted) = self { predicted } else { [] }
    }

    var predictedNumbers: [Double] {
        if case .numbers(_, _, let predicted) = self { predicted } else { [] }
    }

    func hasSameGold(as other: GLUEExamples) -> Bool {
        switch (self, other) {
        case (.classes(let task, _, let gold, _), .classes(let otherTask, _, let otherGold, _)):
            task == otherTask && gold == otherGold
        case (.numbers(let task, let gold, _), .numbers(let otherTask, let otherGold, _)):
            task == otherTask && gold == otherGold
        default: false
        }
    }
}

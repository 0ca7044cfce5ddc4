/// Predictions of one or more systems (or seeds) on the same examples, arranged for resampling.
///
/// Examples that look alike in every column are one *unit* with a count: accuracy, F1 and Matthews'
/// correlation of a classification task need only the counts, so a resample is one multinomial draw
/// over at most K^(columns + 1) units instead of n draws. It is the same distribution.
package struct ScoreTable: Sendable {
    /// Names of the metrics; values come per column in this order, followed by their mean, the score.
    package let metrics: [String]
    package let columns: Int
    /// Number of examples.
    package let n: Int
    /// How many examples each unit stands for.
    let counts: [Int]
    let kind: Kind

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
    /// With `clustered`, whole paragraphs are
    /// drawn, because questions about one paragraph are not independent.
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
        var unitOfParagraph: [Int: Int] = [:]
        let unit = first.questions.indices.map { index -> Int in
            guard clustered else { return index }
            let paragraph = first.questions[index].paragraph
            let known = unitOfParagraph[paragraph] ?? unitOfParagraph.count
            unitOfParagraph[paragraph] = known
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
    package init(scores: [[Double]], metric: String) throws(EvalError) {
        guard let first = scores.first, !first.isEmpty, scores.allSatisfy({ $0.count == first.count }) else {
            throw EvalError(.mismatchedExamples, "systems can be compared on the same examples only")
        }
        metrics = [metric]
        columns = scores.count
        n = first.count
        kind = .means(sums: scores.map { [$0] }, sizes: Array(repeating: 1, count: first.count))
        counts = Array(repeating: 1, count: first.count)
    }

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

    func values(weights: [Int]) -> [Double] {
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

extension ScoreTable {
    /// Values of a two-column table whose predictions changed sides example by example, each with chance ½.
    func swapped(using generator: inout Generator) -> [Double] {
        switch kind {
        case .classes(let labels, let units):
            var confusions = [ConfusionMatrix(classes: labels.count), ConfusionMatrix(classes: labels.count)]
            for (unit, count) in zip(units, counts) {
                let moved =
                    unit[1] == unit[2]
                    ? 0 : Multinomial.binomial(trials: count, probability: 0.5, using: &generator)
                for column in 0..<2 {
                    confusions[column].add(gold: unit[0], predicted: unit[1 + column], times: count - moved)
                    confusions[column].add(gold: unit[0], predicted: unit[2 - column], times: moved)
                }
            }
            return confusions.flatMap { confusion in
                let values = metrics.map { confusion.metric($0, labels: labels).value ?? .nan }
                return values + [values.reduce(0, +) / Double(metrics.count)]
            }
        case .numbers(let table):
            return table.swappedCorrelations(using: &generator).flatMap { pearson, spearman in
                [pearson, spearman, (pearson + spearman) / 2]
            }
        case .means:
            preconditionFailure("paired means are tested by their differences")
        }
    }
}

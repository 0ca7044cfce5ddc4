/// Tasks whose examples have one of a few classes.
extension ColumnSums {
    struct Classes: Sendable {
        /// Units by gold class.
        var gold: [[Int32]]
        /// Of every column the units that it has wrong, by gold and predicted class.
        var wrong: [[(gold: Int, predicted: Int, units: [Int32])]]
        var labels: [String]
        var metrics: [String]

        /// - Parameter units: of each the gold class, then the class that every column predicts.
        init(_ units: [[Int]], columns: Int, labels: [String], metrics: [String]) {
            var gold = [[Int32]](repeating: [], count: labels.count)
            for (unit, pattern) in units.enumerated() { gold[pattern[0]].append(Int32(unit)) }
            let wrong = (0..<columns).map { column in
                var lists = [[Int32]](repeating: [], count: labels.count * labels.count)
                for (unit, pattern) in units.enumerated() where pattern[column + 1] != pattern[0] {
                    lists[pattern[0] * labels.count + pattern[column + 1]].append(Int32(unit))
                }
                return lists.enumerated().filter { !$0.element.isEmpty }.map {
                    (gold: $0.offset / labels.count, predicted: $0.offset % labels.count, units: $0.element)
                }
            }
            (self.gold, self.wrong, self.labels, self.metrics) = (gold, wrong, labels, metrics)
        }
    }

    static func add<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        _ task: Classes,
        _ weights: UnsafeBufferPointer<SIMD16<Count>>,
        _ draws: Int,
        _ scores: UnsafeMutableBufferPointer<Double>
    ) {
        let classes = task.labels.count
        let gold = task.gold.map { sum($0, weights) }
        let metrics = task.metrics.map(BinaryMetric.init)
        for (column, lists) in task.wrong.enumerated() {
            if classes == 2 {
                // False positives and false negatives.
                var (positive, negative) = (SIMD16<Count>(repeating: 0), SIMD16<Count>(repeating: 0))
                for list in lists {
                    if list.gold == 0 {
                        positive = sum(list.units, weights)
                    } else {
                        negative = sum(list.units, weights)
                    }
                }
                let hits = gold[1] &- negative
                for lane in 0..<lanes {
                    var score = 0.0
                    for metric in metrics {
                        score += metric.value(
                            hits: Int(hits[lane]),
                            falseHits: Int(positive[lane]),
                            misses: Int(negative[lane]),
                            of: draws
                        )
                    }
                    scores[column * lanes + lane] = score / Double(metrics.count)
                }
                continue
            }
            let sums = lists.map { sum($0.units, weights) }
            if task.metrics == ["accuracy"] {
                let wrong = sums.reduce(SIMD16(repeating: 0), &+)
                for lane in 0..<lanes {
                    scores[column * lanes + lane] = Double(draws - Int(wrong[lane])) / Double(draws)
                }
                continue
            }
            for lane in 0..<lanes {
                var counts = [Int](repeating: 0, count: classes * classes)
                for label in 0..<classes { counts[label * classes + label] = Int(gold[label][lane]) }
                for (place, list) in lists.enumerated() {
                    let moved = Int(sums[place][lane])
                    counts[list.gold * classes + list.predicted] += moved
                    counts[list.gold * classes + list.gold] -= moved
                }
                let matrix = ConfusionMatrix(classes: classes, counts: counts)
                var score = 0.0
                for metric in task.metrics { score += matrix.metric(metric, labels: task.labels).value ?? .nan }
                scores[column * lanes + lane] = score / Double(task.metrics.count)
            }
        }
    }

    /// A metric of a two-class task whose second class is the positive one, as `ConfusionMatrix` defines it.
    private enum BinaryMetric {
        case accuracy
        case f1
        case matthews

        init(_ name: String) {
            self = name == "f1" ? .f1 : name == "matthews" ? .matthews : .accuracy
        }

        @inline(__always)
        func value(hits: Int, falseHits: Int, misses: Int, of draws: Int) -> Double {
            let rest = draws - hits - falseHits - misses
            switch self {
            case .accuracy: return Double(hits + rest) / Double(draws)
            case .f1:
                let size = Double(2 * hits + falseHits + misses)
                return size == 0 ? 0 : Double(2 * hits) / size
            case .matthews:
                let total = Double(draws)
                let predicted = Double(hits + falseHits)
                let gold = Double(hits + misses)
                let spread = predicted * (total - predicted) * gold * (total - gold)
                let product = Double(hits) * Double(rest) - Double(falseHits) * Double(misses)
                return spread == 0 ? 0 : product / spread.squareRoot()
            }
        }
    }
}

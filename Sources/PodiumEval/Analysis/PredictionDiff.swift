/// Where two systems differ, example by example.
package struct PredictionDiff: Hashable, Sendable {
    /// One example as both systems answered it.
    package struct Example: Hashable, Sendable {
        package var id: String
        /// The gold label, or the reference answers.
        package var gold: String
        package var first: String
        package var second: String
        /// 0 … 1; for numbers 1 minus the error over the range.
        package var firstScore: Double
        package var secondScore: Double
        /// Axis and name of the slices it belongs to: (`label`, `entailment`), (`length`, `17–32`).
        package var slices: [SliceKey]

        package init(
            id: String,
            gold: String,
            first: String,
            second: String,
            firstScore: Double,
            secondScore: Double,
            slices: [SliceKey] = []
        ) {
            self.id = id
            self.gold = gold
            self.first = first
            self.second = second
            self.firstScore = firstScore
            self.secondScore = secondScore
            self.slices = slices
        }
    }

    package struct SliceKey: Hashable, Sendable {
        package var axis: String
        package var name: String

        package init(_ axis: String, _ name: String) {
            self.axis = axis
            self.name = name
        }

        /// Where the name stands in its axis: by its leading number, if it has one, then by its bytes.
        var place: (Int, String) {
            let digits = name.utf8.prefix { (0x30...0x39).contains($0) }
            return (Int(String(decoding: digits, as: UTF8.self)) ?? Int.max, name)
        }
    }

    /// Mean scores of both systems on a part of the examples.
    package struct Slice: Hashable, Sendable {
        package var key: SliceKey
        package var n: Int
        package var first: Double
        package var second: Double
    }

    package var n: Int
    /// Examples that the second system has better than the first, and the other way round, in file order.
    package var gained: [Example]
    package var lost: [Example]
    /// McNemar's exact p of gained against lost; nil where examples are not independent of each other.
    package var p: Double?
    /// By axis in order of first appearance, then by name, numbers in names by their size.
    package var slices: [Slice]

    /// - Parameters:
    ///   - threshold: how much a score must differ to count as gained or lost.
    ///   - areIndependent: whether examples share nothing; questions about one article do.
    package init(_ examples: [Example], threshold: Double = 0.5, areIndependent: Bool = true) {
        n = examples.count
        gained = examples.filter { $0.secondScore - $0.firstScore >= threshold }
        lost = examples.filter { $0.firstScore - $0.secondScore >= threshold }
        p = areIndependent ? PermutationTest.mcNemar(gained.count, lost.count) : nil
        var order: [SliceKey] = []
        var sums: [SliceKey: (n: Int, first: Double, second: Double)] = [:]
        for example in examples {
            for key in example.slices {
                if sums[key] == nil { order.append(key) }
                let sum = sums[key] ?? (0, 0, 0)
                sums[key] = (sum.n + 1, sum.first + example.firstScore, sum.second + example.secondScore)
            }
        }
        var axes: [String] = []
        for key in order where !axes.contains(key.axis) { axes.append(key.axis) }
        slices = axes.flatMap { axis in
            order.filter { $0.axis == axis }.sorted { $0.place < $1.place }.compactMap { key in
                sums[key].map { sum in
                    let size = Double(sum.n)
                    return Slice(key: key, n: sum.n, first: sum.first / size, second: sum.second / size)
                }
            }
        }
    }
}

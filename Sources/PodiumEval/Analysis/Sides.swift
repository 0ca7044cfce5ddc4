/// Something of each of two systems that are compared; differences are always B's minus A's.
package struct Sides<Value> {
    package var a: Value
    package var b: Value

    package init(a: Value, b: Value) {
        self.a = a
        self.b = b
    }

    package func map<Result, Failure: Error>(
        _ transform: (Value) throws(Failure) -> Result
    ) throws(Failure) -> Sides<Result> {
        Sides<Result>(a: try transform(a), b: try transform(b))
    }
}

extension Sides: Sendable where Value: Sendable {}
extension Sides: Equatable where Value: Equatable {}

extension PairedComparison {
    /// B's score less A's on the same examples of a GLUE task.
    package static func bMinusA(
        _ sides: Sides<GLUEExamples>,
        bootstrap: Bootstrap = Bootstrap()
    ) throws(EvalError) -> PairedComparison {
        PairedComparison(try ScoreTable([sides.b, sides.a]), bootstrap: bootstrap)
    }

    /// B's mean of the two metrics less A's on the same questions of SQuAD; whole paragraphs are drawn.
    package static func bMinusA(
        _ sides: Sides<SQuADScore>,
        metrics: [String],
        bootstrap: Bootstrap = Bootstrap()
    ) throws(EvalError) -> PairedComparison {
        let table = try ScoreTable(squad: [sides.b, sides.a], metrics: metrics, clustered: true)
        return PairedComparison(table, bootstrap: bootstrap)
    }

    /// B's mean of one score per example less A's.
    ///
    /// - Parameter groups: of each example, what it shares its luck with; whole groups are drawn.
    package static func bMinusA(
        _ sides: Sides<[Double]>,
        metric: String,
        groups: [String]? = nil,
        bootstrap: Bootstrap = Bootstrap()
    ) throws(EvalError) -> PairedComparison {
        let table = try ScoreTable(scores: [sides.b, sides.a], metric: metric, groups: groups)
        return PairedComparison(table, bootstrap: bootstrap)
    }
}

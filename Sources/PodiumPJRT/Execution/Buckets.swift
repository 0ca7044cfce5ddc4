/// The sizes that programs are compiled for: few enough to limit compilations, close enough to limit padding.
package struct Buckets: Hashable, Sendable {
    /// Columns of a row of packed sequences; `nil` for the least that holds a batch's longest sequence.
    package var rowWidth: Int?
    /// Whether every batch's own sizes are compiled: for tests and plans.
    package var areExact: Bool

    package init(rowWidth: Int? = nil, areExact: Bool = false) {
        (self.rowWidth, self.areExact) = (rowWidth, areExact)
    }

    /// 1, 2, 3, 4, 6, 8, 12, 16, 24, …: at most a third is padding.
    func count(_ needed: Int) -> Int {
        if areExact { return max(1, needed) }
        var power = 1
        while power < needed {
            if power % 2 == 0, power / 2 * 3 >= needed { return power / 2 * 3 }
            power *= 2
        }
        return power
    }

    /// Columns for sequences of at most so many tokens.
    func width(longest: Int) -> Int {
        if let rowWidth, rowWidth >= longest { return rowWidth }
        if areExact { return max(1, longest) }
        return longest <= 32 ? 32 : (longest + 63) / 64 * 64
    }
}

internal import PodiumPrimitives

/// SplitMix64 with its own ways of drawing, so that no library's change of algorithm changes the sample.
struct Random {
    private var base: SplitMix64

    /// A stream of its own per part of the sample: a change in one part leaves the others as they are.
    init(seed: UInt64, stream: String) {
        base = SplitMix64(state: seed ^ Digest(stream.utf8).value)
    }

    mutating func next() -> UInt64 { base.next() }

    /// A number from 0 up to and without `bound`.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "an empty range has no numbers")
        return base.index(below: bound)
    }

    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    mutating func chance(_ percent: Int) -> Bool {
        below(100) < percent
    }

    mutating func pick<Element>(_ items: [Element]) -> Element {
        items[below(items.count)]
    }

    /// Picks one that differs from `other`.
    mutating func pick<Element: Equatable>(_ items: [Element], not other: Element) -> Element {
        pick(items.filter { $0 != other })
    }

    /// Fisher–Yates.
    mutating func shuffled<Element>(_ items: [Element]) -> [Element] {
        var result = items
        for last in stride(from: items.count - 1, to: 0, by: -1) {
            result.swapAt(last, below(last + 1))
        }
        return result
    }
}

/// SplitMix64 with its own ways of drawing, so that no library's change of algorithm changes the sample.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct Random {
    private var state: UInt64

    /// A stream of its own per part of the sample: a change in one part leaves the others as they are.
    init(seed: UInt64, stream: String) {
        state = seed ^ Digest(stream.utf8).value
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 up to and without `bound`.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "an empty range has no numbers")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
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

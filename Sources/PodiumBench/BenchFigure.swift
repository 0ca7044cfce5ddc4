package import PodiumPrimitives

/// One measured number beside what the machine could do at most.
package struct BenchFigure: Encodable {
    /// Stable, from the general to the particular: `scoring/squad-v1.1`.
    package var name: String
    package var value: Double
    package var unit: String
    /// In the same unit, measured in the same run; nil for figures that are descriptions, such as memory.
    package var ceiling: Double?
    /// Figure ÷ ceiling.
    package var ratio: Double? { ceiling.map { value / $0 } }

    private enum CodingKeys: String, CodingKey {
        case name, value, unit, ceiling, ratio
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(value, forKey: .value)
        try container.encode(unit, forKey: .unit)
        try container.encode(ceiling, forKey: .ceiling)
        try container.encode(ratio, forKey: .ratio)
    }
}

/// Which figures are measured, and how often.
package struct BenchSelection: Sendable {
    /// Beginnings of names; empty for all.
    package var names: [String]
    /// How often each figure is measured; the median counts.
    package var repeats: Int

    package init(names: [String] = [], repeats: Int = 5) {
        self.names = names
        self.repeats = repeats
    }

    package func selects(_ name: String) -> Bool { names.isEmpty || names.contains { name.hasPrefix($0) } }
}

/// Why a figure cannot be measured.
package struct BenchError: DescribedError, Sendable {
    package enum Code: String, Sendable {
        /// The data or the files cannot be used.
        case input
        /// The measured thing did not do its work.
        case failed
    }

    package let code: Code
    /// What happened, where, and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var blame: Blame {
        code == .input ? .input : .job
    }
}

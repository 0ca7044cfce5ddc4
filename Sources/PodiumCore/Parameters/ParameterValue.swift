/// A value of a key of the job file, without spelling: 5e-5, 0.00005 and 5.0E-5 are one.
package enum ParameterValue: Hashable, Sendable {
    case number(Double)
    case integer(Int)
    case flag(Bool)
    case choice(String)
    case name(String)
    indirect case list([ParameterValue])
    case seconds(Double)
    case bytes(Int64)
}

extension ParameterValue: CustomStringConvertible {
    /// As a job file would have it, in one spelling.
    package var description: String {
        switch self {
        case .number(let value): Self.decimal(value)
        case .integer(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .choice(let name), .name(let name): name
        case .list(let values): values.map(\.description).joined(separator: "+")
        case .seconds(let value): "\(Self.decimal(value))s"
        case .bytes(let value): Self.size(value)
        }
    }

    /// The shortest digits that read back as the same number: `3`, `0.1`, `5e-5`.
    package static func decimal(_ value: Double) -> String {
        let text = "\(value)"
        if text.hasSuffix(".0") { return String(text.dropLast(2)) }
        // Swift writes 5e-05 and 1e+16.
        guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else {
            return text
        }
        let digits = text[..<mark]
        return "\(digits.hasSuffix(".0") ? digits.dropLast(2) : digits)e\(exponent)"
    }

    private static func size(_ bytes: Int64) -> String {
        for (unit, size) in [("TiB", Int64(1) << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes % size == 0 && bytes > 0 {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)B"
    }
}

/// A Swift type that a parameter's value can have.
package protocol ParameterRepresentable: Hashable, Sendable {
    /// Nil where the value is of another type.
    init?(parameter: ParameterValue)
    /// Nil where nothing is set.
    var parameter: ParameterValue? { get }
}

extension Double: ParameterRepresentable {
    package init?(parameter: ParameterValue) {
        switch parameter {
        case .number(let value), .seconds(let value): self = value
        case .integer(let value): self = Double(value)
        default: return nil
        }
    }
    package var parameter: ParameterValue? { .number(self) }
}

extension Int: ParameterRepresentable {
    package init?(parameter: ParameterValue) {
        guard case .integer(let value) = parameter else { return nil }
        self = value
    }
    package var parameter: ParameterValue? { .integer(self) }
}

extension Int64: ParameterRepresentable {
    package init?(parameter: ParameterValue) {
        guard case .bytes(let value) = parameter else { return nil }
        self = value
    }
    package var parameter: ParameterValue? { .bytes(self) }
}

extension Bool: ParameterRepresentable {
    package init?(parameter: ParameterValue) {
        guard case .flag(let value) = parameter else { return nil }
        self = value
    }
    package var parameter: ParameterValue? { .flag(self) }
}

extension String: ParameterRepresentable {
    package init?(parameter: ParameterValue) {
        guard case .name(let value) = parameter else { return nil }
        self = value
    }
    package var parameter: ParameterValue? { .name(self) }
}

extension Array: ParameterRepresentable where Element: ParameterRepresentable {
    package init?(parameter: ParameterValue) {
        guard case .list(let values) = parameter else { return nil }
        self = values.compactMap { Element(parameter: $0) }
        guard count == values.count else { return nil }
    }
    package var parameter: ParameterValue? { .list(compactMap(\.parameter)) }
}

extension Optional: ParameterRepresentable where Wrapped: ParameterRepresentable {
    package init?(parameter: ParameterValue) {
        guard let value = Wrapped(parameter: parameter) else { return nil }
        self = .some(value)
    }
    package var parameter: ParameterValue? { flatMap(\.parameter) }
}

/// A closed set of words.
package protocol ParameterChoice: ParameterRepresentable, RawRepresentable, CaseIterable where RawValue == String {}

extension ParameterChoice {
    package init?(parameter: ParameterValue) {
        guard case .choice(let name) = parameter else { return nil }
        self.init(rawValue: name)
    }
    package var parameter: ParameterValue? { .choice(rawValue) }
}

extension ScheduleShape: ParameterChoice {}
extension Clipping: ParameterChoice {}
extension Precision: ParameterChoice {}
extension Architecture: ParameterChoice {}
extension KeptModel: ParameterChoice {}
extension Unfreezing: ParameterChoice {}
extension TaskHead: ParameterChoice {}
extension PretrainingObjective: ParameterChoice {}
extension ComputeDevice: ParameterChoice {}
extension SelectionRule.Metric: ParameterChoice {}
extension SelectionRule.Rule: ParameterChoice {}

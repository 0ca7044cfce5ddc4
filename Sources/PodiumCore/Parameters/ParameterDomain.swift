/// The values that a parameter can have.
package enum ParameterDomain: Hashable, Sendable {
    case number(NumberRange)
    case integer(ClosedRange<Int>)
    case flag
    case choice([String])
    /// Any short word.
    case name
    /// A part of a whole, above 0.
    case share
    /// At least one value, each of them once.
    indirect case list(ParameterDomain)
    /// A duration of more than nothing.
    case seconds
    /// A size of more than nothing.
    case bytes

    package static func choice<T: ParameterChoice>(_ type: T.Type) -> ParameterDomain {
        .choice(type.allCases.map(\.rawValue))
    }

    /// One word, for tables.
    package var typeName: String {
        switch self {
        case .number: "number"
        case .integer: "whole number"
        case .flag: "flag"
        case .choice, .name: "word"
        case .share: "share"
        case .list(let element): "list, each a \(element.typeName)"
        case .seconds: "duration"
        case .bytes: "size"
        }
    }

    /// What a value must be; completes "must be …".
    package var requirement: String {
        switch self {
        case .number(let range): range.description
        case .integer(let range):
            range.upperBound == .max
                ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .choice(let words): words.joined(separator: ", ")
        case .name: "a word of letters, digits, '.', '_' and '-', at most 100 of them"
        case .share: "a share above 0 and at most 1, such as 6 % or 0.06"
        case .list(let element): "a list of values, each once; each \(element.requirement)"
        case .seconds: "a duration such as 90s, 15m or 2h"
        case .bytes: "a size such as 4GiB or 512MiB"
        }
    }

    /// Whether a word may name something: names become parts of paths, addresses and XML ids.
    package static func isName(_ word: String) -> Bool {
        (1...100).contains(word.utf8.count)
            && word.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
                default: false
                }
            }
    }

    package func contains(_ value: ParameterValue) -> Bool {
        switch (self, value) {
        case (.number(let range), .number(let number)): range.contains(number)
        case (.integer(let range), .integer(let number)): range.contains(number)
        case (.flag, .flag): true
        case (.choice(let words), .choice(let word)): words.contains(word)
        case (.name, .name(let word)): Self.isName(word)
        case (.share, .number(let number)): number > 0 && number <= 1
        case (.list(let element), .list(let values)):
            !values.isEmpty && Set(values).count == values.count && values.allSatisfy { element.contains($0) }
        case (.seconds, .seconds(let number)): number > 0 && number.isFinite
        case (.bytes, .bytes(let number)): number > 0
        default: false
        }
    }
}

/// Real numbers between two bounds, each of which may belong to it or not.
package struct NumberRange: Hashable, Sendable, CustomStringConvertible {
    package var lower: Double
    package var upper: Double
    package var includesLower: Bool
    package var includesUpper: Bool

    package static func closed(_ lower: Double, _ upper: Double) -> NumberRange {
        NumberRange(lower: lower, upper: upper, includesLower: true, includesUpper: true)
    }

    /// Without the lower bound.
    package static func above(_ lower: Double, through upper: Double = .infinity) -> NumberRange {
        NumberRange(lower: lower, upper: upper, includesLower: false, includesUpper: true)
    }

    /// Without the upper bound.
    package static func from(_ lower: Double, below upper: Double) -> NumberRange {
        NumberRange(lower: lower, upper: upper, includesLower: true, includesUpper: false)
    }

    /// Without both.
    package static func between(_ lower: Double, _ upper: Double) -> NumberRange {
        NumberRange(lower: lower, upper: upper, includesLower: false, includesUpper: false)
    }

    /// Whether the value lies between the bounds, also as the engine will have it: 0.99999999999 is 1 in float32.
    package func contains(_ value: Double) -> Bool {
        [value, Double(Float(value))].allSatisfy { value in
            value.isFinite && (includesLower ? value >= lower : value > lower)
                && (includesUpper ? value <= upper : value < upper)
        }
    }

    /// Completes "must be …".
    package var description: String {
        let low = "\(includesLower ? "at least" : "above") \(ParameterValue.decimal(lower))"
        guard upper.isFinite else { return low }
        return low + " and \(includesUpper ? "at most" : "below") \(ParameterValue.decimal(upper))"
    }
}

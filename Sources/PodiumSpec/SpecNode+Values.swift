internal import PodiumCore
internal import Yams

/// Values of a few types, each in one notation: YAML 1.1's sexagesimal, octal and other readings of plain words are
/// not used.
extension SpecNode {
    /// Whether the value is YAML's null: nothing, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// The words of an unquoted scalar.
    private var plain: String? {
        guard case .scalar(let scalar) = node, !isNull, scalar.style == .plain || scalar.style == .any else {
            return nil
        }
        return scalar.string
    }

    func string() throws(SpecError) -> String {
        guard case .scalar(let scalar) = node, !isNull, !scalar.string.isEmpty else { throw wrongType("a text") }
        // Neither a path nor the database can hold it.
        guard !scalar.string.utf8.contains(0) else {
            throw error(.invalidValue, "\(path) has a NUL character in it, which no text of a job file may have")
        }
        return scalar.string
    }

    func bool() throws(SpecError) -> Bool {
        switch plain {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: throw wrongType("true or false")
        }
    }

    func integer(_ range: ClosedRange<Int>) throws(SpecError) -> Int {
        guard let number = plain.flatMap(Notation.integer) else { throw wrongType("a whole number") }
        guard range.contains(number) else {
            throw error(.invalidValue, "\(path) must be \(ParameterDomain.integer(range).requirement), not \(number)")
        }
        return number
    }

    func choice(_ allowed: [String]) throws(SpecError) -> String {
        let value = try string()
        guard allowed.contains(value) else {
            throw error(
                .invalidValue,
                "\(path): \"\(value)\" is unknown\(Suggestion.clause(for: value, among: allowed))"
            )
        }
        return value
    }

    /// A value of a parameter's domain.
    func value(_ domain: ParameterDomain) throws(SpecError) -> ParameterValue {
        switch domain {
        case .number(let range):
            guard let number = plain.flatMap(Notation.number) else { throw wrongType("a number") }
            guard range.contains(number) else {
                throw error(.invalidValue, "\(path) must be \(range), not \(ParameterValue.decimal(number))")
            }
            return .number(number)
        case .integer(let range): return .integer(try integer(range))
        case .flag: return .flag(try bool())
        case .choice(let words): return .choice(try choice(words))
        case .name:
            let word = try string()
            guard ParameterDomain.isName(word) else {
                throw error(.invalidValue, "\(path) must be \(domain.requirement), not \"\(word)\"")
            }
            return .name(word)
        case .share:
            guard let share = plain.flatMap({ Share.value($0) }) else {
                throw error(.invalidValue, "\(path) must be \(domain.requirement), not \"\(try string())\"")
            }
            return .number(share)
        case .list(let element):
            guard let items, !items.isEmpty else { throw wrongType("a list of at least one value") }
            var values: [ParameterValue] = []
            for item in items {
                let value = try item.value(element)
                guard !values.contains(value) else { throw item.error(.invalidValue, "\(path) has \(value) twice") }
                values.append(value)
            }
            return .list(values)
        case .seconds:
            let seconds = try quantity(["s": 1, "m": 60, "h": 3600, "d": 86_400], domain)
            guard seconds <= 1e9 else { throw error(.invalidValue, "\(path) is longer than thirty years") }
            return .seconds(seconds)
        case .bytes:
            let units: [String: Double] = [
                "B": 1, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
                "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
            ]
            let bytes = try quantity(units, domain)
            guard bytes < 9e18 else { throw error(.invalidValue, "\(path) is larger than any memory") }
            return .bytes(Int64(bytes))
        }
    }

    /// A number with a unit; without one it counts the smallest.
    private func quantity(_ units: [String: Double], _ domain: ParameterDomain) throws(SpecError) -> Double {
        let text = try string()
        let digits = text.prefix { !$0.isLetter && $0 != " " }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let value = Notation.number(String(digits)), value > 0,
            let factor = unit.isEmpty ? 1 : units[String(unit)]
        else {
            throw error(.invalidValue, "\(path) must be \(domain.requirement), not \"\(text)\"")
        }
        return value * factor
    }
}

/// Decimal and scientific notation, as everybody writes numbers.
enum Notation {
    /// `3`, `0.1`, `.5`, `5e-5`, `-1.0E+3`.
    static func number(_ text: String) -> Double? {
        guard isNumber(text) else { return nil }
        return Double(
            text.hasSuffix(".") ? String(text.dropLast()) : text.replacing(".e", with: "e").replacing(".E", with: "e")
        )
        .flatMap { $0.isFinite ? $0 : nil }
    }

    /// Whether all of it is `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?`.
    ///
    /// By hand, as a sweep may hold thousands of numbers and a regular expression is built anew for each.
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func skip(_ characters: StaticString) -> Bool {
            guard let first = rest.first,
                characters.withUTF8Buffer({ $0.contains(first) })
            else { return false }
            rest.removeFirst()
            return true
        }
        func skipDigits() -> Int {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest[digits.endIndex...]
            return digits.count
        }
        _ = skip("+-")
        let whole = skipDigits()
        let fraction = skip(".") ? skipDigits() : 0
        guard whole + fraction > 0 else { return false }
        if skip("eE") {
            _ = skip("+-")
            guard (1...4).contains(skipDigits()) else { return false }
        }
        return rest.isEmpty
    }

    /// A number without a fraction: `32`, `1e6`.
    ///
    /// A leading zero would make it octal elsewhere, and is refused.
    static func integer(_ text: String) -> Int? {
        if text.wholeMatch(of: /[+-]?(?:0|[1-9][0-9]*)/) != nil { return Int(text) }
        guard text.wholeMatch(of: /[+-]?0[0-9]+/) == nil, let number = number(text) else { return nil }
        return abs(number) < 9_007_199_254_740_992 ? Int(exactly: number) : nil
    }
}

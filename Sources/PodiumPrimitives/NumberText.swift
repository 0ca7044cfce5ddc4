/// Numbers as text, the same on every machine and in every locale.
package enum NumberText {
    /// Fixed notation with `digits` decimals, halves rounded away from zero; `-0.0` is written as `0.0`.
    ///
    /// Numbers that have no such notation (infinite, undefined, beyond 2⁵³ units of the last decimal) are
    /// written as Swift writes them.
    package static func fixed(_ value: Double, digits: Int) -> String {
        precondition((0...12).contains(digits), "decimals")
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = value.magnitude * scale
        guard scaled < 0x1p53 else { return "\(value)" }
        let units = Int64(scaled.rounded(.toNearestOrAwayFromZero))
        let sign = value < 0 && units != 0 ? "-" : ""
        guard digits > 0 else { return sign + String(units) }
        let text = String(units)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.utf8.count)) + text
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }

    /// A score of 0…1 as tables print it: ×100.
    package static func percent(_ value: Double, digits: Int = 1) -> String {
        fixed(value * 100, digits: digits)
    }

    /// A p-value with its sign of relation: `= 0.0312`, `< 0.0001`, `= 1`.
    package static func pValue(_ p: Double) -> String {
        if p < 0.0001 { return "< 0.0001" }
        return p >= 0.99995 ? "= 1" : "= " + fixed(p, digits: 4)
    }

    /// `1 question`, `3 questions`, `10,570 questions`.
    package static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
    }

    /// About three significant digits, for measurements: `0.00213`, `12.4`, `1830`.
    package static func short(_ value: Double) -> String {
        let magnitude = value.magnitude
        if magnitude == 0 { return "0" }
        if magnitude < 1e-3 || magnitude >= 1e9 { return scientific(value) }
        let digits = magnitude < 0.01 ? 5 : magnitude < 0.1 ? 4 : magnitude < 1 ? 3 : magnitude < 10 ? 2 : 1
        return magnitude >= 100 ? fixed(value, digits: 0) : trimmed(fixed(value, digits: digits))
    }

    /// `3e-5`, `2.5e-5`: at most three significant digits, no padding.
    package static func scientific(_ value: Double) -> String {
        if value == 0 { return "0" }
        guard value.isFinite else { return "\(value)" }
        var mantissa = value.magnitude
        var exponent = 0
        while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        var text = fixed(mantissa, digits: 2)
        if text == "10.00" { (text, exponent) = ("1.00", exponent + 1) }
        return "\(value < 0 ? "-" : "")\(trimmed(text))e\(exponent)"
    }

    /// A count in three or four characters: `950`, `12.3k`, `4.1M`.
    package static func compact(_ value: Double) -> String {
        switch value {
        case ..<1000: fixed(value, digits: value < 10 ? 1 : 0)
        case ..<1_000_000: fixed(value / 1000, digits: 1) + "k"
        default: fixed(value / 1_000_000, digits: 1) + "M"
        }
    }

    /// With groups of three digits: `10,570`.
    package static func grouped(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// `48 s`, `5 min 07 s`, `2 h 05 min`.
    package static func duration(_ seconds: Double) -> String {
        if seconds < 10 { return "\(fixed(max(0, seconds), digits: 1)) s" }
        let whole = wholeSeconds(seconds)
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
        return "\(whole / 3600) h \(twoDigits(whole % 3600 / 60)) min"
    }

    /// `0:07`, `12:30`, `3:05:00`: a length of time as queues print it.
    package static func clock(_ seconds: Double) -> String {
        let whole = wholeSeconds(seconds)
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0
            ? "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" : "\(minutes):\(twoDigits(rest))"
    }

    package static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : String(value)
    }

    /// Not negative; an estimate that is no number, or a million years, is held to what `Int` can say.
    private static func wholeSeconds(_ seconds: Double) -> Int {
        seconds > 0 ? Int(min(seconds, 1e15).rounded()) : 0
    }

    /// Without zeros at the end of its decimals: `95.0` becomes `95`.
    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        let kept = text.reversed().drop { $0 == "0" }
        return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
    }
}

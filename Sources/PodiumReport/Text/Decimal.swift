/// Numbers as text, the same on every machine and in every locale.
enum Decimal {
    /// Fixed notation with `digits` decimals, halves rounded away from zero; `-0.0` is written as `0.0`.
    ///
    /// The magnitude times 10^digits must be below 2^53, which holds for all a report prints.
    static func fixed(_ value: Double, digits: Int) -> String {
        precondition(value.isFinite && (0...12).contains(digits))
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let units = Int64((value.magnitude * scale).rounded(.toNearestOrAwayFromZero))
        let sign = value < 0 && units != 0 ? "-" : ""
        guard digits > 0 else { return sign + String(units) }
        let text = String(units)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.utf8.count)) + text
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }

    /// A score of 0…1 as tables print it: ×100, one decimal.
    static func percent(_ value: Double, digits: Int = 1) -> String {
        fixed(value * 100, digits: digits)
    }

    /// About three significant digits, for measurements: `0.00213`, `12.4`, `1830`.
    static func short(_ value: Double) -> String {
        let magnitude = value.magnitude
        if magnitude == 0 { return "0" }
        if magnitude < 1e-3 || magnitude >= 1e9 { return scientific(value) }
        let digits = magnitude < 0.01 ? 5 : magnitude < 0.1 ? 4 : magnitude < 1 ? 3 : magnitude < 10 ? 2 : 1
        return magnitude >= 100 ? fixed(value, digits: 0) : trimmed(fixed(value, digits: digits))
    }

    /// `3e-5`, `2.5e-5`: at most three significant digits, no padding.
    static func scientific(_ value: Double) -> String {
        if value == 0 { return "0" }
        var mantissa = value.magnitude
        var exponent = 0
        while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        var text = fixed(mantissa, digits: 2)
        if text == "10.00" { (text, exponent) = ("1.00", exponent + 1) }
        return "\(value < 0 ? "-" : "")\(trimmed(text))e\(exponent)"
    }

    /// Without zeros at the end of its decimals: `95.0` becomes `95`.
    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        let kept = text.reversed().drop { $0 == "0" }
        return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
    }

    /// With thin groups of three digits: `10,570`.
    static func grouped(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// `48 s`, `5 min 07 s`, `2 h 05 min`.
    static func duration(_ seconds: Double) -> String {
        if seconds < 10 { return "\(fixed(max(0, seconds), digits: 1)) s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
        return "\(whole / 3600) h \(twoDigits(whole % 3600 / 60)) min"
    }

    static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}

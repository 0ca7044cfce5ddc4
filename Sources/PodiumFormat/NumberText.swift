internal import Foundation

/// `0:07`, `12:30`, `3:05:00`: a length of time as people read it in queues.
package func clockText(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds).rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
}

/// A number with `digits` decimals.
package func decimal(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
}

/// A count in three or four characters: `950`, `12.3k`, `4.1M`.
package func compact(_ value: Double) -> String {
    switch value {
    case ..<1000: decimal(value, value < 10 ? 1 : 0)
    case ..<1_000_000: decimal(value / 1000, 1) + "k"
    default: decimal(value / 1_000_000, 1) + "M"
    }
}

/// `2026-03-01 14:05:09` in local time.
package func dateText(_ seconds: Double) -> String {
    var time = time_t(seconds)
    var parts = tm()
    localtime_r(&time, &parts)
    return String(
        format: "%04d-%02d-%02d %02d:%02d:%02d",
        Int(parts.tm_year) + 1900,
        Int(parts.tm_mon) + 1,
        Int(parts.tm_mday),
        Int(parts.tm_hour),
        Int(parts.tm_min),
        Int(parts.tm_sec)
    )
}

/// A score ×1 as it stands in tables: ×100 with two decimals.
package func percentText(_ value: Double) -> String {
    let hundredths = Int((value * 10_000).rounded())
    let part = String(hundredths.magnitude % 100)
    return "\(hundredths < 0 ? "-" : "")\(hundredths.magnitude / 100).\(part.count < 2 ? "0" : "")\(part)"
}

/// Three significant digits, or a whole number.
package func shortText(_ value: Double) -> String {
    guard value.magnitude < 100 else { return "\(Int(value.rounded()))" }
    let scale = value.magnitude < 1 ? 1000.0 : value.magnitude < 10 ? 100 : 10
    return "\((value * scale).rounded() / scale)"
}

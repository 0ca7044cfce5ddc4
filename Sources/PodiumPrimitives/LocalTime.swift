internal import Glibc

/// A moment as people read it where they are.
package enum LocalTime {
    /// `2026-03-01 14:05:09` in local time.
    package static func text(_ secondsSince1970: Double) -> String {
        var time = time_t(secondsSince1970)
        var parts = tm()
        localtime_r(&time, &parts)
        let date = [parts.tm_mon + 1, parts.tm_mday].map { NumberText.twoDigits(Int($0)) }
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { NumberText.twoDigits(Int($0)) }
        return "\(parts.tm_year + 1900)-\(date.joined(separator: "-")) \(clock.joined(separator: ":"))"
    }
}

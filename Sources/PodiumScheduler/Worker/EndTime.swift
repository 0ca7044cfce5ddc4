internal import Foundation

/// Times at which something has to be over, as people and Slurm write them.
package enum EndTime {
    /// Seconds since 1970; nil where the text says that there is no end (`NONE`, `N/A`, `Unknown`).
    ///
    /// - Parameters:
    ///   - text: `2027-03-01T18:00` or `2027-03-01T18:00:00` in local time, `18:00` for the next time that it is that,
    ///     or a span from now: `90s`, `90m`, `4h`, `2d`.
    package static func seconds(_ text: String, now: Double) throws(SchedulerError) -> Double? {
        let word = text.trimmingCharacters(in: .whitespaces)
        if ["", "NONE", "N/A", "UNKNOWN", "UNLIMITED", "NULL", "(NULL)"].contains(word.uppercased()) { return nil }
        if let unit = word.last, let scale = ["s": 1.0, "m": 60, "h": 3600, "d": 86400][unit],
            let count = Double(word.dropLast()), count > 0, count.isFinite
        {
            return now + count * scale
        }
        if let moment = moment(word) ?? clock(word, now: now) { return moment }
        throw SchedulerError(
            .invalidRequest,
            "\"\(text)\" is no time: write 18:00, 2027-03-01T18:00, or a span such as 90m or 4h"
        )
    }

    private static func moment(_ word: String) -> Double? {
        let halves = word.split(separator: "T" as Character)
        guard halves.count == 2, let date = numbers(halves[0], "-", 3...3), let time = numbers(halves[1], ":", 2...3)
        else { return nil }
        // 31 February is no moment, though it could be counted as one of March.
        guard let moment = local(date, time) else { return nil }
        var seconds = time_t(moment)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return Int(parts.tm_mday) == date[2] && Int(parts.tm_mon) + 1 == date[1] ? moment : nil
    }

    private static func clock(_ word: String, now: Double) -> Double? {
        guard let time = numbers(word[...], ":", 2...3) else { return nil }
        var today = time_t(now)
        var parts = tm()
        localtime_r(&today, &parts)
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        guard let moment = local(date, time) else { return nil }
        return moment > now ? moment : local([date[0], date[1], date[2] + 1], time)
    }

    private static func numbers(_ text: Substring, _ separator: Character, _ count: ClosedRange<Int>) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.allSatisfy(\.isASCII) && part.count <= 4 ? Int(part) : nil }
        guard numbers.count == parts.count, count.contains(parts.count), numbers.allSatisfy({ $0 >= 0 }) else {
            return nil
        }
        return numbers
    }

    /// A moment of local time; the day may be the one after the month's last.
    private static func local(_ date: [Int], _ time: [Int]) -> Double? {
        guard (1...12).contains(date[1]), (1...32).contains(date[2]), time[0] < 24, time[1] < 60,
            time.count < 3 || time[2] <= 60
        else { return nil }
        var parts = tm()
        parts.tm_year = Int32(date[0] - 1900)
        parts.tm_mon = Int32(date[1] - 1)
        parts.tm_mday = Int32(date[2])
        parts.tm_hour = Int32(time[0])
        parts.tm_min = Int32(time[1])
        parts.tm_sec = time.count == 3 ? Int32(time[2]) : 0
        // Whether summer time applies is for the time zone to say.
        parts.tm_isdst = -1
        let moment = mktime(&parts)
        return moment == -1 ? nil : Double(moment)
    }
}

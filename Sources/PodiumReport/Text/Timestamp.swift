/// A moment in UTC, as text.
enum Timestamp {
    /// `2026-03-01T09:30:05Z`, an `xs:dateTime`; fractions of a second are cut off.
    static func iso8601(_ secondsSince1970: Double) -> String {
        let (day, second) = split(secondsSince1970)
        let (year, month, dayOfMonth) = civil(fromDay: day)
        let date = "\(padded(year))-\(Decimal.twoDigits(month))-\(Decimal.twoDigits(dayOfMonth))"
        let clock = [second / 3600, second / 60 % 60, second % 60].map(Decimal.twoDigits).joined(separator: ":")
        return "\(date)T\(clock)Z"
    }

    /// `2026-03-01 09:30 UTC`.
    static func readable(_ secondsSince1970: Double) -> String {
        let text = iso8601(secondsSince1970)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    private static func split(_ seconds: Double) -> (day: Int, second: Int) {
        let whole = Int(seconds.rounded(.down))
        let day = whole >= 0 ? whole / 86_400 : (whole - 86_399) / 86_400
        return (day, whole - day * 86_400)
    }

    private static func padded(_ year: Int) -> String {
        String(repeating: "0", count: max(0, 4 - String(year).utf8.count)) + String(year)
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01.
    ///
    /// Counts in 400-year eras from 0000-03-01, so that the leap day ends its year.
    private static func civil(fromDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

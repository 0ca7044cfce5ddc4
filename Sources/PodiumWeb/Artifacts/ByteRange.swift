/// Parts of files in HTTP's headers (RFC 9110, section 14).
enum ByteRange {
    /// `bytes=5-`, `bytes=5-9` of a file of that length.
    ///
    /// - Returns: nil for a header that asks for nothing that is known, which is answered by the whole file; an empty range
    ///   for one that lies outside.
    static func read(_ header: String, of bytes: Int64) -> Range<Int64>? {
        guard header.hasPrefix("bytes=") else { return nil }
        let parts = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = Int64(parts[0]), first >= 0 else { return nil }
        if first >= bytes { return 0..<0 }
        if parts[1].isEmpty { return first..<bytes }
        guard let last = Int64(parts[1]), last >= first else { return nil }
        return first..<min(bytes, last + 1)
    }

    /// `bytes 0-9/100` of what is sent, and `bytes */100` of a question how far it has come.
    static func sent(_ header: String) -> (offset: Int64?, count: Int64, total: Int64)? {
        guard header.hasPrefix("bytes ") else { return nil }
        let halves = header.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, let total = Int64(halves[1]), total >= 0 else { return nil }
        if halves[0] == "*" { return (nil, 0, total) }
        let parts = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = Int64(parts[0]), let last = Int64(parts[1]), first >= 0, last >= first,
            last < total
        else { return nil }
        return (first, last - first + 1, total)
    }
}

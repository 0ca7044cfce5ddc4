/// Python's view of a code point, where Swift's differs from it.
enum PythonText {
    /// `\w` in a `str` pattern.
    static func isWord(_ scalar: UInt32) -> Bool {
        contains(PythonUnicodeTables.wordRanges, scalar)
    }

    /// What `str.split()` splits on: includes U+001C…U+001F, excludes U+200B.
    static func isSpace(_ scalar: UInt32) -> Bool {
        PythonUnicodeTables.spaces.contains(scalar)
    }

    static func isCased(_ scalar: UInt32) -> Bool {
        contains(PythonUnicodeTables.casedRanges, scalar)
    }

    static func isIgnorable(_ scalar: UInt32) -> Bool {
        contains(PythonUnicodeTables.ignorableRanges, scalar)
    }

    /// `str.lower()`: U+0130 becomes two scalars, U+03A3 at the end of a word becomes U+03C2.
    static func lower(_ text: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(text.count)
        for (index, scalar) in text.enumerated() {
            switch scalar {
            case 0x41...0x5A: result.append(scalar + 32)
            case 0..<0x80: result.append(scalar)
            case 0x130: result += [0x69, 0x307]
            case 0x3A3: result.append(isFinalSigma(text, at: index) ? 0x3C2 : 0x3C3)
            default: result.append(lowerSingle(scalar))
            }
        }
        return result
    }

    /// Unicode's Final_Sigma: a cased letter before, none after, case-ignorable scalars skipped.
    private static func isFinalSigma(_ text: [UInt32], at index: Int) -> Bool {
        guard let before = text[..<index].last(where: { !isIgnorable($0) }), isCased(before) else { return false }
        guard let after = text[(index + 1)...].first(where: { !isIgnorable($0) }) else { return true }
        return !isCased(after)
    }

    private static func lowerSingle(_ scalar: UInt32) -> UInt32 {
        let runs = PythonUnicodeTables.lowerRuns
        let wanted = Int32(scalar)
        var low = 0
        var high = runs.count / 4
        while low < high {
            let middle = (low + high) / 2
            if runs[middle * 4 + 1] < wanted { low = middle + 1 } else { high = middle }
        }
        guard low * 4 < runs.count else { return scalar }
        let first = runs[low * 4]
        guard wanted >= first, (wanted - first) % runs[low * 4 + 2] == 0 else { return scalar }
        return UInt32(wanted + runs[low * 4 + 3])
    }

    private static func contains(_ ranges: [UInt32], _ scalar: UInt32) -> Bool {
        var low = 0
        var high = ranges.count / 2
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle * 2 + 1] < scalar { low = middle + 1 } else { high = middle }
        }
        return low * 2 < ranges.count && ranges[low * 2] <= scalar
    }
}

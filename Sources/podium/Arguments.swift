/// The words of the command line before they are parsed.
enum Arguments {
    /// Earlier names of options, which scripts may still use; no help shows them.
    private static let renamed = ["--products": "--matmul-library"]

    /// Refuses empty words, puts today's names for earlier ones, and ties negative numbers to the options before them.
    ///
    /// The parser takes `--threshold -1` for two options and then says that a value is missing.
    static func normalized(_ words: [String]) throws(Failure) -> [String] {
        var result: [String] = []
        var isLiteral = false
        // The option that the number before belongs to: --layers -1 -2.
        var numbered: String?
        for (place, word) in words.enumerated() {
            if isLiteral || word == "--" {
                isLiteral = true
                result.append(word)
                continue
            }
            let word = today(word)
            if word.isEmpty {
                let before = result.last.map { $0.hasPrefix("--") ? "the value of \($0)" : "what follows \"\($0)\"" }
                throw Failure(.usage, "\(before ?? "the first argument") is empty")
            }
            if word.hasPrefix("--"), word.last == "=" {
                throw Failure(.usage, "the value of \(word.dropLast()) is empty")
            }
            let isNumber = word.hasPrefix("-") && Double(word) != nil
            if place > 0, isNumber, let option = result.last, isBareOption(option) {
                result[result.count - 1] = "\(option)=\(word)"
                numbered = option
            } else if isNumber, let numbered {
                result.append("\(numbered)=\(word)")
            } else {
                result.append(word)
                numbered = nil
            }
        }
        return result
    }

    /// An option under its name of today.
    private static func today(_ word: String) -> String {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let name = renamed[String(first)] else { return word }
        return ([name] + parts.dropFirst().map(String.init)).joined(separator: "=")
    }

    private static func isBareOption(_ word: String) -> Bool {
        word.hasPrefix("--") && word.count > 2 && !word.contains("=")
    }

    /// `podium --version` and nothing else: as an option of the parser's it would hide `score squad --version`.
    static func askForVersion(_ words: [String]) -> Bool {
        words == ["--version"]
    }
}

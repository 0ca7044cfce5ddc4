/// Finds what a user most likely meant to write.
package enum Suggestion {
    /// The candidate nearest to `word`, if it is near enough to be a slip of the hand.
    ///
    /// Near enough: at most a third of the word's letters differ (and at least
    /// one may), by the optimal string alignment distance, ignoring case.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let allowed = max(1, word.count / 3)
        let wanted = Array(word.lowercased())
        let ranked = candidates.map { (distance(wanted, Array($0.lowercased())), $0) }
        guard let best = ranked.min(by: { $0.0 < $1.0 }), best.0 <= allowed else { return nil }
        return best.1
    }

    /// A clause to append to an error: `; did you mean "epochs"?`, or the list of what is allowed.
    package static func clause(for word: String, among candidates: [String]) -> String {
        if let nearest = nearest(to: word, among: candidates) {
            return "; did you mean \"\(nearest)\"?"
        }
        return "; known here: \(candidates.sorted().joined(separator: ", "))"
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var row = [i + 1]
            for (j, y) in b.enumerated() {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (x == y ? 0 : 1))
                if i > 0, j > 0, x == b[j - 1], a[i - 1] == y {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}

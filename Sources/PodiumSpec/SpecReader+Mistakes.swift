internal import Yams

/// Mistakes after the first.
///
/// A reader that stops at the first mistake is right about it, and cannot tell a second one from what follows from the first.
/// So the file is read again without the entry in which the mistake is, as long as nothing else rests on that entry.
extension SpecReader {
    /// What is wrong besides the first mistake, in the order of lines.
    ///
    /// - Parameter check: reads a file that begins at that node.
    func mistakes(
        after first: SpecError,
        in root: Node,
        check: (Node) throws(SpecError) -> Void
    ) -> [SpecError] {
        var found = [first]
        var rest = root
        var last = first
        for _ in 1..<Self.mistakeLimit {
            guard let smaller = rest.without(entryOf: last) else { break }
            rest = smaller
            do throws(SpecError) {
                try check(rest)
                break
            } catch {
                guard error.line != nil, error != last, !found.contains(error) else { break }
                // What is missing may be what was left out: then what it is missing in goes too.
                if error.code != .missingKey { found.append(error) }
                last = error
            }
        }
        return found.dropFirst().sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
    }

    private static let mistakeLimit = 20
}

extension Node {
    /// Keys on whose values, and what is in them, nothing else in a file rests.
    private static let independent: Set<String> = [
        "training", "taskTraining", "resources", "retry", "vectors", "select", "budget", "phases", "tasks", "predict",
        "seed", "seeds", "sweep", "protocol", "priority", "project", "reuse",
    ]

    /// The file without the entry that an error points at; nil where others may rest on the entry.
    fileprivate func without(entryOf error: SpecError) -> Node? {
        guard error.line != nil, error.column != nil else { return nil }
        return without(error, isIndependent: error.code == .unknownKey)
    }

    private func isPlace(of error: SpecError) -> Bool {
        mark?.line == error.line && mark?.column == error.column
    }

    private func without(_ error: SpecError, isIndependent: Bool) -> Node? {
        switch self {
        case .mapping(var mapping):
            for (key, value) in mapping {
                let isFree = isIndependent || Self.independent.contains(key.string ?? "")
                if let smaller = value.without(error, isIndependent: isFree) {
                    mapping[key] = smaller
                    return .mapping(mapping)
                }
                if isFree, key.isPlace(of: error) || value.isPlace(of: error) {
                    mapping[key] = nil
                    return .mapping(mapping)
                }
            }
        case .sequence(var list):
            for (index, item) in list.enumerated() {
                if let smaller = item.without(error, isIndependent: isIndependent) {
                    list[index] = smaller
                    return .sequence(list)
                }
                // An empty list would be a mistake of its own.
                if isIndependent, list.count > 1, item.isPlace(of: error) {
                    list.remove(at: index)
                    return .sequence(list)
                }
            }
        case .scalar, .alias: break
        }
        return nil
    }
}

internal import Yams

/// A place in a job file: a YAML node that knows its file, its path and how to complain.
struct SpecNode {
    let node: Node
    let file: String
    /// Dotted path from the top, for messages: `training.learningRate`.
    let path: String
    /// The key's own node, where complaints about the key point.
    var keyMark: Mark?

    func error(_ code: SpecError.Code, _ message: String, atKey: Bool = false) -> SpecError {
        let mark = atKey ? (keyMark ?? node.mark) : (node.mark ?? keyMark)
        return SpecError(code: code, file: file, line: mark?.line, column: mark?.column, message: message)
    }

    private var kindName: String {
        switch node {
        case .scalar(let scalar): "\"\(scalar.string)\""
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    private func wrongType(_ wanted: String) -> SpecError {
        error(.wrongType, "\(path.isEmpty ? "the file" : path) must be \(wanted), not \(kindName)")
    }

    /// The mapping's entries by key, after checking that every key is known and stands once.
    func fields(_ known: [String]) throws(SpecError) -> [String: SpecNode] {
        guard case .mapping(let mapping) = node else { throw wrongType("a mapping of keys to values") }
        var result: [String: SpecNode] = [:]
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw SpecNode(node: key, file: file, path: path).wrongType("a plain key")
            }
            let child = SpecNode(
                node: value,
                file: file,
                path: path.isEmpty ? name.string : "\(path).\(name.string)",
                keyMark: key.mark
            )
            guard known.contains(name.string) else {
                let place = path.isEmpty ? "" : " in \(path)"
                throw child.error(
                    .unknownKey,
                    "unknown key \"\(name.string)\"\(place)\(Suggestion.clause(for: name.string, among: known))",
                    atKey: true
                )
            }
            guard result.updateValue(child, forKey: name.string) == nil else {
                throw child.error(.invalidValue, "\(child.path) is given twice", atKey: true)
            }
        }
        return result
    }

    var items: [SpecNode]? {
        guard case .sequence(let sequence) = node else { return nil }
        return sequence.enumerated().map { SpecNode(node: $1, file: file, path: "\(path)[\($0)]") }
    }

    /// The items of a list, or the node itself as a list of one.
    var itemsOrSelf: [SpecNode] { items ?? [self] }

    var isMapping: Bool {
        if case .mapping = node { true } else { false }
    }

    func string() throws(SpecError) -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw wrongType("a text") }
        return scalar.string
    }

    func bool() throws(SpecError) -> Bool {
        guard let value = node.bool else { throw wrongType("true or false") }
        return value
    }

    func integer(_ range: ClosedRange<Int>) throws(SpecError) -> Int {
        guard case .scalar = node, let value = node.int else { throw wrongType("a whole number") }
        guard range.contains(value) else {
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw error(.invalidValue, "\(path) must be \(bounds), not \(value)")
        }
        return value
    }

    /// A finite number for which `allowed` holds; `wanted` completes "must be …".
    func number(_ wanted: String, _ allowed: (Double) -> Bool) throws(SpecError) -> Double {
        guard case .scalar = node, let value = node.float else { throw wrongType("a number") }
        guard value.isFinite, allowed(value) else {
            throw error(.invalidValue, "\(path) must be \(wanted), not \(value)")
        }
        return value
    }

    func choice(_ allowed: [String]) throws(SpecError) -> String {
        let value = try string()
        guard allowed.contains(value) else {
            throw error(
                .invalidValue,
                "\(path): \"\(value)\" is unknown\(Suggestion.clause(for: value, among: allowed))"
            )
        }
        return value
    }

    /// A duration in seconds: `90`, `90s`, `15m`, `2h`.
    func seconds() throws(SpecError) -> Double {
        try quantity(units: ["s": 1, "m": 60, "h": 3600, "d": 86400], "a duration such as 90s, 15m or 2h")
    }

    /// A size in bytes: `4GiB`, `512MiB`, `2GB`.
    func bytes() throws(SpecError) -> Int64 {
        let units: [String: Double] = [
            "B": 1, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
            "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
        ]
        let value = try quantity(units: units, "a size such as 4GiB or 512MiB")
        guard value < 9e18 else { throw error(.invalidValue, "\(path) is larger than any memory") }
        return Int64(value)
    }

    private func quantity(units: [String: Double], _ wanted: String) throws(SpecError) -> Double {
        let text = try string()
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let value = Double(digits), value > 0, let factor = unit.isEmpty ? 1 : units[String(unit)] else {
            throw error(.invalidValue, "\(path) must be \(wanted), not \"\(text)\"")
        }
        return value * factor
    }
}

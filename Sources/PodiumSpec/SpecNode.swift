internal import PodiumCore
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

    func wrongType(_ wanted: String) -> SpecError {
        let place = path.isEmpty ? "the file" : path
        if isNull { return error(.wrongType, "\(place) has no value; it must be \(wanted)") }
        let found =
            switch node {
            case .scalar(let scalar): "\"\(scalar.string)\""
            case .mapping: "a mapping"
            case .sequence: "a list"
            case .alias: "an alias"
            }
        return error(.wrongType, "\(place) must be \(wanted), not \(found)")
    }

    /// A child by its key.
    private func child(_ key: String, _ value: Node, mark: Mark?) -> SpecNode {
        SpecNode(node: value, file: file, path: path.isEmpty ? key : "\(path).\(key)", keyMark: mark)
    }

    /// The mapping's entries by key, after checking that every key is known and stands once.
    ///
    /// At the top of a file keys that begin with `x-` are left to the user, as in compose files.
    func fields(_ known: [String]) throws(SpecError) -> [String: SpecNode] {
        guard case .mapping(let mapping) = node else { throw wrongType("a mapping of keys to values") }
        var result: [String: SpecNode] = [:]
        for (key, value) in try mapping.withMerges(at: self) {
            guard case .scalar(let name) = key else {
                throw SpecNode(node: key, file: file, path: path).wrongType("a plain key")
            }
            if path.isEmpty && name.string.hasPrefix("x-") { continue }
            let child = child(name.string, value, mark: key.mark)
            guard known.contains(name.string) else {
                let place = path.isEmpty ? "" : " in \(path)"
                throw child.error(
                    .unknownKey,
                    "unknown key \"\(name.string)\"\(place)\(advice(for: name.string, known))",
                    atKey: true
                )
            }
            guard result.updateValue(child, forKey: name.string) == nil else {
                throw child.error(.invalidValue, "\(child.path) is given twice", atKey: true)
            }
        }
        return result
    }

    /// What to write for a key that is not known here: what it is called, or where it belongs.
    private func advice(for name: String, _ known: [String]) -> String {
        if let meant = ForeignKey.meaning(of: name, among: known) {
            return "; here it is \(meant) (see docs/job-file.md)"
        }
        let parameters = Hyperparameter.all.map(\.key)
        if known.contains("training"),
            let key = parameters.contains(name) ? name : ForeignKey.meaning(of: name, among: parameters)
        {
            return "; it goes under training: training: {\(key): …}"
        }
        if path == "training", SpecKey.top.contains(where: { $0.key == name }) {
            return "; it is a key of the file itself, beside training"
        }
        return Suggestion.clause(for: name, among: known)
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
}

extension Node.Mapping {
    /// The entries, with those of mappings that `<<` names where the mapping has no such key of its own.
    func withMerges(at place: SpecNode) throws(SpecError) -> [(key: Node, value: Node)] {
        var entries: [(key: Node, value: Node)] = []
        var merged: [(key: Node, value: Node)] = []
        for (key, value) in self {
            guard case .scalar(let scalar) = key, scalar.string == "<<", scalar.style == .plain else {
                entries.append((key, value))
                continue
            }
            let sources: [Node] = if case .sequence(let list) = value { Array(list) } else { [value] }
            for source in sources {
                guard case .mapping(let mapping) = source else {
                    throw SpecNode(node: source, file: place.file, path: "<<").wrongType("a mapping, or a list of them")
                }
                merged += try mapping.withMerges(at: place)
            }
        }
        guard !merged.isEmpty else { return entries }
        var known = Set(entries.map(\.key))
        for entry in merged where known.insert(entry.key).inserted { entries.append(entry) }
        return entries
    }
}

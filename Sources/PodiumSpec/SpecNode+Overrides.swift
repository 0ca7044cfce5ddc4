internal import Yams

extension Node {
    /// Sets the value at a dotted path, making mappings on the way: `training.epochs=1`.
    ///
    /// The value is read as YAML, so `--set tasks=[glue/MRPC]` gives a list.
    /// Returns nil where the path runs through something that is no mapping.
    func setting(_ path: ArraySlice<Substring>, to value: Node, at place: SpecNode) throws(SpecError) -> Node? {
        guard let key = path.first else { return value }
        guard case .mapping(var mapping) = self else { return nil }
        let keyNode = Node.scalar(Node.Scalar(String(key)))
        let entries = try mapping.withMerges(at: place)
        let child = entries.first { $0.key == keyNode }?.value ?? .mapping(Node.Mapping([]))
        guard let changed = try child.setting(path.dropFirst(), to: value, at: place) else { return nil }
        mapping[keyNode] = changed
        return .mapping(mapping)
    }

    /// The node without places: what the command line says stands in no file.
    fileprivate var withoutMarks: Node {
        switch self {
        case .scalar(let scalar): .scalar(Node.Scalar(scalar.string, scalar.tag, scalar.style))
        case .mapping(let mapping):
            .mapping(Node.Mapping(mapping.map { ($0.key.withoutMarks, $0.value.withoutMarks) }, mapping.tag))
        case .sequence(let sequence): .sequence(Node.Sequence(sequence.map(\.withoutMarks), sequence.tag))
        case .alias: self
        }
    }
}

/// One `--set key.path=value` of the command line.
struct SpecOverride {
    let path: [Substring]
    let value: Node

    init(_ text: String, file: String) throws(SpecError) {
        func refuse(_ why: String) -> SpecError {
            SpecError(code: .invalidValue, file: file, line: nil, column: nil, message: "--set \(text): \(why)")
        }
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty else {
            throw refuse("write it as key.path=value, such as training.epochs=1")
        }
        path = sides[0].split(separator: ".", omittingEmptySubsequences: false)
        guard path.allSatisfy({ !$0.isEmpty }) else { throw refuse("the key's path has an empty part") }
        do {
            value = try Yams.compose(yaml: String(sides[1]))?.withoutMarks ?? .scalar(Node.Scalar(""))
        } catch {
            throw refuse("the value is not YAML")
        }
    }
}

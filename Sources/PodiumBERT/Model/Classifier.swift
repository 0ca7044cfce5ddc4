/// What `config.json` says of the head that a model was fine-tuned with.
package struct Classifier: Hashable, Sendable {
    package enum Problem: String, Codable, Sendable {
        case regression
        case singleLabel = "single_label_classification"
        case multiLabel = "multi_label_classification"
    }

    /// The names of the classes, by class; nil if the file has none.
    package var names: [String]?
    package var problem: Problem?
    /// What the file says that cannot both be true; nil if nothing.
    package private(set) var contradiction: String?

    package init(names: [String]? = nil, problem: Problem? = nil) {
        (self.names, self.problem) = (names, problem)
    }

    /// Whether the names are only numbers that a tool made up: `LABEL_0`.
    package var hasMadeUpNames: Bool {
        guard let names else { return false }
        return names.allSatisfy { name in
            let upper = name.uppercased()
            return upper.hasPrefix("LABEL_") && !upper.dropFirst(6).isEmpty && upper.dropFirst(6).allSatisfy(\.isNumber)
        }
    }

    /// Reads `id2label`, `label2id` and `problem_type`.
    init(_ configuration: JSONValue, path: String) throws(BERTError) {
        func refuse(_ what: String) -> BERTError { BERTError(.malformed, "\(path): \(what)") }
        if let problem = configuration["problem_type"] {
            guard let known = problem.string.flatMap(Problem.init) else {
                throw refuse(
                    "problem_type is none of regression, single_label_classification, multi_label_classification"
                )
            }
            self.problem = known
        }
        let byId = try Self.byId(configuration["id2label"], refuse)
        let byName = try Self.byName(configuration["label2id"], refuse)
        names = byId ?? byName
        if let byId, let byName, byId != byName, !Set(byId).isDisjoint(with: byName) {
            contradiction =
                "id2label has the classes in the order \(byId.joined(separator: ", ")), label2id in the order \(byName.joined(separator: ", "))"
        }
    }

    private static func byId(_ value: JSONValue?, _ refuse: (String) -> BERTError) throws(BERTError) -> [String]? {
        guard let value else { return nil }
        guard let object = value.object else { throw refuse("id2label is not an object") }
        var names = [String?](repeating: nil, count: object.count)
        for (key, name) in object {
            guard let id = Int(key), names.indices.contains(id), names[id] == nil, let name = Self.text(name) else {
                throw refuse(
                    "id2label has the key \"\(key)\"; the keys must be 0 to \(object.count - 1), each with a name"
                )
            }
            names[id] = name
        }
        return object.isEmpty ? nil : names.compactMap(\.self)
    }

    private static func byName(_ value: JSONValue?, _ refuse: (String) -> BERTError) throws(BERTError) -> [String]? {
        guard let value else { return nil }
        guard let object = value.object else { throw refuse("label2id is not an object") }
        var names = [String?](repeating: nil, count: object.count)
        for (name, value) in object {
            guard let id = value.integer ?? value.string.flatMap(Int.init), names.indices.contains(id), names[id] == nil
            else {
                throw refuse("label2id gives \"\(name)\" no number of its own from 0 to \(object.count - 1)")
            }
            names[id] = name
        }
        return object.isEmpty ? nil : names.compactMap(\.self)
    }

    private static func text(_ value: JSONValue) -> String? {
        value.string ?? value.integer.map { "\($0)" }
    }
}

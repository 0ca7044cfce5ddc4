/// One key of the job file that holds one value of a `Root`.
///
/// The reader, its suggestions, the JSON of runs, sweeps, `docs/job-file.md`, and the labels and configuration
/// keys of reports are made of tables of these.
package struct Parameter<Root: Sendable>: Sendable {
    package let key: String
    package let domain: ParameterDomain
    /// What a number counts; nil for a pure one.
    package let unit: String?
    /// What it does, in one sentence.
    package let summary: String
    /// Where meaning and default come from: `run_squad.py`.
    package let source: String?
    /// Parameters of one group replace each other: of one mapping the first in the table counts.
    package let group: String?
    private let belongs: @Sendable (Root) -> Bool
    private let read: @Sendable (Root) -> ParameterValue?
    private let write: @Sendable (inout Root, ParameterValue) -> Void

    /// A value in a part that some roots have and others have not.
    package init<Part, Value: ParameterRepresentable>(
        _ key: String,
        _ part: any WritableKeyPath<Root, Part?> & Sendable,
        _ value: any WritableKeyPath<Part, Value> & Sendable,
        _ domain: ParameterDomain,
        unit: String? = nil,
        group: String? = nil,
        source: String? = nil,
        _ summary: String
    ) {
        (self.key, self.domain, self.unit, self.group) = (key, domain, unit, group)
        (self.summary, self.source) = (summary, source)
        belongs = { $0[keyPath: part] != nil }
        read = { root in root[keyPath: part].flatMap { Self.typed($0[keyPath: value].parameter, domain) } }
        write = { root, new in
            guard var changed = root[keyPath: part], let typed = Value(parameter: new) else { return }
            changed[keyPath: value] = typed
            root[keyPath: part] = changed
        }
    }

    /// A value that every root has.
    package init<Value: ParameterRepresentable>(
        _ key: String,
        _ value: any WritableKeyPath<Root, Value> & Sendable,
        _ domain: ParameterDomain,
        unit: String? = nil,
        source: String? = nil,
        _ summary: String
    ) {
        (self.key, self.domain, self.unit, self.group) = (key, domain, unit, nil)
        (self.summary, self.source) = (summary, source)
        belongs = { _ in true }
        read = { Self.typed($0[keyPath: value].parameter, domain) }
        write = { root, new in
            if let typed = Value(parameter: new) { root[keyPath: value] = typed }
        }
    }

    /// Whether the root has a place for the value.
    package func applies(to root: Root) -> Bool { belongs(root) }

    /// Nil where it does not apply, or nothing is set.
    package func value(in root: Root) -> ParameterValue? { read(root) }

    /// Sets a value of the domain; nothing happens where it does not apply.
    package func set(_ value: ParameterValue, in root: inout Root) { write(&root, value) }

    /// Durations are kept as plain numbers of seconds.
    private static func typed(_ value: ParameterValue?, _ domain: ParameterDomain) -> ParameterValue? {
        if case .seconds = domain, case .number(let seconds) = value { return .seconds(seconds) }
        return value
    }
}

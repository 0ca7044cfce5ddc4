package import PodiumCore
internal import Yams

/// Reads a job file into a submission.
///
/// Pure: the file's text comes in, runs with all their values come out. Paths
/// in the file are relative to the file's own folder.
package struct SpecReader {
    /// The file as the user named it, for messages.
    package let file: String
    /// The folder that relative paths start from, without a trailing slash.
    package let folder: String
    /// What `~` stands for.
    package let home: String
    /// Models that can be named in a file.
    package let modelNames: [String]
    /// Sizes that fresh weights can have.
    package let presets: [String]
    /// Whether a name that is not listed can be fetched, such as OWNER/NAME of the hub.
    private let isFetchable: @Sendable (String) -> Bool
    /// Whether there is a folder: it goes before a model to fetch of the same name.
    private let isFolder: @Sendable (String) -> Bool

    /// The most runs that one file may ask for.
    package static let runLimit = 100_000

    package init(
        file: String,
        folder: String,
        home: String,
        modelNames: [String],
        presets: [String],
        isFetchable: @escaping @Sendable (String) -> Bool = { _ in false },
        isFolder: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.isFetchable = isFetchable
        self.isFolder = isFolder
        self.file = file
        self.folder = folder
        self.home = home
        self.modelNames = modelNames
        self.presets = presets
    }

    /// Reads `text` after applying `overrides` (`key.path=value`) in order.
    package func submission(from text: String, overrides: [String] = []) throws(SpecError) -> Submission {
        let root = try root(of: text, overrides: overrides)
        do throws(SpecError) {
            return try submission(from: root, text)
        } catch {
            var error = error
            error.further = mistakes(after: error, in: root) { root throws(SpecError) in
                _ = try submission(from: root, text)
            }
            throw error
        }
    }

    private func submission(from root: Node, _ text: String) throws(SpecError) -> Submission {
        let top = SpecNode(node: root, file: file, path: "")
        let fields = try top.fields(SpecKey.top.names)
        let name = try self.name(fields, at: top)
        guard let kindNode = fields["kind"] else {
            throw top.error(.missingKey, "kind is missing; write kind: suite (or pretrain, finetune, evaluate)")
        }
        guard let kind = SuiteKind(rawValue: try kindNode.choice(SuiteKind.allCases.map(\.rawValue))) else {
            preconditionFailure("a choice of the kinds is a kind")
        }
        for known in SpecKey.top where !known.kinds.contains(kind) {
            guard let field = fields[known.key] else { continue }
            let others = known.kinds.map(\.rawValue).joined(separator: ", ")
            throw field.error(
                .unknownKey,
                "a file of kind \(kind.rawValue) has no key \"\(known.key)\" (it belongs to \(others))",
                atKey: true
            )
        }
        var plan = SuitePlan(reader: self, name: name, kind: kind, fields: fields, top: top)
        var runs = try plan.runs()
        if let reuse = fields["reuse"], try !reuse.bool() {
            for index in runs.indices { runs[index].spec.mayReuse = false }
        }
        return Submission(
            name: name,
            kind: kind,
            source: text,
            selection: try read(fields["select"], over: SelectionRule(), Parameter<SelectionRule>.all),
            priority: try fields["priority"]?.integer(-1000...1000) ?? 0,
            runs: runs,
            optionalSystems: try plan.optionalSystems(),
            project: try fields["project"].map { node throws(SpecError) in try projectName(node) },
            seeds: plan.seedPlan
        )
    }

    /// What a text names that may be a folder and a model to fetch: the folder, if there is one.
    func pathOrName(_ text: String) -> ModelReference {
        let path = resolve(text)
        return isFetchable(text) && !isFolder(path) ? .named(text) : .path(path)
    }

    private func root(of text: String, overrides: [String]) throws(SpecError) -> Node {
        var root = try compose(text)
        for override in overrides {
            let change = try SpecOverride(override, file: file)
            let place = SpecNode(node: root, file: file, path: "")
            guard let changed = try root.setting(change.path[...], to: change.value, at: place) else {
                throw SpecError(
                    code: .invalidValue,
                    file: file,
                    line: nil,
                    column: nil,
                    message: "--set \(override): the path runs through a value that is no mapping"
                )
            }
            root = changed
        }
        return root
    }

    private func compose(_ text: String) throws(SpecError) -> Node {
        // Some editors put a byte order mark in front of UTF-8.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw SpecError(code: .notYAML, file: file, line: 1, column: 1, message: "the file is empty")
            }
            return node
        } catch let error as SpecError {
            throw error
        } catch let error as YamlError {
            throw SpecError(yaml: error, file: file)
        } catch {
            throw SpecError(code: .notYAML, file: file, line: 1, column: 1, message: "\(error)")
        }
    }

    private func name(_ fields: [String: SpecNode], at top: SpecNode) throws(SpecError) -> String {
        guard let node = fields["name"] else {
            throw top.error(.missingKey, "name is missing; give the suite a short name, such as name: glue-minilm")
        }
        let name = try node.string()
        guard ParameterDomain.isName(name) else {
            throw node.error(
                .invalidValue,
                "name may hold letters, digits, '.', '_' and '-', at most 100 of them, not \"\(name)\""
            )
        }
        // Suites are found by name or by number.
        guard Int(name) == nil else {
            throw node.error(
                .invalidValue,
                "name must not be a number, as \(name) is: suites have numbers of their own"
            )
        }
        return name
    }

    private func projectName(_ node: SpecNode) throws(SpecError) -> String {
        let name = try node.string()
        guard ParameterDomain.isName(name) else {
            throw node.error(
                .invalidValue,
                "project may hold letters, digits, '.', '_' and '-', at most 100 of them, not \"\(name)\""
            )
        }
        return name
    }

    /// Reads a mapping whose keys are a parameter table's.
    func read<Root>(
        _ node: SpecNode?,
        over root: Root,
        _ table: [Parameter<Root>]
    ) throws(SpecError) -> Root {
        var result = root
        guard let fields = try node?.fields(table.map(\.key)) else { return result }
        for parameter in table {
            if let field = fields[parameter.key] { parameter.set(try field.value(parameter.domain), in: &result) }
        }
        return result
    }
}

extension SpecError {
    /// A parser's complaint, with its place.
    init(yaml error: YamlError, file: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let said = [context?.text, problem].compactMap { $0 }.joined(separator: " ")
            self.init(code: .notYAML, file: file, line: mark.line, column: mark.column, message: "not YAML: \(said)")
        case .duplicatedKeysInMapping(let keys, let context):
            self.init(
                code: .invalidValue,
                file: file,
                line: context.mark.line,
                column: context.mark.column,
                message: "\(keys.sorted().joined(separator: ", ")) is given twice in one mapping"
            )
        default:
            self.init(code: .notYAML, file: file, line: 1, column: 1, message: "not YAML: \(error)")
        }
    }
}

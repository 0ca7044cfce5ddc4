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

    package init(file: String, folder: String, home: String, modelNames: [String], presets: [String]) {
        self.file = file
        self.folder = folder
        self.home = home
        self.modelNames = modelNames
        self.presets = presets
    }

    /// Reads `text` after applying `overrides` (`key.path=value`) in order.
    package func submission(from text: String, overrides: [String] = []) throws(SpecError) -> Submission {
        var root = try compose(text)
        for override in overrides {
            let change = try SpecOverride(override, file: file)
            guard let changed = root.setting(change.path[...], to: change.value) else {
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
        let top = SpecNode(node: root, file: file, path: "")
        let name = try self.name(of: top)
        let fields = try top.fields(Self.topKeys)
        guard let kindNode = fields["kind"] else {
            throw top.error(.missingKey, "kind is missing; write kind: suite (or pretrain, finetune, evaluate)")
        }
        let kind = try kindNode.choice(["pretrain", "finetune", "evaluate", "suite"])
        try check(fields, belongTo: kind)
        let plan = SuitePlan(reader: self, name: name, kind: kind, fields: fields, top: top)
        let runs = try plan.runs()
        return Submission(
            name: name,
            kind: kind,
            source: text,
            selection: try selection(fields["select"]),
            priority: try fields["priority"]?.integer(-1000...1000) ?? 0,
            runs: runs,
            optionalSystems: try plan.optionalSystems()
        )
    }

    static let topKeys = [
        "name", "kind", "model", "systems", "pretrain", "task", "tasks", "data", "corpus", "training",
        "taskTraining", "sweep", "seed", "select", "resources", "retry", "priority",
    ]

    private func compose(_ text: String) throws(SpecError) -> Node {
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

    private func name(of top: SpecNode) throws(SpecError) -> String {
        guard let node = try top.fields(Self.topKeys)["name"] else {
            throw top.error(.missingKey, "name is missing; give the suite a short name, such as name: glue-minilm")
        }
        let name = try node.string()
        guard name.utf8.count <= 100, name.unicodeScalars.allSatisfy({ Self.allowed($0) }) else {
            throw node.error(
                .invalidValue,
                "name may hold letters, digits, '.', '_' and '-', at most 100 of them, not \"\(name)\""
            )
        }
        return name
    }

    /// Whether a scalar may stand in a suite's or system's name (they become file names and XML ids).
    static func allowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }

    /// Refuses keys that another kind has and this one has no use for.
    private func check(_ fields: [String: SpecNode], belongTo kind: String) throws(SpecError) {
        let foreign: [String] =
            switch kind {
            case "pretrain": ["systems", "pretrain", "task", "tasks", "taskTraining", "select", "data"]
            case "finetune": ["systems", "pretrain", "tasks", "corpus", "taskTraining"]
            case "evaluate": ["systems", "pretrain", "tasks", "corpus", "taskTraining", "sweep", "select", "seed"]
            default: ["task", "corpus"]
            }
        for key in foreign.sorted() {
            if let field = fields[key] {
                throw field.error(.unknownKey, "a file of kind \(kind) has no key \"\(key)\"", atKey: true)
            }
        }
    }

    private func selection(_ node: SpecNode?) throws(SpecError) -> SelectionRule {
        guard let node else { return SelectionRule() }
        let fields = try node.fields(["metric", "rule"])
        return SelectionRule(
            metric: try fields["metric"]?.choice(["dev"]) ?? "dev",
            rule: try fields["rule"]?.choice(["best", "all"]) ?? "best"
        )
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
        default:
            self.init(code: .notYAML, file: file, line: 1, column: 1, message: "not YAML: \(error)")
        }
    }
}

internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumStore

/// A suite's runs as a graph: runs of one kind, system and task are one step.
struct GraphView {
    struct Node {
        let href: String
        let label: String
        let kind: String
        let symbol: String
        let x: String
        let y: String
        let width: String
        let barY: String
        let done: String
        let textX: String
        let titleY: String
        let noteY: String
        /// Cut to the box.
        let title: String
        let full: String
        let note: String
        let parents: String
    }

    struct Edge {
        let path: String
        let kind: String
    }

    let width: Int
    let height: Int
    let description: String
    let nodes: [Node]
    let edges: [Edge]

    private struct Key: Hashable {
        var kind: RunKind
        var system: String
        var task: BenchmarkTask?
    }

    private struct Group {
        var key: Key
        var runs: [MatrixRun] = []
        var layer = 0
        var row = 0
        /// Groups that it waits for, with whether their success matters.
        var parents: [Int: Bool] = [:]

        /// What it does for its system; nil for a report.
        var work: String? {
            switch key.kind {
            case .report: nil
            case .pretrain, .embed: key.kind.rawValue
            case .finetune, .evaluate: key.task?.displayName ?? key.kind.rawValue
            }
        }

        var name: String { work.map { "\(key.system): \($0)" } ?? "report" }

        /// Cut to the box; what tells the steps of one system apart stays.
        var title: String {
            guard let work, name.count > GraphView.titleLimit else { return name }
            let left = GraphView.titleLimit - work.count - 3
            return left < 4
                ? "\(name.prefix(GraphView.titleLimit - 1))…" : "\(key.system.prefix(left))…: \(work)"
        }
    }

    /// Characters that a box is wide enough for.
    private static let titleLimit = 25

    private static let boxWidth = 190.0
    private static let boxHeight = 40.0
    private static let columnWidth = 250.0
    private static let rowHeight = 56.0

    init(_ runs: [MatrixRun], edges runEdges: [RunEdge], suite: SuiteID) {
        var groups: [Group] = []
        var places: [Key: Int] = [:]
        var groupOfRun: [RunID: Int] = [:]
        for run in runs.sorted(by: { $0.id < $1.id }) {
            let key = Key(kind: run.kind, system: run.system, task: run.task)
            let place = places[key] ?? groups.count
            if place == groups.count {
                places[key] = place
                groups.append(Group(key: key))
            }
            groups[place].runs.append(run)
            groupOfRun[run.id] = place
        }
        for edge in runEdges {
            guard let parent = groupOfRun[edge.parent], let child = groupOfRun[edge.child], parent != child else {
                continue
            }
            let matters = edge.condition == .afterSuccess
            groups[child].parents[parent] = (groups[child].parents[parent] ?? false) || matters
        }
        Self.place(&groups)
        width = Int(Double((groups.map(\.layer).max() ?? 0) + 1) * Self.columnWidth)
        height = Int(Double((groups.map(\.row).max() ?? 0) + 1) * Self.rowHeight)
        description = "\(NumberText.count(groups.count, "step")) of \(NumberText.count(runs.count, "run"))."
        let names = groups.map(\.name)
        nodes = groups.map { Self.node($0, names: names, suite: suite) }
        edges = groups.flatMap { group in
            group.parents.sorted { $0.key < $1.key }.map { parent, matters in
                Edge(path: Self.path(from: groups[parent], to: group), kind: matters ? "success" : "any")
            }
        }
    }

    /// Layers by the longest way from a start; rows by order within the layer.
    private static func place(_ groups: inout [Group]) {
        var hasChanged = true
        var rounds = 0
        // Parents were submitted before their children, but groups may point both ways: then it ends after a round each.
        while hasChanged, rounds <= groups.count {
            hasChanged = false
            rounds += 1
            for index in groups.indices {
                let layer = (groups[index].parents.keys.map { groups[$0].layer }.max() ?? -1) + 1
                if layer > groups[index].layer, layer < groups.count {
                    groups[index].layer = layer
                    hasChanged = true
                }
            }
        }
        var rows: [Int: Int] = [:]
        for index in groups.indices {
            groups[index].row = rows[groups[index].layer, default: 0]
            rows[groups[index].layer, default: 0] += 1
        }
    }

    private static func text(_ value: Double) -> String { NumberText.fixed(value, digits: 1) }

    private static func node(_ group: Group, names: [String], suite: SuiteID) -> Node {
        let x = Double(group.layer) * columnWidth + 2
        let y = Double(group.row) * rowHeight + 6
        let counts = Dictionary(grouping: group.runs, by: \.state).mapValues(\.count)
        let stuck = group.runs.filter(\.isStuck).count
        let state = StateView(counts, stuck: stuck)
        let done = counts.filter { $0.key.isTerminal }.values.reduce(0, +)
        let share = Double(done) / Double(group.runs.count)
        let single = group.runs.count == 1 ? group.runs[0].id : nil
        let query = PercentEncoding.query([
            ("suite", "\(suite)"), ("system", group.key.system), ("task", group.key.task?.rawValue),
            ("kind", group.key.kind.rawValue),
        ])
        let note = single == nil ? "\(done) of \(group.runs.count) over, \(state.word)" : state.word
        return Node(
            href: single.map { "/runs/\($0)" } ?? "/history?\(query)",
            label: "\(group.name): \(note)",
            kind: state.kind,
            symbol: state.symbol,
            x: text(x),
            y: text(y),
            width: text(boxWidth),
            barY: text(y + boxHeight - 3),
            done: text(boxWidth * share),
            textX: text(x + 8),
            titleY: text(y + 16),
            noteY: text(y + 30),
            title: group.title,
            full: group.name,
            note: note,
            // A report waits for the whole suite.
            parents: group.parents.count > 4 && group.parents.count == names.count - 1
                ? "every other step" : group.parents.keys.sorted().map { names[$0] }.joined(separator: ", ")
        )
    }

    private static func path(from parent: Group, to child: Group) -> String {
        let x1 = Double(parent.layer) * columnWidth + 2 + boxWidth
        let y1 = Double(parent.row) * rowHeight + 6 + boxHeight / 2
        let x2 = Double(child.layer) * columnWidth + 2
        let y2 = Double(child.row) * rowHeight + 6 + boxHeight / 2
        let middle = (x1 + x2) / 2
        return
            "M\(text(x1)) \(text(y1))C\(text(middle)) \(text(y1)) \(text(middle)) \(text(y2)) \(text(x2)) \(text(y2))"
    }
}

extension Pages {
    /// Runs of a suite that a graph is made of; steps beyond them are left out, and the page says so.
    private static let graphRuns = 5000

    func graph(_ exchange: Exchange) async throws -> WebResponse {
        let summary = try await suite(exchange)
        let runs = try await store.matrix(of: summary.id, offset: 0, limit: Self.graphRuns)
        let edges = try await store.edges(of: summary.id, limit: 10 * Self.graphRuns)
        var text = Self.summary(summary)
        if summary.runCount > runs.count { text += " · of \(NumberText.grouped(runs.count)) runs" }
        return try page(
            exchange,
            title: summary.name,
            summary: text,
            current: "/suites",
            tabs: tabs(summary.id, current: "graph"),
            scope: .init(suite: summary.id),
            "graph",
            GraphView(runs, edges: edges, suite: summary.id)
        )
    }
}

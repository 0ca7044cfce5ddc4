import PodiumCore
import PodiumPrimitives

/// A run's line in the table of all runs.
struct RunView {
    let anchor: String
    let number: Int64
    let name: String
    let system: String
    let task: String
    let taskLink: String?
    let seed: String
    let state: String
    let isFailed: Bool
    let steps: String
    let duration: String
    let speed: String
    let result: String
    let dataset: TaskView.DataLink?
    let trainingSet: TaskView.DataLink?
    let checkpoint: String?
    let parent: TaskView.RunLink?
    let parameters: [Report.Parameter]
    let story: [String]

    /// - Parameter shared: parameters that all runs of its kind have alike, and that are printed once.
    init(_ run: Report.Run, report: Report, shared: Set<Report.Parameter>, anchors: Anchors) {
        func link(_ id: String?) -> TaskView.DataLink? {
            id.map { TaskView.DataLink(href: anchors.link(toDataset: $0), name: $0) }
        }
        anchor = anchors.run(run.id)
        number = run.id
        name = run.name
        system = report.systems.first { $0.id == run.system }?.name ?? run.system
        task = run.task?.displayName ?? run.kind.rawValue
        taskLink = run.task.flatMap { report.tasks.contains($0) ? anchors.link(toTask: $0) : nil }
        seed = run.seed.map(String.init) ?? ""
        state = Self.symbol(run.state) + " " + run.state.rawValue
        isFailed = run.state == .failed
        steps = run.trainedSteps.map { NumberText.grouped($0) } ?? "–"
        duration = run.wallSeconds.map { NumberText.duration($0) } ?? "–"
        speed = run.tokensPerSecond.map { NumberText.grouped(Int($0.rounded())) } ?? "–"
        result = run.score.map { NumberText.percent($0, digits: 2) } ?? "–"
        dataset = link(run.dataset)
        trainingSet = link(run.trainingSet)
        checkpoint = run.checkpoint?.sha256
        parent = run.parent.map { TaskView.RunLink(href: anchors.link(toRun: $0), number: $0) }
        parameters = run.parameters.filter { !shared.contains($0) }
        story = Self.story(run)
    }

    private static func symbol(_ state: RunState) -> String {
        switch state {
        case .succeeded: "✓"
        case .failed: "✗"
        case .cancelled: "⊘"
        case .running: "▸"
        case .blocked, .ready, .waiting: "·"
        }
    }

    /// What went other than straight: several attempts, a failure, notes.
    private static func story(_ run: Report.Run) -> [String] {
        var lines: [String] = []
        if let reason = run.reason { lines.append(reason) }
        if run.attempts.count > 1 || run.state == .failed {
            lines += run.attempts.map { attempt in
                let host = attempt.host.map { " on \($0)" } ?? ""
                let resumed = attempt.resumedFromStep.map { ", resumed from step \($0)" } ?? ""
                let message = attempt.message.map { ": \($0)" } ?? ""
                return "attempt \(attempt.number)\(host)\(resumed): \(attempt.outcome ?? "running")\(message)"
            }
        }
        return lines + run.notes.map(\.message)
    }
}

/// The table of runs: what all of a kind have alike once, and a line for each.
struct RunTable {
    let shared: [SharedParameters]
    let lines: [RunView]

    init(_ report: Report, anchors: Anchors, isShown: (Report.Run) -> Bool) {
        let kinds = RunKind.allCases.map { kind in report.runs.filter { $0.kind == kind } }
        let shared = zip(RunKind.allCases, kinds).filter { !$1.isEmpty }.map { SharedParameters($0, runs: $1) }
        let common = Dictionary(shared.map { ($0.kind, Set($0.parameters)) }) { first, _ in first }
        self.shared = shared.filter { !$0.parameters.isEmpty }
        lines = report.runs.filter(isShown).map { run in
            RunView(run, report: report, shared: common[run.kind.rawValue] ?? [], anchors: anchors)
        }
    }
}

/// Parameters that all runs of a kind have alike.
struct SharedParameters {
    let kind: String
    let heading: String
    let parameters: [Report.Parameter]

    init(_ kind: RunKind, runs: [Report.Run]) {
        let sets = runs.map { Set($0.parameters) }
        var common = sets.first ?? []
        for set in sets.dropFirst() { common.formIntersection(set) }
        self.kind = kind.rawValue
        heading = runs.count == 1 ? "The \(kind.rawValue) run:" : "All \(runs.count) \(kind.rawValue) runs:"
        parameters = common.sorted { $0.name < $1.name }
    }
}

import Mustache

/// A view of which a page has very many: the template's names lead to its fields by a table.
///
/// Without it the template asks a mirror for every name, which takes most of the time of a page with a thousand lines.
/// A name that the table lacks is looked for in what stands around the view, as with a mirror.
protocol FieldView: MustacheParent {
    static var fields: [String: @Sendable (Self) -> Any?] { get }
}

extension FieldView {
    func child(named name: String) -> Any? { Self.fields[name].flatMap { $0(self) } }
}

extension TaskView.RunLink: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = ["href": { $0.href }, "number": { $0.number }]
}

extension TaskView.DataLink: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = ["href": { $0.href }, "name": { $0.name }]
}

extension Report.Parameter: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = ["name": { $0.name }, "value": { $0.value }]
}

extension RunView: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = [
        "anchor": { $0.anchor }, "number": { $0.number }, "name": { $0.name }, "system": { $0.system },
        "task": { $0.task }, "taskLink": { $0.taskLink }, "seed": { $0.seed }, "state": { $0.state },
        "isFailed": { $0.isFailed }, "steps": { $0.steps }, "duration": { $0.duration }, "speed": { $0.speed },
        "result": { $0.result }, "dataset": { $0.dataset }, "trainingSet": { $0.trainingSet },
        "checkpoint": { $0.checkpoint }, "parent": { $0.parent }, "parameters": { $0.parameters },
        "story": { $0.story },
    ]
}

extension ComparisonView: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = [
        "first": { $0.first }, "second": { $0.second }, "task": { $0.task }, "difference": { $0.difference },
        "interval": { $0.interval }, "detectable": { $0.detectable }, "test": { $0.test }, "p": { $0.p },
        "adjusted": { $0.adjusted }, "fragility": { $0.fragility },
    ]
}

extension SeedMatrixView.Cell: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = [
        "text": { $0.text }, "shade": { $0.shade }, "run": { $0.run },
    ]
}

extension SlicesView.Cell: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = ["value": { $0.value }, "interval": { $0.interval }]
}

extension LineChart.Tick: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = [
        "at": { $0.at }, "label": { $0.label }, "anchor": { $0.anchor },
    ]
}

extension TaskView.Point: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = [
        "step": { $0.step }, "mean": { $0.mean }, "low": { $0.low }, "high": { $0.high },
    ]
}

extension LeaderboardView.Cell: FieldView {
    static let fields: [String: @Sendable (Self) -> Any?] = [
        "text": { $0.text }, "isBest": { $0.isBest }, "isSecond": { $0.isSecond }, "isEmpty": { $0.isEmpty },
        "margin": { $0.margin }, "parts": { $0.parts }, "metric": { $0.metric },
        "mark": { $0.mark }, "link": { $0.link }, "hint": { $0.hint },
    ]
}
